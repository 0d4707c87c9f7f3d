"""Where the rows of a table stand, from the boxes of their cells."""

from collections.abc import Sequence
from itertools import groupby

from docferry.chunking.table_rows import Stretch
from docferry.model import BoundingBox, Element, Provenance

__all__ = ["RowPlaces"]

_UP = 0.02  # a row this much higher on the page than the row before it stands in the next region
_Place = tuple[int, int, BoundingBox]


class RowPlaces:
    """Looks up the places of rows; tables whose cells have no boxes stand where their element stands.

    Args:
        elements: The tables.
    """

    def __init__(self, elements: Sequence[Element]) -> None:
        self._rows = {element.id: _row_places(element) for element in elements}

    def of(self, stretches: Sequence[Stretch]) -> tuple[Provenance, ...]:
        """The places of rows: one box for the rows in one region of an element."""
        places: list[Provenance] = []
        for element, first, end, _ in stretches:
            found = [place for place in self._rows[element.id][first:end] if place is not None]
            if not found:
                places += [
                    Provenance(page=region.page, box=region.box, element_id=element.id)
                    for region in element.regions
                ]
            for (_, page), group in groupby(found, key=lambda place: place[:2]):
                union = BoundingBox.union(box for _, _, box in group)
                places.append(Provenance(page=page, box=union, element_id=element.id))
        return tuple(places)


def _row_places(element: Element) -> list[_Place | None]:
    """Each row's region, its page, and the box around the row's cells; None where no cell has a box."""
    boxes: dict[int, list[BoundingBox]] = {}
    for cell in element.table.cells if element.table else ():
        if cell.box is not None:
            boxes.setdefault(cell.row, []).append(cell.box)
    if not boxes or not element.regions:
        return []
    places: list[_Place | None] = []
    region = 0
    top = 0.0
    for row in range(max(boxes) + 1):
        if row not in boxes:
            places.append(None)
            continue
        box = BoundingBox.union(boxes[row])
        if box.top < top - _UP:
            region = min(region + 1, len(element.regions) - 1)
        top = box.top
        places.append((region, element.regions[region].page, box))
    return places
