"""Puts a table that was cut at the end of a page together again."""

from collections.abc import Sequence
from dataclasses import replace

from docferry.model import Table, TableCell, is_grid

__all__ = ["join_tables"]


def join_tables(head: Table, tail: Table) -> Table | None:
    """One table of two parts, with the header that the second one repeats left out.

    Args:
        head: What came so far.
        tail: The next part.

    Returns:
        The table, or None when the columns do not fit, or both are hardly more than empty places.
    """
    if head.n_columns != tail.n_columns:
        return None
    n_repeated = head.n_header_rows
    if not n_repeated or _rows(head.cells, n_repeated) != _rows(tail.cells, n_repeated):
        n_repeated = 0
    down = head.n_rows - n_repeated
    moved = (replace(cell, row=cell.row + down) for cell in tail.cells if cell.row >= n_repeated)
    n_rows, cells = down + tail.n_rows, (*head.cells, *moved)
    if not is_grid(n_rows, head.n_columns, n_cells=len(cells)):
        return None
    return replace(head, n_rows=n_rows, cells=cells)


def _rows(cells: Sequence[TableCell], n_rows: int) -> list[tuple[object, ...]]:
    """What its first rows say, apart from white space."""
    return [
        (cell.row, cell.column, cell.row_span, cell.column_span, cell.is_header, " ".join(cell.text.split()))
        for cell in cells
        if cell.row < n_rows
    ]
