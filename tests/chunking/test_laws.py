"""Every sentence that chunks promise holds for any document under any settings."""

from dataclasses import replace

from chunk_laws import check_chunks
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_documents import random_document

from docferry.chunking import ChunkSettings, Split, TableFormat, chunk_document
from docferry.chunking.tokens import load_tokenizer
from docferry.errors import InvalidOptionsError
from docferry.model import decode_document, encode_document

SEEDS = st.integers(min_value=0, max_value=1_000_000)


@st.composite
def chunk_settings(draw):
    max_tokens = draw(st.sampled_from((16, 24, 40, 64, 100, 200, 512)))
    some = st.sampled_from((0, 0, max_tokens // 5, max_tokens // 2))
    return ChunkSettings(
        max_tokens=max_tokens,
        encoding=draw(st.sampled_from(("cl100k_base", "o200k_base"))),
        split=draw(st.sampled_from([*Split, *[Split.CHUNK] * 8])),
        includes_headings=draw(st.booleans()),
        includes_furniture=draw(st.booleans()),
        table_format=draw(st.sampled_from(TableFormat)),
        min_tokens=draw(some),
        overlap_tokens=draw(some),
        joins_pages=draw(st.booleans()),
        stitches_tables=draw(st.booleans()),
    )


def chunked(document, how):
    try:
        return chunk_document(document, settings=how, source_name="a name")
    except InvalidOptionsError:
        assume(how.max_tokens > 24)  # the least budgets cannot hold every character; larger ones can
        raise


@settings(max_examples=150)
@given(SEEDS, chunk_settings())
def test_all_laws_hold(seed, how):
    document = random_document(seed)

    check_chunks(document, chunked(document, how), how, load_tokenizer(how.encoding).count)


@settings(max_examples=40)
@given(SEEDS, chunk_settings())
def test_the_same_document_gives_the_same_chunks(seed, how):
    document = random_document(seed)

    assert chunked(decode_document(encode_document(document)), how) == chunked(document, how)


@settings(max_examples=40)
@given(SEEDS, chunk_settings())
def test_names_of_elements_and_the_fingerprint_change_no_id(seed, how):
    document = random_document(seed)
    other = replace(document, source_fingerprint="sha256:" + "1" * 64, provider="another")

    assert [chunk.id for chunk in chunked(document, how)] == [chunk.id for chunk in chunked(other, how)]


@settings(max_examples=50)
@given(SEEDS, st.sampled_from((24, 64, 200)), st.booleans())
def test_a_changed_page_changes_its_own_chunks_only(seed, max_tokens, with_minimum):
    document = random_document(seed)
    how = ChunkSettings(max_tokens=max_tokens, min_tokens=max_tokens // 2 if with_minimum else 0)
    apart = [
        element
        for element in document.elements
        # Headings lead to what follows on later pages too, and what runs over a page's end is on both.
        if element.level is None and len({region.page for region in element.regions}) == 1
    ]
    assume(len({element.regions[0].page for element in apart}) > 1)
    document = replace(document, elements=tuple(apart))
    page = apart[-1].regions[0].page
    changed = tuple(
        replace(element, text=f"{element.text} More.", table=None)
        if element.regions[0].page == page
        else element
        for element in apart
    )

    before = {chunk.id for chunk in chunked(document, how) if page not in chunk.pages}
    after = {
        chunk.id for chunk in chunked(replace(document, elements=changed), how) if page not in chunk.pages
    }

    assert before == after
