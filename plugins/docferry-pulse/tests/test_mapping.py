"""Results become documents: kinds, order, places, pages, tables and figures."""

import json
from pathlib import Path

import pytest
from pulse_shapes import (
    FINGERPRINT,
    extraction,
    lines_of,
    mapped,
    page_marks,
    polygon,
    status,
    text,
)

from docferry.errors import InvalidOptionsError, InvalidResponseError
from docferry.model import ElementKind
from docferry.rendering import render_markdown
from docferry.testing import reader_of
from docferry_pulse.result import map_payload

GOLDENS = Path(__file__).parent / "goldens"


def codes(document):
    return [warning.code for warning in document.warnings]


def boxes(document):
    return [
        tuple(region.box.as_tuple() if region.box else None for region in element.regions)
        for element in document.elements
    ]


class TestKinds:
    def test_the_text_decides_levels_and_the_boxes_name_the_rest(self):
        markdown = page_marks(
            "# Report\n\nSome text.\n\n- one\n  - two\n\n3\\. Not a list\n\n```\nx = 1\n```\n\n$$\ny\n$$"
        )
        document = mapped(
            extraction(
                markdown,
                page_count=1,
                bounding_boxes={
                    "Title": [text("0t-Report", original_content="Report", place=0.1)],
                    "Text": [text("0a-Some text.", original_content="Some text.", place=0.2)],
                },
            )
        )

        assert [(e.kind.value, e.text, e.level) for e in document.elements] == [
            ("heading", "Report", 1),
            ("paragraph", "Some text.", None),
            ("list_item", "one", 1),
            ("list_item", "two", 2),
            ("paragraph", "3. Not a list", None),
            ("code", "x = 1", None),
            ("formula", "y", None),
        ]
        assert [e.raw_kind for e in document.elements[:3]] == ["Title", "Text", ""]

    @pytest.mark.parametrize(
        ("category", "kind", "is_furniture"),
        [
            ("Text", ElementKind.PARAGRAPH, False),
            ("Title", ElementKind.HEADING, False),
            ("Section-header", ElementKind.HEADING, False),
            ("List Items", ElementKind.LIST_ITEM, False),
            ("Caption", ElementKind.CAPTION, False),
            ("Footnote", ElementKind.FOOTNOTE, False),
            ("Formulas", ElementKind.FORMULA, False),
            ("Footer", ElementKind.FOOTER, True),
            ("Page Number", ElementKind.PAGE_NUMBER, True),
            ("page_number", ElementKind.PAGE_NUMBER, True),
            ("Watermarks", ElementKind.PARAGRAPH, False),
        ],
    )
    @pytest.mark.parametrize("is_in_text", [True, False])
    def test_each_class_has_its_kind_whether_or_not_the_text_has_it(
        self, category, kind, is_furniture, is_in_text
    ):
        markdown = page_marks("Before all.\n\nWhat it says" if is_in_text else "Before all.")
        document = mapped(
            extraction(
                markdown,
                page_count=1,
                bounding_boxes={category: [text("What it says", place=0.5, id="txt-7")]},
            )
        )

        element = document.elements[-1]
        assert (element.kind, element.text, element.is_furniture) == (kind, "What it says", is_furniture)
        assert (element.raw_kind, element.provider_id) == (category, "txt-7")
        assert len(document.elements) == 2

    @pytest.mark.parametrize(
        ("place", "kind"),
        [(0.02, ElementKind.HEADER), (0.4, ElementKind.HEADING), (0.95, ElementKind.HEADER)],
    )
    def test_a_header_inside_the_page_heads_a_section(self, place, kind):
        entry = text("Part two", place=place)
        document = mapped(extraction(page_marks("x"), page_count=1, bounding_boxes={"Header": [entry]}))

        assert {e.kind for e in document.elements} == {kind, ElementKind.PARAGRAPH}

    def test_a_foot_inside_a_paragraph_does_not_make_it_furniture(self):
        markdown = page_marks("All rights reserved by the harbour board of this town.")
        entry = text("by the harbour board", place=0.95)
        (element,) = mapped(extraction(markdown, page_count=1, bounding_boxes={"Footer": [entry]})).elements

        assert element.kind is ElementKind.PARAGRAPH
        assert not element.is_furniture

    def test_references_make_footnotes(self):
        result = extraction(
            page_marks("A claim.\n\n1 The proof."),
            page_count=1,
            extensions={"footnoteReferences": [{"symbol": "1", "footnoteTextId": "txt-2"}]},
            bounding_boxes={"Text": [text("A claim.", id="txt-1"), text("1 The proof.", id="txt-2")]},
        )

        assert [e.kind.value for e in mapped(result).elements] == ["paragraph", "footnote"]

    def test_words_and_marks_of_forms_are_left_out(self):
        result = extraction(
            page_marks("Hello there"),
            page_count=1,
            bounding_boxes={
                "Words": [text("Hello"), text("there"), text("lost")],
                "SelectionMarks": [text("x")],
                "defined_names": ["n"],
                "markdown_with_ids": "Hello",
            },
        )

        assert lines_of(mapped(result)) == [("paragraph", "Hello there", (1,))]


class TestOrder:
    def test_the_text_decides_the_order_of_classes(self):
        markdown = page_marks("# B\n\nfirst words\n\n# A\n\nsecond words")
        result = extraction(
            markdown,
            page_count=1,
            bounding_boxes={
                "Text": [text("second words", place=0.7), text("first words", place=0.3)],
                "Title": [text("A", place=0.6), text("B", place=0.2)],
            },
        )

        assert [e.text for e in mapped(result).elements] == ["B", "first words", "A", "second words"]
        assert [box[0][1] for box in boxes(mapped(result))] == [0.2, 0.3, 0.6, 0.7]

    def test_ordered_elements_decide_where_they_are_present(self):
        entries = [text("left", place=0.5, id="t1"), text("right", place=0.1, id="t2")]
        result = extraction(
            page_marks("left\n\nright"),
            page_count=1,
            bounding_boxes={
                "Text": entries,
                "ordered_elements": [
                    {**entries[1], "source_category": "Text"},
                    {**entries[0], "source_category": "Text"},
                ],
            },
        )

        assert [e.text for e in mapped(result).elements] == ["right", "left"]

    def test_ordered_elements_alone_are_read(self):
        result = extraction(
            "",
            page_count=1,
            bounding_boxes={
                "ordered_elements": [
                    {**text("b", place=0.5), "source_category": "Text"},
                    {**text("a", place=0.1), "category": "Title"},
                    {**text("w", place=0.1), "type": "Words"},
                ]
            },
        )

        assert [(e.kind.value, e.text) for e in mapped(result).elements] == [
            ("paragraph", "b"),
            ("heading", "a"),
        ]

    def test_a_plain_list_of_boxes_is_read(self):
        result = extraction("", page_count=1, bounding_boxes=[{**text("b"), "label": "Footer"}])

        assert lines_of(mapped(result)) == [("footer", "b", (1,))]

    def test_what_the_text_lacks_takes_its_place_by_height(self):
        result = extraction(
            page_marks("top words\n\nbottom words"),
            page_count=1,
            bounding_boxes={
                "Header": [text("running head", place=0.01)],
                "Page Number": [text("7", place=0.96)],
                "Text": [
                    text("top words", place=0.2),
                    text("between", place=0.4),
                    text("bottom words", place=0.6),
                ],
            },
        )

        assert [e.text for e in mapped(result).elements] == [
            "running head",
            "top words",
            "between",
            "bottom words",
            "7",
        ]

    def test_another_column_says_nothing_about_height(self):
        def column(content, left, place):
            return {
                "content": content,
                "page_number": 1,
                "bounding_box": polygon(left, place, left + 0.4, place + 0.1),
            }

        result = extraction(
            page_marks("left one\n\nleft two\n\nright one\n\nright two"),
            page_count=1,
            bounding_boxes={
                "Text": [
                    column("left one", 0.05, 0.1),
                    column("left two", 0.05, 0.5),
                    column("right one", 0.55, 0.1),
                    column("right between", 0.55, 0.3),
                    column("right two", 0.55, 0.5),
                ]
            },
        )

        assert [e.text for e in mapped(result).elements] == [
            "left one",
            "left two",
            "right one",
            "right between",
            "right two",
        ]

    def test_ids_in_the_marked_text_place_what_the_text_lacks(self):
        result = extraction(
            page_marks("one\n\nthree"),
            page_count=1,
            bounding_boxes={
                "Text": [
                    {"content": "two", "id": "txt-2", "page_number": 1},
                    {"content": "one", "id": "txt-1", "page_number": 1},
                    {"content": "three", "id": "txt-3", "page_number": 1},
                ],
                "markdown_with_ids": '<p data-bb-text-id="txt-1"><p data-bb-text-id="txt-2">'
                '<p data-bb-text-id="txt-3">',
            },
        )

        assert [e.text for e in mapped(result).elements] == ["one", "two", "three"]

    def test_equal_texts_keep_their_order(self):
        result = extraction(
            page_marks("Total\n\n12\n\nTotal\n\n34"),
            page_count=1,
            bounding_boxes={
                "Text": [text("Total", place=0.2), text("Total", place=0.6), text("34", place=0.7)]
            },
        )

        assert [box[0] and box[0][1] for box in boxes(mapped(result))] == [0.2, None, 0.6, 0.7]

    def test_one_paragraph_of_several_boxes_has_them_all(self):
        result = extraction(
            page_marks("The first line and\nthe second line."),
            page_count=1,
            bounding_boxes={
                "Text": [text("The first line and", place=0.2), text("the second line.", place=0.3)]
            },
        )
        (element,) = mapped(result).elements

        assert [region.box.top for region in element.regions] == [0.2, 0.3]

    def test_one_box_of_several_pieces_is_the_box_of_each(self):
        result = extraction(
            page_marks("- apples\n- pears"),
            page_count=1,
            bounding_boxes={"Text": [text("apples pears", place=0.2)]},
        )

        assert [(e.kind.value, e.regions[0].box.top) for e in mapped(result).elements] == [
            ("list_item", 0.2),
            ("list_item", 0.2),
        ]

    def test_ids_of_elements_count_on_their_page(self):
        document = mapped(extraction(page_marks("a\n\nb", "c"), page_count=2))

        assert [e.id for e in document.elements] == ["p1-e1", "p1-e2", "p2-e1"]


class TestPrefixes:
    def test_a_prefix_is_taken_off_where_the_text_proves_it(self):
        result = extraction(
            page_marks("NCRI"), page_count=1, bounding_boxes={"Text": [text("0a-NCRI"), text("3d-printed")]}
        )

        assert [e.text for e in mapped(result).elements] == ["NCRI", "printed"]

    def test_a_word_that_looks_like_a_prefix_stays_where_the_text_has_it(self):
        result = extraction(
            page_marks("3d-printed parts"),
            page_count=1,
            bounding_boxes={"Text": [text("3d-printed parts")]},
        )

        assert lines_of(mapped(result)) == [("paragraph", "3d-printed parts", (1,))]

    def test_where_prefixes_are_rare_a_text_of_its_own_keeps_its_beginning(self):
        result = extraction(
            page_marks("one\n\ntwo\n\nthree"),
            page_count=1,
            bounding_boxes={
                "Text": [text("one"), text("two"), text("three")],
                "Footer": [text("3d-printed", place=0.96)],
            },
        )

        assert mapped(result).elements[-1].text == "3d-printed"

    def test_the_clean_text_wins(self):
        entry = text("0a-12a-Street", original_content="12a-Street", place=0.96)
        result = extraction(page_marks("x"), page_count=1, bounding_boxes={"Footer": [entry]})

        assert mapped(result).elements[-1].text == "12a-Street"

    def test_fillers_are_cut_short(self):
        leaders = "Contents " + "." * 5000 + " 7"
        (element,) = mapped(extraction(page_marks(leaders), page_count=1)).elements

        assert element.text == "Contents ... 7"

    @pytest.mark.parametrize("text_given", ["wait... what", "1" + "0" * 30, "a - b - c", "====="])
    def test_ordinary_text_is_no_filler(self, text_given):
        (element,) = mapped(
            extraction("", page_count=1, bounding_boxes={"Text": [text(text_given)]})
        ).elements

        assert element.text == text_given


class TestBoxes:
    def test_a_skewed_polygon_becomes_the_box_around_it(self):
        skewed = [0.0267, 0.0872, 0.0689, 0.0789, 0.0743, 0.0908, 0.0321, 0.0996]
        entry = {"content": "NCRI", "page_number": 1, "bounding_box": skewed, "average_word_confidence": 0.9}
        (element,) = mapped(
            extraction(page_marks("NCRI"), page_count=1, bounding_boxes={"Text": [entry]})
        ).elements

        assert element.regions[0].box.as_tuple() == (0.0267, 0.0789, 0.0743, 0.0996)
        assert element.confidence == 0.9

    @pytest.mark.parametrize(
        ("given", "box"),
        [
            ({"bounding_box": [0.1, 0.2, 0.3, 0.4]}, (0.1, 0.2, 0.3, 0.4)),
            ({"bbox_normalized": [0.1, 0.2, 0.3, 0.4]}, (0.1, 0.2, 0.3, 0.4)),
            ({"bbox": [100, 200, 300, 400]}, (0.1, 0.2, 0.3, 0.4)),
            (
                {
                    "bbox": {"left": 61.2, "top": 79.2, "width": 61.2, "height": 79.2},
                    "page_width": 612,
                    "page_height": 792,
                },
                (0.1, 0.1, 0.2, 0.2),
            ),
            ({"bounding_box": {"x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4}}, (0.1, 0.2, 0.3, 0.4)),
            ({"bounding_box": [-0.1, 0.2, 1.2, 0.4]}, (0, 0.2, 1, 0.4)),
            ({"bounding_box": None}, None),
            ({"bounding_box": []}, None),
            ({"bounding_box": [0.1, 0.2, 0.3]}, None),
            ({"bounding_box": [0.1, 0.2, "x", 0.4]}, None),
            ({"bounding_box": [0.1, 0.2, 0.1, 0.4]}, None),
        ],
    )
    def test_every_form_of_a_box_is_read_and_nothing_is_invented(self, given, box):
        entry = {"content": "words", "page_number": 1, **given}
        (element,) = mapped(
            extraction(page_marks("words"), page_count=1, bounding_boxes={"Text": [entry]})
        ).elements
        found = element.regions[0].box

        assert (found.as_tuple() if found else None) == box
        assert element.regions[0].page == 1


class TestTables:
    def test_the_tables_of_the_text_keep_their_spans_and_get_boxes(self):
        html = (
            "<table><tr><th rowspan=2>Line</th><th colspan=2>2025</th></tr>"
            "<tr><th>May</th><th>June</th></tr><tr><td>Island</td><td>1</td><td>2</td></tr></table>"
        )
        cells = [
            {"position": {"row": r, "column": c}, "text": f"0t-{word}", "location": {"coordinates": box}}
            for r, c, word, box in (
                (0, 0, "Line", polygon(0.1, 0.1, 0.2, 0.2)),
                (2, 0, "Island", polygon(0.1, 0.3, 0.2, 0.4)),
                (2, 1, "another", polygon(0.2, 0.3, 0.3, 0.4)),
                (2, 2, "2", []),
            )
        ]
        info = {"id": "tbl-1", "location": {"page": 1, "coordinates": polygon(0.1, 0.1, 0.9, 0.4)}}
        result = extraction(
            page_marks(f"Before.\n\n{html}"),
            page_count=1,
            bounding_boxes={"Tables": [{"table_info": info, "cell_data": cells}]},
        )
        element = mapped(result).elements[-1]
        table = element.table

        assert (table.n_rows, table.n_columns, table.n_header_rows) == (3, 3, 2)
        assert [(c.row_span, c.column_span) for c in table.cells[:2]] == [(2, 1), (1, 2)]
        assert [c.text for c in table.cells if c.box] == ["Line", "Island"]
        assert element.regions[0].box.as_tuple() == (0.1, 0.1, 0.9, 0.4)
        assert (element.provider_id, element.raw_kind) == ("tbl-1", "Tables")

    def test_tables_go_to_the_ones_that_share_their_cells(self):
        def table(word, place):
            return {
                "table_info": {"location": {"page": 1, "coordinates": polygon(0.1, place, 0.9, place + 0.1)}},
                "cell_data": [{"row": 0, "column": 0, "text": word}, {"row": 0, "column": 1, "text": "x"}],
            }

        result = extraction(
            page_marks("| apples | x |\n| --- | --- |\n\ntext\n\n| pears | x |\n| --- | --- |"),
            page_count=1,
            bounding_boxes={"Tables": [table("pears", 0.7), table("apples", 0.2)]},
        )
        first, _, second = mapped(result).elements

        assert (first.regions[0].box.top, second.regions[0].box.top) == (0.2, 0.7)

    def test_a_table_that_the_text_lacks_is_made_of_its_cells(self):
        cells = [
            {"position": {"row": 0, "column": 0}, "text": "0t-Name", "properties": {"type": "header"}},
            {"position": {"row": 0, "column": 1}, "text": "0t-Of", "properties": {"spans_columns": 2}},
            {"position": {"row": 1, "column": 0}, "text": "0t-Ann", "is_header": True},
            {"position": {"row": 1, "column": 1}, "text": "0t-3"},
            {"position": {"row": 1, "column": 2}, "text": ""},
            {"position": {"row": -1, "column": 2}, "text": "nowhere"},
        ]
        result = extraction(
            page_marks("Before."),
            page_count=1,
            bounding_boxes={
                "Tables": [{"table_info": {"id": "tbl-1"}, "page_number": 1, "cell_data": cells}],
            },
        )
        table = mapped(result).elements[-1].table

        assert [(c.row, c.column, c.column_span, c.is_header, c.text) for c in table.cells] == [
            (0, 0, 1, True, "Name"),
            (0, 1, 2, False, "Of"),
            (1, 0, 1, True, "Ann"),
            (1, 1, 1, False, "3"),
            (1, 2, 1, False, ""),
            (2, 0, 1, False, "nowhere"),
        ]

    def test_spans_stop_before_other_cells(self):
        cells = [
            {"row": 0, "column": 0, "text": "a", "colspan": 9, "rowspan": 9},
            {"row": 0, "column": 2, "text": "b"},
            {"row": 1, "column": 1, "text": "c"},
            {"row": 0, "column": 0, "text": "twice"},
        ]
        result = extraction("", page_count=1, bounding_boxes={"Tables": [{"cell_data": cells}]})
        table = mapped(result).elements[0].table

        assert [(c.text, c.row_span, c.column_span) for c in table.cells][:1] == [("a\ntwice", 1, 2)]

    def test_blank_cells_of_a_huge_table_are_left_out_and_told(self):
        cells = [
            {"row": row, "column": column, "text": "7" if row == column == 3 else ""}
            for row in range(58)
            for column in range(140)
        ]
        document = mapped(
            extraction("", page_count=1, bounding_boxes={"Tables": [{"page_number": 1, "cell_data": cells}]})
        )
        (element,) = document.elements

        assert [c.text for c in element.table.cells] == ["7"]
        assert codes(document) == ["blank_cells_left_out"]
        assert "8119 cells" in document.warnings[0].message

    def test_a_table_without_any_text_stays_as_a_place(self):
        cells = [{"row": r, "column": c, "text": ""} for r in range(58) for c in range(140)]
        table = {"page_number": 1, "bounding_box": polygon(), "cell_data": cells}
        document = mapped(extraction(page_marks("x"), page_count=1, bounding_boxes={"Tables": [table]}))

        assert ("table", None) in [(e.kind.value, e.table) for e in document.elements]
        assert codes(document) == ["blank_cells_left_out"]


class TestFigures:
    def test_a_figure_of_the_text_gets_its_description_box_and_picture(self):
        image = {
            "id": "img-1",
            "page_number": 1,
            "bounding_box": polygon(0.2, 0.2, 0.6, 0.6),
            "content": "0i-img-1",
            "description": "A chart that rises.",
            "image_url": "https://api.runpulse.com/results/j/images/img-1.png",
            "confidence": "N/A",
        }
        result = extraction(
            page_marks("Before.\n\n<figure>\n<figcaption>Figure 1. Growth</figcaption>\n</figure>\n\nAfter."),
            page_count=1,
            bounding_boxes={"Images": [image]},
        )
        document = mapped(result, parts={"images/0001.png": ("image/png", b"12345")})
        before, figure, caption, after = document.elements

        assert (figure.kind, figure.text) == (ElementKind.FIGURE, "A chart that rises.")
        assert figure.regions[0].box.as_tuple() == (0.2, 0.2, 0.6, 0.6)
        assert (figure.image.asset_name, figure.image.size_bytes) == ("images/0001.png", 5)
        assert figure.confidence is None
        assert (caption.kind, caption.text, caption.caption_of) == (
            ElementKind.CAPTION,
            "Figure 1. Growth",
            figure.id,
        )
        assert (before.text, after.text) == ("Before.", "After.")
        assert document.warnings == ()

    def test_figures_are_told_by_their_ids(self):
        markdown = page_marks(
            '<figure data-bb-image-id="img-2"></figure>\n\ntext\n\n<figure data-bb-image-id="img-1"></figure>'
        )
        images = [
            {"id": f"img-{n}", "page_number": 1, "description": f"number {n}", "bounding_box": polygon()}
            for n in (1, 2)
        ]
        document = mapped(extraction(markdown, page_count=1, bounding_boxes={"Images": images}))

        assert [e.text for e in document.elements] == ["number 2", "text", "number 1"]

    def test_a_description_that_stands_in_the_text_is_not_repeated(self):
        image = {
            "id": "img-1",
            "page_number": 1,
            "description": "A boat at night.",
            "bounding_box": polygon(),
        }
        document = mapped(
            extraction(
                page_marks("Before.\n\nA boat at night."), page_count=1, bounding_boxes={"Images": [image]}
            )
        )

        assert lines_of(document) == [("paragraph", "Before.", (1,)), ("figure", "A boat at night.", (1,))]

    def test_a_bare_placeholder_is_a_place_without_words(self):
        image = {"id": "img-1", "page_number": 1, "content": "img-1", "bounding_box": polygon()}
        (element,) = mapped(extraction("", page_count=1, bounding_boxes={"Images": [image]})).elements

        assert (element.kind, element.text, element.image) == (ElementKind.FIGURE, "", None)

    def test_a_missing_picture_is_told_with_its_page(self):
        image = {"page_number": 2, "image_url": "https://api.runpulse.com/x.png", "bounding_box": polygon()}
        document = mapped(extraction(page_marks("a", "b"), page_count=2, bounding_boxes={"Images": [image]}))

        assert [(w.code, w.pages) for w in document.warnings] == [("images_missing", (2,))]

    def test_tables_inside_figures_are_tables(self):
        markdown = page_marks("<figure>\n<table><tr><td>a</td><td>1</td></tr></table>\n</figure>")

        assert [e.kind.value for e in mapped(extraction(markdown, page_count=1)).elements] == ["table"]

    @pytest.mark.parametrize(
        ("words", "owner"), [("Table 2. Costs", "table"), ("Figure 2. Costs", "figure"), ("Costs", "figure")]
    )
    def test_captions_belong_to_what_they_name_beside_them(self, words, owner):
        result = extraction(
            page_marks(f"<figure></figure>\n\n{words}\n\n| a |\n| --- |\n| b |"),
            page_count=1,
            bounding_boxes={
                "Caption": [text(words, place=0.5)],
                "Images": [{"id": "i", "page_number": 1, "bounding_box": polygon()}],
            },
        )
        document = mapped(result)
        by_id = {e.id: e.kind.value for e in document.elements}
        (caption,) = (e for e in document.elements if e.kind is ElementKind.CAPTION)

        assert by_id[caption.caption_of] == owner


class TestPayload:
    def test_a_large_result_is_read_in_the_place_of_its_address(self):
        stub = status("completed", result={"is_url": True, "url": "https://x/1", "page_count": 1})
        large = extraction(page_marks("# Large"), page_count=1)
        reader = reader_of(
            {
                "job.json": ("application/json", json.dumps(stub).encode()),
                "result.json": ("application/json", json.dumps({"result": large}).encode()),
            }
        )
        document = map_payload(reader, pages=None, fingerprint=FINGERPRINT)

        assert lines_of(document) == [("heading", "Large", (1,))]

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"status": "completed", "result": {}}'])
    def test_a_payload_without_a_result_is_refused(self, body):
        with pytest.raises(InvalidResponseError):
            map_payload(
                reader_of({"job.json": ("application/json", body)}), pages=None, fingerprint=FINGERPRINT
            )

    @pytest.mark.parametrize(
        ("mark", "function"), [("split_output", "split"), ("schemaOutput", "extract_schema")]
    )
    def test_the_result_of_another_step_names_its_function(self, mark, function):
        body = json.dumps({"result": {mark: {"splits": {}}}}).encode()
        with pytest.raises(InvalidOptionsError, match=function):
            map_payload(
                reader_of({"job.json": ("application/json", body)}), pages=None, fingerprint=FINGERPRINT
            )

    def test_the_services_warnings_are_the_documents(self):
        document = mapped(extraction(page_marks("x"), page_count=1, warnings=["chunking is\ndeprecated."]))

        assert [(w.code, w.message) for w in document.warnings] == [
            ("service_warning", "chunking is deprecated.")
        ]

    def test_html_alone_is_read(self):
        document = mapped({"html": "<h1>A</h1><p>Some words.</p>", "page_count": 1})

        assert "Some words." in render_markdown(document)

    def test_empty_pages_are_pages(self):
        document = mapped(extraction(page_marks("", ""), page_count=2))

        assert [page.number for page in document.pages] == [1, 2]
        assert document.elements == ()

    def test_a_workbook_without_boxes_has_its_sheets_as_pages(self):
        result = extraction(
            "# Sheet: Costs\n\n| a |\n| --- |\n| b |\n\n# Sheet: Gains\n\ntext",
            page_count=2,
            bounding_boxes={
                "Title": [
                    {"id": "excel_title_0", "content": "Sheet: Costs", "page_number": 1, "bounding_box": []},
                    {"id": "excel_title_1", "content": "Sheet: Gains", "page_number": 2, "bounding_box": []},
                ],
                "Tables": [
                    {
                        "table_info": {"id": "t", "location": {"page": 1}},
                        "cell_data": [{"row": 0, "column": 0, "text": "a"}],
                    }
                ],
                "Text": [{"content": "text", "page_number": 2}],
            },
        )

        assert lines_of(mapped(result)) == [
            ("heading", "Sheet: Costs", (1,)),
            ("table", "", (1,)),
            ("heading", "Sheet: Gains", (2,)),
            ("paragraph", "text", (2,)),
        ]


class TestSamples:
    def test_the_documented_boxes_are_read(self, pulse_samples):
        for name in ("docs_bounding_boxes_pdf_v1.json", "docs_bounding_boxes_pdf_v2_ids.json"):
            boxes_given = json.loads((pulse_samples / name).read_text(encoding="utf-8"))
            document = mapped(extraction(page_marks("NCRI"), page_count=1, bounding_boxes=boxes_given))
            texts = [e for e in document.elements if e.kind is ElementKind.PARAGRAPH]

            assert [e.text for e in texts] == ["NCRI"], name
            assert texts[0].regions[0].box.left == pytest.approx(0.0267, abs=0.001)
            assert sum(e.kind is ElementKind.FIGURE for e in document.elements) >= 1

    def test_mixed_geometry_is_read(self, pulse_samples):
        body = (pulse_samples / "thirdparty_synthetic_extract_mixed_geometry.json").read_bytes()
        document = map_payload(
            reader_of({"job.json": ("application/json", body)}), pages=None, fingerprint=FINGERPRINT
        )

        assert [(e.kind.value, e.text) for e in document.elements] == [
            ("heading", "Loan Application"),
            ("paragraph", "Applicant income summary follows."),
            ("table", ""),
        ]
        assert all(e.regions[0].box for e in document.elements)
        assert codes(document) == ["service_warning"]


@pytest.mark.parametrize("path", sorted(GOLDENS.glob("*.json")), ids=lambda path: path.stem)
def test_goldens(path):
    """Results made by hand to the service's shapes, and the documents that they must become."""
    golden = json.loads(path.read_text(encoding="utf-8"))
    document = mapped(golden["result"], pages=golden.get("pages"))

    assert [page.number for page in document.pages] == golden["document"]["pages"]
    assert codes(document) == golden["document"]["warnings"]
    assert [
        {
            "id": e.id,
            "kind": e.kind.value,
            "text": e.text,
            "level": e.level,
            "pages": [region.page for region in e.regions],
            "boxes": [list(region.box.as_tuple()) if region.box else None for region in e.regions],
            "provider_id": e.provider_id,
            "is_furniture": e.is_furniture,
            "caption_of": e.caption_of,
            "cells": [c.text for c in e.table.cells] if e.table else None,
        }
        for e in document.elements
    ] == golden["document"]["elements"]
