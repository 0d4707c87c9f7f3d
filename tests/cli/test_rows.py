"""Rows of JSONL."""

import json

from docferry.chunking import chunk_document
from docferry.cli.output.rows import chunk_row, write_json_line
from docferry.model import Document, Element, ElementKind, Page


def test_a_chunk_whose_place_nobody_knows_has_a_null_page():
    element = Element(id="e1", kind=ElementKind.PARAGRAPH, text="from Markdown without pages")
    document = Document(source_fingerprint="f", provider="x", pages=(Page(number=1),), elements=(element,))
    (chunk,) = chunk_document(document, source_name="a.md")
    row = json.loads(write_json_line(chunk_row(chunk, source="a.md")))
    assert (row["page"], row["page_end"], row["pages"], row["regions"]) == (None, None, [], [])
