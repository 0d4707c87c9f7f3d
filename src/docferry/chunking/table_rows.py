"""A table as lines that can be cut between rows."""

from collections.abc import Sequence
from itertools import accumulate

from docferry.chunking.settings import TableFormat
from docferry.chunking.spans import PackedSpan
from docferry.model import Element, Table, TableCell
from docferry.rendering import html_rows, markdown_rows

__all__ = ["Stretch", "TableRows"]


Stretch = tuple[Element, int, int, int]
"""An element, rows of its table from the second number up to the third, and where they begin in the rows."""


class TableRows:
    """The rows of a table, or of a table that came in several parts with the same header.

    Rows are counted over all parts; the headers of later parts are left out.

    Args:
        elements: The parts, each with a table.
        table_format: How rows are written.
        text: The table as `docferry.rendering` writes it, if there is one part and it was written before.
    """

    def __init__(self, elements: Sequence[Element], table_format: TableFormat, *, text: str = "") -> None:
        self._is_html = table_format is TableFormat.HTML
        self._parts: list[Stretch] = []
        self.n_columns = 0
        self.n_header = 0
        self.lines: list[str] = []
        self.is_tied: list[bool] = []
        """Whether a cell of the row above reaches into this row."""
        for element in elements:
            if element.table is not None:
                self._add(element, element.table, text)
        if self.n_header == len(self.lines):
            self.n_header = 0
        self._sizes = [0, *accumulate(map(len, self.lines))]

    def __len__(self) -> int:
        return len(self.lines)

    def _add(self, element: Element, table: Table, text: str) -> None:
        n_header = table.n_header_rows
        first = n_header if self.lines else 0
        if not self.lines:
            self.n_columns, self.n_header = table.n_columns, n_header
        tied = [False] * table.n_rows
        if len(table.cells) < table.n_rows * table.n_columns:
            for cell in table.cells:
                for row in range(cell.row + 1, cell.row + cell.row_span):
                    tied[row] = True
        self._parts.append((element, first, table.n_rows, len(self.lines)))
        self.lines += self._written(table, text)[first:]
        self.is_tied += tied[first:]

    def _written(self, table: Table, text: str) -> list[str]:
        """The lines of a table's rows, from its text if that was written before."""
        if self._is_html:
            return html_rows(table)
        if not text:
            return markdown_rows(table)
        top, _, *below = text.split("\n")
        return [top, *below]

    def stretches(self, first: int, end: int) -> list[Stretch]:
        """The rows from first up to end, by the element they come from."""
        return [
            (element, own_first + begin - row, own_first + stop - row, begin)
            for element, own_first, own_end, row in self._parts
            if (begin := max(first, row)) < (stop := min(end, row + own_end - own_first))
        ]

    def length(self, first: int, end: int) -> int:
        """Characters of the lines from first up to end, each with its line break."""
        return self._sizes[end] - self._sizes[first] + end - first

    def frame(self, first: int, *, n_header: int) -> tuple[str, str, int]:
        """What stands around rows from `first` on.

        Returns:
            The text before the rows with its line break, the text after them with its line break, and the
            index of the first row that is not in the text before. A pipe table without a header has its first
            row there, above the rule.
        """
        head = self.lines[:n_header]
        if self._is_html:
            above = ["<table>", *(["<thead>", *head, "</thead>"] if head else []), "<tbody>", ""]
            return "\n".join(above), "\n</tbody>\n</table>", first
        top, *below = head or [self.lines[first]]
        rule = "|" + " --- |" * self.n_columns
        return "\n".join([top, rule, *below, ""]), "", first if head else first + 1

    def render(self, first: int, end: int, *, n_header: int) -> str:
        """The first n_header rows and the rows from first up to end as a table."""
        above, below, start = self.frame(first, n_header=n_header)
        if start == end:
            return above.rstrip("\n") + below
        return above + "\n".join(self.lines[start:end]) + below

    def spans(self, first: int, end: int, *, n_header: int, is_repeat: bool) -> tuple[PackedSpan, ...]:
        """Which characters of `render(first, end, n_header=n_header)` show which rows of which element.

        Args:
            first: The first row below the header.
            end: The row after the last.
            n_header: How many rows stand above as the header.
            is_repeat: Whether the header is shown elsewhere as its own.
        """
        above, _, start = self.frame(first, n_header=n_header)
        found: list[PackedSpan] = []
        if n_header:
            found.append((0, len(above), self._parts[0][0].id, 0, n_header, True, is_repeat))
        for element, own_first, own_end, row in self.stretches(first, end):
            row_end = row + own_end - own_first
            span_start = 0 if row < start else len(above) + self.length(start, row)
            span_end = len(above) + self.length(start, row_end) - 1
            found.append((span_start, span_end, element.id, own_first, own_end, True, False))
        return tuple(found)

    def loosen(self, first: int) -> None:
        """Undo the row spans of the rows tied together from `first` on: empty cells stand in their place."""
        end = first + 1
        while end < len(self.lines) and self.is_tied[end]:
            end += 1
        ((element, row, row_end, _),) = self.stretches(first, end)
        if self._is_html and element.table is not None:
            self.lines[first:end] = html_rows(_without_row_spans(element.table, row, row_end))
            self._sizes = [0, *accumulate(map(len, self.lines))]
        self.is_tied[first:end] = [False] * (end - first)

    def row_text(self, row: int) -> str:
        """A row as prose, one cell after the other, each after the name of its column."""
        ((element, own_row, _, _),) = self.stretches(row, row + 1)
        if element.table is None:
            return ""
        names = {} if self.n_header == 0 or row < self.n_header else self._column_names()
        cells = [cell for cell in element.table.cells if cell.row == own_row and cell.text.strip()]
        return "\n\n".join(
            f"{names[cell.column]}: {cell.text.strip()}" if cell.column in names else cell.text.strip()
            for cell in cells
        )

    def _column_names(self) -> dict[int, str]:
        table = self._parts[0][0].table
        cells = table.cells if table is not None else ()
        return {
            column: " ".join(cell.text.split())
            for cell in cells
            if cell.row + cell.row_span == self.n_header and cell.text.strip()
            for column in range(cell.column, cell.column + cell.column_span)
        }


def _without_row_spans(table: Table, first: int, end: int) -> Table:
    """The rows from first up to end, which no cell crosses, with empty cells where a cell spanned rows."""
    cells = [
        TableCell(
            row=row - first,
            column=cell.column,
            column_span=cell.column_span,
            is_header=cell.is_header,
            text=cell.text if row == cell.row else "",
        )
        for cell in table.cells
        if first <= cell.row < end
        for row in range(cell.row, cell.row + cell.row_span)
    ]
    covered = {(cell.row, cell.column + right) for cell in cells for right in range(cell.column_span)}
    # Some rows of a table may have fewer cells than a table of so many places is to have.
    cells += [
        TableCell(row=row, column=column)
        for row in range(end - first)
        for column in range(table.n_columns)
        if (row, column) not in covered
    ]
    return Table(
        n_rows=end - first,
        n_columns=table.n_columns,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
    )
