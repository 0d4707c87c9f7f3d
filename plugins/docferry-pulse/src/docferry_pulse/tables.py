"""Tables from the service's cells, and the boxes of cells for tables that the text has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from docferry.model import Table, TableCell
from docferry.reading.grids import join_places, make_table
from docferry_pulse.aligning import letters
from docferry_pulse.boxes import Cell
from docferry_pulse.dialect import collapse_fillers

__all__ = ["Grid", "merge_boxes", "read_cells"]

MANY_CELLS = 1000
"""From so many cells on, rows and columns without any text are left out: a chart came as 8,120 blanks."""


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
    """Make a table of cells. Those at one place are one, and spans stop before other cells.

    A cell that has no place stands in a row of its own below the others.
    """
    if not cells:
        return Grid()
    below = max((cell.place[0] + 1 for cell in cells if cell.place is not None), default=0)
    placed = join_places(_placed(cell, below + number) for number, cell in enumerate(cells))
    return _without_blanks(make_table(_without_gaps(placed)))


def _placed(cell: Cell, row_below: int) -> TableCell:
    row, column = cell.place or (row_below, 0)
    return TableCell(
        row=row,
        column=column,
        row_span=cell.row_span,
        column_span=cell.column_span,
        is_header=cell.is_header,
        text=collapse_fillers(cell.text.strip()),
        box=cell.box,
    )


def _without_gaps(cells: Sequence[TableCell]) -> tuple[TableCell, ...]:
    """The cells without the rows and columns between them that no cell covers: those are missing."""
    rows = _numbered(range(cell.row, cell.row + cell.row_span) for cell in cells)
    columns = _numbered(range(cell.column, cell.column + cell.column_span) for cell in cells)
    return tuple(replace(cell, row=rows[cell.row], column=columns[cell.column]) for cell in cells)


def merge_boxes(table: Table, cells: Iterable[Cell]) -> Grid:
    """Give the cells of a table their boxes, where a seen cell has the same place and the same text."""
    seen = {cell.place: cell for cell in cells if cell.box is not None}

    def boxed(cell: TableCell) -> TableCell:
        other = seen.get((cell.row, cell.column))
        box = other.box if other is not None and letters(other.text) == letters(cell.text) else None
        return replace(cell, text=collapse_fillers(cell.text), box=box)

    return _without_blanks(replace(table, cells=tuple(boxed(cell) for cell in table.cells)))


def _numbered(covered: Iterable[range]) -> dict[int, int]:
    """Rows or columns that anything stands in, numbered from 0: those in between may be missing."""
    return {position: number for number, position in enumerate(sorted({p for span in covered for p in span}))}


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
    return Grid(table=make_table(kept), n_blank_cells=n_blank_cells)
