"""Cuts a text that is longer than a chunk: after sentences or lines, else between words or characters."""

import re
from dataclasses import dataclass

from docferry.chunking.graphemes import last_grapheme_border
from docferry.chunking.meter import Meter
from docferry.chunking.parts import Cut, Part
from docferry.chunking.ruler import Ruler
from docferry.chunking.sentences import stretches
from docferry.model import ElementKind

__all__ = ["Passage", "TextCutter", "TextRun"]

_LATIN_PACE = 3.5  # characters per token that the first guess assumes
_OTHER_PACE = 1.0
_LEAST_PACE = 0.01
_HOPELESS = 64  # characters per token that no sentence has
_HOPE = 1.5  # times the pace seen last; what would need more is not counted whole
_CAUTION = 0.97
_ENOUGH = 0.85  # of the budget; a run that fills less is tried again with more
_MOST_TRIES = 64  # every try is shorter than the one before or the last one
_MOST_KNOWN = 16  # pieces; guesses settle into a cycle of about nine
_INK = re.compile(r"\S")
_PAUSE = re.compile(r"[\s，、；：。！？]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text.

    Args:
        start: First character.
        end: Character after the last.
        tokens: Tokens of the lead it was cut for and the stretch.
    """

    start: int
    end: int
    tokens: int


class TextRun:
    """A text that gives itself away piece by piece.

    Args:
        text: The text.
        kind: What it is; code is cut after lines, prose after sentences.
        meter: Counts.
        budget: The largest budget that a piece will have.
    """

    def __init__(self, text: str, kind: ElementKind, meter: Meter, *, budget: int) -> None:
        self.text = text
        self._meter = meter
        self._starts, self._ends = stretches(text, kind)
        self._ruler = Ruler(meter, text, self._starts, self._ends, budget=budget)
        self._next = 0
        self._pace = _LATIN_PACE if text.isascii() else _OTHER_PACE
        self._is_cut = False
        self._known: dict[tuple[str, str], int] = {}

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._next == len(self._starts)

    @property
    def start(self) -> int:
        """Where the next piece begins."""
        return len(self.text) if self.is_done else self._starts[self._next]

    def next(self, *, lead: str, budget: int, is_forced: bool) -> Passage | None:
        """Take the next piece: as many sentences as fit, or a part of one when it must be.

        Args:
            lead: What stands in front of the piece.
            budget: Tokens of both.
            is_forced: Whether a sentence may be cut when not even one fits.

        Returns:
            The piece, or None when not even one sentence fits and none may be cut, or not even one character.
        """
        first = self._next
        if self._may_fit(self._ends[first] - self._starts[first], budget):
            fill = self._ruler.fill(first, lead=lead, budget=budget)
            if fill.end > first:
                self._next = fill.end
                self._is_cut = False
                return Passage(self._starts[first], self._ends[fill.end - 1], fill.tokens)
        return self._cut_sentence(lead, budget) if is_forced else None

    def _may_fit(self, size: int, budget: int) -> bool:
        """Whether a stretch of that many characters is worth counting whole.

        What is left of a sentence that was cut before is counted when it looks as if it might fit: else a run
        of one kind would be counted to its end at every cut.
        """
        pace = self._pace * _HOPE if self._is_cut else _HOPELESS
        return size <= budget * pace

    def _cut_sentence(self, lead: str, budget: int) -> Passage | None:
        """Take as many words of a sentence as fit, about."""
        limit = self._ends[self._next]
        start = self._skip_white(self._starts[self._next])
        room = max(budget - (self._meter.count(lead) if lead else 0), 1)
        size = max(int(room * self._pace * _CAUTION), 1)
        best: Passage | None = None
        end = start
        for _ in range(_MOST_TRIES):
            before, end = end, self._border(start, min(start + size, limit))
            if end == before:  # a larger guess was taken back to the same pause
                break
            piece = self.text[start:end].rstrip()
            tokens = self._joined(lead, piece)
            own = max(tokens - (budget - room), 1)
            self._pace = max(len(piece) / own, _LEAST_PACE)
            if tokens > budget and (best is not None or end - start == 1):
                break
            if tokens > budget:
                size = max(min(int(room * self._pace * _CAUTION), end - start - 1), 1)
                continue
            best = Passage(start, start + len(piece), tokens)
            larger = int(room * self._pace * _CAUTION)
            if own >= room * _ENOUGH or end == limit or larger <= end - start:
                break
            size = larger
        if best is not None:
            self._go_to(best.end)
        return best

    def _go_to(self, position: int) -> None:
        """What is left begins after a position inside a sentence."""
        start = self._skip_white(position)
        if start < self._ends[self._next]:
            self._starts[self._next] = start
            self._is_cut = True
        else:
            self._next += 1
            self._is_cut = False

    def _skip_white(self, position: int) -> int:
        """The first place from a position on where the sentence has ink; its end if there is none."""
        limit = self._ends[self._next]
        found = _INK.search(self.text, position, limit)
        return limit if found is None else found.start()

    def _joined(self, lead: str, piece: str) -> int:
        """Tokens of both. A run of one character gives equal pieces again and again: a few are remembered."""
        tokens = self._known.get((lead, piece))
        if tokens is None:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            tokens = self._known[lead, piece] = self._meter.joined(lead, piece)
        return tokens

    def _border(self, start: int, end: int) -> int:
        """The best place to cut at or before a position.

        White space or a pause in the last third, else any place between two visible characters.
        """
        if end < len(self.text):
            third = start + (end - start) * 2 // 3
            if self.text[end].isspace():
                return end
            last = max((found.end() for found in _PAUSE.finditer(self.text, third, end)), default=0)
            if last > start:
                return last
        border = last_grapheme_border(self.text, start, end)
        return border if border > start else end


class TextCutter:
    """Cuts a part that is text; the marks around code and formulas stand around every piece.

    Args:
        part: The part.
        meter: Counts.
        budget: Tokens of a chunk.
    """

    def __init__(self, part: Part, meter: Meter, budget: int) -> None:
        self._part = part
        self._meter = meter
        end = len(part.text) - part.closing
        self._body = part.text[part.opening : end]
        self._opening = part.text[: part.opening]
        self._closing = part.text[end:]
        self._run = TextRun(self._body, part.element.kind, meter, budget=budget)
        self._is_first = True
        self._end = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._run.is_done

    @property
    def separator(self) -> str:
        """What stands between the piece before and the next one."""
        if self._is_first:
            return self._part.separator
        return "\n\n" if self._closing else self._body[self._end : self._run.start]

    def next(self, *, lead: str, budget: int, is_forced: bool) -> Cut | None:
        """Cut off the next piece; None when nothing natural fits and nothing is forced."""
        separator = self.separator
        opening = self._opening if self._is_first or self._closing else ""
        room = budget - (self._meter.count(self._closing) + 1 if self._closing else 0)
        passage = self._run.next(lead=lead + opening, budget=room, is_forced=is_forced)
        if passage is None:
            return None
        part = self._part
        text = f"{opening}{self._body[passage.start : passage.end]}{self._closing}"
        tokens = self._meter.joined(lead, text) if self._closing else passage.tokens
        piece = Part(text, part.element, part.path, part.page)
        piece.opening, piece.closing = len(opening), part.closing
        piece.offset = part.offset + passage.start
        piece.is_heading = part.is_heading
        piece.separator = separator
        if self._is_first:
            piece.companions = part.companions
        self._is_first = False
        self._end = passage.end
        return Cut(piece, tokens)
