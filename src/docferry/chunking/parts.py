"""What chunks are put together from: rendered elements and pieces of elements."""

from collections.abc import Sequence
from dataclasses import dataclass

from docferry.chunking.spans import PackedSpan
from docferry.model import Element, ElementKind, Provenance

__all__ = ["HEADING_KINDS", "Cut", "Draft", "Part", "join_parts"]

HEADING_KINDS = frozenset({ElementKind.TITLE, ElementKind.HEADING})


@dataclass(slots=True, eq=False)
class Part:
    """An element, or a piece of one, as it stands in a chunk.

    One is made for every element and read many times: slots are read in a seventh of the time that defaults
    of a class take. Not frozen: what reads, ties and stitches elements fills in one thing after another.

    Args:
        text: Markdown or HTML, not empty.
        element: The element.
        path: The headings above it, outermost first, a heading's own text not among them.
        page: The page it begins on.
        opening: Characters of `text` in front of the element's own.
        closing: Characters of `text` behind the element's own.
        offset: Where in Element.text its own characters begin.
        is_heading: Whether the element is a title or heading.
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
    page: int
    opening: int = 0
    closing: int = 0
    offset: int = 0
    is_heading: bool = False
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


@dataclass(slots=True)
class Draft:
    """What will be a chunk. Not frozen, which would double what it costs; nobody changes one.

    Args:
        parts: Its parts in order, not empty.
        prefix: What stands in front, with its line breaks; or nothing.
        text: The text of the parts.
        tokens: Tokens of prefix and text.
    """

    parts: Sequence[Part]
    prefix: str
    text: str
    tokens: int


def join_parts(parts: Sequence[Part]) -> str:
    """The text of parts that stand in one chunk."""
    texts = [parts[0].text]
    for part in parts[1:]:
        texts += (part.separator, part.text)
    return "".join(texts)
