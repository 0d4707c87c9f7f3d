"""Tables from the service's cells, and the boxes of cells for tables that the text has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from docferry.model import Table, TableCell
from docferry_pulse.aligning import letters
from docferry_pulse.boxes import Cell
from docferry_pulse.dialect import collapse_fillers

__all__ = ["Grid", "merge_boxes", "read_cells"]

MANY_CELLS = 1000
"""From so many cells on, rows and columns without any text are left out: a chart came as 8,120 blanks."""

MAX_AREA = 500_000
"""Places that the cells of one table may cover; where hostile spans cover more, spans are ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table, if there is one.

    Args:
        table: The table; None without a cell.
        n_blank_cells: How many blank cells were left out.
    """

    table: Table | None = None
    n_blank_cells: int = 0


def read_cells(cells: Sequence[Cell]) -> Grid:
    """Make a table of cells. Of two cells at one place the first counts; spans stop before other cells."""
    by_place: dict[tuple[int, int], Cell] = {}
    for cell in cells:
        by_place.setdefault((cell.row, cell.column), cell)
    if not by_place:
        return Grid()
    if sum(cell.row_span * cell.column_span for cell in by_place.values()) > MAX_AREA:
        by_place = {place: replace(cell, row_span=1, column_span=1) for place, cell in by_place.items()}
    rows = _numbered(range(cell.row, cell.row + cell.row_span) for cell in by_place.values())
    columns = _numbered(range(cell.column, cell.column + cell.column_span) for cell in by_place.values())
    covered = {(rows[row], columns[column]) for row, column in by_place}
    placed: list[TableCell] = []
    for row, column in sorted(by_place):
        cell = by_place[row, column]
        first, left = rows[row], columns[column]
        down, right = _free(covered, first, left, (cell.row_span, cell.column_span))
        covered |= {(first + r, left + c) for r in range(down) for c in range(right)}
        placed.append(
            TableCell(
                row=first,
                column=left,
                row_span=down,
                column_span=right,
                is_header=cell.is_header,
                text=collapse_fillers(cell.text.strip()),
                box=cell.box,
            )
        )
    return _without_blanks(Table(n_rows=len(rows), n_columns=len(columns), cells=tuple(placed)))


def merge_boxes(table: Table, cells: Iterable[Cell]) -> Grid:
    """Give the cells of a table their boxes, where a seen cell has the same place and the same text."""
    seen = {(cell.row, cell.column): cell for cell in cells if cell.box is not None}

    def boxed(cell: TableCell) -> TableCell:
        other = seen.get((cell.row, cell.column))
        box = other.box if other is not None and letters(other.text) == letters(cell.text) else None
        return replace(cell, text=collapse_fillers(cell.text), box=box)

    return _without_blanks(replace(table, cells=tuple(boxed(cell) for cell in table.cells)))


def _numbered(covered: Iterable[range]) -> dict[int, int]:
    """Rows or columns that anything stands in, numbered from 0: those in between may be missing."""
    return {position: number for number, position in enumerate(sorted({p for span in covered for p in span}))}


def _free(covered: set[tuple[int, int]], row: int, column: int, wanted: tuple[int, int]) -> tuple[int, int]:
    """How far a cell can reach without meeting another one."""
    down, right = wanted
    right = next((width for width in range(1, right) if (row, column + width) in covered), right)
    down = next(
        (
            height
            for height in range(1, down)
            if any((row + height, column + across) in covered for across in range(right))
        ),
        down,
    )
    return down, right


def _without_blanks(table: Table) -> Grid:
    """A huge table without the rows and columns that have no text at all."""
    if len(table.cells) < MANY_CELLS or any(
        cell.row_span > 1 or cell.column_span > 1 for cell in table.cells
    ):
        return Grid(table=table)
    filled = [cell for cell in table.cells if cell.text.strip()]
    rows = {row: number for number, row in enumerate(sorted({cell.row for cell in filled}))}
    columns = {column: number for number, column in enumerate(sorted({cell.column for cell in filled}))}
    kept = tuple(
        replace(cell, row=rows[cell.row], column=columns[cell.column])
        for cell in table.cells
        if cell.row in rows and cell.column in columns
    )
    n_blank_cells = len(table.cells) - len(kept)
    if not kept:
        return Grid(n_blank_cells=n_blank_cells)
    whole = Table(n_rows=len(rows), n_columns=len(columns), cells=kept)
    return Grid(table=whole, n_blank_cells=n_blank_cells)
