"""From the service's blocks to elements: every type, places, tables, pictures, pages."""

import json

import pytest
from extend_shapes import HEIGHT, WIDTH, block, cell, chunk, legacy_run, mapped

from docferry.errors import InvalidResponseError
from docferry.model import ElementKind, LengthUnit, PageSelection, Region
from docferry_extend.mapping import KINDS

TYPES = {
    "text": ("paragraph", False),
    "heading": ("heading", False),
    "section_heading": ("heading", False),
    "table": ("table", False),
    "table_head": ("paragraph", False),
    "table_cell": ("paragraph", False),
    "figure": ("figure", False),
    "key_value": ("paragraph", False),
    "page_number": ("page_number", True),
    "barcode": ("figure", False),
    "formula": ("formula", False),
    "header": ("header", True),
    "footer": ("footer", True),
}


def one(*blocks, **more):
    (element,) = mapped(chunk(*blocks), **more).elements
    return element


def kinds_and_texts(document):
    return [(element.kind.value, element.text) for element in document.elements]


def rows(table):
    found = [["" for _ in range(table.n_columns)] for _ in range(table.n_rows)]
    for each in table.cells:
        found[each.row][each.column] = each.text
    return found


@pytest.mark.parametrize("word", TYPES)
def test_every_documented_type_is_known(word):
    element = one(block(word, "Tides"))

    assert (element.kind.value, element.is_furniture) == TYPES[word]
    assert (element.text, element.raw_kind, element.provider_id) == ("Tides", word, f"block_1_{word}")
    assert element.regions[0].box.as_tuple() == (0.1, 0.1, 0.5, 0.2)


def test_no_documented_type_is_forgotten():
    assert set(TYPES) < set(KINDS)


def test_unknown_types_keep_their_text_and_word():
    document = mapped(chunk(block("hologram", "Tides"), block("hologram", "")))

    assert kinds_and_texts(document) == [("paragraph", "Tides")]
    assert document.elements[0].raw_kind == "hologram"


def test_types_are_known_in_capitals_too():
    assert one(block("HEADING", "# Tides")).kind is ElementKind.HEADING


@pytest.mark.parametrize(
    ("word", "content", "text", "level"),
    [
        ("heading", "# Tides", "Tides", 1),
        ("section_heading", "### **Moon** and tides", "**Moon** and tides", 3),
        ("section_heading", "## **Tides**", "Tides", 2),
        ("heading", "Tides", "Tides", None),
        ("heading", "# Tides\nand moorings", "Tides and moorings", 1),
        ("heading", "#1 of tides", "#1 of tides", None),
    ],
)
def test_headings_lose_their_marks_and_keep_their_level(word, content, text, level):
    element = one(block(word, content))

    assert (element.text, element.level) == (text, level)


def test_lists_become_items_with_levels():
    document = mapped(chunk(block(content="- Buoy 4\n  - closed\n- Buoy 7")))

    assert [(element.text, element.level) for element in document.elements] == [
        ("Buoy 4", 1),
        ("closed", 2),
        ("Buoy 7", 1),
    ]
    assert [element.id for element in document.elements] == ["p1-e1", "p1-e1-2", "p1-e1-3"]
    assert {element.provider_id for element in document.elements} == {"block_1_text"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Buoy 7 is **free**.", "Buoy 7 is free."),
        ("See [the chart](https://h/x?y=1).", "See the chart (https://h/x?y=1)."),
        ("Total: $56.78\nDate: 2026-09-11", "Total: $56.78\nDate: 2026-09-11"),
        ("a * b * c_d", "a * b * c_d"),
        ("<ins>new</ins> <del>old</del>", "<ins>new</ins> <del>old</del>"),
    ],
)
def test_prose_is_plain_text(content, text):
    assert one(block(content=content)).text == text


def test_a_text_that_markdown_would_eat_stays_as_it_is():
    content = "- [1]: see **x\n\n[1]: y"

    assert "".join(element.text for element in mapped(chunk(block(content=content))).elements).count("y")


def test_spatial_text_is_no_markdown():
    content = "  - Buoy 4      free\n  - Buoy 7      closed"
    element = one(block(content=content), config={"target": "spatial"})

    assert (element.kind, element.text) == (ElementKind.PARAGRAPH, content)
    assert one(block(content=content), is_spatial=True, config={}).text == content


@pytest.mark.parametrize("target", ["", "spatial"])
def test_key_value_keeps_its_lines(target):
    element = one(block("key_value", "Invoice #1234\n- Total: 5"), is_spatial=bool(target), config={})

    assert element.text == "Invoice #1234\n- Total: 5"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<page_number>7</page_number>", "7"),
        ("[page_number: 7]", "7"),
        ("7", "7"),
    ],
)
def test_enrichments_lose_their_marks_and_label_the_page(content, text):
    document = mapped(chunk(block("page_number", content)))

    assert document.elements[0].text == text
    assert document.pages[0].label == text


def test_barcodes_say_what_they_hold():
    details = {"type": "barcode_details", "decodedValue": "4006381333931", "format": "EAN13"}

    assert one(block("barcode", "", details=details)).text == "4006381333931"
    assert one(block("barcode", "<barcode>4006381333931</barcode>", details=details)).text == "4006381333931"


@pytest.mark.parametrize(
    ("content", "details", "text"),
    [
        ("$$\nE=mc^2\n$$", {}, "E=mc^2"),
        ("E equals", {"type": "formula_details", "latex": "E=mc^2"}, "E=mc^2"),
        ("E", {"latex": None}, "E"),
        ("$a$ and $b$", {}, "$a$ and $b$"),
    ],
)
def test_formulas_are_latex(content, details, text):
    assert one(block("formula", content, details=details)).text == text


def test_figures_keep_their_description_and_tables_of_charts_follow():
    content = "![A chart](https://h/p.png?sig=1)\n\n| Month | Boats |\n|---|---|\n| May | 7 |"
    document = mapped(chunk(block("figure", content)))
    figure, table = document.elements

    assert (figure.kind, figure.text) == (ElementKind.FIGURE, "A chart")
    assert rows(table.table) == [["Month", "Boats"], ["May", "7"]]
    assert table.regions == figure.regions


@pytest.mark.parametrize("details", [{}, None, [], "odd", 7, {"type": "hologram_details"}, {"imageUrl": 3}])
@pytest.mark.parametrize("word", ["text", "table", "figure", "table_cell", "formula", "barcode"])
def test_details_of_any_shape_do_no_harm(word, details):
    assert one(block(word, "Tides", details=details)).text == "Tides"


def test_html_tables_keep_spans():
    html = "<table><tr><th colspan=2>Tides</th></tr><tr><td>06:12</td><td>18:40</td></tr></table>"
    table = one(block("table", html)).table

    assert [(each.text, each.column_span, each.is_header) for each in table.cells] == [
        ("Tides", 2, True),
        ("06:12", 1, False),
        ("18:40", 1, False),
    ]


def test_text_around_a_table_is_kept_in_order():
    content = "Tides of May\n\n| Day | High |\n|---|---|\n| 1 | 06:12 |\n\nin local time"
    document = mapped(chunk(block("table", content)))

    texts = [("paragraph", "Tides of May"), ("table", ""), ("paragraph", "in local time")]
    assert kinds_and_texts(document) == texts
    assert [element.id for element in document.elements] == ["p1-e1", "p1-e1-2", "p1-e1-3"]


def test_a_table_that_cannot_be_read_keeps_its_text():
    element = one(block("table", "Day 1   06:12"))

    assert (element.kind, element.text, element.table) == (ElementKind.TABLE, "Day 1   06:12", None)


CELLS = (
    cell(0, 0, "Day", kind="table_head", box=(100, 200, 300, 300)),
    cell(0, 1, "High", kind="table_head", box=(300, 200, 500, 300)),
    cell(1, 0, "1", box=(100, 300, 300, 400)),
    cell(1, 1, "06:12", box=(300, 300, 500, 400)),
)
PIPES = "| Day | High |\n|---|---|\n| 1 | 06:12 |"


@pytest.mark.parametrize("content", [PIPES, "", "Day High 1 06:12", "Day\tHigh\n1\t06:12"])
def test_cells_inside_a_table_give_it_boxes(content):
    table = one(block("table", content, children=CELLS)).table

    assert rows(table) == [["Day", "High"], ["1", "06:12"]]
    assert [each.is_header for each in table.cells] == [True, True, False, False]
    assert table.cells[3].box.as_tuple() == (0.3, 0.15, 0.5, 0.2)


def test_cells_in_rows_are_found():
    nested = [block("table_row", "", children=CELLS[:2]), block("table_row", "", children=CELLS[2:])]

    assert rows(one(block("table", "", children=nested)).table) == [["Day", "High"], ["1", "06:12"]]


def test_cells_beside_their_table_are_put_inside():
    beside = [each | {"parentBlockId": "t1"} for each in CELLS]
    document = mapped(chunk(block("table", "", id="t1"), *beside, block(content="after")))

    assert [element.kind.value for element in document.elements] == ["table", "paragraph"]
    assert rows(document.elements[0].table) == [["Day", "High"], ["1", "06:12"]]


def test_blocks_inside_a_cell_are_its_text():
    inner = cell(0, 0, "", children=[block(content="Day"), block(content="of May")])

    assert rows(one(block("table", "", children=[inner])).table) == [["Day\nof May"]]


def test_a_richer_set_of_cells_wins_over_the_text_of_the_table():
    table = one(block("table", "| Day |\n|---|\n| 1 |", children=CELLS)).table

    assert rows(table) == [["Day", "High"], ["1", "06:12"]]


def test_cells_without_a_place_are_not_lost():
    lost = block("table_cell", "stray")
    document = mapped(chunk(block("table", PIPES, children=[*CELLS, lost])))

    assert kinds_and_texts(document) == [("table", ""), ("paragraph", "stray")]


def test_two_cells_in_one_place_are_one():
    table = one(block("table", "", children=[cell(0, 0, "a"), cell(0, 0, "b"), cell(0, 0, "a")])).table

    assert rows(table) == [["a\nb"]]


def test_cells_at_absurd_places_are_cells_of_a_small_table():
    (element,) = mapped(chunk(block("table", "", children=[cell(10**9, 10**9, "far")]))).elements

    assert (element.table.n_rows, element.table.n_columns, element.table.cells[0].text) == (1, 1, "far")


def test_what_else_is_inside_a_table_follows_it():
    document = mapped(chunk(block("table", PIPES, children=[*CELLS, block("text", "Source: harbour")])))

    assert kinds_and_texts(document) == [("table", ""), ("paragraph", "Source: harbour")]


def test_blocks_inside_other_blocks_are_kept_once():
    inner = [block(content="Buoy 7"), block(content="is new")]
    document = mapped(chunk(block("key_value", "Buoy 7", children=inner)))

    assert kinds_and_texts(document) == [("paragraph", "Buoy 7"), ("paragraph", "is new")]


def test_boxes_are_fractions_of_the_blocks_own_page():
    wide = {"page": {"number": 1, "width": 500, "height": 400}}
    document = mapped(chunk(block(content="a"), block(content="b", metadata=wide, box=(50, 40, 250, 400))))

    assert document.elements[1].regions[0].box.as_tuple() == (0.1, 0.1, 0.5, 1.0)


def test_polygons_stand_in_for_boxes():
    corners = [{"x": 100, "y": 210}, {"x": 490, "y": 200}, {"x": 500, "y": 390}, {"x": 110, "y": 400}]
    element = one(block(content="a", box=None, polygon=corners))

    assert element.regions[0].box.as_tuple() == (0.1, 0.1, 0.5, 0.2)


@pytest.mark.parametrize(
    "box",
    [
        {"left": 100, "top": 200, "width": 400, "height": 200},
        {"left": "100", "top": "200", "right": "500", "bottom": "400"},
        {"left": 500, "top": 400, "right": 100, "bottom": 200},
    ],
)
def test_boxes_are_read_in_every_spelling(box):
    (region,) = one(block(content="a", box=None) | {"boundingBox": box}).regions
    assert region.box.as_tuple() == (0.1, 0.1, 0.5, 0.2)


@pytest.mark.parametrize(
    "box",
    [
        {"left": 100, "top": 200},
        {"left": 2000, "top": 200, "right": 2500, "bottom": 400},
        {"left": 100, "top": -900, "right": 500, "bottom": -100},
        {"left": "NaN", "top": 0, "right": 1, "bottom": 1},
        [1, 2, 3, 4],
        None,
    ],
)
def test_a_box_that_cannot_be_believed_leaves_the_page(box):
    element = one(block(content="a", box=None) | {"boundingBox": box})

    assert element.regions == (Region(page=1),)


def test_a_box_that_reaches_a_little_over_the_edge_is_moved_to_it():
    assert one(block(content="a", box=(-5, 0, WIDTH + 5, HEIGHT))).regions[0].box.as_tuple() == (0, 0, 1, 1)


def test_without_a_page_of_its_own_a_block_stands_on_its_chunks_page():
    document = mapped(chunk(block(content="a", page=None), first=3))

    assert document.elements[0].regions == (Region(page=3),)


def test_a_block_of_a_chunk_over_pages_has_no_page():
    document = mapped(chunk(block(content="a", page=None), first=1, last=2))

    assert document.elements[0].regions == ()
    assert document.elements[0].id == "e1"
    assert [page.number for page in document.pages] == [1, 2]
    assert [warning.code for warning in document.warnings] == ["pages_unknown"]


def test_the_page_number_of_metadata_is_a_last_resort():
    document = mapped(chunk(block(content="a", page=None, metadata={"pageNumber": 2}), first=1, last=3))

    assert document.elements[0].regions == (Region(page=2),)


def test_sheets_are_pages_with_names():
    sheets = [
        block(content=name, page=None, box=None, metadata={"sheet": {"index": index, "name": name}})
        for index, name in enumerate(("Boats", "Buoys"))
    ]
    document = mapped(chunk(*sheets, first=None), page_count=9)

    assert [(page.number, page.label) for page in document.pages] == [(1, "Boats"), (2, "Buoys")]
    assert [element.regions for element in document.elements] == [(Region(page=1),), (Region(page=2),)]
    assert document.warnings == ()


def test_a_chunk_without_blocks_is_read_from_its_text():
    document = mapped(chunk(content="# Tides\n\nHigh water", first=2))

    assert kinds_and_texts(document) == [("heading", "Tides"), ("paragraph", "High water")]
    assert {element.regions for element in document.elements} == {(Region(page=2),)}


PAGES = [
    {"number": 1, "rotationApplied": 0, "originalPageWidth": 480, "originalPageHeight": 960, "dpi": 150},
    {"number": 2, "rotationApplied": -90, "originalPageWidth": 960, "originalPageHeight": 480, "dpi": 150},
]


def test_page_sizes_are_points_when_the_density_is_told():
    output = {"metadata": {"originalMimeType": "application/pdf", "pages": PAGES}}
    document = mapped(chunk(block(content="a")), output=output)

    assert [(page.number, page.width, page.height, page.unit) for page in document.pages] == [
        (1, 480.0, 960.0, LengthUnit.POINT),
        (2, 480.0, 960.0, LengthUnit.POINT),
    ]


def test_a_page_that_only_the_output_tells_of_gives_its_size_to_boxes():
    output = {"metadata": {"pages": PAGES}}
    bare = block(content="a", page=None, metadata={"page": {"number": 2}}, box=(100, 200, 500, 400))
    document = mapped(chunk(bare), output=output)

    assert document.elements[0].regions[0].box.as_tuple() == (0.1, 0.1, 0.5, 0.2)


@pytest.mark.parametrize(
    ("mime", "unit"),
    [("image/png", LengthUnit.PIXEL), ("application/pdf", LengthUnit.POINT), ("", LengthUnit.POINT)],
)
def test_pictures_are_measured_in_pixels(mime, unit):
    output = {"metadata": {"originalMimeType": mime, "pages": None}}

    assert mapped(chunk(block(content="a")), output=output).pages[0].unit is unit


def test_pages_that_the_service_parsed_and_left_out_are_there_with_a_warning():
    document = mapped(
        chunk(block(content="a"), first=1), chunk(block(content="c", page=3), first=3), page_count=4
    )

    assert [page.number for page in document.pages] == [1, 2, 3, 4]
    assert [(warning.code, warning.pages) for warning in document.warnings] == [
        ("pages_without_content", (2, 4))
    ]


def test_pages_that_the_service_does_not_claim_are_not_there():
    document = mapped(chunk(block(content="a")), chunk(block(content="b", page=3), first=3), page_count=2)

    assert [page.number for page in document.pages] == [1, 3]


def selected(text, *numbers, **more):
    chunks = [chunk(block(content=f"text {number}", page=number), first=number) for number in numbers]
    return mapped(*chunks, selection=PageSelection.parse(text), page_count=len(numbers), **more)


@pytest.mark.parametrize(
    ("selection", "numbers", "pages"),
    [
        ("3-4", (3, 4), [3, 4]),
        ("3-4", (1, 2), [3, 4]),
        ("1-2", (1, 2), [1, 2]),
        ("2-4", (1, 2, 3), [2, 3, 4]),
        ("2-4", (2, 3, 4), [2, 3, 4]),
        ("2,5-", (1, 2, 3), [2, 5, 6]),
        ("2,5-", (2, 5, 6), [2, 5, 6]),
        ("7", (1, 2, 3), [1, 2, 3]),
    ],
)
def test_selected_pages_keep_their_numbers_however_the_service_counts(selection, numbers, pages):
    document = selected(selection, *numbers)

    assert [page.number for page in document.pages] == pages
    assert [element.regions[0].page for element in document.elements] == pages


def test_where_numbers_can_be_read_in_two_ways_no_page_is_invented():
    document = selected("2-4", 2, 3)

    assert [element.regions for element in document.elements] == [(), ()]
    assert [page.number for page in document.pages] == [2, 3, 4]
    assert [warning.code for warning in document.warnings] == ["pages_ambiguous"]


def test_confidence_is_the_mean_of_the_words():
    assert one(block(content="a", metadata={"avgOcrConfidence": 0.9})).confidence == 0.9
    assert one(block(content="a", metadata={"avgOcrConfidence": 7})).confidence == 1.0
    assert one(block(content="a", metadata={"avgOcrConfidence": None})).confidence is None


def test_ids_count_on_their_page_so_that_a_changed_page_changes_only_its_own():
    document = mapped(
        chunk(block(content="a"), block(content="b")), chunk(block(content="c", page=2), first=2)
    )

    assert [element.id for element in document.elements] == ["p1-e1", "p1-e2", "p2-e1"]


def test_equal_blocks_with_equal_ids_are_all_kept():
    assert len(mapped(chunk(block(content="a", id="x"), block(content="a", id="x"))).elements) == 2


def test_both_versions_give_the_same_document():
    chunks = [
        chunk(block("heading", "# Tides"), block("table", PIPES)),
        chunk(block(content="c", page=2), first=2),
    ]

    assert mapped(*chunks) == mapped(body=legacy_run(*chunks, metrics={"pageCount": 2}))


def test_the_output_is_found_at_every_place_it_may_stand():
    chunks = [chunk(block(content="Tides"))]
    bare = {"id": "pr_1", "status": "PROCESSED", "chunks": chunks, "config": {"target": "markdown"}}
    wrapped = {"success": True, "parseRun": {**bare, "output": {"chunks": chunks}}}
    apart = {"id": "pr_1", "status": "PROCESSED", "output": None, "outputUrl": "https://h/o"}
    part = {"output.json": ("application/json", json.dumps({"chunks": chunks}).encode())}
    documents = [mapped(body=bare), mapped(body=wrapped), mapped(body=apart, parts=part)]

    assert [document.elements[0].text for document in documents] == ["Tides"] * 3


def test_a_result_without_any_output_is_an_invalid_response():
    with pytest.raises(InvalidResponseError, match="no output"):
        mapped(body={"id": "pr_1", "status": "PROCESSED"})
