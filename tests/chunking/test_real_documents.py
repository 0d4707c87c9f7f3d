"""Real documents beside the repository keep the laws, and give the chunks that were counted.

Only counts, pages, kinds and a digest of the texts are written down.
`python tests/chunking/test_real_documents.py` writes them anew.
"""

import hashlib
import json
import sys
from pathlib import Path

import pytest
from chunk_laws import check_chunks

import docferry
from docferry.chunking import ChunkSettings, chunk_document
from docferry.chunking.tokens import load_tokenizer
from docferry.errors import NeedsOcrError
from docferry.sources import Source

ROOT = Path(__file__).resolve().parents[2]
FIGURES = Path(__file__).with_name("golden") / "real.json"
SETTINGS = ChunkSettings(max_tokens=256)


def figures(path):
    try:
        document = docferry.parse(Source.from_bytes(path.read_bytes(), name=path.name))
    except NeedsOcrError:
        return None
    chunks = chunk_document(document, settings=SETTINGS, source_name=path.name)
    check_chunks(document, chunks, SETTINGS, load_tokenizer(SETTINGS.encoding).count)
    texts = "\x1e".join(chunk.text_to_embed for chunk in chunks)
    return {
        "chunks": len(chunks),
        "tokens": sum(chunk.token_count for chunk in chunks),
        "pages": max(page for chunk in chunks for page in chunk.pages),
        "kinds": sorted({kind.value for chunk in chunks for kind in chunk.kinds}),
        "texts": hashlib.sha256(texts.encode()).hexdigest()[:16],
    }


@pytest.mark.parametrize("name", json.loads(FIGURES.read_text(encoding="utf-8")))
def test_a_real_document_gives_the_chunks_counted(shared_docs, name):
    expected = json.loads(FIGURES.read_text(encoding="utf-8"))[name]

    assert figures(shared_docs / name) == expected


def write():
    folder = ROOT.parent / "shared" / "docs"
    found = {path.name: figures(path) for path in sorted(folder.glob("*.pdf"))}
    FIGURES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.append(str(ROOT / "tests" / "support"))
    sys.exit(write())
