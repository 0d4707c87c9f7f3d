"""Where the rows of a table stand, from the boxes of their cells."""

from collections.abc import Sequence
from itertools import groupby

from docferry.model import BoundingBox, Element, Provenance

__all__ = ["RowPlaces"]

_UP = 0.02  # a row this much higher on the page than the row before it stands in the next region


class RowPlaces:
    """Looks up the places of rows; cells without boxes leave the regions of their table.

    Args:
        elements: The tables.
    """

    def __init__(self, elements: Sequence[Element]) -> None:
        self._rows = {element.id: _row_places(element) for element in elements}

    def of(self, origins: Sequence[tuple[Element, int]]) -> tuple[Provenance, ...]:
        """The places of rows, given as (element, row): one box for the rows in one region of an element."""
        places: list[Provenance] = []
        for element_id, group in groupby(origins, key=lambda origin: origin[0].id):
            rows = list(group)
            found = [place for _, row in rows if (place := self._rows[element_id][row]) is not None]
            if not found:
                places += [
                    Provenance(page=region.page, box=region.box, element_id=element_id)
                    for region in rows[0][0].regions
                ]
            for (_, page), boxes in groupby(found, key=lambda place: place[:2]):
                union = BoundingBox.union(box for _, _, box in boxes)
                places.append(Provenance(page=page, box=union, element_id=element_id))
        return tuple(places)


def _row_places(element: Element) -> list[tuple[int, int, BoundingBox] | None]:
    """Each row's region, its page, and the box around the row's cells; None where no cell has a box."""
    table = element.table
    if table is None or not element.regions:
        return [None] * (table.n_rows if table else 0)
    boxes: list[list[BoundingBox]] = [[] for _ in range(table.n_rows)]
    for cell in table.cells:
        if cell.box is not None:
            boxes[cell.row].append(cell.box)
    places: list[tuple[int, int, BoundingBox] | None] = []
    region = 0
    top = 0.0
    for row_boxes in boxes:
        if not row_boxes:
            places.append(None)
            continue
        box = BoundingBox.union(row_boxes)
        if box.top < top - _UP:
            region = min(region + 1, len(element.regions) - 1)
        top = box.top
        places.append((region, element.regions[region].page, box))
    return places
