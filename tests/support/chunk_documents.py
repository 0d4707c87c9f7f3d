"""Documents written down in a line or two, for tests that look at one rule of the chunker."""

from docferry.model import BoundingBox, Document, Element, ElementKind, Image, Page, Region, Table, TableCell

__all__ = ["caption", "document", "element", "figure", "grid", "heading", "paragraph", "table", "texts"]


def document(*elements, pages=None):
    """A document of these elements, renamed e0, e1, ... unless they have names."""
    numbers = {region.page for element in elements for region in element.regions}
    return Document(
        source_fingerprint="sha256:" + "0" * 64,
        provider="made",
        pages=tuple(Page(number=number + 1) for number in range(pages or max(numbers, default=1))),
        elements=tuple(
            element if element.id != "?" else _renamed(element, f"e{index}")
            for index, element in enumerate(elements)
        ),
    )


def element(kind, text="", *, page=1, name="?", box=None, **fields):
    """One element on a page."""
    return Element(id=name, kind=kind, text=text, regions=(Region(page=page, box=box),), **fields)


def heading(text, level=1, **fields):
    """A heading."""
    return element(ElementKind.HEADING, text, level=level, **fields)


def paragraph(text, **fields):
    """A paragraph."""
    return element(ElementKind.PARAGRAPH, text, **fields)


def caption(text, of="", **fields):
    """A caption."""
    return element(ElementKind.CAPTION, text, caption_of=of, **fields)


def figure(text="", **fields):
    """A figure."""
    return element(ElementKind.FIGURE, text, image=Image(asset_name="a.png"), **fields)


def table(rows, *, n_header=1, **fields):
    """A table of rows of texts, as an element."""
    return element(ElementKind.TABLE, table=grid(rows, n_header=n_header), **fields)


def grid(rows, *, n_header=1, spans=None, with_boxes=False):
    """A table of rows of texts; None stands for a place that a cell above or before covers."""
    spans = spans or {}
    cells = tuple(
        TableCell(
            row=row,
            column=column,
            row_span=spans.get((row, column), (1, 1))[0],
            column_span=spans.get((row, column), (1, 1))[1],
            is_header=row < n_header,
            text=text,
            box=BoundingBox(left=0.1, top=row / len(rows), right=0.9, bottom=(row + 1) / len(rows))
            if with_boxes
            else None,
        )
        for row, texts_of_row in enumerate(rows)
        for column, text in enumerate(texts_of_row)
        if text is not None
    )
    return Table(n_rows=len(rows), n_columns=max(map(len, rows)), cells=cells)


def texts(chunks):
    """The passages."""
    return [chunk.text for chunk in chunks]


def _renamed(element, name):
    return Element(**{field: getattr(element, field) for field in element.__slots__} | {"id": name})
