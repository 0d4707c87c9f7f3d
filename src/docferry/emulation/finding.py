"""From a provider's name to its emulator."""

from importlib.metadata import entry_points

from docferry.emulation.service import EmulatedService
from docferry.emulation.settings import EmulatorSettings
from docferry.errors import ConfigurationError
from docferry.plugin import PluginManager

__all__ = ["load_emulator"]


def load_emulator(
    name: str, settings: EmulatorSettings, *, manager: PluginManager | None = None
) -> EmulatedService:
    """Make the emulator that a provider's plugin ships.

    Args:
        name: Provider name.
        settings: How to set it up.
        manager: Where plugins are found; None for those installed.

    Raises:
        UnknownProviderError: There is no such provider.
        PluginLoadError: Its plugin is broken.
        ConfigurationError: It has no emulator.
        InvalidOptionsError: The settings do not fit it.
    """
    (manager or PluginManager()).provider(name)
    return _made(name, settings)


def _made(name: str, settings: EmulatorSettings) -> EmulatedService:
    # Waits for the hook docferry_emulator; until then every emulator is the function make_emulator of the
    # module `emulator` beside the plugin's own.
    from importlib import import_module  # noqa: PLC0415 - goes with the hook

    for point in entry_points(group="docferry", name=name):
        try:
            module = import_module(f"{point.module}.emulator")
        except ModuleNotFoundError as error:
            if error.name != f"{point.module}.emulator":
                raise
            continue
        service: object = module.make_emulator(settings)
        if isinstance(service, EmulatedService):
            return service
    raise ConfigurationError(f"provider {name} has no emulator", next_step="run `docferry providers`")
