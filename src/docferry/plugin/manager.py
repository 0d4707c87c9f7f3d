"""Finds plugins without importing them, loads the one asked for, and remembers what went wrong."""

import difflib
import logging
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, cast

import pluggy

from docferry.errors import (
    DocferryError,
    InvalidOptionsError,
    PluginLoadError,
    ProviderBugError,
    UnknownProviderError,
)
from docferry.model import Document, PageSelection, ProviderInfo, WebhookEvent
from docferry.plugin import spec
from docferry.provider import JobApi, ParseContext, ProviderOptions, WebhookSettings
from docferry.provider.wall import plugin_wall
from docferry.settings import PluginPolicy, read_plugin_policy
from docferry.sources import Source

if TYPE_CHECKING:
    from docferry.emulation import EmulatedService, EmulatorSettings

__all__ = ["ENTRY_POINT_GROUP", "PluginManager", "PluginStatus", "Provider"]

ENTRY_POINT_GROUP = "docferry"
REQUIRED_HOOKS = ("docferry_provider_info", "docferry_parse")

logger = logging.getLogger("docferry.plugin")


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginStatus:
    """What `docferry providers` shows of one entry point.

    Args:
        name: Provider name.
        distribution: Name of the distribution that brings it.
        version: Version of that distribution.
        info: The provider's card; None when the plugin is broken or refused.
        problem: Why there is no card; empty when there is one.
        is_refused: Whether the allow or deny list keeps it from being imported.
    """

    name: str
    distribution: str
    version: str
    info: ProviderInfo | None = None
    problem: str = ""
    is_refused: bool = False


class Provider:
    """A loaded plugin: the typed side of its hooks."""

    def __init__(self, *, info: ProviderInfo, distribution: str, hooks: pluggy.PluginManager) -> None:
        self.info = info
        self.distribution = distribution
        self._hook: Any = hooks.hook

    async def parse(
        self,
        source: Source,
        *,
        pages: PageSelection | None,
        options: ProviderOptions,
        context: ParseContext,
    ) -> Document:
        """Parse one source.

        Raises:
            DocferryError: What the plugin raised on purpose.
            ProviderBugError: The plugin raised anything else, or did not return a Document.
        """
        with plugin_wall(self._bug):
            awaitable: Awaitable[object] = self._hook.docferry_parse(
                source=source, pages=pages, options=options, context=context
            )
            document = await awaitable
        if not isinstance(document, Document):
            raise self._bug(f"returned {type(document).__name__} instead of a Document")
        return document

    def job_api(self, options: ProviderOptions) -> JobApi:
        """How to speak with the provider's service about jobs and accounts.

        Raises:
            InvalidOptionsError: The provider has no remote jobs.
            MissingCredentialError: There is no key.
            ProviderBugError: The plugin raised anything but a DocferryError.
        """
        with plugin_wall(self._bug):
            api: JobApi | None = self._hook.docferry_job_api(options=options)
        if api is None:
            raise InvalidOptionsError(
                f"provider {self.info.name} has no remote jobs", next_step="name a provider that has"
            )
        return api

    def emulator(self, settings: "EmulatorSettings") -> "EmulatedService":
        """The provider's service, emulated on this machine.

        Raises:
            InvalidOptionsError: The plugin has no emulator, or no quirk of that name.
            MissingExtraError: The extra is not installed.
        """
        service: EmulatedService | None = self._hook.docferry_emulator(settings=settings)
        if service is None:
            raise InvalidOptionsError(
                f"provider {self.info.name} has no emulator", next_step="name a provider that has"
            )
        return service

    def webhook_events(
        self, headers: Mapping[str, str], body: bytes, settings: WebhookSettings
    ) -> tuple[WebhookEvent, ...]:
        """Verify a call of the provider's webhook, and return the jobs it is about.

        Args:
            headers: Of the request; names in lower case.
            body: Of the request, exactly as received.
            settings: The secrets and the time.

        Raises:
            InvalidOptionsError: The plugin receives no calls.
            DocferryError: What the plugin raised on purpose; ForgedEventError for a call of somebody else.
            ProviderBugError: The plugin raised anything else, or did not return events.
        """
        with plugin_wall(self._bug):
            events: object = self._hook.docferry_webhook(headers=headers, body=body, settings=settings)
        if events is None:
            raise InvalidOptionsError(
                f"provider {self.info.name} has no webhook", next_step="name a provider that has"
            )
        found = cast("tuple[object, ...]", events) if isinstance(events, tuple) else (events,)
        if not all(isinstance(event, WebhookEvent) for event in found):
            raise self._bug("returned something else than a tuple of WebhookEvent")
        return cast("tuple[WebhookEvent, ...]", found)

    def _bug(self, what: str) -> ProviderBugError:
        return ProviderBugError(
            f"the plugin of provider {self.info.name} {what}",
            next_step=f"report it to the authors of {self.distribution}",
            provider=self.info.name,
        )


class PluginManager:
    """The plugins installed in this environment, or those given.

    Each plugin has a pluggy manager of its own, so that a broken one cannot taint the next and the order of
    installation decides nothing. Nothing is imported before `provider` or `statuses` asks for it.

    Args:
        policy: Allow and deny list; read from the environment when None.
        points: Entry points to use instead of the installed ones.
    """

    def __init__(
        self, *, policy: PluginPolicy | None = None, points: Iterable[EntryPoint] | None = None
    ) -> None:
        self._policy = read_plugin_policy() if policy is None else policy
        found = entry_points(group=ENTRY_POINT_GROUP) if points is None else points
        self._points: dict[str, list[EntryPoint]] = {}
        for point in found:
            self._points.setdefault(point.name, []).append(point)
        self._loaded: dict[str, Provider] = {}
        self._failed: dict[str, PluginLoadError] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all installed and allowed providers, sorted; none is imported for this."""
        return tuple(sorted(name for name in self._points if not self._policy.refusal(name)))

    def provider(self, name: str) -> Provider:
        """Load the plugin of that provider, once.

        Raises:
            UnknownProviderError: There is none, or the allow or deny list refuses it.
            PluginLoadError: It is broken; the same error again at each call.
        """
        if name not in self._points:
            raise self._unknown(name)
        refusal = self._policy.refusal(name)
        if refusal:
            raise UnknownProviderError(
                f"provider {name} is installed but not loaded: {refusal}",
                next_step="change DOCFERRY_PLUGINS_ALLOW or DOCFERRY_PLUGINS_DENY",
            )
        if name in self._failed:
            raise self._failed[name]
        if name not in self._loaded:
            try:
                self._loaded[name] = _load(name, self._points[name])
            except PluginLoadError as error:
                self._failed[name] = error
                logger.warning("plugin of provider %s failed to load", name)
                raise
        return self._loaded[name]

    def statuses(self) -> tuple[PluginStatus, ...]:
        """Every installed plugin, sorted by name: healthy with its card, or the reason why not."""
        return tuple(self._status(name) for name in sorted(self._points))

    def _status(self, name: str) -> PluginStatus:
        distribution, version = _distribution(self._points[name][0])
        refusal = self._policy.refusal(name)
        info, problem = None, refusal
        if not refusal:
            try:
                info = self.provider(name).info
            except PluginLoadError as error:
                problem = error.message
        return PluginStatus(
            name=name,
            distribution=distribution,
            version=version,
            info=info,
            problem=problem,
            is_refused=bool(refusal),
        )

    def _unknown(self, name: str) -> UnknownProviderError:
        close = difflib.get_close_matches(name, self.names, n=1)
        if close:
            advice = f"did you mean {close[0]}?"
        elif self.names:
            advice = f"installed are: {', '.join(self.names)}"
        else:
            advice = "install one, for example docferry-local"
        return UnknownProviderError(f"there is no provider '{name}'", next_step=advice)


def _load(name: str, points: list[EntryPoint]) -> Provider:
    if len(points) > 1:
        owners = " and ".join(sorted(_distribution(point)[0] for point in points))
        raise PluginLoadError(
            f"provider {name} is claimed by {owners}", next_step="uninstall all but one of them"
        )
    distribution, version = _distribution(points[0])
    try:
        module = points[0].load()
        hooks = _register(name, module)
        info = _read_info(name, hooks)
    except DocferryError as error:
        raise _load_error(name, distribution, version, error.message) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # Wall: importing a stranger's code may raise anything, SystemExit too.
        raise _load_error(name, distribution, version, f"{type(error).__name__}: {error}") from error
    return Provider(info=info, distribution=f"{distribution} {version}", hooks=hooks)


def _register(name: str, module: object) -> pluggy.PluginManager:
    hooks = pluggy.PluginManager("docferry")
    hooks.add_hookspecs(spec)
    try:
        hooks.register(module, name=name)
        hooks.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginLoadError(f"{error} (misspelt, or it needs a newer docferry)") from error
    implemented = {caller.name for caller in hooks.get_hookcallers(module) or ()}
    missing = [hook for hook in REQUIRED_HOOKS if hook not in implemented]
    if missing:
        raise PluginLoadError(f"it does not implement {' and '.join(missing)}")
    return hooks


def _read_info(name: str, hooks: pluggy.PluginManager) -> ProviderInfo:
    info: object = hooks.hook.docferry_provider_info()
    if not isinstance(info, ProviderInfo):
        raise PluginLoadError(f"docferry_provider_info returned {type(info).__name__}, not a ProviderInfo")
    if info.name != name:
        raise PluginLoadError(f"it calls itself {info.name}, but its entry point says {name}")
    if not issubclass(info.options_type, ProviderOptions):
        raise PluginLoadError(f"its options type {info.options_type.__name__} is not a ProviderOptions")
    return info


def _load_error(name: str, distribution: str, version: str, cause: str) -> PluginLoadError:
    return PluginLoadError(
        f"the plugin of provider {name} ({distribution} {version}) is broken: {cause}",
        next_step=f"update or uninstall {distribution}",
    )


def _distribution(point: EntryPoint) -> tuple[str, str]:
    if point.dist is None:
        return point.value, "unknown version"
    return point.dist.name, point.dist.version
