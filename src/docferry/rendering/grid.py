"""A table's cells by row, as every rendering needs them."""

from collections.abc import Sequence
from itertools import pairwise

from docferry.model import Table, TableCell

__all__ = ["cells_by_row"]


def cells_by_row(table: Table) -> list[Sequence[TableCell]]:
    """The cells that begin in each row, left to right; one sequence per row, empty ones included."""
    cells, n_rows, n_columns = table.cells, table.n_rows, table.n_columns
    if len(cells) == n_rows * n_columns:  # no spans, no gaps: the cells are row-major already
        return [cells[start : start + n_columns] for start in range(0, len(cells), n_columns)]
    starts = [0] * (n_rows + 1)
    for cell in cells:
        starts[cell.row + 1] += 1
    for row in range(n_rows):
        starts[row + 1] += starts[row]
    return [cells[start:end] for start, end in pairwise(starts)]
