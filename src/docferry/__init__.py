"""docferry carries documents through any parsing service and lands them as chunks with proof of origin.

Importing this package imports none of its rooms: each public name is fetched when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
    from docferry.chunking import Chunk, ChunkSettings, chunk_document
    from docferry.errors import DocferryError
    from docferry.ingest import Ingestor, JobDesk, OnError, Outcome, Report, collect, parse, submit
    from docferry.model import Document, Element, ElementKind, PageSelection, decode_document, encode_document
    from docferry.provider import JobSettings
    from docferry.rendering import render_markdown
    from docferry.sources import Source

__all__ = [
    "Chunk",
    "ChunkSettings",
    "DocferryError",
    "Document",
    "Element",
    "ElementKind",
    "Ingestor",
    "JobDesk",
    "JobSettings",
    "OnError",
    "Outcome",
    "PageSelection",
    "Report",
    "Source",
    "__version__",
    "chunk",
    "chunk_document",
    "collect",
    "decode_document",
    "encode_document",
    "parse",
    "render_markdown",
    "submit",
]

_ROOMS = {
    "Chunk": "chunking",
    "ChunkSettings": "chunking",
    "DocferryError": "errors",
    "Document": "model",
    "Element": "model",
    "ElementKind": "model",
    "Ingestor": "ingest",
    "JobDesk": "ingest",
    "JobSettings": "provider",
    "OnError": "ingest",
    "Outcome": "ingest",
    "PageSelection": "model",
    "Report": "ingest",
    "Source": "sources",
    "chunk_document": "chunking",
    "collect": "ingest",
    "decode_document": "model",
    "encode_document": "model",
    "parse": "ingest",
    "render_markdown": "rendering",
    "submit": "ingest",
}


def chunk(
    document: "Document | str", *, max_tokens: int = 512, encoding: str = "o200k_base", source_name: str = ""
) -> "tuple[Chunk, ...]":
    """Cut a document into chunks.

    Args:
        document: What `parse` returned, or a provider; or a Markdown text, whose chunks have no pages.
        max_tokens: Budget of one chunk in tokens of the encoding, heading path included.
        encoding: Name of a tiktoken encoding. `chunk_document` takes all other settings.
        source_name: Takes part in the chunks' ids: give the name under which the document is indexed.

    Returns:
        The chunks in reading order.

    Raises:
        InvalidOptionsError: The budget is too small, or there is no such encoding.
        TokenizerUnavailableError: The encoding's vocabulary is not to be had.
    """
    from docferry.chunking import ChunkSettings, chunk_document  # noqa: PLC0415 - light import

    settings = ChunkSettings(max_tokens=max_tokens, encoding=encoding)
    if isinstance(document, str):
        from docferry.reading import read_text  # noqa: PLC0415 - light import

        document = read_text(document)
    return chunk_document(document, settings=settings, source_name=source_name)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - light import

        return version("docferry")
    if name in _ROOMS:
        return getattr(import_module(f"docferry.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'docferry' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
