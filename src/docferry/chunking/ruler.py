"""Exact token counts of any stretch of one text, after a single pass over it.

The text is counted from border to border, near the places where it may be cut. A stretch is then the sum of
whole pieces and the counts of its two short ends.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from docferry.chunking.fill import Fill, search
from docferry.chunking.meter import Meter, last_border

__all__ = ["Ruler"]

_ENDLESS = 1 << 40  # stands for the tokens of a piece that is longer than any chunk
_LONG = 8  # characters per token of the budget from which on a piece is not counted
_WINDOW = 96  # characters in front of a cut that are searched for a border


class Ruler:
    """Measures stretches of a text.

    Args:
        meter: Counts.
        text: The text.
        starts: Where the pieces begin that the text may be cut into.
        ends: Where they end.
        budget: The largest number of tokens that will be asked for.
    """

    def __init__(
        self, meter: Meter, text: str, starts: Sequence[int], ends: Sequence[int], *, budget: int
    ) -> None:
        self._meter = meter
        self._text = text
        self._starts = starts
        self._ends = ends
        if meter.is_additive:
            self._borders = _borders(text, ends)
            self._sums = self._counted(budget * _LONG)

    def measure(self, start: int, end: int, *, lead: str) -> int:
        """Tokens of the lead and the stretch, or a number above any budget."""
        meter = self._meter
        text = self._text[start:end]
        if not meter.is_additive:
            return meter.count_once(lead + text)
        first, last = bisect_left(self._borders, start), bisect_right(self._borders, end) - 1
        tokens = meter.count(lead) + meter.gap(lead, text) if lead else 0
        if first > last:
            return tokens + meter.count_once(text)
        head, tail = self._text[start : self._borders[first]], self._text[self._borders[last] : end]
        tokens += self._sums[last] - self._sums[first]
        return tokens + (meter.count(head) if head else 0) + (meter.count(tail) if tail else 0)

    def fill(self, first: int, *, lead: str, budget: int) -> Fill:
        """Take pieces while lead and pieces together fit; the end is `first` when not even one does."""
        start = self._starts[first]
        return search(
            first=first,
            limit=len(self._ends),
            budget=budget,
            guess=self._guess(start, lead, budget, first),
            measure=lambda end: self.measure(start, self._ends[end - 1], lead=lead),
            propose=lambda end, tokens: self._propose(start, end, tokens, budget),
        )

    def _guess(self, start: int, lead: str, budget: int, first: int) -> int:
        if not self._meter.is_additive:
            reach = start + int(budget * self._meter.pace.characters) - len(lead)
            return bisect_right(self._ends, reach, first)
        border = min(bisect_left(self._borders, start), len(self._borders) - 1)
        room = self._sums[border] + budget - (self._meter.count(lead) if lead else 0)
        last = bisect_right(self._sums, room) - 1
        return bisect_right(self._ends, self._borders[max(last, 0)], first)

    def _propose(self, start: int, end: int, tokens: int, budget: int) -> int:
        if self._meter.is_additive:
            return end + 1 if tokens <= budget else end - 1
        pace = self._meter.pace
        pace.characters = (self._ends[end - 1] - start) / max(tokens, 1)
        return bisect_right(self._ends, start + int(budget * pace.characters))

    def _counted(self, longest: int) -> list[int]:
        """Tokens up to each border."""
        pieces = [self._text[first:end] for first, end in pairwise(self._borders)]
        counts = iter(self._meter.count_each([piece for piece in pieces if len(piece) <= longest]))
        return [0, *accumulate(next(counts) if len(piece) <= longest else _ENDLESS for piece in pieces)]


def _borders(text: str, ends: Sequence[int]) -> list[int]:
    """The beginning, the end, and the last border in front of each place where the text may be cut."""
    borders = [0]
    for end in ends[:-1]:
        start = max(borders[-1], end - _WINDOW)
        # One character more is shown, because what follows an end decides whether it is a border.
        border = start + last_border(text[start : end + 1])
        if start < border:
            borders.append(border)
    if text:
        borders.append(len(text))
    return borders
