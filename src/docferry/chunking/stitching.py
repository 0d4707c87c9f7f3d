"""Puts together a table that the provider returned in parts."""

from collections.abc import Sequence

from docferry.chunking.parts import Part
from docferry.chunking.settings import TableFormat
from docferry.chunking.table_rows import TableRows
from docferry.model import Element, Table

__all__ = ["is_continuation", "stitch"]


def is_continuation(before: Part, element: Element) -> bool:
    """Whether an element is the next part of the table in the part before it.

    It has as many columns, and either the same header, or none where the provider says that it goes on. A
    table with the same header on the same page counts only when the provider says so.
    """
    table, last = element.table, _tables(before)[-1:]
    if table is None or not last or last[0].table is None or last[0].table.n_columns != table.n_columns:
        return False
    first = before.element.table
    is_said = table.continues_previous
    if first is None or not (is_said or _is_next_page(last[0], element)):
        return False
    header = _header(table)
    return header == _header(first) if header else is_said


def stitch(part: Part, element: Element, table_format: TableFormat) -> None:
    """Add the next part of its table to a part."""
    part.companions = (*part.companions, element)
    rows = TableRows(_tables(part), table_format)
    part.text = rows.render(rows.n_header, len(rows), n_header=rows.n_header)
    part.spans = rows.spans(rows.n_header, len(rows), n_header=rows.n_header, is_repeat=False)


def _tables(part: Part) -> Sequence[Element]:
    return [element for element in (part.element, *part.companions) if element.table is not None]


def _is_next_page(before: Element, element: Element) -> bool:
    return bool(before.regions and element.regions) and element.regions[0].page == before.regions[-1].page + 1


def _header(table: Table) -> list[tuple[int, int, int, int, str]]:
    """The cells of the header rows, apart from white space."""
    n_rows = table.n_header_rows
    return [
        (cell.row, cell.column, cell.row_span, cell.column_span, " ".join(cell.text.split()))
        for cell in table.cells
        if cell.row < n_rows
    ]
