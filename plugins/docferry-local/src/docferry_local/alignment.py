"""Which text items of a page stand in which block, and what liteparse left out of its blocks; pure.

liteparse gives two views of a page: text items (runs of text with a box and a font, all of the page's text)
and blocks (what the runs form, without their fonts, with Markdown marks, and without some of the text).
Holding the one against the other tells line breaks from spaces, marks from characters, and what is missing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import attrgetter

from liteparse.types import AnnotationRect, TextItem

from docferry.reading.scripts import is_cjk

__all__ = ["AlignedText", "Run", "align", "is_bullet", "lines_of", "plain_text", "squeeze"]

# liteparse escapes these in paragraphs and list items, and only there. An unescaped star or double tilde is
# therefore a mark, not a character.
_MARKS = re.compile(r"\\([\\*_])|(\*{1,3}|~~)")
_CODE_MARK = "`"
_BULLETS = re.compile(r"[\s•◦‣⁃▪▫■□●○◆◇·*–—-]+")
_WORDS_AND_SPACES = re.compile(r"\s+|\S+")

_SLACK = 2.0  # points by which an item's centre may lie outside its block
_LABEL_LENGTH = 12  # a space inside a shorter run of Chinese separates names or labels and is kept
_VISIBLE_GAP = 0.3  # in heights of the run: a wider gap between two runs on one line is seen as a space
_UNMISTAKABLE_LENGTH = 4  # characters of an item that may be looked for outside the block's box


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text that one item accounts for: positions in the squeezed text, and the item."""

    start: int
    end: int
    item: TextItem


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedText:
    """A text, and the items that its parts come from.

    Args:
        text: The text, as one line, or as several for code.
        squeezed: The same without white space; positions count its characters.
        runs: What items account for, ascending and without overlap.
    """

    text: str
    squeezed: str
    runs: Sequence[Run]

    @property
    def is_complete(self) -> bool:
        """Whether items account for every character, liteparse's marks for code aside."""
        ends = [0, *(run.end for run in self.runs)]
        starts = [*(run.start for run in self.runs), len(self.squeezed)]
        return all(
            not self.squeezed[end:start].strip(_CODE_MARK) for end, start in zip(ends, starts, strict=True)
        )

    @property
    def items(self) -> list[TextItem]:
        """The items found, in the order of the text."""
        return [run.item for run in self.runs]

    def items_between(self, start: int, end: int) -> list[TextItem]:
        """The items of a part of the text."""
        return [run.item for run in self.runs if run.start < end and run.end > start]

    def start_of(self, item: TextItem) -> int:
        """Where an item begins that is among the items."""
        return next(run.start for run in self.runs if run.item is item)

    def lines(self, start: int, end: int) -> str:
        """A part of the text with its line breaks and inner spaces as they are."""
        position = 0
        kept: list[str] = []
        for part in _WORDS_AND_SPACES.findall(self.text):
            if part.isspace():
                if start < position < end:
                    kept.append(part)
                elif position == start:
                    kept = [part.rpartition("\n")[2]]  # the indent of the first line
                continue
            kept.append(part[max(start - position, 0) : max(end - position, 0)])
            position += len(part)
        return "".join(kept)

    def cleaned(self, start: int, end: int) -> str:
        """A part of the text as it stands on the page.

        Left out are liteparse's marks for code, and spaces that only come from line breaks between Chinese
        or Japanese characters or from justified lines of them.
        """
        if start == 0 and end == len(self.squeezed) and self.text.isascii() and _CODE_MARK not in self.text:
            return " ".join(self.text.split())
        kept: list[str] = []
        position = 0
        for word in self.text.split():
            first, last = max(start, position), min(end, position + len(word))
            if first < last:
                kept.append("" if first == start or self._is_typesetting(first) else " ")
                kept.append(self._without_marks(first, last))
            position += len(word)
        return "".join(kept)

    def _without_marks(self, start: int, end: int) -> str:
        part = self.squeezed[start:end]
        if _CODE_MARK not in part:
            return part
        return "".join(
            character
            for position, character in enumerate(part, start=start)
            if character != _CODE_MARK or self._item_at(position) is not None
        )

    def _item_at(self, position: int) -> TextItem | None:
        number = bisect_right(self.runs, position, key=attrgetter("start")) - 1
        if number < 0 or self.runs[number].end <= position:
            return None
        return self.runs[number].item

    def _is_typesetting(self, position: int) -> bool:
        """Whether the space before the character at that position has no meaning."""
        if not (is_cjk(self.squeezed[position - 1]) and is_cjk(self.squeezed[position])):
            return False
        left, right = self._item_at(position - 1), self._item_at(position)
        if left is None or right is None:
            return False
        if left is right:
            return len(left.text) >= _LABEL_LENGTH
        return _is_line_break(left, right) or _gap(left, right) < _VISIBLE_GAP * left.height


def plain_text(markdown: str) -> str:
    """The text of a paragraph or list item of liteparse without emphasis marks and escapes."""
    return _MARKS.sub(lambda match: match.group(1) or "", markdown)


def squeeze(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split())


def is_bullet(text: str) -> bool:
    """Whether the text is nothing but the sign of a list item."""
    return _BULLETS.fullmatch(text) is not None


def lines_of(items: Sequence[TextItem]) -> list[list[TextItem]]:
    """The items of a text, cut where a new line starts."""
    if not items:
        return []
    cut = [[items[0]]]
    for left, right in pairwise(items):
        if _is_line_break(left, right):
            cut.append([])
        cut[-1].append(right)
    return cut


def _is_line_break(left: TextItem, right: TextItem) -> bool:
    overlap = min(left.y + left.height, right.y + right.height) - max(left.y, right.y)
    return overlap < min(left.height, right.height) / 2


def _gap(left: TextItem, right: TextItem) -> float:
    return right.x - (left.x + left.width)


def align(text: str, *, box: AnnotationRect | None, items: Sequence[TextItem]) -> AlignedText:
    """Find the items that a text was made of.

    Args:
        text: The text of a block, without marks.
        box: Where the block stands. Long items are also found outside it, because the boxes of liteparse
            leave out lines now and then.
        items: Items not yet spoken for, in any order.
    """
    search = _Search(text)
    if box is not None:
        search.claim(_inside(box, items))
    if 0 in search.is_taken:
        claimed = {id(run.item) for run in search.runs}
        search.claim(
            item
            for item in items
            if id(item) not in claimed and len(item.text.strip()) >= _UNMISTAKABLE_LENGTH
        )
    runs = sorted(search.runs, key=attrgetter("start"))
    return AlignedText(text=text, squeezed=search.squeezed, runs=runs)


def _inside(box: AnnotationRect, items: Iterable[TextItem]) -> list[TextItem]:
    """The items whose centre lies in the box."""
    left, right = 2 * (box.x - _SLACK), 2 * (box.x + box.width + _SLACK)
    top, bottom = 2 * (box.y - _SLACK), 2 * (box.y + box.height + _SLACK)
    return [
        item
        for item in items
        if top <= 2 * item.y + item.height <= bottom and left <= 2 * item.x + item.width <= right
    ]


class _Search:
    """Finds items in one text.

    Of several items that fit at a place the best is one that ends where a word ends (in a table, 5 before 29
    is not 52 before 9), then the longest, then the nearest to the item before.
    """

    def __init__(self, text: str) -> None:
        words = text.split()
        self.squeezed = "".join(words)
        self.word_ends = set(accumulate(map(len, words)))
        self.is_taken = bytearray(len(self.squeezed))
        self.runs: list[Run] = []

    def claim(self, items: Iterable[TextItem]) -> None:
        """Walk through the text and note at each free place the item that begins there."""
        waiting: dict[str, list[tuple[str, TextItem]]] = {}
        for item in items:
            for spelling in _spellings(item.text):
                waiting.setdefault(spelling[0], []).append((spelling, item))
        position = 0
        previous: TextItem | None = None
        used: set[int] = set()
        while waiting and position < len(self.squeezed):
            fitting = [
                (spelling, item)
                for spelling, item in waiting.get(self.squeezed[position], ())
                if id(item) not in used and self._fits(spelling, position)
            ]
            if not fitting:
                position += 1
                continue
            spelling, previous = self._best(fitting, position, previous)
            used.add(id(previous))
            end = position + len(spelling)
            self.is_taken[position:end] = b"\1" * len(spelling)
            self.runs.append(Run(position, end, previous))
            position = end

    def _fits(self, spelling: str, position: int) -> bool:
        return self.squeezed.startswith(spelling, position) and not any(
            self.is_taken[position : position + len(spelling)]
        )

    def _best(
        self, fitting: Sequence[tuple[str, TextItem]], position: int, previous: TextItem | None
    ) -> tuple[str, TextItem]:
        if len(fitting) == 1:
            return fitting[0]
        return max(
            fitting,
            key=lambda pair: (
                position + len(pair[0]) in self.word_ends,
                len(pair[0]),
                -_distance(previous, pair[1]),
            ),
        )


def _spellings(text: str) -> set[str]:
    """How an item may be spelt inside a block: as it is, without its bullet, without its final hyphen."""
    whole = squeeze(text)
    spellings = {whole, whole.rstrip("-\u00ad\u2010")}
    bullet = _BULLETS.match(whole)
    if bullet:
        spellings.add(whole[bullet.end() :])
    spellings.discard("")
    return spellings


def _distance(previous: TextItem | None, item: TextItem) -> float:
    if previous is None:
        return item.y + item.x / 1000
    return abs(item.y - previous.y) + abs(item.x - previous.x) / 1000
