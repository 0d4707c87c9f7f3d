"""Tables as HTML, with their row and column spans."""

import html
from collections.abc import Sequence

from docferry.model import Table, TableCell
from docferry.rendering.grid import cells_by_row

__all__ = ["html_rows", "render_table_html"]


def render_table_html(table: Table) -> str:
    """Write a table as HTML, one row per line; header rows stand in a `thead`.

    Returns:
        Lines joined by newlines, without one at the end; empty for a table without rows or columns.
    """
    rows = html_rows(table)
    if not rows:
        return ""
    n_header = table.n_header_rows
    head = ["<thead>", *rows[:n_header], "</thead>"] if n_header else []
    body = ["<tbody>", *rows[n_header:], "</tbody>"] if n_header < len(rows) else []
    return "\n".join(["<table>", *head, *body, "</table>"])


def html_rows(table: Table) -> list[str]:
    """One `tr` per row, top to bottom; places that no cell covers are empty cells."""
    if table.n_columns == 0:
        return []
    covered = [[False] * table.n_columns for _ in range(table.n_rows)]
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            covered[row][cell.column : cell.column + cell.column_span] = [True] * cell.column_span
    return [
        _row(cells, [column for column, is_covered in enumerate(covered[row]) if not is_covered])
        for row, cells in enumerate(cells_by_row(table))
    ]


def _row(cells: Sequence[TableCell], empty_columns: list[int]) -> str:
    places = {cell.column: _cell(cell) for cell in cells}
    places.update(dict.fromkeys(empty_columns, "<td></td>"))
    return "<tr>" + "".join(places[column] for column in sorted(places)) + "</tr>"


def _cell(cell: TableCell) -> str:
    tag = "th" if cell.is_header else "td"
    spans = (f' rowspan="{cell.row_span}"' if cell.row_span > 1 else "") + (
        f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    )
    text = "<br>".join(html.escape(cell.text.strip(), quote=False).splitlines())
    return f"<{tag}{spans}>{text}</{tag}>"
