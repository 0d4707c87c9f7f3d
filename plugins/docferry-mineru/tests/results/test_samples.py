"""Genuine results of servers 3.1.15, 3.4.5 and 4.0.12: every text once, in order, on its page."""

import json

import pytest
from mineru_results import FINGERPRINT, archive_of, letters, members_of, payload_of, texts_of, words_of

from docferry.model import ElementKind
from docferry_mineru.result import map_payload

BUNDLES = ("standard_contract_cross_page", "workflow_diagram_report")


def document_of(members):
    return map_payload(payload_of(result_zip=archive_of(members)), fingerprint=FINGERPRINT)


@pytest.fixture(params=BUNDLES)
def bundle(request, mineru_samples):
    return members_of(mineru_samples / "selfhost-3.1.15-pipeline" / request.param)


def test_every_text_comes_once_in_reading_order_on_its_page(bundle):
    content_list = json.loads(
        next(data for name, data in bundle.items() if name.endswith("content_list.json"))
    )
    document = document_of(bundle)

    assert [(letters(text), page) for text, page in texts_of(content_list)] == [
        (letters(text), page) for text, page in words_of(document)
    ]


def test_boxes_lie_inside_the_page_and_are_those_of_the_list(bundle):
    content_list = json.loads(
        next(data for name, data in bundle.items() if name.endswith("content_list.json"))
    )
    document = document_of(bundle)

    assert [len(element.regions) for element in document.elements] == [1] * len(content_list)
    for element, item in zip(document.elements, content_list, strict=True):
        box = element.regions[0].box
        assert 0 <= box.left < box.right <= 1
        assert 0 <= box.top < box.bottom <= 1
        assert box.as_tuple() == pytest.approx([edge / 1000 for edge in item["bbox"]], abs=0.001)


def test_pages_have_the_size_of_the_paper(bundle):
    assert [(page.number, page.width, page.height) for page in document_of(bundle).pages] == [
        (1, 595, 841),
        (2, 595, 841),
    ]


def test_pictures_are_those_of_the_bundle(bundle):
    document = document_of(bundle)
    names = {f"result.zip/{name}" for name in bundle if name.startswith("images/")}

    assert {element.image.asset_name for element in document.elements if element.image} == names
    assert document.warnings == ()


@pytest.mark.parametrize("left_out", ["_content_list_v2.json", "_content_list.json", "_middle.json"])
def test_each_file_of_a_bundle_alone_says_the_same(bundle, left_out):
    whole = document_of(bundle)
    kept = {
        name: data for name, data in bundle.items() if not name.endswith(".json") or name.endswith(left_out)
    }
    alone = document_of(kept)

    assert [(e.kind, e.level, letters(e.text)) for e in alone.elements] == [
        (e.kind, e.level, letters(e.text)) for e in whole.elements
    ]
    assert [e.table for e in alone.elements] == [e.table for e in whole.elements]


@pytest.mark.parametrize(
    "name",
    [
        "selfhost-3.4.5-office/harbour.docx.result.zip",
        "selfhost-4.0.12-flash/harbour.pdf.result.zip",
    ],
)
def test_archives_of_servers_are_read(mineru_samples, name):
    payload = payload_of(result_zip=(mineru_samples / name).read_bytes())
    document = map_payload(payload, fingerprint=FINGERPRINT)

    texts = [element.text for element in document.elements if not element.is_furniture]
    assert texts[0] == "Harbour Survey 2031"
    assert sum("The south basin stayed below capacity" in text for text in texts) == 1
    assert len([text for text in texts if text]) == len({text for text in texts if text})
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (
            "selfhost-3.4.5-office/harbour.docx.file_parse.json",
            {"heading", "paragraph", "table", "list_item"},
        ),
        (
            "selfhost-4.0.12-flash/harbour.docx.file_parse.json",
            {"title", "heading", "paragraph", "table", "list_item"},
        ),
        ("selfhost-4.0.12-flash/harbour.csv.file_parse.json", {"table"}),
        (
            "selfhost-4.0.12-flash/harbour.html.file_parse.json",
            {"title", "heading", "paragraph", "caption", "table", "list_item", "code"},
        ),
    ],
)
def test_answers_of_servers_are_read(mineru_samples, name, kinds):
    payload = payload_of(result_json=(mineru_samples / name).read_bytes())
    document = map_payload(payload, fingerprint=FINGERPRINT)

    assert {element.kind for element in document.elements} == {ElementKind(kind) for kind in kinds}
    texts = [element.text for element in document.elements if element.text]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("stem", ["harbour.docx", "harbour.html", "harbour.pdf"])
def test_content_lists_rendered_by_4_0_say_the_same_as_its_middle_json(mineru_samples, stem):
    folder = mineru_samples / "selfhost-4.0.12-flash"
    answer = payload_of(result_json=(folder / f"{stem}.file_parse.json").read_bytes())
    middle = map_payload(answer, fingerprint=FINGERPRINT)
    for suffix in ("content_list.json", "content_list_v2.json"):
        rendered = document_of({f"x_{suffix}": (folder / f"{stem}.rendered_{suffix}").read_bytes()})

        assert [(letters(text), page) for text, page in words_of(rendered)] == [
            (letters(text), page) for text, page in words_of(middle)
        ]
