"""Texts in a row, and how many of them fit into a budget.

Counting is what chunking costs, so all texts are counted in one pass, each with what stands after it, and
everything else is arithmetic on the sums.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import add
from types import MappingProxyType

from docferry.chunking.fill import Fill, search
from docferry.chunking.meter import UNCLEAN, Meter, closing_marks, is_clean, last_border

__all__ = ["Strip"]

_ENDLESS = 1 << 40  # stands for the tokens of a text that is longer than any chunk
_SLACK = 16  # tokens by which a sum may differ from the count of the joined texts
_LONG = 4  # characters per token of the budget from which on a text is counted bit by bit
_MAY_BE_CUT = 2  # characters per token of the budget from which on a table is counted line by line
_HOPELESS = 64  # characters per token that no text has, but for runs of one character
_STEP = 1000  # characters counted at a time


class Strip:
    """Texts with what stands between them.

    Args:
        meter: Counts.
        texts: The texts, none empty.
        separators: What stands after each text: line breaks, or nothing where no chunk goes on.
        budget: The largest number of tokens that will be asked for; no more of a long text is counted.
        leads: Leads that will be asked for, to be counted in the same pass.
        tables: Indexes of the texts that are tables.
        known: Tokens of some texts with their separators, where they are known.
    """

    def __init__(  # noqa: PLR0913 - the texts, and what is known or to be known of them
        self,
        meter: Meter,
        texts: Sequence[str],
        separators: Sequence[str],
        *,
        budget: int,
        leads: Sequence[str] = (),
        tables: Sequence[int] = (),
        known: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._meter = meter
        self._texts = texts
        self._separators = separators
        self._budget = budget
        self.lines: dict[str, int] = {}
        """Tokens of each line, with its line break, of the tables that may have to be cut."""
        self._flat = [""] * (2 * len(texts))
        self._flat[0::2] = texts
        self._flat[1::2] = separators
        if meter.is_additive:
            self._sums = [0, *accumulate(self._costs(leads, tables, known))]
            self._unclean = [index for index, text in enumerate(texts) if text[0] in UNCLEAN]
        else:
            self._reach = [0, *accumulate(len(text) for text in self._flat)][0::2]

    def text(self, first: int, end: int) -> str:
        """The texts from first up to end, joined."""
        return "".join(self._flat[2 * first : 2 * end - 1])

    def total(self, first: int, end: int, *, lead: str) -> int:
        """Tokens of the lead and the texts from first up to end, of which there is at least one."""
        meter = self._meter
        if not meter.is_additive:
            return meter.count_once(lead + self.text(first, end))
        tokens = self._sums[end] - self._sums[first] - self._trailing(end, first, lead)
        if lead:
            tokens += meter.count(lead)
            if not is_clean(lead, self._texts[first]):
                tokens += meter.gap(lead, self._pair(first))
        if self._unclean:
            tokens += self._gaps(first, end, lead)
        return tokens

    def total_if_short(self, first: int, end: int, *, lead: str) -> int:
        """As `total`, or a number above the budget for texts that are certainly too long."""
        if self._meter.is_additive:
            if self._sums[end] - self._sums[first] > self._budget + _SLACK:
                return _ENDLESS
        elif self._reach[end] - self._reach[first] > self._budget * self._meter.pace.characters * 2:
            return _ENDLESS
        return self.total(first, end, lead=lead)

    def clearly_fits(self, first: int, end: int, *, lead: str) -> bool:
        """Whether texts fit with so much room that their sum says it; most blocks do."""
        if not self._meter.is_additive or self._unclean:
            return False
        return self._sums[end] - self._sums[first] + self._meter.count(lead) + _SLACK <= self._budget

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
        lead_tokens = self._meter.count(lead) if lead else 0
        room = self._sums[first] + budget - lead_tokens
        # The last text's separator is in the sums but not written: a little more than the room may fit.
        end = min(bisect_right(self._sums, room + _SLACK, first) - 1, limit)
        while end > first:
            tokens = self.total(first, end, lead=lead)
            if tokens <= budget:
                return Fill(end, tokens)
            end -= 1
        return Fill(first, 0)

    def _costs(self, leads: Sequence[str], tables: Sequence[int], known: Mapping[str, int]) -> list[int]:
        """Tokens of each text with the separator after it."""
        pairs = list(map(add, self._texts, self._separators))
        costs = {pair: known[pair] for pair in pairs if pair in known} if known else {}
        for index in tables:
            if len(pairs[index]) > self._budget * _MAY_BE_CUT:
                costs[pairs[index]] = self._table_cost(self._texts[index], self._separators[index])
        longest = self._budget * _LONG
        for pair in pairs:
            if len(pair) > longest and pair not in costs:
                costs[pair] = self._long_cost(pair)
        if not costs:
            return self._meter.count_each(pairs, leads=leads)
        new = [pair for pair in pairs if pair not in costs]
        costs.update(zip(new, self._meter.count_each(new, leads=leads), strict=True))
        return [costs[pair] for pair in pairs]

    def _table_cost(self, table: str, separator: str) -> int:
        """Tokens of a table. Its lines begin with a pipe or a tag, so that each may be counted alone."""
        *above, last = table.split("\n")
        lines = [f"{line}\n" for line in (*above, last)]
        if len(max(lines, key=len)) > self._budget * _LONG:
            return self._long_cost(table + separator)
        *counts, end = self._meter.count_each([*lines, last + separator])
        self.lines.update(zip(lines, counts, strict=True))
        return sum(counts[:-1]) + end

    def _gaps(self, first: int, end: int, lead: str) -> int:
        """Tokens that the junctions between the texts from first up to end add."""
        unclean = self._unclean[bisect_right(self._unclean, first) : bisect_left(self._unclean, end)]
        return sum(self._meter.gap(self._tail(index, first, lead), self._pair(index)) for index in unclean)

    def _pair(self, index: int) -> str:
        return self._flat[2 * index] + self._flat[2 * index + 1]

    def _long_cost(self, text: str) -> int:
        """Tokens of a long text; counting ends when there are too many of them."""
        # No token holds parts of two words, but that a slash may follow a line break in one.
        if len(text.split()) > self._budget + _SLACK + text.count("\n/"):
            return _ENDLESS
        if len(text) > self._budget * _HOPELESS:
            return _ENDLESS
        position = tokens = 0
        while position < len(text):
            border = last_border(text[position : position + _STEP])
            stop = position + border if border and position + _STEP < len(text) else len(text)
            tokens += self._meter.count_once(text[position:stop])
            if tokens > self._budget + _SLACK:
                return _ENDLESS
            position = stop
        return tokens

    def _trailing(self, end: int, first: int, lead: str) -> int:
        """Tokens that the separator after the text before `end` adds."""
        separator = self._separators[end - 1]
        if not separator:
            return 0
        text = closing_marks(self._texts[end - 1])
        if text is None:
            tail = self._tail(end, first, lead)
            text = tail[: len(tail) - len(separator)]
        else:
            tail = text + separator
        return self._meter.count(tail) - self._meter.count(text)

    def _tail(self, end: int, first: int, lead: str) -> str:
        """The end of lead and texts up to `end`, with the last separator, from a border on."""
        tail = ""
        for index in range(end - 1, first - 1, -1):
            text, separator = self._texts[index], self._separators[index]
            if tail and is_clean(separator, tail):
                return tail
            border = last_border(text)
            tail = text[border:] + separator + tail
            if border:
                return tail
        return tail if is_clean(lead[-1:], tail) else lead + tail

    def _fill_by_recount(self, first: int, lead: str, budget: int, limit: int) -> Fill:
        reach = self._reach
        if first == limit or len(self._texts[first]) > budget * _HOPELESS:
            return Fill(first, 0)
        pace = self._meter.pace

        def propose(end: int, tokens: int) -> int:
            pace.characters = (len(lead) + reach[end] - reach[first]) / max(tokens, 1)
            return guess()

        def guess() -> int:
            return bisect_right(reach, reach[first] + int(budget * pace.characters) - len(lead), first) - 1

        return search(
            first=first,
            limit=limit,
            budget=budget,
            guess=guess(),
            measure=lambda end: self._meter.count_once(lead + self.text(first, end)),
            propose=propose,
        )
