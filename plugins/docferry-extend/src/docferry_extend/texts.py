"""The texts of blocks: Markdown inside them, and the marks that the service writes around them. Pure."""

import re
from collections.abc import Sequence

from docferry.model import ElementKind
from docferry.reading import Piece, read_markdown

__all__ = ["bare_formula", "is_within", "read_heading", "read_pieces", "squeeze", "texts_of", "unwrap"]

MAX_LEVEL = 6

# What makes it worth to read a text as Markdown: lists, headings, tables, code, emphasis, links.
MARKUP = re.compile(
    r"^\s{0,3}(?:[-*+]\s+\S|\d{1,9}[.)]\s+\S|\#{1,6}\s+\S|```|~~~|\|)|<table\b|<br|\*\*|__|\]\(",
    re.MULTILINE | re.IGNORECASE,
)
HEADING_MARK = re.compile(r"(#{1,6})\s+(?=\S)")
EMPHASIS = re.compile(r"^(\*\*|__)(?=\S)(.+?)(?<=\S)\1$")
LINK_TARGET = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
TAG = re.compile(r"</?[A-Za-z][^<>]*>")

# The options of the service call such marks enrichments: <page_number>1</page_number>, [page_number: 1].
# Source: extend-ai 1.20.0, types/parse_config_advanced_options.py (read 2026-11-22).
NAMES = "barcode|figure|footer|formula|header|key_value|page_number|qr_code|signature|stamp"
IN_TAGS = re.compile(rf"<({NAMES})\b[^<>]*>(.*)</\1>", re.IGNORECASE | re.DOTALL)
IN_BRACKETS = re.compile(rf"\[({NAMES}):(.*)\]", re.IGNORECASE | re.DOTALL)
MATH_MARKS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))


def unwrap(text: str) -> str:
    """The text without one of the service's marks around the whole of it."""
    stripped = text.strip()
    found = IN_TAGS.fullmatch(stripped) or IN_BRACKETS.fullmatch(stripped)
    return found[2].strip() if found else stripped


def read_pieces(text: str) -> tuple[Piece, ...]:
    """Read the text of a block as Markdown, unless that loses letters; then it is one paragraph as it is."""
    stripped = text.strip()
    if not stripped:
        return ()
    if MARKUP.search(stripped):
        pieces = read_markdown(stripped)
        bare = TAG.sub("", LINK_TARGET.sub("]", stripped))
        if _holds("".join(map(_squeezed_piece, pieces)), squeeze(bare)):
            return pieces
    return (Piece(kind=ElementKind.PARAGRAPH, text=stripped),)


def read_heading(text: str) -> tuple[str, int | None]:
    """The text of a heading on one line and its level; None when its marks do not tell."""
    stripped = " ".join(text.split())
    mark = HEADING_MARK.match(stripped)
    level = len(mark[1]) if mark else None
    bare = stripped[mark.end() :] if mark else stripped
    inner = EMPHASIS.match(bare)
    return (inner[2] if inner else bare), level


def bare_formula(text: str) -> str:
    """A formula without the marks around it."""
    stripped = text.strip()
    for opening, closing in MATH_MARKS:
        inner = stripped[len(opening) : -len(closing)]
        is_wrapped = stripped.startswith(opening) and stripped.endswith(closing)
        if is_wrapped and inner.strip() and closing not in inner:
            return inner.strip()
    return stripped


def squeeze(text: str) -> str:
    """Letters and digits alone, to compare texts by."""
    return "".join(character for character in text if character.isalnum())


def is_within(part: str, whole: str) -> bool:
    """Whether the letters of one text stand in another one."""
    return squeeze(part) in squeeze(whole)


def _holds(whole: str, part: str) -> bool:
    """Whether a text has all letters of another one in their order, perhaps with more between them."""
    letters = iter(whole)
    return all(letter in letters for letter in part)


def _squeezed_piece(piece: Piece) -> str:
    if piece.table is None:
        return squeeze(piece.text)
    return "".join(squeeze(cell.text) for cell in piece.table.cells)


def texts_of(pieces: Sequence[Piece]) -> str:
    """The texts of pieces, each a paragraph."""
    return "\n\n".join(piece.text for piece in pieces if piece.text)
