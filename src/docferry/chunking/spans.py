"""The way back from the characters of a chunk to the elements they were taken from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

__all__ = ["ChunkSpan", "ChunkSpans", "PackedSpan", "SpanUnit"]


class SpanUnit(StrEnum):
    """What the element's side of a span counts."""

    CHARACTERS = "characters"  # of Element.text
    ROWS = "rows"  # of Element.table


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSpan:
    """One stretch of a chunk's text and the stretch of an element that it shows. Ends are exclusive.

    For characters the two stretches are equal character by character, except that a line break of a heading
    is shown as a space. For rows the text shows the rows as Markdown or HTML.

    Args:
        start: First character, counted from 0 in Chunk.text.
        end: Character after the last.
        element_id: Id of the element.
        element_start: First character of Element.text, or first row of Element.table, counted from 0.
        element_end: Character or row after the last.
        unit: What element_start and element_end count.
        is_repeat: Whether another chunk shows this stretch as its own: a repeated table header or an overlap.
    """

    start: int
    end: int
    element_id: str
    element_start: int
    element_end: int
    unit: SpanUnit = SpanUnit.CHARACTERS
    is_repeat: bool = False


PackedSpan = tuple[int, int, str, int, int, bool, bool]
"""Start, end, element id, start and end in the element, whether they are rows, whether it is a repeat."""


@dataclass(frozen=True, slots=True)
class ChunkSpans(Sequence[ChunkSpan]):
    """The spans of a chunk: an immutable sequence that makes its items when they are asked for.

    Chunks are made by the ten thousand and few are looked up: holding plain tuples keeps the spans from
    costing as much as the tokens.

    Args:
        packed: The spans as tuples.
    """

    packed: tuple[PackedSpan, ...] = ()

    def __len__(self) -> int:
        return len(self.packed)

    @overload
    def __getitem__(self, index: int) -> ChunkSpan: ...

    @overload
    def __getitem__(self, index: slice) -> "ChunkSpans": ...

    def __getitem__(self, index: int | slice) -> "ChunkSpan | ChunkSpans":
        if isinstance(index, slice):
            return ChunkSpans(self.packed[index])
        start, end, element_id, element_start, element_end, is_rows, is_repeat = self.packed[index]
        return ChunkSpan(
            start=start,
            end=end,
            element_id=element_id,
            element_start=element_start,
            element_end=element_end,
            unit=SpanUnit.ROWS if is_rows else SpanUnit.CHARACTERS,
            is_repeat=is_repeat,
        )
