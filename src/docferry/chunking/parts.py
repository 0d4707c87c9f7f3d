"""What chunks are put together from: rendered elements and pieces of elements."""

from collections.abc import Sequence
from dataclasses import dataclass

from docferry.chunking.spans import PackedSpan
from docferry.model import Element, ElementKind, Provenance

__all__ = ["HEADING_KINDS", "Cut", "Part", "join_parts"]

HEADING_KINDS = frozenset({ElementKind.TITLE, ElementKind.HEADING})


@dataclass(slots=True)
class Part:
    """An element, or a piece of one, as it stands in a chunk. Made for every element, so it is kept plain.

    Args:
        text: Markdown or HTML, not empty.
        element: The element.
        path: The headings above it, outermost first, a heading's own text not among them.
        opening: Characters of `text` in front of the element's own.
        closing: Characters of `text` behind the element's own.
        offset: Where in Element.text its own characters begin.
        separator: What stands between it and the part before it in the same chunk.
        is_tied: Whether it should stay in one chunk with the part before it.
        companions: Elements without text that stand with it (a figure's picture), or further parts of a
            stitched table.
        spans: Spans relative to `text`, where one from opening to closing does not describe it.
        regions: Where it stands, where the element's regions are too wide.
    """

    text: str
    element: Element
    path: tuple[str, ...]
    opening: int = 0
    closing: int = 0
    offset: int = 0
    separator: str = "\n\n"
    is_tied: bool = False
    companions: tuple[Element, ...] = ()
    spans: tuple[PackedSpan, ...] | None = None
    regions: tuple[Provenance, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece that was cut off a part.

    Args:
        part: The piece.
        tokens: Tokens of the lead it was cut for and the piece.
    """

    part: Part
    tokens: int


def join_parts(parts: Sequence[Part]) -> str:
    """The text of parts that stand in one chunk."""
    return "".join([parts[0].text, *(part.separator + part.text for part in parts[1:])])
