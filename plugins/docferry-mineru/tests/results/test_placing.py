"""What a file keeps at the end of a page comes back to where it stands."""

from mineru_results import cloud, legacy, mapped, para, text


def apart(kind, content, box=None, page=0):
    return {"type": kind, "text": content, "page_idx": page} | ({"bbox": box} if box else {})


def texts(document):
    return [element.text for element in document.elements]


def test_heads_come_first_and_feet_last():
    found = mapped(
        cloud(
            v1=[
                text("body one", box=[100, 100, 900, 200]),
                text("body two", box=[100, 210, 900, 300]),
                apart("page_number", "7", [480, 950, 520, 970]),
                apart("footer", "draft", [100, 950, 300, 970]),
                apart("header", "Harbour Survey", [100, 20, 900, 40]),
                text("next page", page=1),
                apart("header", "Harbour", [100, 20, 900, 40], page=1),
            ]
        )
    )

    assert texts(found) == ["Harbour Survey", "body one", "body two", "7", "draft", "Harbour", "next page"]


def test_a_footnote_stands_below_its_column():
    found = mapped(
        cloud(
            v1=[
                text("left column", box=[60, 100, 480, 860]),
                text("right column", box=[520, 100, 940, 950]),
                apart("page_footnote", "a: estimated", [60, 880, 480, 940]),
                apart("aside_text", "arXiv", [5, 300, 30, 400]),
            ]
        )
    )

    assert texts(found) == ["arXiv", "left column", "a: estimated", "right column"]


def test_without_boxes_heads_come_first_and_the_rest_last():
    found = mapped(cloud(v1=[text("body"), apart("footer", "draft"), apart("header", "Harbour")]))

    assert texts(found) == ["Harbour", "body", "draft"]


def test_what_already_stands_in_its_position_stays():
    found = mapped(cloud(v1=[apart("page_number", "1", [480, 950, 520, 970]), text("body")]))

    assert texts(found) == ["1", "body"]


def test_a_page_of_running_heads_only_begins_with_the_head():
    found = mapped(
        cloud(
            v1=[
                apart("footer", "draft", [100, 950, 300, 970]),
                apart("header", "Harbour", [100, 20, 900, 40]),
            ]
        )
    )

    assert texts(found) == ["Harbour", "draft"]


def test_discarded_blocks_of_middle_are_placed_too():
    running = [para("body", box=[100, 100, 900, 200])]
    found = mapped(cloud(middle=legacy((running, [para("Harbour", kind="header", box=[100, 20, 900, 40])]))))

    assert [(e.text, e.is_furniture) for e in found.elements] == [("Harbour", True), ("body", False)]
