"""Cuts a text that is longer than a chunk: after sentences or lines, else between words or characters."""

import re
from dataclasses import dataclass

from docferry.chunking.graphemes import last_grapheme_border
from docferry.chunking.meter import Meter
from docferry.chunking.parts import Cut, Part
from docferry.chunking.sentences import cut_points, pieces_of
from docferry.chunking.strip import Pace, Strip
from docferry.model import ElementKind

__all__ = ["Passage", "TextCutter", "TextRun"]

_LATIN_RATE = 3.5  # characters per token that the first guess assumes
_OTHER_RATE = 1.0
_CAUTION = 0.97
_ENOUGH = 0.85  # of the budget; a run that fills less is tried again with more
_MOST_TRIES = 4
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
    """

    def __init__(self, text: str, kind: ElementKind, meter: Meter) -> None:
        self.text = text
        self._kind = kind
        self._meter = meter
        self._points = cut_points(text, kind)
        self._rate = _LATIN_RATE if text.isascii() else _OTHER_RATE
        self._is_measured = False
        self._pace = Pace(self._rate)
        self._open(0)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._next == len(self._strip)

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
        if self._is_plausible(budget):
            fill = self._strip.fill(first, lead=lead, budget=budget)
            if fill.end > first:
                self._next = fill.end
                end = self._starts[fill.end - 1] + len(self._pieces[fill.end - 1])
                return Passage(self._starts[first], end, fill.tokens)
        return self._cut_sentence(lead, budget) if is_forced else None

    def _open(self, start: int) -> None:
        """Prepare the sentences from a character on."""
        rest = self.text[start:]
        points = [point - start for point in self._points if point > start]
        pieces, spaces = pieces_of(rest, points, self._kind)
        self._pieces = pieces
        self._starts: list[int] = []
        position = start + len(rest) - sum(map(len, pieces)) - sum(map(len, spaces))
        for piece, space in zip(pieces, spaces, strict=True):
            self._starts.append(position)
            position += len(piece) + len(space)
        self._strip = Strip(self._meter, pieces, spaces, self._pace)
        self._next = 0

    def _is_plausible(self, budget: int) -> bool:
        """Whether the next sentence may fit: long ones are not counted once the text's rate is known."""
        return not self._is_measured or len(self._pieces[self._next]) <= budget * self._rate * 1.2

    def _cut_sentence(self, lead: str, budget: int) -> Passage | None:
        sentence = self._pieces[self._next]
        limit = self._starts[self._next] + len(sentence)
        start = limit - len(sentence.lstrip())
        room = max(budget - (self._meter.count(lead) if lead else 0), 1)
        size = max(int(room * self._rate), 1)
        best: Passage | None = None
        tries = 0
        while best is None or tries < _MOST_TRIES:
            tries += 1
            end = self._border(start, min(start + size, limit))
            piece = self.text[start:end].rstrip()
            tokens = self._meter.joined(lead, piece)
            own = max(tokens - (budget - room), 1)
            self._rate = max(len(piece) / own, 0.01)
            if tokens <= budget:
                best = Passage(start, start + len(piece), tokens)
                if own >= room * _ENOUGH or end == limit:
                    break
                larger = int(room * self._rate * _CAUTION)
                if larger <= end - start:
                    break
                size = larger
            elif best is not None:
                break
            elif end - start == 1:
                return None
            else:
                size = max(min(int(room * self._rate * _CAUTION), end - start - 1), 1)
        self._is_measured = True
        self._open(best.end)
        return best

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
    """

    def __init__(self, part: Part, meter: Meter) -> None:
        self._part = part
        self._meter = meter
        end = len(part.text) - part.closing
        self._body = part.text[part.opening : end]
        self._opening = part.text[: part.opening]
        self._closing = part.text[end:]
        self._run = TextRun(self._body, part.element.kind, meter)
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
        piece = Part(
            text,
            part.element,
            part.path,
            len(opening),
            part.closing,
            part.offset + passage.start,
            companions=part.companions if self._is_first else (),
            separator=separator,
        )
        self._is_first = False
        self._end = passage.end
        return Cut(piece, tokens)
