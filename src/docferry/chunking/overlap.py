"""The end of a chunk, repeated at the beginning of the next."""

import re
from dataclasses import replace

from docferry.chunking.graphemes import is_grapheme_border
from docferry.chunking.meter import Meter
from docferry.chunking.parts import HEADING_KINDS, Part
from docferry.chunking.sentences import cut_points, pieces_of

__all__ = ["overlap_of"]

_WORD_START = re.compile(r"(?<=\s)\S")


def overlap_of(part: Part, *, tokens: int, meter: Meter) -> Part | None:
    """The end of a part, as a part that is marked as a repeat.

    Whole sentences or lines where at least one fits, else words. Tables, formulas and headings are not
    repeated.

    Args:
        part: The last part of the chunk before.
        tokens: The most it may have.
        meter: Counts.

    Returns:
        The overlap, or None when there is nothing to repeat.
    """
    if part.spans is not None or part.element.table is not None or part.element.kind in HEADING_KINDS:
        return None
    if part.closing:
        return None
    body = part.text[part.opening :]
    kind = part.element.kind
    pieces, spaces = pieces_of(body, cut_points(body, kind), kind)
    start = position = len(body)
    for piece, space in zip(reversed(pieces), reversed(spaces), strict=True):
        position -= len(piece) + len(space)
        if meter.count_once(body[position:]) > tokens:
            break
        start = position
    if start == len(body):
        start = _word_start(body, tokens, meter)
    if start == len(body):
        return None
    text = body[start:]
    offset = part.offset + start
    span = (0, len(text), part.element.id, offset, offset + len(text), False, True)
    return replace(
        part, text=text, opening=0, offset=offset, spans=(span,), companions=(), is_tied=False, separator=""
    )


def _word_start(body: str, tokens: int, meter: Meter) -> int:
    size = min(tokens * 4, len(body))
    while size > 0:
        start = len(body) - size
        found = _WORD_START.search(body, max(start, 1))
        if found is not None:
            start = found.start()
        while not is_grapheme_border(body, start):
            start += 1
        if meter.count_once(body[start:]) <= tokens:
            return start
        size = (len(body) - start) * 2 // 3
    return len(body)
