"""What SoMark's Markdown has beyond CommonMark.

A caption is a paragraph that begins with ": ", and [[TOC]] stands for a table of contents.
Source: docs.somark.cn/en/open-source-tools/somarkdown/syntax.md (read 2026-11-21).
"""

from dataclasses import replace

from docferry.model import ElementKind
from docferry.reading import Piece, read_markdown

__all__ = ["read_dialect"]

CAPTION_MARK = ": "
TOC_MARK = "[[TOC]]"


def read_dialect(text: str) -> tuple[Piece, ...]:
    """Read SoMark's Markdown into pieces."""
    return tuple(_named(piece) for piece in read_markdown(text))


def _named(piece: Piece) -> Piece:
    if piece.kind is not ElementKind.PARAGRAPH:
        return piece
    if piece.text.startswith(CAPTION_MARK):
        return replace(piece, kind=ElementKind.CAPTION, text=piece.text.removeprefix(CAPTION_MARK).strip())
    if piece.text.strip().upper() == TOC_MARK:
        return replace(piece, kind=ElementKind.TOC, text=piece.text.strip())
    return piece
