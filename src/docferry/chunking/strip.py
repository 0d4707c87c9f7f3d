"""Texts in a row, and how many of them fit into a budget.

Counting is what chunking costs, so a text is counted once: several at a time while there is much room, one at
a time near the budget, and what was counted beyond a cut is remembered for the next chunk.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from docferry.chunking.meter import Meter, is_clean, last_border

__all__ = ["Fill", "Pace", "Strip"]

_CAUTION = 0.9
_LONG = 1.5  # times the length that the budget should reach: such a text is tried before it is counted whole
_TRIED = 1.2  # times that length: how much of it is tried
_HOPELESS_RATE = 64  # no text has that many characters per token but for runs of one character


@dataclass(slots=True)
class Pace:
    """How many characters make a token, as last seen. It only decides how much is counted at a time.

    Args:
        characters: Characters per token.
    """

    characters: float


@dataclass(frozen=True, slots=True)
class Fill:
    """How far a budget reaches.

    Args:
        end: Index after the last text that fits.
        tokens: Tokens of the lead and those texts.
    """

    end: int
    tokens: int


class Strip:
    """Texts with what stands between them.

    Args:
        meter: Counts.
        texts: The texts, none empty.
        separators: What stands after each text; the last one is never written.
        pace: What is known about such texts.
    """

    def __init__(
        self, meter: Meter, texts: Sequence[str], separators: Sequence[str], pace: Pace
    ) -> None:
        self._meter = meter
        self._texts = texts
        self._separators = separators
        self._flat = [""] * (2 * len(texts))
        self._flat[0::2] = texts
        self._flat[1::2] = separators
        self._reach = list(accumulate(map(len, self._flat)))[1::2]
        self._known: dict[int, tuple[int, int]] = {}
        self._least: dict[int, int] = {}
        self._pace = pace

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, first: int, end: int) -> str:
        """The texts from first up to end, joined."""
        return "".join(self._flat[2 * first : 2 * end - 1])

    def fill(self, first: int, *, lead: str, budget: int, limit: int | None = None) -> Fill:
        """Take texts while lead and texts together fit.

        Args:
            first: Index of the first text.
            lead: What stands in front of it.
            budget: Tokens there are.
            limit: Index after the last text that may be taken.

        Returns:
            The end is `first` when not even one text fits.
        """
        limit = len(self._texts) if limit is None else limit
        if not self._meter.is_additive:
            return self._fill_by_recount(first, lead, budget, limit)
        end, used = self._fill_by_sum(first, lead, budget, limit)
        if end == first:
            return Fill(first, used)
        return Fill(end, used - self._trailing(end, first, lead))

    def total(self, first: int, end: int, *, lead: str, known: Fill) -> int:
        """Tokens of the lead and the texts up to an end at or before that of a known fill from `first`."""
        if end == known.end:
            return known.tokens
        if not self._meter.is_additive:
            return self._meter.count_once(lead + self.text(first, end))
        beyond = self._gap(end, known.end, first, lead) + self._cost(end, known.end)
        whole = known.tokens + self._trailing(known.end, first, lead)
        return whole - beyond - self._trailing(end, first, lead)

    def _fill_by_sum(self, first: int, lead: str, budget: int, limit: int) -> tuple[int, int]:
        """How far a budget reaches, and the tokens used with the separator after the last text."""
        end = first
        used = self._meter.count(lead) if lead else 0
        while end < limit:
            stop = self._guess(end, budget - used, limit)
            if stop == end + 1 and self._is_beyond(end, budget - used, budget):
                break
            cost = self._cost(end, stop) + self._gap(end, stop, first, lead)
            if used + cost <= budget:
                used += cost
                end = stop
            elif stop > end + 1:
                self._halve(end, stop)
            else:
                if used + cost - self._trailing(stop, first, lead) <= budget:
                    used += cost
                    end = stop
                break
        return end, used

    def _guess(self, end: int, room: int, limit: int) -> int:
        """How many texts to count next: what was counted already, or as many as fit rather surely."""
        known = self._known.get(end)
        if known is not None and known[0] <= limit:
            return known[0]
        before = self._reach[end - 1] if end else 0
        wanted = before + int(max(room, 0) * self._pace.characters * _CAUTION)
        return min(max(bisect_right(self._reach, wanted, end), end + 1), limit)

    def _is_beyond(self, index: int, room: int, budget: int) -> bool:
        """Whether a text is certainly too long: the beginning of a very long one is enough to know."""
        text = self._texts[index]
        reach = int(budget * self._pace.characters * _TRIED)
        if len(text) <= budget * self._pace.characters * _LONG or index in self._known:
            return False
        if len(text) > budget * _HOPELESS_RATE:
            return True
        if index not in self._least:
            start = text[:reach]
            self._least[index] = self._meter.count_once(start[: last_border(start)])
        return self._least[index] > room

    def _cost(self, first: int, end: int) -> int:
        """Tokens of the texts, each with the separator after it."""
        known = self._known.get(first)
        if known is not None and known[0] == end:
            return known[1]
        text = "".join(self._flat[2 * first : 2 * end])
        cost = self._meter.count_once(text)
        self._pace.characters = len(text) / max(cost, 1)
        self._known[first] = (end, cost)
        return cost

    def _halve(self, first: int, end: int) -> None:
        """Count the first half of texts that were too many; the other half follows by subtraction."""
        _, whole = self._known[first]
        middle = (first + end) // 2
        del self._known[first]
        half = self._cost(first, middle)
        self._known[middle] = (end, whole - half - self._gap(middle, end, first, ""))

    def _gap(self, index: int, stop: int, first: int, lead: str) -> int:
        """What joining adds to the tokens of the texts from index to stop and those of all before them."""
        if index == first:
            before = lead
        elif is_clean(self._separators[index - 1], self._texts[index]):
            return 0
        else:
            before = self._tail(index, first, lead) + self._separators[index - 1]
        return self._meter.gap(before, "".join(self._flat[2 * index : 2 * stop])) if before else 0

    def _trailing(self, end: int, first: int, lead: str) -> int:
        """Tokens that the separator after the text before `end` adds."""
        separator = self._separators[end - 1]
        if not separator:
            return 0
        tail = self._tail(end, first, lead)
        return self._meter.count(tail + separator) - self._meter.count(tail)

    def _tail(self, end: int, first: int, lead: str) -> str:
        """The lead and the texts from first up to end, without the last separator, from a border on."""
        tail = ""
        for index in range(end - 1, first - 1, -1):
            text = self._texts[index]
            border = last_border(text)
            if border:
                return text[border:] + tail
            tail = text + tail
            if index > first:
                separator = self._separators[index - 1]
                if is_clean(separator, text):
                    return tail
                tail = separator + tail
        return tail if is_clean(lead[-1:], tail) else lead + tail

    def _fill_by_recount(self, first: int, lead: str, budget: int, limit: int) -> Fill:
        fits, tokens, fails = first, 0, limit + 1
        before = self._reach[first - 1] if first else 0
        stop = self._guess(first, budget, limit)
        if stop == first + 1 and len(self._texts[first]) > budget * _HOPELESS_RATE:
            return Fill(first, 0)
        while fits + 1 < fails:
            count = self._meter.count_once(lead + self.text(first, stop))
            self._pace.characters = (len(lead) + self._reach[stop - 1] - before) / max(count, 1)
            if count <= budget:
                fits, tokens = stop, count
            else:
                fails = stop
            if fits == limit:
                break
            wanted = before + int(budget * self._pace.characters)
            stop = min(max(bisect_right(self._reach, wanted, first), fits + 1), fails - 1, limit)
        return Fill(fits, tokens)
