"""Cuts documents into chunks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from docferry.chunking.assembly import assemble
from docferry.chunking.blocks import tie_blocks
from docferry.chunking.chunk import Chunk
from docferry.chunking.merging import merge_small
from docferry.chunking.meter import Meter
from docferry.chunking.packer import pack_sections
from docferry.chunking.parts import Draft, Part, join_parts
from docferry.chunking.prefix import Prefixes
from docferry.chunking.sections import read_parts, section_starts
from docferry.chunking.settings import ChunkSettings, Split
from docferry.chunking.tokens import load_tokenizer
from docferry.model import Document

__all__ = ["chunk_document", "stream_chunks"]


def chunk_document(
    document: Document, *, settings: ChunkSettings | None = None, source_name: str = ""
) -> tuple[Chunk, ...]:
    """Cut a document into chunks, in reading order.

    Args:
        document: The document.
        settings: How to cut; the defaults when None.
        source_name: Name of the source, which takes part in chunk ids.

    Returns:
        The chunks; none for a document without text. With Split.CHUNK none is over the budget.

    Raises:
        InvalidOptionsError: The settings name an unknown encoding, or one character of the document needs
            more tokens than the budget has.
        TokenizerUnavailableError: The vocabulary of the encoding cannot be had.
    """
    return tuple(stream_chunks(document, settings=settings, source_name=source_name))


def stream_chunks(
    document: Document, *, settings: ChunkSettings | None = None, source_name: str = ""
) -> Iterator[Chunk]:
    """Cut a document into chunks as they are asked for; what is kept is one page's worth.

    Args:
        document: The document.
        settings: How to cut; the defaults when None.
        source_name: Name of the source, which takes part in chunk ids.

    Yields:
        What `chunk_document` returns, in the same order.

    Raises:
        InvalidOptionsError: As `chunk_document`.
        TokenizerUnavailableError: As `chunk_document`.
    """
    settings = settings or ChunkSettings()
    meter = Meter(load_tokenizer(settings.encoding))
    prefixes = Prefixes(settings, meter, source_name)
    drafts = _drafts(document, settings, meter, prefixes)
    return assemble(drafts, settings=settings, source_name=source_name)


def _drafts(document: Document, settings: ChunkSettings, meter: Meter, prefixes: Prefixes) -> Iterator[Draft]:
    for parts in read_parts(document, settings):
        tie_blocks(parts)
        if settings.split is not Split.CHUNK:
            yield from (_whole(group, meter, prefixes) for group in _wholes(parts, settings.split))
            continue
        drafts = pack_sections(parts, settings=settings, meter=meter, prefixes=prefixes)
        if settings.min_tokens:
            drafts = merge_small(drafts, settings=settings, meter=meter, prefixes=prefixes)
        yield from drafts


def _wholes(parts: Sequence[Part], split: Split) -> Iterator[Sequence[Part]]:
    if split is Split.ELEMENT:
        yield from ([part] for part in parts)
    elif split is Split.SECTION:
        starts = [*section_starts(parts, joins_pages=True), len(parts)]
        yield from (parts[first:end] for first, end in pairwise(starts))
    elif split is Split.PAGE:
        by_page: dict[int, list[Part]] = {}
        for part in parts:
            by_page.setdefault(part.page, []).append(part)
        yield from (by_page[page] for page in sorted(by_page))
    else:
        yield parts


def _whole(parts: Sequence[Part], meter: Meter, prefixes: Prefixes) -> Draft:
    prefix = prefixes.of(parts[0].path)
    text = join_parts(parts)
    return Draft(parts, prefix, text, meter.count_once(prefix + text))
