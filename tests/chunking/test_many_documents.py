"""Ten thousand random documents keep the budget, the coverage and the recount."""

from random import Random

import pytest
from chunk_laws import check_chunks
from random_documents import random_document

from docferry.chunking import ChunkSettings, TableFormat, chunk_document
from docferry.chunking.tokens import load_tokenizer

N_BLOCKS, N_IN_BLOCK = 20, 500


def settings_for(seed):
    """Settings with a budget, all of their switches thrown at random."""
    random = Random(seed)  # noqa: S311 - tests want the same settings every time
    max_tokens = random.choice((32, 48, 64, 100, 200, 512))
    return ChunkSettings(
        max_tokens=max_tokens,
        encoding=random.choice(("cl100k_base", "o200k_base")),
        includes_headings=random.random() < 0.7,
        includes_furniture=random.random() < 0.3,
        table_format=random.choice(tuple(TableFormat)),
        min_tokens=random.choice((0, 0, max_tokens // 5, max_tokens // 2)),
        overlap_tokens=random.choice((0, 0, max_tokens // 5, max_tokens // 2)),
        joins_pages=random.random() < 0.3,
        stitches_tables=random.random() < 0.3,
    )


@pytest.mark.slow
@pytest.mark.parametrize("block", range(N_BLOCKS))
def test_all_laws_hold(block):
    for seed in range(1_000_000 + block * N_IN_BLOCK, 1_000_000 + (block + 1) * N_IN_BLOCK):
        how = settings_for(seed)
        document = random_document(seed)
        chunks = chunk_document(document, settings=how, source_name="a name")

        check_chunks(document, chunks, how, load_tokenizer(how.encoding).count)
