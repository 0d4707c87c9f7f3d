"""middle.json of 2.x and 3.x, which the cloud calls layout.json, with nothing beside it."""

from mineru_results import boxes, cloud, legacy, line, mapped, outline, para, span

from docferry.model import ElementKind


def document(*pages, size=(1000, 1000)):
    return mapped(cloud(middle=legacy(*pages, size=size)))


def visual(kind, *parts, **more):
    return {"type": kind, "bbox": [100, 100, 900, 300], "blocks": list(parts), **more}


def body(kind, *, box=(100, 100, 900, 300), **content):
    word = kind.partition("_")[0]
    return {"type": kind, "bbox": list(box), "lines": [{"spans": [{"type": word, **content}]}]}


def test_lines_become_passages():
    block = para("The north ba-", line("sin was", span("x", "inline_equation"), "full."))

    assert outline(document([block])) == [("p1-e1", "paragraph", "The north basin was $x$ full.")]


def test_boxes_are_in_the_unit_of_the_page():
    found = document([para("x", box=[122.4, 79.2, 489.6, 396])], size=[612.0, 792.0])

    assert boxes(found.elements[0]) == [(1, (0.2, 0.1, 0.8, 0.5))]
    assert (found.pages[0].width, found.pages[0].height) == (612.0, 792.0)


def test_a_page_without_a_size_has_no_boxes():
    found = document([para("x")], size=[])

    assert boxes(found.elements[0]) == [(1, None)]
    assert found.pages[0].width is None


def test_levels_and_certainty_are_kept():
    (element,) = document([para("1 Summary", kind="title", level=2, score=0.97)]).elements

    assert (element.kind, element.level, element.confidence) == (ElementKind.HEADING, 2, 0.97)


def test_captions_stand_where_their_boxes_say():
    block = visual(
        "image",
        body("image_body", image_path="p.jpg"),
        para("Figure 1", kind="image_caption", box=[100, 60, 900, 90]),
        para("Photo: the master", kind="image_footnote", box=[100, 310, 900, 330]),
    )
    found = mapped(cloud(middle=legacy([block])) | {"images/p.jpg": b"12"})

    assert outline(found) == [
        ("p1-e1-c1", "caption", "Figure 1"),
        ("p1-e1", "figure", ""),
        ("p1-e1-f1", "footnote", "Photo: the master"),
    ]
    assert boxes(found.elements[0]) == [(1, (0.1, 0.06, 0.9, 0.09))]
    assert found.elements[1].image.asset_name == "result.zip/images/p.jpg"


def test_tables_code_and_formulas_are_read():
    found = document(
        [
            visual("table", body("table_body", html="<table><tr><td>120</td></tr></table>")),
            visual("code", para("a = 1", "b = 2", kind="code_body"), sub_type="code"),
            para(line(span("a+b", "interline_equation")), kind="interline_equation"),
        ]
    )

    assert outline(found) == [
        ("p1-e1", "table", ""),
        ("p1-e2", "code", "a = 1\nb = 2"),
        ("p1-e3", "formula", "a+b"),
    ]
    assert found.elements[0].table.cells[0].text == "120"


def test_a_list_of_lines_is_cut_where_items_begin():
    block = para(
        line("- first item", box=[100, 100, 500, 110], is_list_start_line=True),
        line("goes on", box=[100, 110, 400, 120]),
        line("- second", box=[100, 120, 300, 130], is_list_start_line=True),
        kind="list",
    )
    found = document([block])

    assert outline(found) == [
        ("p1-e1", "list_item", "first item goes on"),
        ("p1-e1-2", "list_item", "second"),
    ]
    assert boxes(found.elements[0]) == [(1, (0.1, 0.1, 0.5, 0.12))]


def test_a_list_of_blocks_is_its_blocks_at_their_depth():
    inner = {"type": "list", "blocks": [para("inner")]}
    block = {"type": "list", "bbox": [100, 100, 900, 300], "blocks": [para("first"), inner, para("second")]}

    assert [(e.text, e.level) for e in document([block]).elements] == [
        ("first", 1),
        ("inner", 2),
        ("second", 1),
    ]


def test_office_spans_keep_their_own_spaces():
    spans = [span("Counts were "), span("verified", style=["bold"]), span(".")]
    block = {"type": "text", "lines": [{"spans": spans}]}

    assert outline(document([block], size=[])) == [("p1-e1", "paragraph", "Counts were verified.")]


def test_new_kinds_keep_their_text():
    found = document([para("Boil.", kind="recipe"), {"type": "poem", "verses": "High water"}])

    assert [(e.kind, e.text) for e in found.elements] == [
        (ElementKind.PARAGRAPH, "Boil."),
        (ElementKind.PARAGRAPH, "High water"),
    ]
