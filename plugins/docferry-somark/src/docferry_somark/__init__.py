"""Provider somark: documents through the SoMark parsing service."""

from importlib import import_module
from typing import TYPE_CHECKING

from docferry.model import Ability, Document, Limits, PageSelection, ProviderInfo
from docferry.plugin import hookimpl
from docferry.provider import JobApi, ParseContext
from docferry.sources import Source
from docferry_somark.formats import FORMATS
from docferry_somark.options import MAX_PAGES, MAX_SIZE_BYTES, SomarkOptions

if TYPE_CHECKING:
    from docferry.emulation import EmulatedService, EmulatorSettings
    from docferry_somark.langchain import SomarkLoader
    from docferry_somark.llama_index import SomarkReader

__all__ = ["SomarkLoader", "SomarkOptions", "SomarkReader"]

_LAZY = {"SomarkLoader": "docferry_somark.langchain", "SomarkReader": "docferry_somark.llama_index"}


@hookimpl
def docferry_provider_info() -> ProviderInfo:
    """The card of provider somark; its limits are those published, which the options may change."""
    return ProviderInfo(
        name="somark",
        title="SoMark",
        formats=FORMATS,
        options_type=SomarkOptions,
        limits=Limits(
            max_size_bytes=MAX_SIZE_BYTES, max_pages=MAX_PAGES, concurrency=1, requests_per_second=1.0
        ),
        abilities=frozenset({Ability.BOXES, Ability.OCR, Ability.REMOTE, Ability.JOBS, Ability.ACCOUNT}),
        environment=("SOMARK_API_KEY", "SOMARK_BASE_URL"),
        homepage="https://docs.somark.cn",
    )


@hookimpl
async def docferry_parse(
    source: Source, pages: PageSelection | None, options: SomarkOptions, context: ParseContext
) -> Document:
    """Parse one source through the job engine."""
    from docferry_somark.api import make_api  # noqa: PLC0415 - keeps listing providers light

    return await context.run_job(make_api(options), source, pages=pages, options=options)


@hookimpl
def docferry_job_api(options: SomarkOptions) -> JobApi:
    """Return how to speak with the service."""
    from docferry_somark.api import make_api  # noqa: PLC0415 - keeps listing providers light

    return make_api(options)


@hookimpl
def docferry_emulator(settings: "EmulatorSettings") -> "EmulatedService":
    """Return the service's protocol as an app that runs on this machine."""
    from docferry_somark.emulator import make_emulator  # noqa: PLC0415 - needs the extra

    return make_emulator(settings)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
