"""Chunks as rows of JSON."""

import json
from typing import TypedDict

from docferry.chunking import Chunk

__all__ = ["ChunkRow", "PlaceRow", "as_json_line", "chunk_row", "write_json_line"]


class PlaceRow(TypedDict):
    """Where a chunk was taken from: page 1-based, box as fractions [left, top, right, bottom] or null."""

    page: int
    box: list[float] | None
    element_id: str


class ChunkRow(TypedDict):
    """One line of JSONL.

    `page` and `page_end` are the first and last page. They are null, and `pages` and `regions` empty, when
    nothing of the chunk has a known place, as in Markdown from a service that tells no pages.
    """

    id: str
    text: str
    text_to_embed: str
    token_count: int
    source: str
    page: int | None
    page_end: int | None
    pages: list[int]
    headings: list[str]
    kinds: list[str]
    regions: list[PlaceRow]


def chunk_row(chunk: Chunk, *, source: str) -> ChunkRow:
    """Make the row of a chunk; its keys keep their order.

    Args:
        chunk: The chunk.
        source: Name of its source.
    """
    return ChunkRow(
        id=chunk.id,
        text=chunk.text,
        text_to_embed=chunk.text_to_embed,
        token_count=chunk.token_count,
        source=source,
        page=chunk.pages[0] if chunk.pages else None,
        page_end=chunk.pages[-1] if chunk.pages else None,
        pages=list(chunk.pages),
        headings=list(chunk.headings),
        kinds=[kind.value for kind in chunk.kinds],
        regions=[
            PlaceRow(
                page=place.page,
                box=None if place.box is None else list(place.box.as_tuple()),
                element_id=place.element_id,
            )
            for place in chunk.regions
        ],
    )


def write_json_line(value: object) -> str:
    """Any value as one line of JSON with its line end."""
    return as_json_line(json.dumps(value, ensure_ascii=False))


def as_json_line(text: str) -> str:
    """JSON text as one line with its line end.

    Some readers end lines at U+0085, U+2028 and U+2029 too, so these are written as escapes.
    """
    for separator in ("\x85", "\u2028", "\u2029"):
        if separator in text:
            text = text.replace(separator, f"\\u{ord(separator):04x}")
    return f"{text}\n"
