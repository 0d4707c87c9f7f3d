"""content_list_v2.json, with nothing beside it."""

from mineru_results import boxes, cloud, mapped, outline, paragraph, span

from docferry.model import ElementKind

BOX = [100, 100, 900, 200]


def document(*pages):
    return mapped(cloud(v2=[list(page) for page in pages]))


def item(kind, content, **more):
    return {"type": kind, "content": content, "bbox": BOX, **more}


def test_the_place_in_the_list_is_the_page():
    found = document([paragraph("a")], [], [paragraph("c")])

    assert [page.number for page in found.pages] == [1, 2, 3]
    assert [boxes(e)[0][0] for e in found.elements] == [1, 3]


def test_titles_have_levels():
    content = {"title_content": [span("1 Summary", style=["bold"])], "level": 2}
    (element,) = document([item("title", content)]).elements

    assert (element.kind, element.text, element.level) == (ElementKind.HEADING, "1 Summary", 2)


def test_spans_become_one_passage():
    block = paragraph("Counts were ", "verified", " where ", span("n_1", "equation_inline"), " is odd.")

    assert outline(document([block])) == [("p1-e1", "paragraph", "Counts were verified where $n_1$ is odd.")]


def test_lists_keep_numbers_and_depth():
    entries = [
        {"item_type": "text", "ilevel": 0, "prefix": "-", "item_content": [span("first")]},
        {"item_type": "text", "ilevel": 1, "prefix": "1.", "item_content": [span("inner")]},
        {"item_type": "text", "item_content": [span("- second")]},
        {"item_type": "text", "item_content": []},
    ]
    found = document([item("list", {"list_type": "text_list", "list_items": entries})])

    assert [(e.kind, e.text, e.level) for e in found.elements] == [
        (ElementKind.LIST_ITEM, "first", 1),
        (ElementKind.LIST_ITEM, "1. inner", 2),
        (ElementKind.LIST_ITEM, "second", 1),
    ]


def test_a_reference_list_is_references():
    entries = [{"item_type": "text", "item_content": [span("[1] A. Keeper.")]}]
    found = document([item("list", {"list_type": "reference_list", "list_items": entries})])

    assert outline(found) == [("p1-e1", "reference", "[1] A. Keeper.")]


def test_tables_pictures_and_charts_have_their_notes():
    source = {"path": "images/x.jpg"}
    table = {
        "image_source": {"path": "images/"},
        "table_caption": [span("Table 1")],
        "table_footnote": [span("a: estimated")],
        "html": "<table><tr><td>120</td></tr></table>",
        "table_type": "simple_table",
        "table_nest_level": 1,
    }
    picture = {"image_source": source, "image_caption": [span("Figure 1")], "content": "a pier"}
    chart = {"image_source": source, "chart_caption": [span("Figure 2")], "content": "North 120"}
    found = document([item("table", table), item("image", picture), item("chart", chart)])

    assert outline(found) == [
        ("p1-e1-c1", "caption", "Table 1"),
        ("p1-e1", "table", ""),
        ("p1-e1-f1", "footnote", "a: estimated"),
        ("p1-e2", "figure", "a pier"),
        ("p1-e2-c1", "caption", "Figure 1"),
        ("p1-e3", "figure", "North 120"),
        ("p1-e3-c1", "caption", "Figure 2"),
    ]
    assert found.elements[1].image is None


def test_code_algorithms_and_formulas_are_bare():
    code = {"code_caption": [span("Listing 1")], "code_content": [span("a\n  b")], "code_language": "txt"}
    algorithm = {"algorithm_caption": [], "algorithm_content": [span("for "), span("x", "equation_inline")]}
    formula = {"math_content": "$$\na+b\n$$", "math_type": "latex", "image_source": {"path": "images/f.jpg"}}
    found = document([item("code", code), item("algorithm", algorithm), item("equation_interline", formula)])

    assert outline(found) == [
        ("p1-e1-c1", "caption", "Listing 1"),
        ("p1-e1", "code", "a\n  b"),
        ("p1-e2", "code", "for $x$"),
        ("p1-e3", "formula", "a+b"),
    ]


def test_what_stands_around_the_text_is_furniture():
    kinds = ("page_header", "page_footer", "page_number", "page_aside_text", "page_footnote")
    found = document([paragraph(kind, kind=kind) for kind in kinds])

    assert {(e.kind.value, e.is_furniture) for e in found.elements} == {
        ("header", True),
        ("footer", True),
        ("page_number", True),
        ("sidebar", True),
        ("footnote", False),
    }


def test_a_new_kind_keeps_its_text():
    found = document(
        [
            item("recipe", {"recipe_content": [span("Boil.")]}),
            item("poem", {"verses": ["High", "water"], "level": "ode"}),
            item("note", [span("Mind the gap.")]),
        ]
    )

    assert [(e.kind, e.text, e.raw_kind) for e in found.elements] == [
        (ElementKind.PARAGRAPH, "Boil.", "recipe"),
        (ElementKind.PARAGRAPH, "High\nwater", "poem"),
        (ElementKind.PARAGRAPH, "Mind the gap.", "note"),
    ]
