"""The chunks of documents that the project makes are those written down.

`python tests/chunking/test_golden.py` writes them anew; read what changes.
"""

import json
import sys
from pathlib import Path

import pytest

import docferry
from docferry.chunking import ChunkSettings, Split, TableFormat, chunk_document
from docferry.sources import Source

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).with_name("golden")
CASES = {
    "demo": ChunkSettings(),
    "demo-small": ChunkSettings(max_tokens=64, overlap_tokens=16, encoding="cl100k_base"),
    "demo-html": ChunkSettings(max_tokens=128, min_tokens=60, table_format=TableFormat.HTML),
    "demo-sections": ChunkSettings(split=Split.SECTION),
    "demo-joined": ChunkSettings(joins_pages=True, stitches_tables=True, includes_headings=False),
}


def parsed_demo():
    data = (ROOT / "examples" / "demo.pdf").read_bytes()
    return docferry.parse(Source.from_bytes(data, name="demo.pdf"))


def summary(document, settings):
    """What a reader of the file can judge; sides of boxes in thousandths of the page."""
    return [
        {
            "id": chunk.id,
            "tokens": chunk.token_count,
            "kinds": [kind.value for kind in chunk.kinds],
            "headings": list(chunk.headings),
            "regions": [[region.page, *sides(region.box)] for region in chunk.regions],
            "text": chunk.text_to_embed,
        }
        for chunk in chunk_document(document, settings=settings, source_name="demo.pdf")
    ]


def sides(box):
    return [round(1000 * side) for side in (box.left, box.top, box.right, box.bottom)] if box else []


@pytest.fixture(scope="module")
def demo():
    return parsed_demo()


@pytest.mark.parametrize("name", CASES)
def test_chunks_are_those_written_down(demo, name):
    written = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))

    assert summary(demo, CASES[name]) == written


def write():
    document = parsed_demo()
    GOLDEN.mkdir(exist_ok=True)
    for name, settings in CASES.items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in summary(document, settings))
        (GOLDEN / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(write())
