"""Whatever the service answers, nothing breaks and no text is lost."""

import json

import hypothesis.strategies as st
import pytest
from extend_shapes import block, cell, chunk, mapped, response, run
from hypothesis import given, settings

from docferry.errors import DocferryError, InvalidResponseError
from docferry.model import Receipt
from docferry.testing import ExchangeDriver
from docferry_extend.answers import read_answer, read_problem, read_run
from docferry_extend.output import read_output
from docferry_extend.texts import squeeze

WORDS = ["text", "heading", "table", "table_cell", "figure", "formula", "key_value", "page_number", "odd", ""]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["chunks", "blocks", "metadata", "page", "number", "width", "height", "boundingBox", "left", "top"]
) | st.sampled_from(
    ["right", "bottom", "polygon", "x", "y", "details", "children", "content", "type", "id", "status"]
)
NAMES |= st.sampled_from(["output", "ocr", "words", "pages", "pageRange", "start", "end", "sheet", "index"])
NAMES |= st.sampled_from(["rowIndex", "columnIndex", "imageUrl", "dpi", "rotationApplied"])
SHAPED = st.recursive(
    JSON | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=30,
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)
CELLS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), TEXTS), max_size=6)


@settings(deadline=None, max_examples=200)
@given(SHAPED)
def test_any_json_is_a_document_or_an_invalid_response(value):
    body = value if isinstance(value, dict) else {"output": value}
    try:
        document = mapped(body=body)
    except InvalidResponseError:
        return
    assert len({element.id for element in document.elements}) == len(document.elements)


@settings(deadline=None, max_examples=200)
@given(st.lists(SHAPED, max_size=3))
def test_any_chunks_are_a_document_with_boxes_inside_pages(chunks):
    document = mapped(body={"id": "r", "status": "PROCESSED", "output": {"chunks": chunks}})
    numbers = {page.number for page in document.pages}

    assert all(region.page in numbers for element in document.elements for region in element.regions)


@settings(deadline=None, max_examples=150)
@given(SHAPED, st.sampled_from([200, 400, 404, 429, 500]))
def test_any_answer_to_a_question_is_a_status_or_an_error_of_ours(api_value, status):
    from docferry_extend.api import make_api
    from docferry_extend.options import ExtendOptions

    api = make_api(ExtendOptions(api_key="sk_1"), environment={})
    driver = ExchangeDriver(response(api_value, status=status))
    try:
        (found,) = driver.run(api.poll([Receipt(remote_id="pr_1")]))
    except DocferryError:
        return
    assert found.receipt.remote_id == "pr_1"


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(WORDS[:1] + WORDS[3:]), TEXTS), max_size=5), CELLS)
def test_no_letter_is_lost(blocks, cells):
    made = [block(word, text, id=f"b{number}") for number, (word, text) in enumerate(blocks)]
    table = block("table", "", children=[cell(row, column, text) for row, column, text in cells])
    document = mapped(chunk(*made, table))
    kept = "".join(
        squeeze(element.text)
        if element.table is None
        else "".join(squeeze(each.text) for each in element.table.cells)
        for element in document.elements
    )

    for _, text in blocks:
        assert squeeze(text) in kept
    for _, _, text in cells:
        assert all(part in kept for part in squeeze(text).split("\n"))


@pytest.mark.parametrize("depth", [5, 300])
def test_blocks_inside_blocks_at_any_depth_are_kept(depth):
    inner = block(content="deep")
    for number in range(depth):
        inner = block("odd", f"level {number}", children=[inner])

    assert "deep" in " ".join(element.text for element in mapped(chunk(inner)).elements)


def test_absurd_page_numbers_do_not_fill_the_memory():
    document = mapped(chunk(block(content="a", page=10**12), first=1, last=10**12), page_count=10**12)

    assert [page.number for page in document.pages] == [1]
    assert [region.page for region in document.elements[0].regions] == [1]


def test_lone_surrogates_can_be_written():
    document = mapped(chunk(block(content="a\ud800b")))

    assert json.dumps(document.elements[0].text).encode()
    assert document.elements[0].text.encode()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_object_is_nothing(body):
    assert read_answer(body) is None
    assert read_problem(body) is None


@pytest.mark.parametrize("value", [None, 3, "x", [], {"a": 1}, [[1]], True])
def test_fields_of_another_type_count_as_absent(value):
    found = read_run({"id": value, "status": value, "usage": value, "metrics": value, "outputUrl": value})

    assert found.output is None
    assert found.output_url == ""
    assert found.page_count is None
    assert read_output({"chunks": value, "metadata": value, "ocr": value}).words == ()


def test_fields_that_nobody_knows_change_nothing():
    plain, odd = run(chunk(block(content="a"))), run(chunk(block(content="a")))
    odd |= {"fresh": {"id": "x", "status": "FAILED"}}
    odd["output"]["chunks"][0]["blocks"][0]["fresh"] = [1, {"content": "b"}]

    assert mapped(body=plain) == mapped(body=odd)
