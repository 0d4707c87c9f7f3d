"""Boxes and page sizes: one coordinate space for every provider."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["BoundingBox", "LengthUnit", "Region"]


class LengthUnit(StrEnum):
    """The unit of a page's width and height."""

    POINT = "point"  # 1/72 inch
    PIXEL = "pixel"
    INCH = "inch"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundingBox:
    """A rectangle as fractions of its page: 0 is the left or top edge, 1 the right or bottom edge.

    The page is the page as shown, after rotation. A page's width and height give absolute sizes back.

    Raises:
        ValueError: Not 0 <= left <= right <= 1 and 0 <= top <= bottom <= 1.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left <= self.right <= 1 and 0 <= self.top <= self.bottom <= 1):
            raise ValueError(f"not a box of page fractions: {self}")

    @classmethod
    def from_absolute(  # noqa: PLR0913 - four edges and two sizes
        cls, *, left: float, top: float, right: float, bottom: float, width: float, height: float
    ) -> "BoundingBox":
        """Normalise a box given in any unit with its origin at the top left of the page.

        Edges outside the page are moved to its edge, swapped edges are put right. Fractions are rounded to
        six digits, which is finer than a hundredth of a pixel on any page.

        Args:
            left: Left edge, in the unit of width.
            top: Top edge, in the unit of height.
            right: Right edge.
            bottom: Bottom edge.
            width: Width of the page, in the same unit; above 0.
            height: Height of the page; above 0.

        Raises:
            ValueError: Width or height is not above 0, or an edge is not a number.
        """
        if not (width > 0 and height > 0):
            raise ValueError(f"a page of {width} x {height} has no fractions")
        x1, x2 = _fraction(left / width), _fraction(right / width)
        y1, y2 = _fraction(top / height), _fraction(bottom / height)
        if x1 > x2:
            x1, x2 = x2, x1
        if y1 > y2:
            y1, y2 = y2, y1
        return cls(left=x1, top=y1, right=x2, bottom=y2)

    @classmethod
    def union(cls, boxes: Iterable["BoundingBox"]) -> "BoundingBox":
        """The smallest box around all boxes, of which there must be at least one."""
        all_boxes = tuple(boxes)
        return cls(
            left=min(box.left for box in all_boxes),
            top=min(box.top for box in all_boxes),
            right=max(box.right for box in all_boxes),
            bottom=max(box.bottom for box in all_boxes),
        )

    def as_tuple(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return (self.left, self.top, self.right, self.bottom)


def _fraction(value: float) -> float:
    if 0.0 <= value <= 1.0:
        return round(value, 6)
    if value != value:  # noqa: PLR0124 - the one test for NaN that needs no import
        raise ValueError("an edge is not a number")
    return 0.0 if value < 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A place in a document: a page, and a box on it when the provider gave one.

    Args:
        page: Number of the page, 1-based, in the whole document.
        box: Where on the page; None when only the page is known.
    """

    page: int
    box: BoundingBox | None = None

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError(f"pages count from 1, not {self.page}")
