"""Rectangles in points, and how text items make them up; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from liteparse.types import AnnotationRect, TextItem

from docferry.model import BoundingBox
from docferry_local.alignment import lines_of

__all__ = ["Area", "column_areas", "wide_gaps"]

_WIDE_PITCH = 1.25  # times the usual distance from line to line
_WIDE_FIRST_PITCH = 1.9  # times the height of a line, when there is no other distance to compare with
_WIDE_GAP = 3.0  # points by which a wide distance exceeds the usual one at least


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on a page in points, origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, rectangle: AnnotationRect) -> "Area":
        """The same rectangle by its edges."""
        return cls(rectangle.x, rectangle.y, rectangle.x + rectangle.width, rectangle.y + rectangle.height)

    @classmethod
    def around(cls, items: Iterable[TextItem]) -> "Area":
        """The smallest area around the items, of which there must be at least one."""
        edges = [(item.x, item.y, item.x + item.width, item.y + item.height) for item in items]
        return cls(
            min(edge[0] for edge in edges),
            min(edge[1] for edge in edges),
            max(edge[2] for edge in edges),
            max(edge[3] for edge in edges),
        )

    def shares_column_with(self, other: "Area") -> bool:
        """Whether a vertical line crosses both."""
        return self.left < other.right and self.right > other.left

    def holds(self, other: "Area") -> bool:
        """Whether the centre of the other area lies in this one."""
        x, y = (other.left + other.right) / 2, (other.top + other.bottom) / 2
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def on_page(self, *, width: float, height: float) -> BoundingBox:
        """The same place as fractions of a page of that size in points."""
        return BoundingBox.from_absolute(
            left=self.left,
            top=self.top,
            right=self.right,
            bottom=self.bottom,
            width=width,
            height=height,
        )


def column_areas(items: Sequence[TextItem]) -> tuple[Area, ...]:
    """The areas of a text, one for each column it runs over: a line above the line before starts a column."""
    columns: list[list[TextItem]] = []
    top = 0.0
    for line in lines_of(items):
        line_top = min(item.y for item in line)
        if not columns or line_top < top:
            columns.append([])
        columns[-1] += line
        top = line_top
    return tuple(Area.around(column) for column in columns)


def wide_gaps(lines: Sequence[Sequence[TextItem]]) -> list[int]:
    """Numbers of the lines, from 0, that stand farther below the line before than lines usually do."""
    tops = [min(item.y for item in line) for line in lines]
    pitches = [after - before for before, after in pairwise(tops)]
    downward = sorted(pitch for pitch in pitches if pitch > 0)
    if not downward:
        return []
    height = min(item.height for item in lines[0])
    usual = downward[(len(downward) - 1) // 2]
    widest = _WIDE_FIRST_PITCH * height if len(downward) == 1 else _WIDE_PITCH * usual
    return [
        number
        for number, pitch in enumerate(pitches, start=1)
        if pitch > widest and (len(downward) == 1 or pitch > usual + _WIDE_GAP)
    ]
