"""Provider pulse: documents through the Pulse parsing service."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from docferry.model import Ability, Document, PageSelection, ProviderInfo, WebhookEvent
from docferry.plugin import hookimpl
from docferry.provider import JobApi, ParseContext, WebhookSettings
from docferry.sources import Source
from docferry_pulse.formats import FORMATS
from docferry_pulse.options import PulseOptions

if TYPE_CHECKING:
    from docferry.emulation import EmulatedService, EmulatorSettings
    from docferry_pulse.langchain import PulseLoader
    from docferry_pulse.llama_index import PulseReader
    from docferry_pulse.operation_desk import (
        extract_schema,
        extract_schema_async,
        extract_schema_by_topic,
        extract_schema_by_topic_async,
        split,
        split_async,
    )
    from docferry_pulse.operations import SchemaConfig, SchemaResult, SplitResult, Topic, TopicResults
    from docferry_pulse.webhook import verify_webhook

__all__ = [
    "PulseLoader",
    "PulseOptions",
    "PulseReader",
    "SchemaConfig",
    "SchemaResult",
    "SplitResult",
    "Topic",
    "TopicResults",
    "extract_schema",
    "extract_schema_async",
    "extract_schema_by_topic",
    "extract_schema_by_topic_async",
    "split",
    "split_async",
    "verify_webhook",
]

_LAZY = {
    "PulseLoader": "docferry_pulse.langchain",
    "PulseReader": "docferry_pulse.llama_index",
    "verify_webhook": "docferry_pulse.webhook",
    **dict.fromkeys(
        ("SchemaConfig", "SchemaResult", "SplitResult", "Topic", "TopicResults"), "docferry_pulse.operations"
    ),
    **dict.fromkeys(
        (
            *("extract_schema", "extract_schema_async"),
            *("extract_schema_by_topic", "extract_schema_by_topic_async"),
            *("split", "split_async"),
        ),
        "docferry_pulse.operation_desk",
    ),
}


@hookimpl
def docferry_provider_info() -> ProviderInfo:
    """The card of provider pulse; the service publishes no limits that hold for every account."""
    return ProviderInfo(
        name="pulse",
        title="Pulse",
        formats=FORMATS,
        options_type=PulseOptions,
        abilities=frozenset(
            {
                Ability.PAGE_SELECTION,
                Ability.BOXES,
                Ability.OCR,
                Ability.REMOTE,
                Ability.JOBS,
                Ability.ACCOUNT,
                Ability.WEBHOOK,
            }
        ),
        environment=("PULSE_API_KEY", "PULSE_BASE_URL"),
        homepage="https://docs.runpulse.com",
    )


@hookimpl
async def docferry_parse(
    source: Source, pages: PageSelection | None, options: PulseOptions, context: ParseContext
) -> Document:
    """Parse one source through the job engine."""
    from docferry_pulse.api import make_api  # noqa: PLC0415 - as above
    from docferry_pulse.links import by_address  # noqa: PLC0415 - keeps listing providers light

    context = by_address(source, options, context)
    return await context.run_job(make_api(options), source, pages=pages, options=options)


@hookimpl
def docferry_job_api(options: PulseOptions) -> JobApi:
    """Return how to speak with the service."""
    from docferry_pulse.api import make_api  # noqa: PLC0415 - keeps listing providers light

    return make_api(options)


@hookimpl
def docferry_webhook(
    headers: Mapping[str, str], body: bytes, settings: WebhookSettings
) -> tuple[WebhookEvent, ...]:
    """Verify a call of the service's webhook."""
    from docferry_pulse.webhook import read_events  # noqa: PLC0415 - keeps listing providers light

    return read_events(headers, body, settings)


@hookimpl
def docferry_emulator(settings: "EmulatorSettings") -> "EmulatedService":
    """Return the service's protocol as an app that runs on this machine."""
    from docferry_pulse.emulator import make_emulator  # noqa: PLC0415 - needs the extra

    return make_emulator(settings)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
