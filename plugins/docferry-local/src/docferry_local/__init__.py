"""The default provider: parses PDF, Markdown and plain text on this machine, offline and without a key."""

from importlib import import_module
from typing import TYPE_CHECKING

from docferry.model import Ability, Document, FileFormat, PageSelection, ProviderInfo
from docferry.plugin import hookimpl
from docferry.provider import ParseContext
from docferry.sources import Source
from docferry_local.options import LocalOptions

if TYPE_CHECKING:
    from docferry_local.langchain import LocalLoader
    from docferry_local.llama_index import LocalReader

__all__ = ["LocalLoader", "LocalOptions", "LocalReader"]

_LAZY = {"LocalLoader": "docferry_local.langchain", "LocalReader": "docferry_local.llama_index"}


@hookimpl
def docferry_provider_info() -> ProviderInfo:
    """The card of provider local."""
    return ProviderInfo(
        name="local",
        title="Local parser (liteparse)",
        formats=(
            FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",)),
            FileFormat(name="Markdown", media_types=("text/markdown",), suffixes=(".md", ".markdown")),
            FileFormat(name="Plain text", media_types=("text/plain",), suffixes=(".txt", ".text")),
        ),
        options_type=LocalOptions,
        abilities=frozenset({Ability.PAGE_SELECTION, Ability.BOXES}),
        homepage="https://github.com/run-llama/liteparse",
    )


@hookimpl
async def docferry_parse(
    source: Source, pages: PageSelection | None, options: LocalOptions, context: ParseContext
) -> Document:
    """Parse one source; see `docferry_local.parsing`, imported when first needed because liteparse is."""
    from docferry_local.parsing import parse_source  # noqa: PLC0415 - keeps listing providers light

    return await parse_source(source, pages=pages, options=options, context=context)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
