"""Provider mineru: documents through MinerU's cloud, its agent, or a server of your own."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from docferry.model import Ability, Document, PageSelection, ProviderInfo, WebhookEvent
from docferry.plugin import hookimpl
from docferry.provider import JobApi, ParseContext, WebhookSettings
from docferry.sources import Source
from docferry_mineru.formats import FORMATS
from docferry_mineru.options import MineruOptions

if TYPE_CHECKING:
    from docferry.emulation import EmulatedService, EmulatorSettings
    from docferry_mineru.callbacks import verify_callback
    from docferry_mineru.langchain import MineruLoader
    from docferry_mineru.llama_index import MineruReader

__all__ = ["MineruLoader", "MineruOptions", "MineruReader", "verify_callback"]

_LAZY = {
    "MineruLoader": "docferry_mineru.langchain",
    "MineruReader": "docferry_mineru.llama_index",
    "verify_callback": "docferry_mineru.callbacks",
}


@hookimpl
def docferry_provider_info() -> ProviderInfo:
    """The card of provider mineru. Its services differ in their limits, so that each checks its own."""
    return ProviderInfo(
        name="mineru",
        title="MinerU",
        formats=FORMATS,
        options_type=MineruOptions,
        abilities=frozenset(
            {Ability.BOXES, Ability.OCR, Ability.REMOTE, Ability.JOBS, Ability.ACCOUNT, Ability.WEBHOOK}
        ),
        environment=(
            "MINERU_API_KEY",
            "MINERU_TOKEN",
            "MINERU_BASE_URL",
            "MINERU_SERVER_URL",
            "MINERU_SERVER_API_KEY",
            "MINERU_SEED",
        ),
        homepage="https://mineru.net",
    )


@hookimpl
async def docferry_parse(
    source: Source, pages: PageSelection | None, options: MineruOptions, context: ParseContext
) -> Document:
    """Parse one source through the job engine."""
    from docferry_mineru.api import make_api  # noqa: PLC0415 - keeps listing providers light
    from docferry_mineru.routing import parse_source  # noqa: PLC0415 - as above

    return await parse_source(make_api(options), source, pages=pages, context=context)


@hookimpl
def docferry_job_api(options: MineruOptions) -> JobApi:
    """Return how to speak with the service."""
    from docferry_mineru.api import make_api  # noqa: PLC0415 - keeps listing providers light

    return make_api(options)


@hookimpl
def docferry_webhook(
    headers: Mapping[str, str], body: bytes, settings: WebhookSettings
) -> tuple[WebhookEvent, ...]:
    """Verify a callback of the cloud."""
    from docferry_mineru.callbacks import read_events  # noqa: PLC0415 - keeps listing providers light

    return read_events(headers, body, settings)


@hookimpl
def docferry_emulator(settings: "EmulatorSettings") -> "EmulatedService":
    """Return the cloud's and the agent's protocols as an app that runs on this machine."""
    from docferry_mineru.emulator import make_emulator  # noqa: PLC0415 - needs the extra

    return make_emulator(settings)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
