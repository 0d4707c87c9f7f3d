"""Pages: marks put back to the document's pages, and nothing invented where nothing tells."""

import json

import pytest
from pulse_shapes import extraction, lines_of, mapped, page_marks, polygon, text

from docferry.model import PageSelection
from docferry_pulse.dialect import read_sections
from docferry_pulse.paging import number_sections, selected_pages


def codes(document):
    return [warning.code for warning in document.warnings]


def pages_of(document):
    return [page.number for page in document.pages]


def sections(*numbers, rest=False):
    marks = "".join(f"text\n\n<!-- PageBreak {'' if n is None else f'[{n}]'} -->\n" for n in numbers)
    return read_sections(f"{marks}rest" if rest else marks)


@pytest.mark.parametrize(
    ("numbers", "rest", "page_count", "selection", "pages"),
    [
        ((1, 2, 3), False, 3, None, (1, 2, 3)),
        ((1, 2, 3), False, None, None, (1, 2, 3)),
        ((1, 2), True, 3, None, (1, 2, 3)),  # the last page has no mark
        ((1, 2, 3), True, 3, None, (1, 2, 3, 3)),  # text behind the last mark
        ((1, 3), False, 3, None, (1, 3)),  # a page without text has no mark
        ((None, None), False, 2, None, (1, 2)),
        ((1, 2, 3), False, 3, "5-7", (5, 6, 7)),
        ((1, 2, 3), False, 3, "2,5,9-", (2, 5, 9)),
        ((1, 2), False, 2, "1-2", (1, 2)),
        ((5, 6, 7), False, 3, "5-7", (5, 6, 7)),  # marks that count in the document
        ((1,), True, 2, "4,8", (4, 8)),
        ((1, 2), False, None, "4,8", (4, 8)),
        ((1, 2), False, 3, "4-6", (None, None)),  # a mark is missing: nobody knows which
        ((2, 1), False, 2, None, (None, None)),
        ((7, 8), False, 2, "4-5", (None, None)),
        ((), True, 1, None, (1,)),
        ((), True, 1, "9", (9,)),
        ((), True, 4, None, (None,)),
    ],
)
def test_sections_have_the_documents_pages_or_none(numbers, rest, page_count, selection, pages):
    chosen = PageSelection.parse(selection) if selection else None
    found = number_sections(sections(*numbers, rest=rest), page_count=page_count, selection=chosen)

    assert found.pages == pages


def test_the_genuine_marks_of_pages_3_to_48_are_put_back(pulse_samples):
    sample = json.loads((pulse_samples / "genuine_markdown_page_markers.json").read_text(encoding="utf-8"))
    markdown = "".join(f"words {n}\n\n{mark['text']}\n" for n, mark in enumerate(sample["marker_lines"], 1))
    document = mapped(extraction(markdown, page_count=46), pages=sample["request"]["pages"])

    assert pages_of(document) == list(range(3, 49))
    assert lines_of(document)[0] == ("paragraph", "words 1", (3,))
    assert lines_of(document)[-1] == ("paragraph", "words 46", (48,))
    assert document.warnings == ()


@pytest.mark.parametrize(
    "mark",
    ["<!-- PageBreak [1] -->", "<!--PageBreak[1]-->", "<!-- pagebreak 1 -->", "<!-- Page Break [1] -->"],
)
def test_marks_are_known_however_they_are_spaced(mark):
    first, second = read_sections(f"a\n\n{mark}\nb")

    assert (first.number, first.is_closed, second.is_closed) == (1, True, False)


@pytest.mark.parametrize("numbering", ["document", "processed"])
def test_the_text_tells_how_the_boxes_count(numbering):
    def entry(content, place):
        page = place if numbering == "processed" else {1: 2, 2: 3}[place]
        return text(content, page=page)

    result = extraction(
        page_marks("the first words of it", "the second words of it"),
        page_count=2,
        bounding_boxes={
            "Text": [entry("the first words of it", 1), entry("the second words of it", 2)],
            "Footer": [entry("a foot", 1)],
        },
    )
    document = mapped(result, pages="2-3")

    assert [line[1:] for line in lines_of(document)] == [
        ("the first words of it", (2,)),
        ("a foot", (2,)),
        ("the second words of it", (3,)),
    ]
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("pages", "given", "page"),
    [("5-6", 5, 5), ("5-6", 1, 5), ("1-2", 2, 2), ("2-3", 3, 3)],
)
def test_numbers_that_can_mean_one_thing_only_are_taken(pages, given, page):
    result = extraction(
        page_marks("a", "b"), page_count=2, bounding_boxes={"Footer": [text("foot", page=given)]}
    )
    document = mapped(result, pages=pages)
    foot = next(element for element in document.elements if element.text == "foot")

    assert [region.page for region in foot.regions] == [page]


def test_where_nothing_tells_no_page_is_invented():
    result = extraction(
        page_marks("a", "b"),
        page_count=2,
        bounding_boxes={"Footer": [text("a foot of the page", page=2)], "Text": [text("a", page=2)]},
    )
    document = mapped(result, pages="2-3")
    foot = next(element for element in document.elements if element.text == "a foot of the page")

    assert foot.regions == ()
    assert codes(document) == ["page_numbers_ambiguous", "pages_unknown"]
    assert pages_of(document) == [2, 3]
    # What the text places keeps its page, and loses no box.
    assert [e.regions[0].page for e in document.elements if e.text == "a"] == [2]


def test_marks_that_do_not_fit_are_a_warning_and_the_boxes_still_count():
    result = extraction(
        page_marks("a", "b"), page_count=3, bounding_boxes={"Text": [text("b", page=6, place=0.5)]}
    )
    document = mapped(result, pages="4-6")

    assert codes(document) == ["page_marks_unclear", "pages_unknown"]
    assert [(e.text, [r.page for r in e.regions]) for e in document.elements] == [("a", []), ("b", [6])]
    assert pages_of(document) == [4, 5, 6]


def test_text_without_marks_gets_its_pages_from_the_boxes():
    result = extraction(
        "one\n\ntwo\n\nthree",
        page_count=2,
        bounding_boxes={
            "Text": [text("one", page=1), text("two", page=2)],
            "Footer": [text("1", page=1, place=0.95), text("2", page=2, place=0.95)],
        },
    )
    document = mapped(result)

    assert lines_of(document) == [
        ("paragraph", "one", (1,)),
        ("footer", "1", (1,)),
        ("paragraph", "two", (2,)),
        ("paragraph", "three", ()),
        ("footer", "2", (2,)),
    ]
    assert codes(document) == ["pages_unknown"]
    assert [e.id for e in document.elements] == ["p1-e1", "p1-e2", "p2-e1", "e1", "p2-e2"]


def test_chunks_by_page_stand_in_for_marks():
    result = extraction("one\n\ntwo", page_count=2, extensions={"chunking": {"page": ["# one", "two"]}})

    assert lines_of(mapped(result, pages="3,5")) == [("heading", "one", (3,)), ("paragraph", "two", (5,))]


def test_a_paragraph_over_a_pages_end_stands_on_both():
    result = extraction(
        page_marks("the boats of the harbour sail at night and in the morning", "next"),
        page_count=2,
        bounding_boxes={
            "Text": [
                text("the boats of the harbour sail", page=1, place=0.9),
                text("at night and in the morning", page=2, place=0.1),
                text("next", page=2, place=0.2),
            ]
        },
    )
    first, second = mapped(result).elements

    assert [region.page for region in first.regions] == [1, 2]
    assert [region.page for region in second.regions] == [2]


def test_a_running_head_is_not_taken_for_the_title_of_another_page():
    result = extraction(
        page_marks("# Annual report of the harbour 2025", "words"),
        page_count=2,
        bounding_boxes={
            "Title": [text("Annual report of the harbour 2025", page=1, place=0.3)],
            "Header": [text("Annual report of the harbour 2025", page=2, place=0.01)],
        },
    )
    title, head, _ = mapped(result).elements

    assert (title.kind.value, [r.page for r in title.regions]) == ("heading", [1])
    assert (head.kind.value, [r.page for r in head.regions], head.is_furniture) == ("header", [2], True)


@pytest.mark.parametrize("bad", [0, -1, "x", None, 1.5])
def test_a_page_that_is_none_is_none(bad):
    entry = {"content": "words", "page_number": bad, "bounding_box": polygon()}
    document = mapped(extraction("", page_count=1, bounding_boxes={"Text": [entry]}))

    assert document.elements[0].regions == ()
    assert pages_of(document) == [1]


def test_pages_that_are_selected_ascend():
    assert selected_pages(PageSelection.parse("9,2-3"), page_count=3) == (2, 3, 9)
    assert selected_pages(PageSelection.parse("9-"), page_count=3) == (9, 10, 11)
    assert selected_pages(None, page_count=2) == (1, 2)
