"""middle_json and structured_content of 4.0."""

import pytest
from mineru_results import block_v4, boxes, mapped, middle_v4, outline, span, structured

from docferry.model import ElementKind, PageSelection


def document(*pages, **more):
    return mapped({"middle_json.json": middle_v4(*pages)} | more)


def from_structured(*pages, **more):
    return mapped({"structured_content.json": structured(*pages)} | more)


def visual(kind, *parts, **more):
    return {"type": kind, "bbox": [0.1, 0.2, 0.9, 0.4], "content": list(parts), **more}


def test_boxes_are_fractions_and_sizes_points():
    found = document([block_v4("text", "x", box=[0.121, 0.023, 0.335, 0.034])])

    assert boxes(found.elements[0]) == [(1, (0.121, 0.023, 0.335, 0.034))]
    assert (found.pages[0].width, found.pages[0].height) == (600, 800)


def test_titles_headings_and_running_heads_are_named():
    found = document(
        [
            block_v4("header", "Harbour Survey"),
            block_v4("doc_title", "Tides", level=1),
            block_v4("paragraph_title", "Neap", level=3),
            block_v4("page_footnote", "a: estimated"),
            block_v4("page_number", "1"),
        ]
    )

    assert [(e.kind, e.level, e.is_furniture) for e in found.elements] == [
        (ElementKind.HEADER, None, True),
        (ElementKind.TITLE, 1, False),
        (ElementKind.HEADING, 3, False),
        (ElementKind.FOOTNOTE, None, False),
        (ElementKind.PAGE_NUMBER, None, True),
    ]


def test_links_and_formulas_are_plain():
    link = {"type": "hyperlink", "url": "https://example.org", "content": [span("notes")]}
    found = document([block_v4("text", "See ", link, ", where ", span("x_1", "equation_inline"), ".")])

    assert outline(found) == [("p1-e1", "paragraph", "See notes, where $x_1$.")]


def test_a_table_has_cells_and_boxed_captions():
    block = visual(
        "table",
        {"type": "table_body", "content": "<table><tr><th>Week</th></tr><tr><td>1</td></tr></table>"},
        block_v4("table_caption", "Weekly counts", box=[0.1, 0.45, 0.9, 0.47]),
    )
    found = document([block])

    assert outline(found) == [("p1-e1", "table", ""), ("p1-e1-c1", "caption", "Weekly counts")]
    assert boxes(found.elements[1]) == [(1, (0.1, 0.45, 0.9, 0.47))]
    assert [(c.text, c.is_header) for c in found.elements[0].table.cells] == [("Week", True), ("1", False)]


def test_lists_code_and_formulas_are_read():
    inner = {"type": "list", "content": [block_v4("text", "1. inner")]}
    found = document(
        [
            {"type": "list", "sub_type": "text", "content": [block_v4("text", "- first"), inner]},
            visual("code", {"type": "code_body", "content": "print(1)"}, sub_type="code", guess_lang="lua"),
            visual(
                "code", block_v4("algorithm_body", "for ", span("x", "equation_inline")), sub_type="algorithm"
            ),
            {"type": "equation", "content": "a+b"},
        ]
    )

    assert [(e.kind.value, e.text, e.level) for e in found.elements] == [
        ("list_item", "first", 1),
        ("list_item", "1. inner", 2),
        ("code", "print(1)", None),
        ("code", "for $x$", None),
        ("formula", "a+b", None),
    ]


def test_pictures_are_found_in_the_archive():
    image = visual("image", {"type": "image_body", "content": "a pier", "image_path": "images/p.jpg"})
    found = document([image], **{"images/p.jpg": b"123"})

    (element,) = found.elements
    assert (element.text, element.image.asset_name, element.image.size_bytes) == (
        "a pier",
        "result.zip/images/p.jpg",
        3,
    )


def test_a_paragraph_that_continues_is_one_element_with_two_places():
    found = document(
        [block_v4("text", "The north ba-", box=[0.1, 0.8, 0.9, 0.9]), block_v4("page_number", "1")],
        [
            block_v4("header", "Harbour Survey"),
            block_v4("text", "sin was full.", box=[0.1, 0.1, 0.9, 0.2], continues_prev=True),
        ],
    )

    (element,) = (e for e in found.elements if e.kind is ElementKind.PARAGRAPH)
    assert element.text == "The north basin was full."
    assert boxes(element) == [(1, (0.1, 0.8, 0.9, 0.9)), (2, (0.1, 0.1, 0.9, 0.2))]


def test_a_paragraph_that_continues_nothing_stays():
    found = document([block_v4("text", "lost tail", continues_prev=True)])

    assert outline(found) == [("p1-e1", "paragraph", "lost tail")]


def rows(*cells, header=""):
    body = "".join(f"<tr><td>{cell}</td></tr>" for cell in cells)
    return {"type": "table_body", "content": f"<table>{header}{body}</table>"}


HEADER = "<thead><tr><th>Week</th></tr></thead>"


def test_a_table_that_continues_on_the_next_pages_is_one_with_a_place_on_each():
    found = document(
        [visual("table", rows("1", "2", header=HEADER))],
        [
            visual(
                "table",
                rows("3", header=HEADER),
                block_v4("table_footnote", "a: estimated"),
                continues_prev=True,
            )
        ],
        [visual("table", rows("4"), continues_prev=True)],
    )

    assert outline(found) == [("p1-e1", "table", ""), ("p2-e1-f1", "footnote", "a: estimated")]
    element, footnote = found.elements
    assert [region.page for region in element.regions] == [1, 2, 3]
    assert [(cell.row, cell.text) for cell in element.table.cells] == list(enumerate(["Week", *"1234"]))
    assert (element.table.n_rows, element.table.n_header_rows) == (5, 1)
    assert footnote.caption_of == element.id


def test_another_header_than_the_first_one_is_kept_as_rows():
    other = "<thead><tr><th>Month</th></tr></thead>"
    found = document(
        [visual("table", rows("1", header=HEADER))],
        [visual("table", rows("2", header=other), continues_prev=True)],
    )

    assert [cell.text for cell in found.elements[0].table.cells] == ["Week", "1", "Month", "2"]


def test_a_table_that_continues_with_other_columns_stays_apart_and_says_so():
    part = {"type": "table_body", "content": "<table><tr><td>1</td><td>2</td></tr></table>"}
    found = document([visual("table", rows("1"))], [visual("table", part, continues_prev=True)])

    assert [e.table.continues_previous for e in found.elements] == [False, True]


def test_a_table_that_continues_nothing_is_a_table():
    found = document([visual("table", rows("1"), continues_prev=True)])

    assert [e.table.n_rows for e in found.elements] == [1]


def test_pages_of_a_selection_keep_their_numbers():
    content = middle_v4([], [block_v4("text", "two")])
    content["pages"] = content["pages"][1:]
    found = mapped({"middle_json.json": content}, pages=PageSelection.parse("2"))

    assert [page.number for page in found.pages] == [2]
    assert boxes(found.elements[0])[0][0] == 2


@pytest.mark.parametrize("version", ["1.0", "3.0", 2, None])
def test_other_versions_give_way_to_markdown_with_a_warning(version):
    content = middle_v4([block_v4("text", "x")]) | {"schema_version": version}
    found = mapped({"middle_json.json": content, "markdown.md": "# Tides"})

    assert outline(found) == [("e1", "heading", "Tides")]
    assert [w.code for w in found.warnings] == ["pages_unknown", "output_unread"]


def test_the_envelope_of_the_previews_gives_way_to_markdown_with_a_warning():
    content = {"schema_version": "2.0", "pages": [{"page_idx": 0, "blocks": [block_v4("text", "x")]}]}
    found = mapped({"middle_json.json": content, "markdown.md": "Low water."}, pages_total=1)

    assert outline(found) == [("p1-e1", "paragraph", "Low water.")]
    assert [w.code for w in found.warnings] == ["output_unread"]


def test_structured_content_alone_is_enough():
    found = from_structured(
        [
            {"type": "doc_title", "level": 1, "content": "**Tides**"},
            {"type": "text", "content": "See [notes](#n), 5 \\* 3.", "bbox": [0.1, 0.2, 0.9, 0.3]},
            {
                "type": "table",
                "content": "| Week | North |\n| --- | --- |\n| 1 | 120 |",
                "captions": [{"content": "Weekly *counts*", "bbox": [0.1, 0.1, 0.9, 0.15]}],
                "footnotes": [{"content": "a: estimated"}],
            },
            {"type": "list", "content": "- first\n    - inner\n- second"},
            {"type": "code", "sub_type": "code", "content": "```lua\nprint(1)\n```", "captions": []},
            {"type": "equation", "content": "$$\na+b\n$$"},
            {"type": "image", "content": "", "image_source": "images/p.jpg", "captions": [], "footnotes": []},
        ],
        **{"images/p.jpg": b"1"},
    )

    assert [(e.id, e.kind.value, e.text, e.level) for e in found.elements] == [
        ("p1-e1", "title", "Tides", 1),
        ("p1-e2", "paragraph", "See notes, 5 * 3.", None),
        ("p1-e3-c1", "caption", "Weekly counts", None),
        ("p1-e3", "table", "", None),
        ("p1-e3-f1", "footnote", "a: estimated", None),
        ("p1-e4", "list_item", "first", 1),
        ("p1-e4-2", "list_item", "inner", 2),
        ("p1-e4-3", "list_item", "second", 1),
        ("p1-e5", "code", "print(1)", None),
        ("p1-e6", "formula", "a+b", None),
        ("p1-e7", "figure", "", None),
    ]
    assert found.elements[3].table.n_rows == 2
    assert found.elements[-1].image.asset_name == "result.zip/images/p.jpg"
