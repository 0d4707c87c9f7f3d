"""Tables as cells: Markdown and HTML are rendered from them."""

from dataclasses import dataclass
from itertools import product, takewhile

from docferry.model.geometry import BoundingBox

__all__ = ["MOST_PLACES", "PLACES_PER_CELL", "Table", "TableCell", "is_grid", "most_places"]

MOST_PLACES = 100_000
"""Places that any table may have, rows times columns: renderings write every one of them."""

PLACES_PER_CELL = 100
"""Places that a table may have for each of its cells, where these are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """One cell, which may span rows and columns.

    Args:
        row: First row covered, 0-based.
        column: First column covered, 0-based.
        row_span: Rows covered, at least 1.
        column_span: Columns covered, at least 1.
        is_header: Whether the cell names its row or column.
        text: Plain text; line breaks inside a cell are newlines.
        box: Where on the page, or None.
    """

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    is_header: bool = False
    text: str = ""
    box: BoundingBox | None = None

    def __post_init__(self) -> None:
        if self.row < 0 or self.column < 0 or self.row_span < 1 or self.column_span < 1:
            raise ValueError(f"not a cell: row {self.row}, column {self.column}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A grid of cells.

    Its places, rows times columns, are at most 100,000, or 100 for each of its cells where that is more: what
    is made of a table then costs what its cells cost, and not what numbers claim. `docferry.reading.grids`
    makes a table of cells with any numbers.

    Args:
        n_rows: Number of rows, header rows included.
        n_columns: Number of columns.
        cells: The cells, row-major by their first row and column; places that no cell covers are empty.
        continues_previous: Whether the provider says that this is the next part of the table before it.

    Raises:
        ValueError: A cell lies outside the grid, two cells cover one place, or the grid has more places than
            a table of so many cells may have.
    """

    n_rows: int
    n_columns: int
    cells: tuple[TableCell, ...] = ()
    continues_previous: bool = False

    def __post_init__(self) -> None:
        if not is_grid(self.n_rows, self.n_columns, n_cells=len(self.cells)):
            raise ValueError(f"{self.n_rows} x {self.n_columns} is no table of {len(self.cells)} cells")
        covered: set[tuple[int, int]] = set()
        for cell in self.cells:
            bottom, right = cell.row + cell.row_span, cell.column + cell.column_span
            if bottom > self.n_rows or right > self.n_columns:
                raise ValueError(f"cell at row {cell.row}, column {cell.column} lies outside the table")
            for row, column in product(range(cell.row, bottom), range(cell.column, right)):
                if (row, column) in covered:
                    raise ValueError(f"two cells cover row {row}, column {column}")
                covered.add((row, column))

    @property
    def n_header_rows(self) -> int:
        """How many rows at the top consist of header cells only; 0 when the first row is no header."""
        first_body_row = next((cell.row for cell in self.cells if not cell.is_header), self.n_rows)
        covered = {
            row
            for cell in takewhile(lambda cell: cell.row < first_body_row, self.cells)
            for row in range(cell.row, cell.row + cell.row_span)
        }
        return next((row for row in range(first_body_row) if row not in covered), first_body_row)


def most_places(n_cells: int) -> int:
    """How many places a table of so many cells may have."""
    return max(MOST_PLACES, PLACES_PER_CELL * n_cells)


def is_grid(n_rows: int, n_columns: int, *, n_cells: int) -> bool:
    """Whether a table of so many cells may have so many rows and columns."""
    most = most_places(n_cells)
    return 0 <= n_rows <= most and 0 <= n_columns <= most and n_rows * n_columns <= most
