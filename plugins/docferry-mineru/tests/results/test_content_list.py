"""content_list.json, with nothing beside it."""

import pytest
from mineru_results import boxes, cloud, mapped, outline, text

from docferry.model import ElementKind

BOX = [100, 100, 900, 200]
INSIDE = (0.1, 0.1, 0.9, 0.2)


def document(*items):
    return mapped(cloud(v1=list(items)))


def only(*items):
    (element,) = document(*items).elements
    return element


def test_headings_have_their_level_and_paragraphs_none():
    found = document(
        text("Tides", text_level=1), text("Neap", text_level=9), text("Low.", text_level=0), text("x")
    )

    assert [(e.kind, e.text, e.level) for e in found.elements] == [
        (ElementKind.HEADING, "Tides", 1),
        (ElementKind.HEADING, "Neap", 6),
        (ElementKind.PARAGRAPH, "Low.", None),
        (ElementKind.PARAGRAPH, "x", None),
    ]


def test_markdown_in_texts_becomes_plain_text():
    element = only(text("see **retrieval\\_quality.json** and [notes](#n), where $x_1$ is small "))

    assert element.text == "see retrieval_quality.json and notes, where $x_1$ is small"


def test_texts_that_begin_like_blocks_stay_texts():
    found = document(text("1. Scope"), text("- 5 degrees"), text("# 7"))

    assert [e.text for e in found.elements] == ["1. Scope", "- 5 degrees", "# 7"]


def test_boxes_are_thousandths_of_the_page():
    assert boxes(only(text("x", box=BOX))) == [(1, INSIDE)]


def test_a_block_without_a_box_has_its_page():
    item = text("x", page=2)
    del item["bbox"]

    assert boxes(only(item)) == [(3, None)]


def test_blank_pages_are_pages():
    found = document(text("a"), text("c", page=2))

    assert [page.number for page in found.pages] == [1, 2, 3]


def test_a_list_is_its_items():
    found = document(
        {
            "type": "list",
            "list_items": ["- first", "    1. inner", "    2. other", "- second"],
            "bbox": BOX,
            "page_idx": 0,
        }
    )

    assert [(e.id, e.kind, e.text, e.level) for e in found.elements] == [
        ("p1-e1", ElementKind.LIST_ITEM, "first", 1),
        ("p1-e1-2", ElementKind.LIST_ITEM, "1. inner", 2),
        ("p1-e1-3", ElementKind.LIST_ITEM, "2. other", 2),
        ("p1-e1-4", ElementKind.LIST_ITEM, "second", 1),
    ]
    assert {boxes(e)[0] for e in found.elements} == {(1, INSIDE)}


def test_references_and_contents_are_named():
    found = document(
        {"type": "list", "sub_type": "ref_text", "list_items": ["[1] A. Keeper."], "page_idx": 0},
        {"type": "index", "list_items": ["- [Tides](#t)", "    - [Neap](#n)"], "page_idx": 0},
        {"type": "ref_text", "text": "[2] B. Pilot.", "page_idx": 0},
    )

    assert [(e.kind, e.text) for e in found.elements] == [
        (ElementKind.REFERENCE, "[1] A. Keeper."),
        (ElementKind.TOC, "Tides"),
        (ElementKind.TOC, "Neap"),
        (ElementKind.REFERENCE, "[2] B. Pilot."),
    ]


@pytest.mark.parametrize("content", ["$$\na + b\n$$", "a + b", "$$a + b$$"])
def test_formulas_are_bare_tex(content):
    item = {"type": "equation", "text": content, "text_format": "latex", "img_path": "images/", "page_idx": 0}
    element = only(item)

    assert (element.kind, element.text, element.image) == (ElementKind.FORMULA, "a + b", None)


@pytest.mark.parametrize("body", ["```lua\nprint(1)\n```", "print(1)"])
def test_code_is_bare(body):
    found = document(
        {"type": "code", "sub_type": "code", "code_body": body, "code_caption": ["Listing 1"], "page_idx": 0}
    )

    assert [(e.id, e.kind, e.text, e.caption_of) for e in found.elements] == [
        ("p1-e1-c1", ElementKind.CAPTION, "Listing 1", "p1-e1"),
        ("p1-e1", ElementKind.CODE, "print(1)", ""),
    ]


def test_an_algorithm_is_code():
    item = {"type": "code", "sub_type": "algorithm", "code_body": "for each x:\n  do y", "page_idx": 0}

    assert (only(item).kind, only(item).text) == (ElementKind.CODE, "for each x:\n  do y")


def test_a_table_has_cells_spans_captions_and_footnotes():
    rows = "<tr><td rowspan=2 colspan=1>Week</td><td>North</td></tr><tr><td>120</td></tr>"
    found = document(
        {
            "type": "table",
            "img_path": "images/t.jpg",
            "table_caption": ["Table 1. **Counts**", "by week"],
            "table_footnote": ["a: estimated"],
            "table_body": f"<html><body><table>{rows}</table></body></html>",
            "bbox": BOX,
            "page_idx": 0,
        }
    )

    assert [(e.id, e.kind, e.text, e.caption_of) for e in found.elements] == [
        ("p1-e1-c1", ElementKind.CAPTION, "Table 1. Counts", "p1-e1"),
        ("p1-e1-c2", ElementKind.CAPTION, "by week", "p1-e1"),
        ("p1-e1", ElementKind.TABLE, "", ""),
        ("p1-e1-f1", ElementKind.FOOTNOTE, "a: estimated", "p1-e1"),
    ]
    table = found.elements[2].table
    assert [(c.row, c.column, c.row_span, c.text) for c in table.cells] == [
        (0, 0, 2, "Week"),
        (0, 1, 1, "North"),
        (1, 1, 1, "120"),
    ]


def test_tex_in_cells_keeps_its_marks():
    item = {"type": "table", "table_body": "<table><tr><td><eq>x^2</eq></td></tr></table>", "page_idx": 0}

    assert [cell.text for cell in only(item).table.cells] == ["$x^2$"]


def test_a_table_that_was_not_read_is_its_picture():
    item = {"type": "table", "img_path": "images/t.jpg", "table_caption": [], "page_idx": 0}
    (element,) = mapped(cloud(v1=[item], **{"images/t.jpg": b"123"})).elements

    assert (element.kind, element.table, element.image.asset_name) == (
        ElementKind.TABLE,
        None,
        "result.zip/images/t.jpg",
    )


def test_pictures_have_captions_below_and_a_description():
    item = {
        "type": "image",
        "img_path": "images/p.jpg",
        "image_caption": ["Figure 1"],
        "image_footnote": ["Photo: the harbour master"],
        "content": "a pier",
        "bbox": BOX,
        "page_idx": 0,
    }
    found = mapped(cloud(v1=[item], **{"images/p.jpg": b"1"}))

    assert outline(found) == [
        ("p1-e1", "figure", "a pier"),
        ("p1-e1-c1", "caption", "Figure 1"),
        ("p1-e1-f1", "footnote", "Photo: the harbour master"),
    ]
    assert [e.caption_of for e in found.elements] == ["", "p1-e1", "p1-e1"]
    assert found.warnings == ()


def test_charts_and_seals_are_named():
    found = document(
        {
            "type": "chart",
            "img_path": "images/c.jpg",
            "content": "North 120",
            "chart_caption": ["Fig. 2"],
            "page_idx": 0,
        },
        {
            "type": "image",
            "sub_type": "seal",
            "img_path": "images/s.jpg",
            "content": "HARBOUR",
            "page_idx": 0,
        },
    )

    assert outline(found) == [
        ("p1-e1", "figure", "North 120"),
        ("p1-e1-c1", "caption", "Fig. 2"),
        ("p1-e2", "stamp", "HARBOUR"),
    ]
    assert [(w.code, w.pages) for w in found.warnings] == [("images_missing", (1,))]


@pytest.mark.parametrize(
    ("word", "kind", "is_furniture"),
    [
        ("header", ElementKind.HEADER, True),
        ("footer", ElementKind.FOOTER, True),
        ("page_number", ElementKind.PAGE_NUMBER, True),
        ("aside_text", ElementKind.SIDEBAR, True),
        ("page_footnote", ElementKind.FOOTNOTE, False),
        ("phonetic", ElementKind.PARAGRAPH, False),
    ],
)
def test_what_stands_around_the_text_is_named(word, kind, is_furniture):
    element = only({"type": word, "text": "x", "page_idx": 0})

    assert (element.kind, element.is_furniture, element.raw_kind) == (kind, is_furniture, word)


@pytest.mark.parametrize(
    ("content", "box", "kind"),
    [
        ("Harbour Survey", [100, 20, 900, 40], ElementKind.HEADER),
        ("internal draft", [100, 950, 900, 970], ElementKind.FOOTER),
        ("7", [480, 950, 520, 970], ElementKind.PAGE_NUMBER),
        ("arXiv:2031", [10, 300, 30, 700], ElementKind.SIDEBAR),
    ],
)
def test_what_older_versions_only_discard_goes_by_its_place(content, box, kind):
    element = only({"type": "discarded", "text": content, "bbox": box, "page_idx": 0})

    assert (element.kind, element.is_furniture) == (kind, True)


def test_a_new_kind_keeps_its_text_and_its_word():
    found = document(
        {"type": "recipe", "text": "Boil.", "page_idx": 0},
        {"type": "poem", "verses": ["High", "water"], "style": "ode", "page_idx": 0},
        {"type": "blob", "img_path": "images/b.png", "page_idx": 0},
    )

    assert [(e.kind, e.text, e.raw_kind) for e in found.elements] == [
        (ElementKind.PARAGRAPH, "Boil.", "recipe"),
        (ElementKind.PARAGRAPH, "High\nwater", "poem"),
        (ElementKind.OTHER, "", "blob"),
    ]
