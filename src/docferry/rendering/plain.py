"""Documents as plain text: no signs that were not on the page."""

from docferry.model import Document, Element, Table
from docferry.rendering.flow import join_blocks
from docferry.rendering.grid import cells_by_row
from docferry.rendering.markdown import element_body

__all__ = ["render_text"]


def render_text(document: Document, *, includes_furniture: bool = False) -> str:
    """Write a document as plain text, blocks apart by an empty line, list items by a newline.

    Args:
        document: The document.
        includes_furniture: Whether running heads, page numbers and the like are written too.

    Returns:
        Text without a newline at the end. A table is one line per row with tabs between its columns; the
        text of a cell that spans stands at its first place.
    """
    return join_blocks(
        (element, _text_of(element))
        for element in document.elements
        if includes_furniture or not element.is_furniture
    )


def _text_of(element: Element) -> str:
    if element.table is not None and element.table.cells:
        return _table_text(element.table)
    return element_body(element)


def _table_text(table: Table) -> str:
    lines: list[str] = []
    for cells in cells_by_row(table):
        places = [""] * table.n_columns
        for cell in cells:
            places[cell.column] = " ".join(cell.text.split())
        lines.append("\t".join(places))
    return "\n".join(lines)
