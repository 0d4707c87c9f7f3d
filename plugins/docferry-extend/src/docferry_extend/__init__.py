"""Provider extend: documents through the Extend parsing service."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from docferry.model import Ability, Document, Limits, PageSelection, ProviderInfo, WebhookEvent
from docferry.plugin import hookimpl
from docferry.provider import JobApi, ParseContext, WebhookSettings
from docferry.sources import Source
from docferry_extend.formats import FORMATS
from docferry_extend.options import ExtendOptions

if TYPE_CHECKING:
    from docferry.emulation import EmulatedService, EmulatorSettings
    from docferry_extend.langchain import ExtendLoader
    from docferry_extend.llama_index import ExtendReader
    from docferry_extend.references import extend_file
    from docferry_extend.runs import delete_run
    from docferry_extend.webhook import verify_webhook
    from docferry_extend.words import RecognisedText, read_lines, read_words

__all__ = [
    "ExtendLoader",
    "ExtendOptions",
    "ExtendReader",
    "RecognisedText",
    "delete_run",
    "extend_file",
    "read_lines",
    "read_words",
    "verify_webhook",
]

_LAZY = {
    "ExtendLoader": "langchain",
    "ExtendReader": "llama_index",
    "RecognisedText": "words",
    "delete_run": "runs",
    "extend_file": "references",
    "read_lines": "words",
    "read_words": "words",
    "verify_webhook": "webhook",
}


@hookimpl
def docferry_provider_info() -> ProviderInfo:
    """The card of provider extend; its limits are those published, which the options may change."""
    return ProviderInfo(
        name="extend",
        title="Extend",
        formats=FORMATS,
        options_type=ExtendOptions,
        limits=Limits(concurrency=20, requests_per_second=10.0),
        abilities=frozenset(
            {
                Ability.ACCOUNT,
                Ability.BOXES,
                Ability.JOBS,
                Ability.OCR,
                Ability.PAGE_SELECTION,
                Ability.REMOTE,
                Ability.WEBHOOK,
            }
        ),
        environment=("EXTEND_API_KEY", "EXTEND_BASE_URL"),
        homepage="https://docs.extend.ai",
    )


@hookimpl
async def docferry_parse(
    source: Source, pages: PageSelection | None, options: ExtendOptions, context: ParseContext
) -> Document:
    """Parse one source through the job engine."""
    from docferry_extend.api import make_api  # noqa: PLC0415 - keeps listing providers light
    from docferry_extend.references import by_reference, reference_of  # noqa: PLC0415 - as above

    reference = reference_of(source, options)
    if reference is not None:
        context = by_reference(context, source, reference, trust_url=options.trust_url)
    api = make_api(options, reference=reference)
    return await context.run_job(api, source, pages=pages, options=options)


@hookimpl
def docferry_job_api(options: ExtendOptions) -> JobApi:
    """Return how to speak with the service."""
    from docferry_extend.api import make_api  # noqa: PLC0415 - keeps listing providers light

    return make_api(options)


@hookimpl
def docferry_webhook(
    headers: Mapping[str, str], body: bytes, settings: WebhookSettings
) -> tuple[WebhookEvent, ...]:
    """Verify a call of the service, and return the runs it is about."""
    from docferry_extend.webhook import read_events  # noqa: PLC0415 - keeps listing providers light

    return read_events(headers, body, settings)


@hookimpl
def docferry_emulator(settings: "EmulatorSettings") -> "EmulatedService":
    """Return the service's protocol as an app that runs on this machine."""
    from docferry_extend.emulator import make_emulator  # noqa: PLC0415 - needs the extra

    return make_emulator(settings)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
