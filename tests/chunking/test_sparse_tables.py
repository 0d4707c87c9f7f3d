"""Documents whose pages and tables are mostly not there are cut like any others."""

from itertools import pairwise

from docferry.chunking import ChunkSettings, TableFormat, chunk_document
from docferry.model import Document, Element, ElementKind, Page, Region, Table, TableCell


def document_of(*elements, pages=(1,)):
    return Document(
        source_fingerprint="sha256:" + "0" * 64,
        provider="made",
        pages=tuple(Page(number=number) for number in pages),
        elements=elements,
    )


def test_rows_that_are_tied_may_be_nearly_empty():
    crowded = [TableCell(row=row, column=column, text="x") for row in range(2) for column in range(1000)]
    tied = [TableCell(row=row, column=row % 2, row_span=2, text=f"t{row}t") for row in range(2, 110)]
    table = Table(n_rows=111, n_columns=1000, cells=(*crowded, *tied))
    element = Element(id="t", kind=ElementKind.TABLE, table=table, regions=(Region(page=1),))
    settings = ChunkSettings(max_tokens=8000, table_format=TableFormat.HTML)
    chunks = chunk_document(document_of(element), settings=settings)
    text = "\n".join(chunk.text for chunk in chunks)

    assert [cell.text for cell in tied if cell.text not in text] == []


def test_pages_far_apart_cost_nothing():
    numbers = (1, 10**6, 10**20)
    elements = [
        Element(id=f"e{n}", kind=ElementKind.PARAGRAPH, text=f"On {n}.", regions=(Region(page=n),))
        for n in numbers
    ]
    chunks = chunk_document(document_of(*elements, pages=numbers))

    assert [page for chunk in chunks for page in chunk.pages] == list(numbers)
    assert all(earlier.pages <= later.pages for earlier, later in pairwise(chunks))
