"""Paragraphs, lists and tables that run over columns and pages are one element with several places."""

import pytest
from mineru_results import boxes, cloud, legacy, line, mapped, outline, para, paragraph, span, text

CELLS = "<table><tr><td>120</td></tr></table>"
LEFT, RIGHT = [60, 800, 480, 940], [520, 60, 940, 120]
LEFT_BOX, RIGHT_BOX = (0.06, 0.8, 0.48, 0.94), (0.52, 0.06, 0.94, 0.12)


def table(html=CELLS, *, page=0, box=LEFT, **more):
    given = {"type": "table", "table_body": html, "img_path": "images/", "bbox": list(box), "page_idx": page}
    return given | more


@pytest.mark.parametrize("page", [0, 1])
def test_an_empty_block_is_the_rest_of_the_paragraph_before(page):
    found = mapped(cloud(v1=[text("One long paragraph.", box=LEFT), text("", page=page, box=RIGHT)]))

    assert outline(found) == [("p1-e1", "paragraph", "One long paragraph.")]
    assert boxes(found.elements[0]) == [(1, LEFT_BOX), (page + 1, RIGHT_BOX)]


def test_pictures_and_running_heads_in_between_change_nothing():
    found = mapped(
        cloud(
            v1=[
                text("One long paragraph.", box=LEFT),
                {"type": "page_number", "text": "1", "bbox": [480, 950, 520, 970], "page_idx": 0},
                table(page=1, box=[60, 60, 480, 400]),
                text("", page=1, box=RIGHT),
            ]
        )
    )

    assert [region[0] for region in boxes(found.elements[0])] == [1, 2]


def test_three_places_of_one_paragraph_stay_in_order():
    found = mapped(cloud(v1=[text("All.", box=LEFT), text("", box=RIGHT), text(" ", page=1, box=LEFT)]))

    assert boxes(found.elements[0]) == [(1, LEFT_BOX), (1, RIGHT_BOX), (2, LEFT_BOX)]


@pytest.mark.parametrize(
    "between", [text("2 Findings", text_level=1), {"type": "equation", "text": "$$x$$", "page_idx": 0}]
)
def test_nothing_runs_on_over_headings_and_formulas(between):
    found = mapped(cloud(v1=[text("A paragraph.", box=LEFT), between, text("", page=1, box=RIGHT)]))

    assert boxes(found.elements[0]) == [(1, LEFT_BOX)]
    assert len(found.elements) == 2


def test_an_empty_block_after_nothing_is_nothing():
    found = mapped(cloud(v1=[text(""), text("x")]))

    assert outline(found) == [("p1-e2", "paragraph", "x")]


def test_the_last_item_of_a_list_runs_on():
    listed = {"type": "list", "list_items": ["- first", "- second"], "bbox": LEFT, "page_idx": 0}
    found = mapped(cloud(v1=[listed, {"type": "list", "list_items": [], "bbox": RIGHT, "page_idx": 1}]))

    assert [[page for page, _ in boxes(e)] for e in found.elements] == [[1], [1, 2]]


def test_the_second_content_list_joins_the_same():
    found = mapped(cloud(v2=[[paragraph("One long", " paragraph.", box=LEFT)], [paragraph(box=RIGHT)]]))

    assert boxes(found.elements[0]) == [(1, LEFT_BOX), (2, RIGHT_BOX)]


def test_middle_joins_the_same_and_items_of_the_next_page_have_its_place_only():
    cross = line({**span("second"), "cross_page": True}, box=[0, 0, 9, 9], is_list_start_line=True)
    first = line("first", box=[60, 800, 480, 820], is_list_start_line=True)
    found = mapped(
        cloud(
            middle=legacy(
                [para("A paragraph.", box=LEFT), para(first, cross, kind="list", box=LEFT)],
                [para(kind="list", box=RIGHT, lines_deleted=True)],
            )
        )
    )

    assert outline(found)[1:] == [("p1-e2", "list_item", "first"), ("p1-e2-2", "list_item", "second")]
    assert boxes(found.elements[1]) == [(1, (0.06, 0.8, 0.48, 0.82))]
    assert boxes(found.elements[2]) == [(1, LEFT_BOX), (2, RIGHT_BOX)]


def test_an_emptied_table_on_the_next_page_is_the_rest_of_the_table_before():
    found = mapped(cloud(v1=[table(), table("", page=1, box=RIGHT), table("", page=2, box=RIGHT)]))

    (element,) = found.elements
    assert boxes(element) == [(1, LEFT_BOX), (2, RIGHT_BOX), (3, RIGHT_BOX)]


def test_captions_of_the_emptied_table_go_to_the_table_before():
    rest = table("", page=1, box=RIGHT, table_caption=["(continued)"], table_footnote=["a: estimated"])
    found = mapped(cloud(v1=[table(), rest]))

    assert [(e.id, e.text, e.caption_of) for e in found.elements] == [
        ("p1-e1", "", ""),
        ("p2-e1-c1", "(continued)", "p1-e1"),
        ("p2-e1-f1", "a: estimated", "p1-e1"),
    ]


def test_an_empty_table_on_the_same_page_or_before_any_other_stays_a_table():
    found = mapped(cloud(v1=[table(""), table("", box=RIGHT)]))

    assert [e.kind.value for e in found.elements] == ["table", "table"]


def test_a_table_that_is_only_a_picture_stays_a_table():
    found = mapped(cloud(v1=[table(), table("", page=1, img_path="images/t.jpg")], **{"images/t.jpg": b"1"}))

    assert [len(e.regions) for e in found.elements] == [1, 1]
