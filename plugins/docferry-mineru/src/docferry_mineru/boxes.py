"""Boxes of all the service's systems to fractions of the page, once and in one place.

Content lists count in thousandths of the page, middle.json of 2.x and 3.x in the page's own unit (points, or
pixels where a page is a picture), the files of 4.x in fractions. The origin is the top left corner in all.
Source: opendatalab.github.io/MinerU/reference/output_files (read 2026-11-21).
"""

from dataclasses import dataclass

from docferry.model import BoundingBox
from docferry.reading.values import items_of, number_of

__all__ = ["FRACTIONS", "THOUSANDTHS", "BoxScale", "page_scale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxScale:
    """What the numbers of a box are measured in.

    Args:
        width: What stands for the full width of the page; above 0.
        height: What stands for its full height; above 0.
    """

    width: float
    height: float

    def box(self, value: object) -> BoundingBox | None:
        """Read a box: left, top, right and bottom, or the eight numbers of its corners; None when it is none.

        A box without any extent says nothing and counts as none.
        """
        items = items_of(value)
        edges = [number for item in items if (number := number_of(item)) is not None]
        if len(items) not in {4, 8} or len(edges) < len(items):
            return None
        if len(edges) == 8:  # noqa: PLR2004 - two for each corner
            across, down = edges[0::2], edges[1::2]
            edges = [min(across), min(down), max(across), max(down)]
        left, top, right, bottom = edges
        box = BoundingBox.from_absolute(
            left=left, top=top, right=right, bottom=bottom, width=self.width, height=self.height
        )
        return box if box.left < box.right or box.top < box.bottom else None


THOUSANDTHS = BoxScale(width=1000, height=1000)
FRACTIONS = BoxScale(width=1, height=1)


def page_scale(size: object) -> BoxScale | None:
    """The scale of a page of that [width, height]; None when the size is missing or senseless."""
    pair = [number_of(item) for item in items_of(size)[:2]]
    if len(pair) < 2:  # noqa: PLR2004 - width and height
        return None
    width, height = pair
    if width is None or height is None or width <= 0 or height <= 0:
        return None
    return BoxScale(width=width, height=height)
