"""What the service's files say of a page, whichever of them says it: the shape that all readers fill.

Text is plain, boxes are fractions of the page; the words for kinds are still the service's.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from docferry.model import BoundingBox

__all__ = ["Block", "Form", "Item", "Note", "WirePage", "letters_of"]

TAG = re.compile(r"<[^<>]*>")
NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A caption or footnote of a picture, table or piece of code.

    Args:
        text: Plain text.
        box: Where it stands, when that is known.
    """

    text: str
    box: BoundingBox | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a list.

    Args:
        text: Plain text without a bullet sign; numbers stay.
        level: Depth from 1.
        box: Where it stands, when that is known.
    """

    text: str
    level: int = 1
    box: BoundingBox | None = None


@dataclass(frozen=True, kw_only=True)  # without slots, so that what is asked for again and again is kept
class Block:
    """One block of a page.

    Args:
        kind: The service's word.
        text: Plain text; TeX of formulas, source of code, the description of a picture.
        level: Level of a heading, from 1; None for anything else.
        box: Where it stands, when that is known.
        items: What a list or a table of contents holds.
        table: A table as HTML or Markdown.
        image: Address of its picture in the result, or empty.
        captions: Its captions in order.
        footnotes: Its footnotes in order.
        is_apart: Whether the service keeps it apart from the running text, at the end of its page.
        continues: Whether it holds the rest of the block of its kind before it.
        confidence: 0 to 1, or None.
    """

    kind: str
    text: str = ""
    level: int | None = None
    box: BoundingBox | None = None
    items: tuple[Item, ...] = ()
    table: str = ""
    image: str = ""
    captions: tuple[Note, ...] = ()
    footnotes: tuple[Note, ...] = ()
    is_apart: bool = False
    continues: bool = False
    confidence: float | None = None

    @property
    def notes(self) -> tuple[Note, ...]:
        """Captions and footnotes."""
        return (*self.captions, *self.footnotes)

    @property
    def has_body(self) -> bool:
        """Whether it holds anything besides captions and footnotes."""
        return bool(self.text or self.items or self.table or self.image)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing but its place."""
        return not self.has_body and not self.notes

    @property
    def texts(self) -> Iterator[str]:
        """Its texts: that of its own, of its items, notes and table."""
        yield self.text
        yield from (item.text for item in self.items)
        yield from (note.text for note in self.notes)
        yield TAG.sub(" ", self.table) if self.table else ""

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """Its texts, each reduced to letters and digits."""
        return tuple(letters for text in self.texts if text and (letters := letters_of(text)))

    @cached_property
    def letters(self) -> str:
        """All its text reduced to letters and digits, to compare it across files."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class WirePage:
    """One page.

    Args:
        index: The service's number of the page, from 0.
        width: Width in points, or in pixels where the page is a picture; None when unknown.
        height: Height; None when unknown.
        blocks: The blocks in the order received.
    """

    index: int
    width: float | None = None
    height: float | None = None
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Form:
    """One of the files that hold the whole result.

    Args:
        name: Which, for people.
        pages: Its pages, ascending by index; indexes are unique.
        names_blank_pages: Whether pages without text are among the pages.
        counts_absolutely: Whether pages of a selection keep their numbers in the file.
    """

    name: str
    pages: tuple[WirePage, ...]
    names_blank_pages: bool = True
    counts_absolutely: bool = False

    def blocks(self) -> Iterator[Block]:
        """All blocks of all pages."""
        return (block for page in self.pages for block in page.blocks)

    @cached_property
    def weight(self) -> int:
        """How much it holds, in letters and digits."""
        # All of it at once: to reduce many short texts one by one takes several times as long.
        return len(letters_of("\n".join(text for block in self.blocks() for text in block.texts)))


def letters_of(text: str) -> str:
    """The letters and digits of a text, in lower case; wide and narrow forms count as equal."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return NO_LETTER.sub("", plain).casefold()
