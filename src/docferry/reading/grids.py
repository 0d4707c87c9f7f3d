"""Cells to tables, whatever numbers their places are: no text is lost, and no number makes a table huge."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from docferry.model import Table, TableCell
from docferry.model.table import is_grid, most_places

__all__ = ["join_places", "make_table"]


def make_table(cells: Sequence[TableCell], *, n_rows: int = 0, n_columns: int = 0) -> Table:
    """Make a table of cells.

    Where the grid would have more places than a table of so many cells may have, its numbers are not
    believed: cells span nothing, and rows and columns where no cell begins are left out; where that is not
    enough, the cells stand one below the other.

    Args:
        cells: Row-major by their first row and column; no two cover one place.
        n_rows: At least so many rows, as far as they are believed.
        n_columns: At least so many columns.
    """
    height = max([n_rows, *(cell.row + cell.row_span for cell in cells)])
    width = max([n_columns, *(cell.column + cell.column_span for cell in cells)])
    if is_grid(height, width, n_cells=len(cells)):
        return Table(n_rows=height, n_columns=width, cells=tuple(cells))
    rows = _numbered(cell.row for cell in cells)
    columns = _numbered(cell.column for cell in cells)
    if is_grid(len(rows), len(columns), n_cells=len(cells)):
        close = (replace(cell, row=rows[cell.row], column=columns[cell.column]) for cell in cells)
        return Table(n_rows=len(rows), n_columns=len(columns), cells=tuple(map(_without_spans, close)))
    stacked = (replace(cell, row=row, column=0) for row, cell in enumerate(cells))
    return Table(n_rows=len(cells), n_columns=1, cells=tuple(map(_without_spans, stacked)))


def join_places(cells: Iterable[TableCell]) -> tuple[TableCell, ...]:
    """The cells row-major, those at one place made one, and spans cut short where other cells are."""
    by_place: dict[tuple[int, int], TableCell] = {}
    for cell in cells:
        known = by_place.get((cell.row, cell.column))
        by_place[cell.row, cell.column] = cell if known is None else _joined(known, cell)
    placed = [by_place[place] for place in sorted(by_place)]
    if sum(cell.row_span * cell.column_span for cell in placed) > most_places(len(placed)):
        return tuple(map(_without_spans, placed))
    return tuple(_apart(placed))


def _apart(cells: Sequence[TableCell]) -> Iterator[TableCell]:
    covered = {(cell.row, cell.column) for cell in cells}
    for cell in cells:
        if cell.row_span == cell.column_span == 1:
            yield cell
            continue
        down, right = _free(covered, cell)
        covered |= {(cell.row + r, cell.column + c) for r in range(down) for c in range(right)}
        yield replace(cell, row_span=down, column_span=right)


def _free(covered: set[tuple[int, int]], cell: TableCell) -> tuple[int, int]:
    """How far a cell can reach without meeting another one."""
    row, column, down, right = cell.row, cell.column, cell.row_span, cell.column_span
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


def _joined(first: TableCell, second: TableCell) -> TableCell:
    if not second.text or second.text in first.text:
        return first
    return replace(first, text=f"{first.text}\n{second.text}" if first.text else second.text)


def _without_spans(cell: TableCell) -> TableCell:
    return replace(cell, row_span=1, column_span=1)


def _numbered(positions: Iterable[int]) -> dict[int, int]:
    return {position: number for number, position in enumerate(sorted(set(positions)))}
