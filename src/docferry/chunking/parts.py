"""What chunks are put together from: rendered elements and pieces of elements."""

from collections.abc import Sequence
from dataclasses import dataclass

from docferry.chunking.spans import PackedSpan
from docferry.model import Element, ElementKind, Provenance

__all__ = ["HEADING_KINDS", "Cut", "Draft", "Part", "join_parts"]

HEADING_KINDS = frozenset({ElementKind.TITLE, ElementKind.HEADING})


class Part:
    """An element, or a piece of one, as it stands in a chunk.

    One is made for every element and read many times. Slots are read in a fifth of the time that attributes
    of the class take, and four arguments are passed in a third of the time of a dataclass's thirteen.

    Args:
        text: Markdown or HTML, not empty.
        element: The element.
        path: The headings above it, outermost first, a heading's own text not among them.
        page: The page it begins on.
    """

    __slots__ = (
        "closing",
        "companions",
        "element",
        "is_heading",
        "is_tied",
        "offset",
        "opening",
        "page",
        "path",
        "regions",
        "separator",
        "spans",
        "text",
    )

    opening: int
    """Characters of `text` in front of the element's own."""
    closing: int
    """Characters of `text` behind the element's own."""
    offset: int
    """Where in Element.text its own characters begin."""
    is_heading: bool
    """Whether the element is a title or heading."""
    separator: str
    """What stands between it and the part before it in the same chunk."""
    is_tied: bool
    """Whether it should stay in one chunk with the part before it."""
    companions: tuple[Element, ...]
    """Elements without text that stand with it (a figure's picture), or further parts of a stitched table."""
    spans: tuple[PackedSpan, ...] | None
    """Spans relative to `text`, where one from opening to closing does not describe it."""
    regions: tuple[Provenance, ...] | None
    """Where it stands, where the element's regions are too wide."""

    def __init__(self, text: str, element: Element, path: tuple[str, ...], page: int) -> None:
        self.text = text
        self.element = element
        self.path = path
        self.page = page
        self.opening = self.closing = self.offset = 0
        self.is_heading = self.is_tied = False
        self.separator = "\n\n"
        self.companions = ()
        self.spans = self.regions = None


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
