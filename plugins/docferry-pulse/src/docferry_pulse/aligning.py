"""Finds what the service saw on its pages in the text that it wrote: which entry is which piece.

Works on slots in place. Only letters and digits are compared, because the text has marks that entries lack.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from docferry.model import ElementKind
from docferry.reading import Piece
from docferry_pulse.boxes import Entry
from docferry_pulse.dialect import Mark

__all__ = ["FRINGE", "Passage", "Slot", "letters", "piece_text"]

MIN_INSIDE = 3
"""Shorter texts may stand inside others by chance."""

MIN_CELL_SHARE = 0.5
"""How many of the cells of a table must be found in the one of the text."""

FRINGE = frozenset({"header", "footer", "pageheader", "pagefooter", "pagenumber"})
"""Classes at the edges of a page, without case and signs. Their texts are short and often repeated."""


def letters(text: str) -> str:
    """Letters and digits of a text, without case; its signs when there are none."""
    kept = "".join(filter(str.isalnum, text)).casefold()
    return kept or "".join(text.split())


@dataclass(slots=True, kw_only=True, eq=False)
class Slot:
    """One place in the reading order.

    Args:
        mark: The piece of the text; None for an entry that the text does not have.
        entries: What was seen there.
        covered: How many letters of the piece the entries account for.
    """

    mark: Mark | None = None
    entries: list[Entry] = field(default_factory=list[Entry])
    covered: int = 0

    @property
    def piece(self) -> Piece | None:
        """The piece of the text."""
        return self.mark.piece if self.mark is not None else None

    @property
    def place(self) -> int | None:
        """Where the service's own order has it."""
        return min((entry.place for entry in self.entries if entry.place is not None), default=None)


class Passage:
    """The text of a page, or of the whole document when its pages are not marked.

    Args:
        slots: Its places in order, one for each piece.
    """

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.slots = list(slots)
        self._starts: list[int] = []
        self._by_text: dict[str, list[int]] = {}
        parts: list[str] = []
        length = 0
        for place, slot in enumerate(self.slots):
            text = letters(piece_text(slot.piece))
            self._starts.append(length)
            self._by_text.setdefault(text, []).append(place)
            parts.append(text)
            length += len(text)
        self._starts.append(length)
        self._text = "".join(parts)
        self._is_taken = bytearray(length)

    def has(self, text: str) -> bool:
        """Whether a text stands in it; `text` as from `letters`."""
        return bool(text) and text in self._text

    def take_whole(self, entry: Entry, texts: Iterable[str]) -> bool:
        """Tie an entry to the first free piece that has exactly one of the texts."""
        for text in texts:
            for place in self._by_text.get(text, ()):
                if text and self._take(entry, self._starts[place], self._starts[place + 1]):
                    return True
        return False

    def take_inside(self, entry: Entry, texts: Iterable[str]) -> bool:
        """Tie an entry to the piece or pieces that hold one of the texts, where nothing else was found."""
        for text in texts:
            start = self._text.find(text) if len(text) >= MIN_INSIDE else -1
            while start >= 0:
                if self._take(entry, start, start + len(text)):
                    return True
                start = self._text.find(text, start + 1)
        return False

    def take_table(self, entry: Entry, cells: set[str]) -> bool:
        """Tie a table to the free table of the text that shares most cells with it."""
        free = [slot for slot in self.slots if _is(slot, ElementKind.TABLE) and not slot.entries]
        shares = [(_share(cells, slot), -place, slot) for place, slot in enumerate(free)]
        if not shares:
            return False
        share, _, slot = max(shares, key=lambda item: item[:2])
        return share >= MIN_CELL_SHARE and self._give(entry, slot)

    def take_figure(self, entry: Entry) -> bool:
        """Tie a figure to the one of the text with its id, else to the first free one without any."""
        free = [slot for slot in self.slots if _is(slot, ElementKind.FIGURE) and not slot.entries]
        named = (slot for slot in free if slot.mark is not None and entry.id and slot.mark.id == entry.id)
        nameless = (slot for slot in free if slot.mark is not None and not slot.mark.id)
        slot = next(named, None) or next(nameless, None)
        return slot is not None and self._give(entry, slot)

    def _give(self, entry: Entry, slot: Slot) -> bool:
        """Tie an entry to a whole slot, whose letters are then no longer free."""
        place = next(place for place, other in enumerate(self.slots) if other is slot)
        first, last = self._starts[place], self._starts[place + 1]
        self._is_taken[first:last] = b"\1" * (last - first)
        slot.entries.append(entry)
        slot.covered += last - first
        return True

    def _take(self, entry: Entry, start: int, end: int) -> bool:
        if self._is_taken.find(1, start, end) >= 0:
            return False
        self._is_taken[start:end] = b"\1" * (end - start)
        place = bisect_right(self._starts, start) - 1
        while place < len(self.slots) and self._starts[place] < end:
            share = min(end, self._starts[place + 1]) - max(start, self._starts[place])
            if share > 0:
                self.slots[place].entries.append(entry)
                self.slots[place].covered += share
            place += 1
        return True


def piece_text(piece: Piece | None) -> str:
    """All text of a piece, cells included."""
    if piece is None:
        return ""
    cells = piece.table.cells if piece.table is not None else ()
    return " ".join([piece.text, *(cell.text for cell in cells)])


def _is(slot: Slot, kind: ElementKind) -> bool:
    return slot.piece is not None and slot.piece.kind is kind


def _share(cells: set[str], slot: Slot) -> float:
    """How many of the cells stand in the table of the text; a table without cells may be any."""
    table = slot.piece.table if slot.piece is not None else None
    if not cells or table is None:
        return 1.0
    own = {letters(cell.text) for cell in table.cells}
    return len(cells & own) / len(cells)
