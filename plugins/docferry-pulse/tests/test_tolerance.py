"""Whatever JSON comes, mapping gives a document or a DocferryError, and drops no text."""

import contextlib
import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from pulse_shapes import FINGERPRINT, KEY, extraction, mapped, page_marks, polygon

from docferry.errors import DocferryError
from docferry.model import PageSelection, Receipt, decode_document, encode_document
from docferry.provider import Response
from docferry.testing import ExchangeDriver, reader_of
from docferry_pulse.api import make_api
from docferry_pulse.mapping import KINDS
from docferry_pulse.options import PulseOptions
from docferry_pulse.result import map_payload

FIELDS = [
    *("job_id", "status", "result", "error", "code", "message", "details", "detail", "retry_after"),
    *("is_url", "url", "markdown", "content", "html", "page_count", "credits_used", "plan_info"),
    *("bounding_boxes", "extensions", "warnings", "chunking", "page", "alt_outputs", "footnoteReferences"),
    *("Text", "Title", "Header", "Tables", "Images", "Words", "ordered_elements", "markdown_with_ids"),
    *("id", "page_number", "bounding_box", "original_content", "text", "table_info", "cell_data"),
    *("position", "row", "column", "properties", "spans_columns", "location", "coordinates", "image_url"),
    *("split_output", "schema_output", "description", "average_word_confidence", "footnoteTextId"),
]
WORDS = (
    "completed",
    "pending",
    "failed",
    "# A\n\ntext\n\n<!-- PageBreak [1] -->",
    "<table><tr><td>x",
    "<figure><figcaption>y</figcaption>",
    "0a-NCRI",
    "data:,x",
    "http://[",
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
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=40,
)
selections = st.none() | st.sampled_from(["1", "2-3", "1,4-", "7,9"])
word = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
sentences = st.lists(word, min_size=1, max_size=6).map(" ".join)
categories = st.sampled_from(
    ["Text", "Title", "Header", "Footer", "Page Number", "List Items", "Odd", *KINDS]
)
boxes = st.lists(st.floats(0, 1), min_size=8, max_size=8) | st.just([]) | st.just(polygon())


def words_of(document):
    held = [element.text for element in document.elements]
    held += [c.text for element in document.elements if element.table for c in element.table.cells]
    return " ".join(held)


def letters(text):
    return re.sub(r"[\W_]+", "", text)


def read(value, pages=None):
    reader = reader_of({"job.json": ("application/json", json.dumps(value).encode())})
    selection = PageSelection.parse(pages) if pages else None
    return map_payload(reader, pages=selection, fingerprint=FINGERPRINT)


@settings(max_examples=60, deadline=None)
@given(values, selections)
def test_any_json_maps_or_fails_in_our_words(value, pages):
    try:
        document = read(value, pages)
    except DocferryError:
        return
    assert decode_document(encode_document(document)) == document


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["Text", "Tables", "Images", "ordered_elements"]), values), selections)
def test_any_boxes_map_or_fail_in_our_words(boxes_given, pages):
    result = extraction(page_marks("a", "b"), page_count=2, bounding_boxes=boxes_given)
    with contextlib.suppress(DocferryError):
        read({"result": result}, pages)


@settings(max_examples=60, deadline=None)
@given(values, st.integers(200, 599))
def test_any_answer_is_read_or_fails_in_our_words(value, status):
    answer = Response(status=status, body=json.dumps(value).encode())
    for exchange in ("poll", "account", "cancel"):
        api = make_api(PulseOptions(api_key=KEY), environment={})
        arguments = {"poll": ([Receipt(remote_id="t")],), "cancel": (Receipt(remote_id="t"),)}
        with contextlib.suppress(DocferryError):
            ExchangeDriver(lambda _request: answer).run(getattr(api, exchange)(*arguments.get(exchange, ())))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(categories, sentences, st.integers(1, 3), boxes), min_size=1, max_size=12),
    st.lists(st.lists(sentences, max_size=4), min_size=3, max_size=3),
    st.booleans(),
    selections,
)
def test_no_text_of_any_class_is_dropped(entries, pages_text, has_marks, pages):
    groups = {}
    for category, content, page, box in entries:
        groups.setdefault(category, []).append(
            {"original_content": content, "page_number": page, "bounding_box": box}
        )
    texts = ["\n\n".join(paragraphs) for paragraphs in pages_text]
    markdown = page_marks(*texts) if has_marks else "\n\n".join(texts)
    document = mapped(extraction(markdown, page_count=3, bounding_boxes=groups), pages=pages)

    held = letters(words_of(document)).casefold()
    assert [text for _, text, _, _ in entries if letters(text).casefold() not in held] == []
    written = [text for page in pages_text for text in page]
    assert [text for text in written if letters(text).casefold() not in held] == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 9), st.integers(1, 9), sentences),
        min_size=1,
        max_size=12,
        unique_by=lambda cell: cell[:2],
    )
)
def test_no_text_of_any_cell_is_dropped(cells):
    data = [
        {"position": {"row": row, "column": column}, "rowspan": down, "colspan": right, "text": text}
        for row, column, down, right, text in cells
    ]
    (element,) = mapped(
        extraction("", page_count=1, bounding_boxes={"Tables": [{"cell_data": data}]})
    ).elements

    assert sorted(cell.text for cell in element.table.cells) == sorted(text for *_, text in cells)
