"""What one file lacks comes from another, and nothing comes twice."""

from mineru_results import (
    block_v4,
    boxes,
    cloud,
    legacy,
    line,
    mapped,
    middle_v4,
    outline,
    para,
    paragraph,
    span,
    structured,
    text,
)

from docferry_mineru.blocks import Block, Form, Item, Note, WirePage
from docferry_mineru.filling import fill

CELLS = "<table><tr><td>120</td></tr></table>"


def form(*blocks, name="a", index=0):
    return Form(name=name, pages=(WirePage(index=index, blocks=blocks),))


def test_all_files_of_one_result_say_it_once():
    head, low, foot = [100, 100, 900, 150], [100, 160, 900, 200], [480, 950, 520, 970]
    number = {"type": "page_number", "text": "1", "bbox": foot, "page_idx": 0}
    title = {"type": "title", "content": {"title_content": [span("Tides")], "level": 1}, "bbox": head}
    running = [para("Tides", kind="title", level=1, box=head), para("Low water.", box=low)]
    found = mapped(
        cloud(
            v1=[text("Tides", text_level=1, box=head), text("Low water.", box=low), number],
            v2=[[title, paragraph("Low water.", box=low), paragraph("1", kind="page_number", box=foot)]],
            middle=legacy((running, [para("1", kind="page_number", box=foot)])),
            markdown="# Tides\n\nLow water.",
        )
    )

    assert outline(found) == [
        ("p1-e1", "heading", "Tides"),
        ("p1-e2", "paragraph", "Low water."),
        ("p1-e3", "page_number", "1"),
    ]


def test_pages_get_their_sizes_and_boxes_their_precision_from_middle():
    block = para("Low water.", box=[54, 79.5, 300, 90], score=0.9)
    found = mapped(
        cloud(v1=[text("Low water.", box=[90, 100, 500, 113])], middle=legacy([block], size=[600, 795]))
    )

    assert (found.pages[0].width, found.pages[0].height) == (600, 795)
    assert boxes(found.elements[0]) == [(1, (0.09, 0.1, 0.5, 0.113208))]
    assert found.elements[0].confidence == 0.9


def test_boxes_come_from_middle_where_the_list_has_none():
    item = text("Low water.")
    del item["bbox"]
    found = mapped(cloud(v1=[item], middle=legacy([para("Low wa-", "ter.", box=[100, 200, 300, 400])])))

    assert boxes(found.elements[0]) == [(1, (0.1, 0.2, 0.3, 0.4))]


def test_levels_come_from_middle_where_the_list_always_says_one():
    v1 = [text("Tides", text_level=1, box=[0, 0, 9, 9]), text("Neap", text_level=1, box=[0, 10, 9, 19])]
    middle = legacy(
        [
            para("Tides", kind="title", level=1, box=[0, 0, 9, 9]),
            para("Neap", kind="title", level=3, box=[0, 10, 9, 19]),
        ]
    )

    assert [e.level for e in mapped(cloud(v1=v1, middle=middle)).elements] == [1, 3]


def test_cells_come_from_the_file_that_has_them():
    v2 = [
        [
            {
                "type": "table",
                "content": {"html": "", "image_source": {"path": "images/"}},
                "bbox": [0, 0, 9, 9],
            }
        ]
    ]
    v1 = [{"type": "table", "table_body": CELLS, "bbox": [0, 0, 9, 9], "page_idx": 0}]

    (element,) = mapped(cloud(v2=v2, v1=v1)).elements
    assert [cell.text for cell in element.table.cells] == ["120"]


def test_captions_come_one_by_one_and_with_boxes_from_middle():
    v2 = [
        [
            {
                "type": "table",
                "content": {"html": CELLS, "table_caption": [span("Table 1"), span(" by week")]},
                "bbox": [100, 100, 900, 200],
            }
        ]
    ]
    block = {
        "type": "table",
        "bbox": [100, 100, 900, 200],
        "blocks": [
            para("Table 1", kind="table_caption", box=[100, 60, 900, 80]),
            para("by week", kind="table_caption", box=[100, 80, 900, 95]),
            {"type": "table_body", "lines": [{"spans": [{"type": "table", "html": CELLS}]}]},
        ],
    }
    found = mapped(cloud(v2=v2, middle=legacy([block])))

    assert outline(found) == [
        ("p1-e1-c1", "caption", "Table 1"),
        ("p1-e1-c2", "caption", "by week"),
        ("p1-e1", "table", ""),
    ]
    assert boxes(found.elements[1]) == [(1, (0.1, 0.08, 0.9, 0.095))]


def test_a_list_given_as_text_gets_its_items_from_middle():
    lines = [line("first", is_list_start_line=True), line("second", is_list_start_line=True)]
    block = para(*lines, kind="list", box=[100, 100, 900, 200])
    found = mapped(cloud(v1=[text("first  \nsecond")], middle=legacy([block])))

    assert [(e.kind.value, e.text) for e in found.elements] == [
        ("list_item", "first"),
        ("list_item", "second"),
    ]


def test_pictures_come_from_structured_content():
    image = {
        "type": "image",
        "bbox": [0.1, 0.2, 0.9, 0.4],
        "content": [{"type": "image_body", "content": "a pier"}],
    }
    other = {
        "type": "image",
        "bbox": [0.1, 0.2, 0.9, 0.4],
        "content": "a pier",
        "image_source": "images/p.jpg",
    }
    found = mapped(
        {
            "middle_json.json": middle_v4([image]),
            "structured_content.json": structured([other]),
            "images/p.jpg": b"1",
        }
    )

    (element,) = found.elements
    assert element.image.asset_name == "result.zip/images/p.jpg"


def test_blocks_that_only_another_file_has_are_added_in_position():
    v1 = [text("first", box=[100, 100, 900, 200]), text("third", box=[100, 300, 900, 400])]
    middle = legacy(
        (
            [
                para("first", box=[100, 100, 900, 200]),
                para("second", kind="recipe", box=[100, 210, 900, 290]),
                para("third", box=[100, 300, 900, 400]),
            ],
            [para("Harbour", kind="header", box=[100, 20, 900, 40])],
        )
    )

    assert [e.text for e in mapped(cloud(v1=v1, middle=middle)).elements] == [
        "Harbour",
        "first",
        "second",
        "third",
    ]


def test_the_rest_of_a_joined_paragraph_is_not_added_again():
    v1 = [text("The north basin was full.", box=[0, 0, 9, 9]), text("", page=1, box=[0, 10, 9, 19])]
    middle = legacy([para("The north basin", box=[1, 0, 8, 9])], [para("was full.", box=[0, 30, 9, 39])])
    found = mapped(cloud(v1=v1, middle=middle))

    assert [e.text for e in found.elements] == ["The north basin was full."]


def test_a_file_that_lost_text_gives_way_to_one_that_has_it():
    v2 = [[paragraph("Tides")]]
    v1 = [text("Tides"), text("Low water at noon, high water at six.", box=[0, 10, 9, 19])]

    assert [e.text for e in mapped(cloud(v1=v1, v2=v2)).elements] == [
        "Tides",
        "Low water at noon, high water at six.",
    ]


def test_markdown_wins_over_files_without_any_text():
    found = mapped(cloud(v2=[[]], markdown="Low water."), pages_total=1)

    assert [e.text for e in found.elements] == ["Low water."]


def test_equal_blocks_of_one_page_are_matched_in_order():
    first, second = Block(kind="text", text="x"), Block(kind="text", text="x")
    other = [Block(kind="text", text="x", confidence=value) for value in (0.1, 0.2)]
    filled = fill(form(first, second), [form(*other, name="b")])

    assert [block.confidence for block in filled.blocks()] == [0.1, 0.2]


def test_items_get_boxes_only_from_as_many_items():
    items = (Item(text="a"), Item(text="b"))
    other = Block(kind="list", items=(Item(text="ab"),))
    filled = fill(form(Block(kind="list", items=items)), [form(other, name="b")])

    assert next(filled.blocks()).items == items


def test_notes_stay_when_the_others_say_something_else():
    mine, other = Note(text="Table 1"), Note(text="Table 2")
    base = Block(kind="table", table=CELLS, captions=(mine,))
    filled = fill(form(base), [form(Block(kind="table", table=CELLS, captions=(other,)), name="b")])

    assert next(filled.blocks()).captions == (mine,)


def test_pages_that_only_another_file_has_are_added():
    found = mapped(
        cloud(v2=[[paragraph("one")]], middle=legacy([para("one", box=[100, 100, 900, 200])], [para("two")]))
    )

    assert [(e.id, e.text) for e in found.elements] == [("p1-e1", "one"), ("p2-e1", "two")]


def test_block_v4_shapes_fill_from_their_structured_twin_without_doubles():
    blocks = [
        block_v4("text", "See notes"),
        {"type": "list", "content": [block_v4("text", "- a"), block_v4("text", "- b")]},
    ]
    twins = [{"type": "text", "content": "See [notes](#n)"}, {"type": "list", "content": "- a\n- b"}]
    found = mapped({"middle_json.json": middle_v4(blocks), "structured_content.json": structured(twins)})

    assert [e.text for e in found.elements] == ["See notes", "a", "b"]
