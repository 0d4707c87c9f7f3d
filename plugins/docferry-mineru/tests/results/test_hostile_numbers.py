"""Any number of a result may be anything: it maps in bounded work, and no text is lost."""

import io
import json
import zipfile

import pytest
from hostile_numbers import mutations, sweep
from mineru_results import (
    FINGERPRINT,
    about,
    block_v4,
    cloud,
    legacy,
    mapped,
    middle_v4,
    para,
    paragraph,
    payload_of,
    span,
    structured,
    text,
    words_of,
)

from docferry.model import PageSelection, Receipt
from docferry.reading.values import mapping_of, parse_json
from docferry.rendering import render_markdown
from docferry_mineru.failures import Reader
from docferry_mineru.result import map_payload
from docferry_mineru.server_4 import _page_count
from docferry_mineru.statuses import read_task, status_of

TABLE = "<table><tr><td colspan=2>cell nine</td></tr></table>"
TEXTS = ("alpha one", "beta two", "gamma three", "cell nine")
V1 = [
    text("alpha one", text_level=1),
    text("beta two", page=1),
    {"type": "table", "table_body": TABLE, "page_idx": 1, "bbox": [100, 300, 900, 400]},
    {"type": "list", "list_items": ["- gamma three"], "page_idx": 2, "bbox": [100, 100, 900, 200]},
]
ITEM = {"item_content": [span("gamma three")], "ilevel": 1}
V2 = [
    [paragraph("alpha one"), {"type": "title", "content": {"title_content": [span("t")], "level": 1}}],
    [paragraph("beta two"), {"type": "table", "content": {"html": TABLE}, "bbox": [100, 300, 900, 400]}],
    [{"type": "list", "content": {"list_items": [ITEM]}, "bbox": [100, 100, 900, 200]}],
]
MIDDLE = legacy(
    [para("alpha one", level=1, score=0.9)],
    [
        para("beta two"),
        para({"spans": [{"html": TABLE, "bbox": [1, 1, 2, 2]}], "bbox": [1, 1, 2, 2]}, kind="table"),
    ],
    [para(kind="list", blocks=[para("gamma three")])],
)
V4 = middle_v4(
    [block_v4("title", span("alpha one"), level=1)],
    [block_v4("text", span("beta two")), block_v4("text", span("cell nine"))],
    [block_v4("list", {"type": "text", "content": [span("gamma three")]})],
)
STRUCTURED = structured(
    [{"type": "title", "content": "alpha one", "level": 1, "bbox": [0.1, 0.1, 0.9, 0.2]}],
    [{"type": "text", "content": "beta two"}, {"type": "table", "content": TABLE}],
    [{"type": "list", "content": "- gamma three"}],
)
FORMS = {
    "x_content_list.json": V1,
    "x_content_list_v2.json": V2,
    "layout.json": MIDDLE,
    "middle_json.json": V4,
    "structured_content.json": STRUCTURED,
}


def stored(name, body):
    """An archive of one member, which is quicker to make than with compression."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(name, body)
    return stream.getvalue()


@pytest.mark.parametrize("pages", [None, "2,5-", "1-99999999999999999999"])
@pytest.mark.parametrize("name", FORMS)
def test_any_number_may_be_anything(name, pages):
    selection = PageSelection.parse(pages) if pages else None

    def map_body(body):
        payload = payload_of(result_zip=stored(name, body), about_json=about(3))
        return map_payload(payload, fingerprint=FINGERPRINT, pages=selection)

    sweep(FORMS[name], map_body, texts=TEXTS)


@pytest.mark.parametrize("name", ["full.md", "x_content_list.json"])
@pytest.mark.parametrize("pages", [None, "2,5-"])
def test_any_count_of_pages_may_be_anything(name, pages):
    selection = PageSelection.parse(pages) if pages else None
    content = "\n\n".join(TEXTS) if name == "full.md" else json.dumps(V1)

    def map_body(body):
        payload = payload_of(result_zip=stored(name, content), about_json=body)
        return map_payload(payload, fingerprint=FINGERPRINT, pages=selection)

    sweep(json.loads(about(3)), map_body, texts=TEXTS)


def test_any_number_of_a_status_may_be_anything():
    task = {
        "state": "done",
        "full_zip_url": "http://s/a.zip",
        "extract_progress": {"total_pages": 3, "extracted_pages": 2},
    }
    for name, body in mutations(task):
        answer = read_task(mapping_of(parse_json(body)))
        status = status_of(answer, Receipt(remote_id="t"), reader=Reader(secrets=()))
        assert status.pages_total in {None, 3, 7}, name
        assert status.pages_done in {None, 0, 2, 3}, name


@pytest.mark.parametrize(
    ("said", "count"),
    [("1-5,8", 6), ("1-9999999", None), (",".join(["1-99999"] * 50), None), ("9" * 5000, None)],
)
def test_ranges_of_pages_count_what_a_document_can_have(said, count):
    assert _page_count(said) == count


def test_pages_that_all_claim_one_number_are_told_apart_in_time():
    info = legacy(*([para(f"t{number}")] for number in range(4000)))
    for page in info["pdf_info"]:
        page["page_idx"] = 99_999
    document = mapped(cloud(middle=info))

    assert len(document.pages) == len(document.elements) == 4000


def test_lists_of_absurd_depth_are_lists():
    pages = [[{"type": "list", "content": {"list_items": [{"item_content": "deep", "ilevel": 10**20}]}}]]
    document = mapped(cloud(v2=pages))

    assert [held for held, _ in words_of(document)] == ["deep"]
    assert render_markdown(document).strip() == "- deep"
