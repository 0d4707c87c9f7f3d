"""Pages, page numbers and pictures of the whole document."""

import pytest
from mineru_results import (
    FINGERPRINT,
    about,
    boxes,
    cloud,
    legacy,
    mapped,
    para,
    paragraph,
    payload_of,
    text,
)

from docferry.model import PageSelection
from docferry_mineru.page_numbers import number_pages
from docferry_mineru.parts import Dialect
from docferry_mineru.result import map_payload


def numbers(document):
    return [page.number for page in document.pages], [boxes(element)[0][0] for element in document.elements]


def test_the_document_names_provider_and_source():
    found = mapped(cloud(v1=[text("x")]))

    assert (found.provider, found.source_fingerprint) == ("mineru", FINGERPRINT)


@pytest.mark.parametrize("selection", ["3-4", "3,4"])
def test_pages_of_a_slice_are_put_back(selection):
    pages = PageSelection.parse(selection)
    v2 = [[paragraph("three")], [paragraph("four")]]

    assert numbers(mapped(cloud(v2=v2), pages=pages)) == ([3, 4], [3, 4])
    assert numbers(mapped(cloud(middle=legacy([para("three")], [para("four")])), pages=pages)) == (
        [3, 4],
        [3, 4],
    )


def test_pages_of_a_list_of_ranges_are_put_back_in_order():
    v1 = [text("two"), text("four", page=1), text("nine", page=3)]
    found = mapped(cloud(v1=v1), pages=PageSelection.parse("2,4-5,9-"))

    assert numbers(found) == ([2, 4, 5, 9], [2, 4, 9])


def test_a_result_of_the_whole_document_keeps_its_numbers():
    v2 = [[paragraph(word)] for word in ("one", "two", "three")]

    assert numbers(mapped(cloud(v2=v2), pages=PageSelection.parse("2"))) == ([1, 2, 3], [1, 2, 3])


def test_blank_pages_at_the_end_are_known_from_the_count():
    assert numbers(mapped(cloud(v1=[text("x")]), pages_total=3)) == ([1, 2, 3], [1])


def test_a_file_that_names_blank_pages_is_believed():
    assert numbers(mapped(cloud(v2=[[paragraph("x")]]), pages_total=3)) == ([1], [1])


@pytest.mark.parametrize("index", [-1, 10**9, "x", None, True])
def test_senseless_page_numbers_do_no_harm(index):
    assert numbers(mapped(cloud(v1=[text("x", page=1), text("y", page=index)]))) == ([1, 2], [2, 2])


def test_a_page_named_twice_loses_nothing():
    middle = legacy([para("one")], [para("two")])
    middle["pdf_info"][1]["page_idx"] = 0

    assert numbers(mapped(cloud(middle=middle))) == ([1, 2], [1, 2])


def test_markdown_of_several_pages_claims_no_page():
    found = mapped(cloud(markdown="# Tides\n\nLow water."), pages_total=3)

    assert [page.number for page in found.pages] == [1, 2, 3]
    assert [element.regions for element in found.elements] == [(), ()]
    assert [warning.code for warning in found.warnings] == ["pages_unknown"]


def test_markdown_of_one_selected_page_stands_on_it():
    found = mapped(cloud(markdown="Low water."), pages=PageSelection.parse("7"), pages_total=1)

    assert numbers(found) == ([7], [7])


def test_markdown_of_the_agent_finds_its_pictures_among_the_parts():
    payload = payload_of(
        **{"images/a.jpg": b"12", "result_md": b"![a pier](images/a.jpg)\n\n![](b.jpg)\n\n![](c.jpg)"},
        images_b_jpg=b"unused",
        about_json=about(1, Dialect.AGENT),
    )
    found = map_payload(payload, fingerprint=FINGERPRINT)

    first, second, third = (element.image for element in found.elements)
    assert (first.asset_name, first.media_type, first.size_bytes) == ("images/a.jpg", "image/jpeg", 2)
    assert (second.asset_name, third.asset_name) == ("", "")
    assert [(warning.code, warning.pages) for warning in found.warnings] == [("images_missing", (1,))]


def test_pages_beyond_all_reason_are_numbered_as_they_come():
    pages = PageSelection.parse("5-6")

    assert number_pages([0, 1], selection=pages, counts_absolutely=False) == {0: 5, 1: 6}
    assert number_pages([4, 5], selection=pages, counts_absolutely=False) == {4: 5, 5: 6}
    assert number_pages([4, 5], selection=pages, counts_absolutely=True) == {4: 5, 5: 6}
    assert number_pages([], selection=pages, counts_absolutely=False) == {}
