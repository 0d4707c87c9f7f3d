"""The levels of headings, repaired.

Providers that see more than one level are believed. Where they give every heading one level, or none, the
numbers in front of the headings speak (2.3.1 is a third level), and where there are no numbers, the height of
the letters does, as far as boxes of one line tell it.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from docferry.model import Element, ElementKind

__all__ = ["heading_depths"]

_TITLE = ElementKind.TITLE
_NUMBER = re.compile(
    r"(?:§\s*)?(\d{1,3}(?:[.．]\d{1,3})*|[A-Z](?:[.．]\d{1,3})+|[A-Z](?=[.．]\s))[.．、)]?(?=\s|[\u4e00-\u9fff])"
)
_MAY_BE_NUMBERED = re.compile(
    r"[\d§第附一二三四五六七八九十(（]|[A-Z][.．]|part|book|chapter|app|annex|section|article", re.IGNORECASE
)
_NAMED = (
    re.compile(r"(?:part|book)\s+[\dIVXLC]+\b|第[一二三四五六七八九十百零〇\d]+[编部篇]", re.IGNORECASE),
    re.compile(
        r"(?:chapter|appendix|annex)\s+[\dA-Z]+\b|第[一二三四五六七八九十百零〇\d]+章|附录", re.IGNORECASE
    ),
    re.compile(r"section\s+\d+\b|第[一二三四五六七八九十百零〇\d]+节", re.IGNORECASE),
    re.compile(r"article\s+\d+\b|第[一二三四五六七八九十百零〇\d]+条", re.IGNORECASE),
)
_CHINESE_NUMBERS = (
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"[(（][一二三四五六七八九十]+[)）]"),
)
_HEIGHT_STEP = 1.25  # letters this much taller make a level of their own
_MOST_HEIGHTS = 4
_LINE_SHAPE = 0.5  # width of a line over its height and its Latin letters, in fractions of an upright page


def heading_depths(headings: Sequence[Element]) -> list[int]:
    """The depth of each title and heading, 1 for the outermost; no depth is skipped on the way down.

    Args:
        headings: The titles and headings of a document in reading order.
    """
    return _without_skips(_levels(headings))


def _levels(headings: Sequence[Element]) -> list[int]:
    given = [heading.level for heading in headings if heading.level is not None]
    below_title = [heading.level for heading in headings if heading.kind is not _TITLE]
    if len(set(below_title)) > 1 and len(set(given)) > 1:
        return _levels_as_given(headings)
    inner = [heading for heading in headings if heading.kind is not _TITLE]
    found = _levels_by_number(inner) or _levels_by_height(inner) or [1] * len(inner)
    if len(inner) == len(headings):
        return found
    rest = iter(found)
    return [1 if heading.kind is _TITLE else next(rest) + 1 for heading in headings]


def _levels_as_given(headings: Sequence[Element]) -> list[int]:
    """Levels of the provider; a heading without one gets that of the heading before it."""
    levels: list[int] = []
    before = 1
    for heading in headings:
        before = heading.level or (1 if heading.kind is _TITLE else max(before, 2))
        levels.append(before)
    return levels


def _levels_by_number(headings: Sequence[Element]) -> list[int] | None:
    """Levels from numbers such as 2.3.1; None when their numbers are all equally deep."""
    depths = [_number_depth(heading.text.strip()) for heading in headings]
    known = sorted({depth for depth in depths if depth is not None})
    if len(known) < 2:  # noqa: PLR2004 - one level of numbers orders nothing
        return None
    rank = {depth: position + 1 for position, depth in enumerate(known)}
    numbered = [index for index, depth in enumerate(depths) if depth is not None]
    levels: list[int] = []
    above = 0
    for index, depth in enumerate(depths):
        if depth is not None:
            above = rank[depth]
            levels.append(above)
        else:
            # Between numbered headings one without a number belongs to the one before it; in front of them
            # and after them stand abstracts, references and the like.
            levels.append(above + 1 if numbered[0] < index < numbered[-1] else 1)
    return levels


def _number_depth(text: str) -> float | None:
    """How deep a heading's number says it is; words such as Chapter and 第一章 stand above plain numbers."""
    if not _MAY_BE_NUMBERED.match(text):
        return None
    for position, pattern in enumerate(_NAMED):
        if pattern.match(text):
            return position / 10 - 1
    for position, pattern in enumerate(_CHINESE_NUMBERS):
        if pattern.match(text):
            return 0.5 + position / 10
    found = _NUMBER.match(text)
    return None if found is None else float(1 + len(re.findall(r"[.．]", found.group(1))))


def _levels_by_height(headings: Sequence[Element]) -> list[int] | None:
    """Levels from the height of lines; None when a heading has no box, or all lines are about as high."""
    heights = [_line_height(heading) for heading in headings]
    known = sorted({height for height in heights if height is not None}, reverse=True)
    if len(known) < 2 or None in heights:  # noqa: PLR2004 - one height orders nothing
        return None
    steps = [lower for higher, lower in pairwise(known) if higher / lower >= _HEIGHT_STEP]
    if not 1 <= len(steps) < _MOST_HEIGHTS:
        return None
    return [1 + sum(height <= step for step in steps) for height in heights if height is not None]


def _line_height(heading: Element) -> float | None:
    """Height of one line of a heading as a fraction of the page; the shape of its box tells its lines."""
    box = heading.regions[0].box if heading.regions else None
    text = heading.text.strip()
    if box is None or box.bottom <= box.top or box.right <= box.left or not text:
        return None
    width, height = box.right - box.left, box.bottom - box.top
    letters = sum(1 if character < "\u2e80" else 2 for character in text)
    lines = max(round((_LINE_SHAPE * letters * height / width) ** 0.5), 1)
    return height / lines


def _without_skips(levels: Sequence[int]) -> list[int]:
    depths: list[int] = []
    open_levels: list[int] = []
    for level in levels:
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        depths.append(len(open_levels))
    return depths
