"""Rows stay on their lines, whatever they hold."""

import json

from docferry.chunking import Chunk
from docferry.cli.output.rows import chunk_row, write_json_line
from docferry.model import ElementKind

LINE_ENDS = "a\nb\r\x0b\x0c\x1c\x1d\x1e\x85c\u2028d\u2029e"


def chunk(**changes):
    values = {
        "id": "i",
        "text": "t",
        "text_to_embed": "h\n\nt",
        "token_count": 3,
        "headings": ("h",),
        "pages": (2, 4),
        "regions": (),
        "kinds": (ElementKind.LIST_ITEM,),
        "chunk_on_page": 1,
    }
    return Chunk(**{**values, **changes})


def test_no_character_breaks_the_line():
    line = write_json_line(chunk_row(chunk(text=LINE_ENDS), source="s"))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["text"] == LINE_ENDS


def test_text_is_written_as_it_is():
    assert "资产" in write_json_line(chunk_row(chunk(text="资产"), source="s"))


def test_a_chunk_without_pages_has_null():
    row = chunk_row(chunk(pages=()), source="s")
    assert (row["page"], row["page_end"], row["pages"]) == (None, None, [])


def test_first_and_last_page_and_kinds_by_their_words():
    row = chunk_row(chunk(), source="s")
    assert (row["page"], row["page_end"], row["kinds"]) == (2, 4, ["list_item"])
