"""A Markdown text becomes a document."""

import pytest

from docferry.model import Image
from docferry.reading import read_document

FINGERPRINT = "sha256:" + "ab" * 32


def read(text, **more):
    return read_document(text, fingerprint=FINGERPRINT, provider="someone", **more)


def shown(document):
    return [(element.kind.value, element.text) for element in document.elements]


def test_a_text_of_its_own_is_one_page():
    document = read("# Tides\n\nHigh water.")

    assert (document.provider, document.source_fingerprint) == ("someone", FINGERPRINT)
    assert [page.number for page in document.pages] == [1]
    assert [(element.id, element.regions[0].page) for element in document.elements] == [
        ("p1-e1", 1),
        ("p1-e2", 1),
    ]
    assert document.warnings == ()


@pytest.mark.parametrize(("page_count", "pages"), [(3, [1, 2, 3]), (None, [1])])
def test_a_text_of_several_pages_claims_none(page_count, pages):
    document = read("# Tides", page_count=page_count)

    assert [page.number for page in document.pages] == pages
    assert [(element.id, element.regions) for element in document.elements] == [("e1", ())]
    assert [warning.code for warning in document.warnings] == ["pages_unknown"]


def test_front_matter_comes_first_and_is_no_heading():
    document = read("---\ntitle: Boats\n---\n# Start")

    assert shown(document) == [("other", "title: Boats"), ("heading", "Start")]
    assert document.elements[0].raw_kind == "front_matter"


@pytest.mark.parametrize(
    ("text", "caption", "described"),
    [
        ("Table 1: Fares\n\n| a |\n|---|\n| 1 |\n\nFigure 1 shows more.", 0, 1),
        ("| a |\n|---|\n| 1 |\n\n表 1：票价", 1, 0),
        ("![x](y.png)\n\nFigure 1. A boat", 1, 0),
        ("![x](y.png)\n\n<table><caption>Fares</caption><tr><td>a</td></tr></table>", 1, 2),
    ],
)
def test_captions_are_tied_to_what_they_describe(text, caption, described):
    elements = read(text).elements

    assert elements[caption].caption_of == elements[described].id
    assert sum(bool(element.caption_of) for element in elements) == 1


def test_prose_beside_a_table_is_no_caption():
    assert [kind for kind, _ in shown(read("Table manners matter.\n\n| a |\n|---|\n| 1 |"))] == [
        "paragraph",
        "table",
    ]


def test_pictures_are_found_or_go_by_their_address():
    kept = Image(asset_name="images/0001.png")

    def find(address):
        return kept if address == "kept.png" else None

    data = "data:image/png;base64," + "A" * 50
    document = read(f"![](kept.png)\n\n![](lost.png)\n\n![named](lost.png)\n\n![]({data})", find_image=find)

    assert [(element.text, element.image) for element in document.elements] == [
        ("", kept),
        ("lost.png", None),
        ("named", None),
        ("", None),
    ]


def test_a_text_without_words_is_a_document_without_elements():
    assert read(" \n\n<!-- nothing -->\n").elements == ()
