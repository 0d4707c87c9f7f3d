"""Pieces of running text become elements."""

import pytest

from docferry.model import PAGES_UNKNOWN, ElementKind, Image
from docferry.reading import elements_of, read_document, read_markdown

TEXT = "# Tides\n\n![a pier](images/p.jpg)\n\n- low\n"


def find_image(address):
    return Image(asset_name=address) if address else None


def test_pieces_of_one_page_stand_on_it():
    elements = elements_of(read_markdown(TEXT), page=1, find_image=find_image)

    assert [(e.id, e.kind, e.text, e.level) for e in elements] == [
        ("p1-e1", ElementKind.HEADING, "Tides", 1),
        ("p1-e2", ElementKind.FIGURE, "a pier", None),
        ("p1-e3", ElementKind.LIST_ITEM, "low", 1),
    ]
    assert [[region.page for region in e.regions] for e in elements] == [[1], [1], [1]]
    assert elements[1].image == Image(asset_name="images/p.jpg")


def test_pieces_without_a_page_claim_none():
    elements = elements_of(read_markdown(TEXT), page=None, find_image=find_image)

    assert [(e.id, e.regions) for e in elements] == [("e1", ()), ("e2", ()), ("e3", ())]


@pytest.mark.parametrize("page_count", [None, 0, -1, 10**20])
def test_no_page_is_made_of_a_count_that_nobody_believes(page_count):
    document = read_document(TEXT, fingerprint="sha256:" + "0" * 64, provider="x", page_count=page_count)

    assert [page.number for page in document.pages] == [1]
    assert [warning.code for warning in document.warnings] == [PAGES_UNKNOWN]
    assert len(document.elements) == 3
