"""What Pulse's Markdown has beyond CommonMark: marks of pages, figures as HTML, and runs of filler.

Each page is followed by a line `<!-- PageBreak [N] -->`, the last one too; N counts the pages processed.
Seen in genuine output (github.com/OmkarRayAI/rag-vs-llmwiki, read 2026-11-21); documented nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docferry.model import ElementKind
from docferry.reading import Piece, read_markdown
from docferry.reading.values import page_number_of

__all__ = ["Mark", "Section", "collapse_fillers", "read_sections"]

PAGE_BREAK = re.compile(r"<!--\s*page[\s_-]*break\b\s*\[?\s*(\d{1,6})?\s*\]?\s*-->", re.IGNORECASE)
FIGURE = re.compile(r"<figure\b([^<>]*)>(.*?)</figure\s*>", re.IGNORECASE | re.DOTALL)
FIGURE_CAPTION = re.compile(r"<figcaption\b[^<>]*>(.*?)</figcaption\s*>", re.IGNORECASE | re.DOTALL)
STRAY_TAG = re.compile(r"</?(?:figure|figcaption)\b[^<>]*>", re.IGNORECASE)
ANY_ID = re.compile(r"\b(?:data-bb-[\w-]*id|id)\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
IMAGE_SOURCE = re.compile(r"<img\b[^<>]*?\bsrc\s*=\s*[\"']([^\"']+)[\"'][^<>]*>", re.IGNORECASE)

# Dotted leaders, rows of bullets and lines to write on, which some models blow up to thousands of characters.
FILLER = re.compile(r"([^\w\s]{1,3}?|_)(?:[ \t\n]*\1){19,}")
FILLER_KEPT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One piece of the text.

    Args:
        piece: The piece.
        id: The service's id in its tag, or empty.
        is_caption: Whether it is the caption of the figure before it.
    """

    piece: Piece
    id: str = ""
    is_caption: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands between two marks of pages.

    Args:
        number: The number in the mark behind it; None for text behind the last mark, or without marks.
        is_closed: Whether a mark stands behind it.
        marks: Its pieces in order.
    """

    number: int | None
    is_closed: bool
    marks: tuple[Mark, ...]


def read_sections(text: str) -> tuple[Section, ...]:
    """Read Markdown into its pages; text without marks is one section.

    What stands behind the last mark is a section of its own, unless it is blank.
    """
    sections: list[Section] = []
    start = 0
    for match in PAGE_BREAK.finditer(text):
        number = page_number_of(match.group(1))
        marks = tuple(_marks(text[start : match.start()]))
        sections.append(Section(number=number, is_closed=True, marks=marks))
        start = match.end()
    rest = tuple(_marks(text[start:]))
    if rest or not sections:
        sections.append(Section(number=None, is_closed=False, marks=rest))
    return tuple(sections)


def collapse_fillers(text: str) -> str:
    """The text with long runs of the same signs cut to three; letters and digits are never touched."""
    return FILLER.sub(lambda match: match.group(1) * FILLER_KEPT, text)


def _marks(text: str) -> Iterator[Mark]:
    start = 0
    for match in FIGURE.finditer(text):
        yield from _plain_marks(text[start : match.start()])
        yield from _figure_marks(match.group(1), match.group(2))
        start = match.end()
    yield from _plain_marks(text[start:])


def _plain_marks(text: str) -> Iterator[Mark]:
    if text.strip():
        for piece in read_markdown(STRAY_TAG.sub("\n\n", text)):
            yield Mark(piece=piece)


def _figure_marks(attributes: str, content: str) -> Iterator[Mark]:
    """A figure: what it shows as text, tables inside it as tables, and its caption."""
    caption = " ".join(" ".join(FIGURE_CAPTION.findall(content)).split())
    found = IMAGE_SOURCE.search(content)
    inner = read_markdown(STRAY_TAG.sub("\n\n", IMAGE_SOURCE.sub("", FIGURE_CAPTION.sub("", content))))
    shown = "\n".join(piece.text for piece in inner if piece.text)
    identity = ANY_ID.search(attributes) or ANY_ID.search(content)
    yield Mark(
        piece=Piece(kind=ElementKind.FIGURE, text=shown, image_address=found.group(1) if found else ""),
        id=identity.group(1) if identity else "",
    )
    for piece in read_markdown(caption):
        yield Mark(piece=Piece(kind=ElementKind.CAPTION, text=piece.text), is_caption=True)
    for piece in inner:
        if piece.table is not None:
            yield Mark(piece=piece)
