"""A provider for tests and documentation: what the text says is what the document holds, every time."""

from importlib import import_module
from typing import TYPE_CHECKING

from docferry.model import Ability, Document, FileFormat, PageSelection, ProviderInfo
from docferry.plugin import hookimpl
from docferry.provider import ParseContext
from docferry.sources import Source
from docferry_echo.options import EchoOptions
from docferry_echo.parsing import parse_source

if TYPE_CHECKING:
    from docferry_echo.langchain import EchoLoader
    from docferry_echo.llama_index import EchoReader

__all__ = ["EchoLoader", "EchoOptions", "EchoReader"]

_LAZY = {"EchoLoader": "docferry_echo.langchain", "EchoReader": "docferry_echo.llama_index"}


@hookimpl
def docferry_provider_info() -> ProviderInfo:
    """The card of provider echo."""
    return ProviderInfo(
        name="echo",
        title="Echo",
        formats=(FileFormat(name="Plain text", media_types=("text/plain",), suffixes=(".txt", ".text")),),
        options_type=EchoOptions,
        abilities=frozenset({Ability.PAGE_SELECTION, Ability.BOXES}),
    )


@hookimpl
async def docferry_parse(
    source: Source, pages: PageSelection | None, options: EchoOptions, context: ParseContext
) -> Document:
    """Parse one source; see `docferry_echo.parsing`."""
    return await parse_source(source, pages=pages, options=options, context=context)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
