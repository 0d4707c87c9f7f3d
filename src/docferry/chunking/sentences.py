"""Where prose and code may be cut: after sentences and lines."""

import re
from itertools import pairwise

from docferry.model import ElementKind

__all__ = ["cut_points", "pieces_of"]

_CLOSERS = "\"'”’»)\\]」』）】》〉"
_SENTENCE_END = re.compile(
    rf"[.!?…]+[{_CLOSERS}]*(?=\s)"  # Latin: a sentence ends before white space
    rf"|[。！？；｡]+[…{_CLOSERS}]*"  # Chinese and Japanese: no white space needed
    r"|[؟۔।॥։።]+(?=\s)"
    r"|\n[^\S\n]*(?=\n)"  # an empty line ends everything
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“‘])(?:[A-Za-z]|[A-Za-z]\.[A-Za-z.]*|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|No|Nos|Fig|Figs|Eq|Eqs|Sec|Ch|Vol|vol|pp|ca|cf"
    r"|vs|al|etc|Inc|Ltd|Co|Corp|approx|Art|Abs|Nr|bzw|resp)\.$"
)
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t]*\(?\d{1,3}\.$")
_LINE_END = re.compile(r"\n")
_LINES = frozenset({ElementKind.CODE, ElementKind.TOC, ElementKind.FORMULA})


def cut_points(text: str, kind: ElementKind) -> list[int]:
    """Where the text may be cut, ascending, without its two ends: after each sentence, or after each line.

    Code, formulas and tables of contents are cut after lines, everything else after sentences. A point stands
    before the white space that follows the sentence or line.
    """
    if kind in _LINES:
        points = [found.start() for found in _LINE_END.finditer(text)]
    else:
        points = [found.end() for found in _SENTENCE_END.finditer(text) if _ends_sentence(text, found)]
    return [point for point in points if 0 < point < len(text)]


def pieces_of(text: str, points: list[int], kind: ElementKind) -> tuple[list[str], list[str]]:
    """Cut a text.

    Args:
        text: Text without white space around it.
        points: Where to cut, ascending.
        kind: What the text is; lines of code keep their indent.

    Returns:
        The pieces, none empty, and the white space after each piece. Joined one after the other they are the
        text.
    """
    white = "\r\n" if kind in _LINES else None
    pieces: list[str] = []
    spaces: list[str] = []
    for first, end in pairwise([0, *points, len(text)]):
        piece = text[first:end]
        body = piece.strip(white) if piece.strip() else ""
        lead = len(piece) - len(piece.lstrip(white)) if body else len(piece)
        if spaces:
            spaces[-1] += piece[:lead]
        if body:
            pieces.append(body)
            spaces.append(piece[lead + len(body) :])
    return pieces, spaces


def _ends_sentence(text: str, found: re.Match[str]) -> bool:
    if found.group() != ".":
        return True
    rest = text[found.end() : found.end() + 80].lstrip()
    if rest[:1].islower():
        return False
    before = text[max(found.end() - 16, 0) : found.end()]
    return _ABBREVIATION.search(before) is None and _LIST_NUMBER.search(before) is None
