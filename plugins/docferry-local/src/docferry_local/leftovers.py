"""Text of a page that liteparse has in no block: sideways text, margins, bare page numbers; pure."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from liteparse.types import TextItem

from docferry.reading.scripts import is_cjk
from docferry_local.alignment import is_bullet, squeeze

__all__ = ["LeftOver", "is_upright", "left_over_items", "left_over_lines"]

_PARAGRAPH_GAP = 0.9  # in line heights: a wider gap between two lines separates paragraphs
_LONG_LINE = 4  # characters; a longer line that is found inside other text is no loss


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A passage that stands in no block.

    Args:
        text: Its lines, joined.
        items: What it was put together from; empty when its place on the page is unknown.
        is_at_top: For a passage without items whether it stands above all other text.
    """

    text: str
    items: Sequence[TextItem] = ()
    is_at_top: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """A text item turned upright: reading goes along, lines follow each other down."""

    along: float
    down: float
    length: float
    height: float
    item: TextItem


def is_upright(item: TextItem) -> bool:
    """Whether the text runs from left to right."""
    return _quarter_turns(item) == 0


def left_over_items(items: Iterable[TextItem]) -> Iterator[LeftOver]:
    """Put the items of a page that no block holds together to passages, upright ones first."""
    by_turn: dict[int, list[TextItem]] = {}
    for item in items:
        if item.text.strip() and not is_bullet(item.text):
            by_turn.setdefault(_quarter_turns(item), []).append(item)
    for turn in sorted(by_turn):
        for lines in _paragraphs(_lines([_turned(item, turn) for item in by_turn[turn]])):
            runs = [run.item for line in lines for run in line]
            yield LeftOver(
                text=_joined(" ".join(run.item.text for run in line) for line in lines), items=runs
            )


def left_over_lines(text: str, items: Iterable[TextItem]) -> Iterator[LeftOver]:
    """Find the lines of a page's text that are not among its items.

    liteparse takes page numbers that stand alone out of the items, but not out of the text.

    Args:
        text: All text of the page, line by line.
        items: All items of the page.
    """
    known = [item.text for item in items]
    words = Counter(word for part in known for word in part.split())
    everything = squeeze("".join(known))
    lines = [line.split() for line in text.splitlines() if line.strip()]
    missing = Counter(word for line in lines for word in line) - words
    if not missing:
        return
    for position, line in enumerate(lines):
        is_missing = all(missing[word] > 0 for word in line)
        if is_missing and (len("".join(line)) <= _LONG_LINE or "".join(line) not in everything):
            missing.subtract(line)
            yield LeftOver(text=" ".join(line), is_at_top=position == 0 and len(lines) > 1)


def _quarter_turns(item: TextItem) -> int:
    """Clockwise quarter turns of the text: 0 upright, 1 running down, 2 upside down, 3 running up."""
    return round(item.rotation / 90) % 4


def _turned(item: TextItem, turn: int) -> _Run:
    right, bottom = item.x + item.width, item.y + item.height
    if turn == 0:
        return _Run(item.x, item.y, item.width, item.height, item)
    if turn == 1:
        return _Run(item.y, -right, item.height, item.width, item)
    if turn == 2:  # noqa: PLR2004 - two quarter turns
        return _Run(-right, -bottom, item.width, item.height, item)
    return _Run(-bottom, item.x, item.height, item.width, item)


def _lines(runs: list[_Run]) -> list[list[_Run]]:
    lines: list[list[_Run]] = []
    for run in sorted(runs, key=lambda run: (run.down, run.along)):
        if lines and run.down - lines[-1][0].down < lines[-1][0].height / 2:
            lines[-1].append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda run: run.along) for line in lines]


def _paragraphs(lines: list[list[_Run]]) -> Iterator[list[list[_Run]]]:
    """Lines that follow closely and stand above each other make a paragraph."""
    paragraph: list[list[_Run]] = []
    bottom, left, right = -math.inf, 0.0, 0.0
    for line in lines:
        start, end = line[0].along, line[-1].along + line[-1].length
        height = line[0].height
        is_next = line[0].down - bottom < _PARAGRAPH_GAP * height and start < right and end > left
        if paragraph and not is_next:
            yield paragraph
            paragraph = []
        paragraph.append(line)
        bottom, left, right = line[0].down + height, start, end
    if paragraph:
        yield paragraph


def _joined(lines: Iterable[str]) -> str:
    text = ""
    for line in lines:
        part = line.strip()
        between = "" if not text or (is_cjk(text[-1]) and is_cjk(part[:1])) else " "
        text += between + part
    return text
