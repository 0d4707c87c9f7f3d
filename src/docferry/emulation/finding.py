"""From a provider's name to its emulator."""

from docferry.emulation.service import EmulatedService
from docferry.emulation.settings import EmulatorSettings
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
        InvalidOptionsError: It has no emulator, or the settings do not fit it.
    """
    return (manager or PluginManager()).provider(name).emulator(settings)
