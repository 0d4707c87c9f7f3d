"""Tables as Markdown with pipes.

Markdown knows no spans: a cell's text stands at its first place, the other places it covers stay empty.
"""

from collections.abc import Sequence

from docferry.model import Table, TableCell
from docferry.rendering.grid import cells_by_row

__all__ = ["markdown_rows", "markdown_table", "render_table_markdown"]


def render_table_markdown(table: Table) -> str:
    """Write a table as a pipe table: first row, rule, further rows.

    The first row stands above the rule whether or not it is a header, because Markdown has no table without
    one; further header rows follow below the rule.

    Returns:
        Lines joined by newlines, without one at the end; empty for a table without rows or columns.
    """
    return markdown_table(markdown_rows(table), n_columns=table.n_columns)


def markdown_table(rows: Sequence[str], *, n_columns: int) -> str:
    """Make a table of lines that `markdown_rows` wrote: the rule goes below the first."""
    if not rows:
        return ""
    rule = "|" + " --- |" * n_columns
    return "\n".join((rows[0], rule, *rows[1:]))


def markdown_rows(table: Table) -> list[str]:
    """One line per row, top to bottom, each beginning and ending with a pipe."""
    n_columns = table.n_columns
    if n_columns == 0:
        return []
    rows = [_texts(cells, n_columns) for cells in cells_by_row(table)]
    lines = [f"| {' | '.join(texts)} |" for texts in rows]
    # One look at the joined lines tells whether any cell needs care; most tables have none that does.
    whole = "".join(lines)
    if whole.isprintable() and "  " not in whole and whole.count("|") == len(lines) * (n_columns + 1):
        return lines
    return [f"| {' | '.join([_cell_text(text) for text in texts])} |" for texts in rows]


def _texts(cells: Sequence[TableCell], n_columns: int) -> list[str]:
    """The texts of a row, one for each column."""
    if len(cells) == n_columns:
        return [cell.text for cell in cells]
    texts = [""] * n_columns
    for cell in cells:
        texts[cell.column] = cell.text
    return texts


def _cell_text(text: str) -> str:
    if text.isprintable() and "|" not in text:
        return text.strip()
    return "<br>".join(text.strip().replace("|", "\\|").splitlines())
