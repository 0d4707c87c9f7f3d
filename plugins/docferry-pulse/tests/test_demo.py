"""The demo through the local provider and through Pulse: the same within what the wire carries.

The wire carries no sizes of pages and no captions as such: a caption comes as text.
"""

from collections import Counter

import pytest

from docferry.ingest import parse
from docferry.model import ElementKind, PageSelection


def text_of(document, *, page=None):
    """Letters and digits by page, without furniture."""
    held = []
    for element in document.elements:
        if not element.is_furniture and (page is None or element.regions[0].page == page):
            held.append(element.text)
            held += [cell.text for cell in (element.table.cells if element.table else ())]
    return "".join(character for character in " ".join(held) if character.isalnum())


def grids(document):
    return [
        (
            e.regions[0].page,
            [(c.row, c.column, c.row_span, c.column_span, c.is_header, c.text) for c in e.table.cells],
        )
        for e in document.elements
        if e.table is not None
    ]


def headings(document):
    return [
        (element.text, element.level, element.regions[0].page)
        for element in document.elements
        if element.kind in {ElementKind.TITLE, ElementKind.HEADING}
    ]


@pytest.fixture(scope="module")
def local(demo_pdf):
    return parse(demo_pdf, provider="local")


QUIRKS = [
    {},
    {"naming": "hyphen"},
    {"naming": "camel", "has_ordered_elements": True},
    {"has_original_content": False},
    {"has_page_marks": False},
    {"large_pages": 0},
    {"large_pages": 0, "large_at": "storage"},
    {"has_prefixes": False, "has_words": False},
]


@pytest.mark.parametrize("quirks", QUIRKS, ids=str)
def test_the_demo_is_the_same_as_parsed_here(emulate, demo_pdf, local, quirks):
    emulate(**quirks)
    document = parse(demo_pdf, provider="pulse")

    assert [page.number for page in document.pages] == [page.number for page in local.pages]
    assert headings(document) == headings(local)
    assert grids(document) == grids(local)
    assert text_of(document) == text_of(local)
    for page in document.pages:
        assert text_of(document, page=page.number) == text_of(local, page=page.number)
    furniture = Counter(e.text for e in local.elements if e.is_furniture)
    assert Counter(e.text for e in document.elements if e.is_furniture) == furniture
    kinds = Counter(e.kind for e in document.elements)
    wanted = Counter(e.kind for e in local.elements)
    wanted[ElementKind.PARAGRAPH] += wanted.pop(ElementKind.CAPTION)
    assert kinds == wanted
    assert document.warnings == ()


def test_boxes_are_where_the_local_parse_has_them(emulate, demo_pdf, local):
    emulate()
    document = parse(demo_pdf, provider="pulse")
    known, found = places(local), places(document)

    assert found.keys() == known.keys()
    same = [key for key in known if found[key] == known[key]]
    assert len(same) > 0.9 * len(known)


def places(document):
    """Where each text stands, by its words and page."""
    return {
        (" ".join(element.text.split()), element.regions[0].page): element.regions[0].box
        for element in document.elements
        if element.text
    }


@pytest.mark.parametrize("box_pages", ["document", "processed"])
@pytest.mark.parametrize("has_page_marks", [True, False])
def test_selected_pages_keep_their_numbers(emulate, demo_pdf, local, box_pages, has_page_marks):
    emulate(box_pages=box_pages, has_page_marks=has_page_marks)
    if not has_page_marks and box_pages == "processed":
        pytest.skip("nothing in such a result tells which page is meant; see test_paging")
    document = parse(demo_pdf, provider="pulse", pages=PageSelection.parse("3,5-6"))

    assert [page.number for page in document.pages] == [3, 5, 6]
    for page in (3, 5, 6):
        assert text_of(document, page=page) == text_of(local, page=page)


def test_figures_bring_their_pictures_and_descriptions(emulate, demo_pdf):
    service = emulate(large_pages=0)
    options = {"figure_processing": {"show_images": True, "description": True}}
    document = parse(demo_pdf, provider="pulse", options=options)
    (figure,) = (e for e in document.elements if e.kind is ElementKind.FIGURE)

    assert figure.image.asset_name == "images/0001.png"
    assert figure.image.size_bytes > 1000
    assert service.counters.requests["image"] == 1
    assert service.counters.requests["large"] == 1
