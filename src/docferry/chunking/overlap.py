"""The end of a chunk, repeated at the beginning of the next."""

import re

from docferry.chunking.graphemes import is_grapheme_border
from docferry.chunking.meter import Meter
from docferry.chunking.parts import Part
from docferry.chunking.sentences import stretches

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
    if part.element.table is not None or part.is_heading:
        return None
    if part.closing:
        return None
    body = part.text[part.opening :]
    start = len(body)
    for sentence in reversed(stretches(body, part.element.kind)[0]):
        if meter.count_once(body[sentence:]) > tokens:
            break
        start = sentence
    if start == len(body):
        start = _word_start(body, tokens, meter)
    if start == len(body):
        return None
    overlap = Part(body[start:], part.element, part.path, part.page)
    overlap.offset = part.offset + start
    end = overlap.offset + len(overlap.text)
    overlap.spans = ((0, len(overlap.text), part.element.id, overlap.offset, end, False, True),)
    return overlap


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
