"""The service's blocks become our elements, with pages from 1, boxes as fractions, and nothing lost."""

import pytest
from somark_shapes import block, mapped, page

from docferry.model import BoundingBox, ElementKind, LengthUnit
from docferry_somark.mapping import KINDS

DOCUMENTED = [
    "title",
    "text",
    "figure",
    "figure_caption",
    "table",
    "table_caption",
    "equation",
    "header",
    "footer",
    "sider",
    "footnote",
    "cate",
    "cate_item",
    "choice",
    "code",
    "blank",
    "reference",
    "qrcode",
    "stamp",
    "cs",
    "cs_equation",
]


def only(document):
    (element,) = document.elements
    return element


def texts(document):
    return [element.text for element in document.elements]


def test_all_21_documented_types_are_known():
    assert len(DOCUMENTED) == 21
    assert set(DOCUMENTED) <= set(KINDS)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("title", ElementKind.HEADING),
        ("text", ElementKind.PARAGRAPH),
        ("figure", ElementKind.FIGURE),
        ("figure_caption", ElementKind.CAPTION),
        ("table_caption", ElementKind.CAPTION),
        ("equation", ElementKind.FORMULA),
        ("header", ElementKind.HEADER),
        ("footer", ElementKind.FOOTER),
        ("sider", ElementKind.SIDEBAR),
        ("footnote", ElementKind.FOOTNOTE),
        ("cate", ElementKind.TOC),
        ("cate_item", ElementKind.TOC),
        ("cate-item", ElementKind.TOC),
        ("choice", ElementKind.PARAGRAPH),
        ("code", ElementKind.CODE),
        ("reference", ElementKind.REFERENCE),
        ("qrcode", ElementKind.FIGURE),
        ("qr-code", ElementKind.FIGURE),
        ("stamp", ElementKind.STAMP),
        ("cs", ElementKind.FIGURE),
        ("cs_equation", ElementKind.FORMULA),
        ("chemical_formula", ElementKind.FORMULA),
        ("tcaption", ElementKind.CAPTION),
        ("footenote", ElementKind.FOOTNOTE),
        ("Text", ElementKind.PARAGRAPH),
        ("Page-header", ElementKind.HEADER),
        ("Page-footer", ElementKind.FOOTER),
        ("Chemical Structure", ElementKind.FIGURE),
        ("Code Block", ElementKind.CODE),
        ("Picture", ElementKind.FIGURE),
        ("Formula", ElementKind.FORMULA),
        ("TITLE", ElementKind.HEADING),
        ("marginalia", ElementKind.PARAGRAPH),
        ("", ElementKind.PARAGRAPH),
    ],
)
def test_every_type_and_variant_has_its_kind(word, kind):
    element = only(mapped(page(block(word, "some words"))))

    assert (element.kind, element.text, element.raw_kind) == (kind, "some words", word)


def test_running_heads_are_furniture_and_kept():
    document = mapped(page(block("header", "Annual report"), block(content="text"), block("footer", "7")))

    assert [(e.text, e.is_furniture) for e in document.elements] == [
        ("Annual report", True),
        ("text", False),
        ("7", True),
    ]


def test_what_the_service_does_not_display_is_kept_as_furniture():
    document = mapped(page(block(content="hidden", display=False), block(content="shown", display=True)))

    assert [(e.text, e.is_furniture) for e in document.elements] == [("hidden", True), ("shown", False)]


def test_a_line_to_write_on_is_noise_and_words_on_it_are_text():
    document = mapped(page(block("blank", "______"), block("blank", "Name: ____")))

    assert [(e.kind, e.is_furniture) for e in document.elements] == [
        (ElementKind.OTHER, True),
        (ElementKind.PARAGRAPH, False),
    ]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0, 1, 2], [1, 2, 3]),
        ([1, 2, 3], [1, 2, 3]),
        ([1, 2, 0], [2, 3, 1]),
        ([5, 6], [6, 7]),
        ([None, None], [1, 2]),
        ([0, None], [1, 2]),
        ([-1, 0], [1, 2]),
        (["0", "1"], [1, 2]),
        ([0, 0], [1, 1]),
    ],
)
def test_pages_count_from_one(numbers, expected):
    document = mapped(*(page(block(content=f"at {place}"), number=n) for place, n in enumerate(numbers)))

    by_text = {element.text: element.regions[0].page for element in document.elements}
    assert [by_text[f"at {place}"] for place in range(len(numbers))] == expected
    assert [p.number for p in document.pages] == sorted(set(expected))


@pytest.mark.parametrize("scale", [1, 1.4583, 2, 10])
def test_boxes_are_fractions_whatever_the_resolution(scale):
    box = [value * scale for value in (100, 200, 500, 400)]
    document = mapped(page(block(box=box, content="x"), width=1000 * scale, height=2000 * scale))

    assert only(document).regions[0].box == BoundingBox(left=0.1, top=0.1, right=0.5, bottom=0.2)
    assert document.pages[0].unit is LengthUnit.PIXEL


def test_each_page_has_a_resolution_of_its_own():
    document = mapped(
        page(block(content="a"), number=0, width=1000, height=2000),
        page(block(content="b"), number=1, width=2000, height=4000),
    )

    assert [e.regions[0].box.left for e in document.elements] == [0.1, 0.05]
    assert [(p.width, p.height) for p in document.pages] == [(1000, 2000), (2000, 4000)]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ([500, 200, 100, 100], (0.1, 0.05, 0.5, 0.1)),
        (["100", "100", 500.0, 200], (0.1, 0.05, 0.5, 0.1)),
        ([-20, 0, 1200, 3000], (0, 0, 1, 1)),
        ({"x1": 100, "y1": 100, "x2": 500, "y2": 200}, (0.1, 0.05, 0.5, 0.1)),
    ],
)
def test_odd_boxes_are_put_right(box, expected):
    odd = block(content="x") | {"bbox": box}

    assert only(mapped(page(odd))).regions[0].box.as_tuple() == expected


@pytest.mark.parametrize(
    "box", [None, [], [1, 2, 3], "box", [1, 2, None, 4], [float("nan")] * 4, [10**400] * 4]
)
def test_an_unreadable_box_leaves_the_page(box):
    region = only(mapped(page(block(content="x") | {"bbox": box}))).regions[0]

    assert (region.page, region.box) == (1, None)


@pytest.mark.parametrize("size", [None, {}, {"w": 0, "h": 100}, {"w": "wide", "h": 1}, [1000]])
def test_without_a_page_size_there_are_no_boxes(size):
    document = mapped(page(block(content="x")) | {"page_size": size})

    assert only(document).regions[0].box is None
    assert document.pages[0].width is None


@pytest.mark.parametrize(
    ("given", "level"), [(1, 1), (3, 3), (9, 6), ("2", 2), (0, None), (None, None), (-1, None), (True, None)]
)
def test_title_levels_absent_or_zero_are_unknown(given, level):
    assert only(mapped(page(block("title", "Head", title_level=given)))).level == level


def test_a_heading_mark_inside_a_title_is_its_level():
    element = only(mapped(page(block("title", "## Results"))))

    assert (element.text, element.level) == ("Results", 2)


def test_only_titles_have_levels():
    assert only(mapped(page(block("text", "x", title_level=2)))).level is None


@pytest.mark.parametrize("content", ["$$E = mc^2$$", "\\[E = mc^2\\]", "$E = mc^2$", "  E = mc^2 "])
def test_formulas_come_without_delimiters(content):
    assert only(mapped(page(block("equation", content)))).text == "E = mc^2"


@pytest.mark.parametrize("content", ["$a$ and $b$", "<math><mi>x</mi></math>", "x^2 + `y`"])
def test_other_formula_notations_stay_as_they_are(content):
    assert only(mapped(page(block("equation", content)))).text == content


def test_code_keeps_its_indentation_and_loses_a_picture_at_its_end():
    content = "\n    def f():\n        return '![x](y)'\n![scan me](https://store/qr.png)\n"
    element = only(mapped(page(block("code", content, code_language="python"))))

    assert element.text == "    def f():\n        return '![x](y)'\nscan me"
    assert element.image is not None


def test_pictures_in_text_leave_their_description():
    content = (
        "Before ![a red ferry](https://store/1.png?sig=2) after <img src='https://s/2.png' alt='a pier'/>."
    )
    element = only(mapped(page(block(content=content))))

    assert element.text == "Before a red ferry after a pier."
    assert element.image is not None


def test_a_picture_is_linked_to_its_part():
    document = mapped(
        page(block("figure", "a chart", img_url="https://store/a.png"), block("figure", "", idx=2)),
        parts={"images/0001.png": ("image/png", b"12345")},
    )

    chart, empty = document.elements
    assert (chart.image.asset_name, chart.image.media_type, chart.image.size_bytes) == (
        "images/0001.png",
        "image/png",
        5,
    )
    assert (empty.kind, empty.text, empty.image) == (ElementKind.FIGURE, "", None)
    assert document.warnings == ()


def test_a_table_keeps_its_spans_and_heads():
    html = (
        "<table><tr><th rowspan='2'>Port</th><th colspan='2'>Depth</th></tr>"
        "<tr><th>low</th><th>high</th></tr><tr><td>Hull</td><td>3.5</td><td>$a<b$</td></tr></table>"
    )
    element = only(mapped(page(block("table", html))))

    assert (element.kind, element.text) == (ElementKind.TABLE, "")
    assert (element.table.n_rows, element.table.n_columns, element.table.n_header_rows) == (3, 3, 2)
    assert [(c.row, c.column, c.row_span, c.column_span, c.text) for c in element.table.cells] == [
        (0, 0, 2, 1, "Port"),
        (0, 1, 1, 2, "Depth"),
        (1, 1, 1, 1, "low"),
        (1, 2, 1, 1, "high"),
        (2, 0, 1, 1, "Hull"),
        (2, 1, 1, 1, "3.5"),
        (2, 2, 1, 1, "$a<b$"),
    ]


def test_a_markdown_table_is_a_table():
    element = only(mapped(page(block("table", "| a | b |\n|---|---|\n| 1 | 2 |\n"))))

    assert [(cell.text, cell.is_header) for cell in element.table.cells] == [
        ("a", True),
        ("b", True),
        ("1", False),
        ("2", False),
    ]


def test_a_table_as_a_picture_keeps_its_description():
    element = only(mapped(page(block("table", "![prices by year](https://store/t.png)"))))

    assert (element.kind, element.text, element.table) == (ElementKind.TABLE, "prices by year", None)
    assert element.image is not None


def test_text_beside_a_table_is_not_lost():
    html = "Before<table><caption>Depths</caption><tr><td>3.5</td></tr></table>after"
    document = mapped(page(block("table", html)))

    assert [(e.kind, e.text) for e in document.elements] == [
        (ElementKind.PARAGRAPH, "Before"),
        (ElementKind.CAPTION, "Depths"),
        (ElementKind.TABLE, ""),
        (ElementKind.PARAGRAPH, "after"),
    ]
    assert document.elements[1].caption_of == document.elements[2].id


def test_a_table_under_another_type_is_still_a_table():
    document = mapped(page(block("grid", "<table><tr><td>1</td></tr></table>")))

    assert only(document).kind is ElementKind.TABLE


def test_captions_given_twice_become_one_element():
    document = mapped(
        page(
            block("figure", "a chart", idx=1, captions=["Figure 1. Ferries"]),
            block("figure_caption", "Figure 1.  Ferries", idx=2),
        )
    )

    assert texts(document) == ["a chart", "Figure 1.  Ferries"]
    assert document.elements[1].caption_of == document.elements[0].id


@pytest.mark.parametrize("reference", [4, "4", {"idx": 4}])
def test_captions_may_be_indices(reference):
    document = mapped(
        page(
            block("figure_caption", "Figure 1", idx=4),
            block(content="between", idx=5),
            block("figure", "a chart", idx=6, captions=[reference]),
        )
    )

    assert texts(document) == ["Figure 1", "between", "a chart"]
    assert document.elements[0].caption_of == document.elements[2].id


def test_an_index_may_name_a_block_of_another_type():
    document = mapped(page(block("figure", "a chart", captions=[9]), block("text", "Figure 1", idx=9)))

    assert document.elements[1].kind is ElementKind.CAPTION
    assert document.elements[1].caption_of == document.elements[0].id


def test_an_index_without_a_block_is_no_caption():
    assert texts(mapped(page(block("figure", "a chart", captions=[77])))) == ["a chart"]


def test_a_caption_without_a_block_gets_an_element():
    document = mapped(
        page(
            block("table", "<table><tr><td>1</td></tr></table>", captions=["Table 1"]), block(content="next")
        )
    )

    assert [(e.kind, e.text, e.caption_of) for e in document.elements] == [
        (ElementKind.TABLE, "", ""),
        (ElementKind.CAPTION, "Table 1", "p1-e1"),
        (ElementKind.PARAGRAPH, "next", ""),
    ]


def test_a_caption_belongs_to_the_nearest_thing_of_its_kind():
    document = mapped(
        page(
            block("table", "<table><tr><td>1</td></tr></table>", box=(0, 0, 100, 100)),
            block("table_caption", "Table 1", box=(0, 105, 100, 120)),
            block("table", "<table><tr><td>2</td></tr></table>", box=(0, 300, 100, 400)),
            block("table_caption", "Table 2", box=(0, 405, 100, 420)),
        )
    )

    assert [e.caption_of for e in document.elements] == ["", "p1-e1", "", "p1-e3"]


def test_without_boxes_figures_come_before_and_tables_after_their_captions():
    blocks = [
        block("figure", "f1"),
        block("figure_caption", "Figure 1"),
        block("figure", "f2"),
        block("table_caption", "Table 1"),
        block("table", "<table><tr><td>1</td></tr></table>"),
    ]
    document = mapped(page(*blocks) | {"page_size": None})

    assert [e.caption_of for e in document.elements] == ["", "p1-e1", "", "p1-e5", ""]


def test_an_empty_footnote_marks_the_region_of_its_text():
    document = mapped(
        page(
            block(content="body", box=(100, 100, 900, 1500)),
            block("footnote", "", box=(100, 1700, 900, 1900)),
            block(content="1 See the tide tables.", box=(100, 1710, 900, 1750)),
            block(content="2 Ibid.", box=(99, 1760, 901, 1801)),
        )
    )

    assert [(e.kind.value, e.text) for e in document.elements] == [
        ("paragraph", "body"),
        ("footnote", "1 See the tide tables."),
        ("footnote", "2 Ibid."),
    ]


LONG = "The ferry crosses the sound twice an hour in summer and once an hour in winter."


def test_a_joined_text_with_an_empty_half_stands_on_both_pages():
    document = mapped(
        page(block(content="first"), block(content=LONG), block("footer", "1")),
        page(block("header", "Report"), block(content=""), block(content="next"), number=1, continues=True),
    )

    assert texts(document) == ["first", LONG, "1", "Report", "next"]
    assert [region.page for region in document.elements[1].regions] == [1, 2]
    assert [(w.code, w.pages) for w in document.warnings] == [("page_continues_previous", (2,))]


def test_a_joined_text_may_stand_on_the_later_page():
    document = mapped(
        page(block(content="first"), block(content="")),
        page(block(content=LONG), number=1, continues=True),
    )

    assert texts(document) == ["first", LONG]
    assert [region.page for region in document.elements[1].regions] == [1, 2]


def test_a_repeated_half_is_not_indexed_twice():
    document = mapped(
        page(block(content=LONG)),
        page(block(content=LONG[-40:]), block(content="next"), number=1, continues=True),
    )

    assert texts(document) == [LONG, "next"]
    assert [region.page for region in document.elements[0].regions] == [1, 2]


def test_halves_with_text_of_their_own_stay_as_they_are():
    document = mapped(
        page(block(content=LONG[:40])), page(block(content=LONG[40:]), number=1, continues=True)
    )

    assert texts(document) == [LONG[:40].strip(), LONG[40:].strip()]
    assert [len(e.regions) for e in document.elements] == [1, 1]


def test_without_the_flag_nothing_is_joined():
    document = mapped(page(block(content=LONG)), page(block(content=LONG[-40:]), number=1))

    assert texts(document) == [LONG, LONG[-40:].strip()]


def test_a_continued_table_says_so():
    table = "<table><tr><td>1</td></tr></table>"
    document = mapped(page(block("table", table)), page(block("table", table), number=1, continues=True))

    assert [e.table.continues_previous for e in document.elements] == [False, True]


def test_ids_name_the_page_and_only_change_with_it():
    pages = [page(block(content="a"), block(content="b")), page(block(content="c"), number=1)]
    before = mapped(*pages)
    changed = mapped(page(block(content="a"), block(content="new"), block(content="b")), pages[1])

    assert [e.id for e in before.elements] == ["p1-e1", "p1-e2", "p2-e1"]
    assert changed.elements[-1] == before.elements[-1]


@pytest.mark.parametrize(
    ("content", "text"),
    [(["a", ["b"], {"x": "c"}], "a\nb\nc"), (12, "12"), (None, ""), (True, ""), ("\ud800x", "\ufffdx")],
)
def test_content_of_any_type_becomes_text(content, text):
    document = mapped(page(block(content=content), block(content="anchor")))

    assert texts(document) == ([text] if text else []) + ["anchor"]


def test_blocks_that_are_bare_texts_are_kept():
    assert texts(mapped(page(block(content="a")) | {"blocks": ["bare", block(content="b"), None, 3]})) == [
        "bare",
        "b",
        "3",
    ]
