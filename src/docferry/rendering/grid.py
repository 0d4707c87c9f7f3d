"""A table's cells by row, as every rendering needs them."""

from docferry.model import Table, TableCell

__all__ = ["cells_by_row"]


def cells_by_row(table: Table) -> list[list[TableCell]]:
    """The cells that begin in each row, left to right; one list per row, empty ones included."""
    rows: list[list[TableCell]] = [[] for _ in range(table.n_rows)]
    for cell in table.cells:  # row-major already, as the model promises
        rows[cell.row].append(cell)
    return rows
