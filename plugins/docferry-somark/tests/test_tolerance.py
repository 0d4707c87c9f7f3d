"""Whatever JSON comes, mapping gives a document or a DocferryError, and drops no text."""

import contextlib
import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from somark_shapes import FINGERPRINT, KEY, block, envelope, finished, mapped, page

from docferry.errors import DocferryError
from docferry.model import Receipt, decode_document, encode_document
from docferry.provider import Response
from docferry.reading import read_markdown
from docferry.testing import ExchangeDriver, reader_of
from docferry_somark.api import make_api
from docferry_somark.mapping import KINDS
from docferry_somark.options import SomarkOptions
from docferry_somark.result import map_payload

FIELDS = [
    "code",
    "message",
    "msg",
    "data",
    "task_id",
    "status",
    "error",
    "metadata",
    "page_num",
    "result",
    "file_name",
    "imgs",
    "outputs",
    "markdown",
    "json",
    "zip",
    "pages",
    "page_size",
    "w",
    "h",
    "blocks",
    "idx",
    "type",
    "bbox",
    "content",
    "captions",
    "img_url",
    "title_level",
    "display",
    "warnings",
    "detail",
    "loc",
    "merge_content_from_pre_page",
]
WORDS = (
    "title",
    "text",
    "figure",
    "table",
    "footnote",
    "code",
    "SUCCESS",
    "<table><tr><td>x",
    "![a](http://s/a.png)",
    "data:,x",
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=40,
)
kinds = st.sampled_from([*KINDS, "unheard-of", "", "Page-Header"])
word = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
sentences = st.lists(word, min_size=1, max_size=6).map(" ".join)


def words_of(document):
    held = [element.text for element in document.elements]
    held += [c.text for element in document.elements if element.table for c in element.table.cells]
    return " ".join(held)


def letters(text):
    return re.sub(r"[\W_]+", "", text)


@settings(max_examples=150, deadline=None)
@given(values)
def test_any_json_maps_or_fails_in_our_words(value):
    reader = reader_of({"result.json": ("application/json", json.dumps(value).encode())})
    try:
        document = map_payload(reader, fingerprint=FINGERPRINT)
    except DocferryError:
        return
    assert decode_document(encode_document(document)) == document


@settings(max_examples=150, deadline=None)
@given(values)
def test_any_pages_map_or_fail_in_our_words(value):
    body = envelope(finished(json={"pages": value}))
    try:
        map_payload(reader_of({"result.json": ("application/json", body)}), fingerprint=FINGERPRINT)
    except DocferryError:
        return


@settings(max_examples=100, deadline=None)
@given(values, st.integers(200, 599))
def test_any_answer_is_read_or_fails_in_our_words(value, status):
    api = make_api(SomarkOptions(api_key=KEY), environment={})
    answer = Response(status=status, body=json.dumps(value).encode())
    for exchange in (api.poll([Receipt(remote_id="t")]), api.account()):
        with contextlib.suppress(DocferryError):
            ExchangeDriver(lambda _request: answer).run(exchange)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(kinds, sentences, st.lists(st.integers(-50, 2500), min_size=4, max_size=4), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
)
def test_no_text_of_any_block_is_dropped(given_blocks, continues):
    blocks = [
        block(kind, text, box=box, idx=place, display=is_displayed)
        for place, (kind, text, box, is_displayed) in enumerate(given_blocks)
    ]
    half = len(blocks) // 2
    document = mapped(page(*blocks[:half]), page(*blocks[half:], number=1, continues=continues))

    held = letters(words_of(document))
    assert [text for _, text, _, _ in given_blocks if letters(text) not in held] == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(sentences, min_size=1, max_size=4), min_size=1, max_size=5),
    st.sampled_from(["td", "th"]),
)
def test_no_text_of_any_cell_is_dropped(rows, tag):
    html = "".join(
        "<tr>" + "".join(f"<{tag} colspan=2>{text}</{tag}>" for text in row) + "</tr>" for row in rows
    )
    (element,) = mapped(page(block("table", f"<table>{html}</table>"))).elements

    assert [cell.text for cell in element.table.cells] == [
        " ".join(text.split()) for row in rows for text in row
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        st.characters(categories=["L", "N", "P", "S", "Z"], include_characters="\n#*`$|<>[]()!-"),
        max_size=200,
    )
)
def test_any_markdown_is_read(text):
    read_markdown(text)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(sentences, min_size=1, max_size=8),
    st.lists(st.sampled_from(["# ", "- ", "1. ", "> ", "", "| "]), min_size=8, max_size=8),
)
def test_no_word_of_any_markdown_is_dropped(lines, marks):
    text = "\n\n".join(f"{mark}{line}" for mark, line in zip(marks, lines, strict=False))
    held = letters(" ".join(piece.text for piece in read_markdown(text)))

    assert [line for line in lines if letters(line) not in held] == []
