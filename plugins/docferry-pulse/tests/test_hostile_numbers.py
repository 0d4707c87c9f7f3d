"""Any number of a result may be anything: it maps in bounded work, and no text is lost."""

import json

import pytest
from hostile_numbers import sweep
from pulse_shapes import FINGERPRINT, extraction, lines_of, mapped, page_marks, polygon, status, text

from docferry.model import PageSelection
from docferry.testing import reader_of
from docferry_pulse.result import map_payload

TEXTS = ("alpha one", "beta two", "gamma three", "delta four", "cell nine", "cell ten", "head eight")


def cell_data(row, column, words, **more):
    return {"position": {"row": row, "column": column}, "text": words, "bounding_box": polygon(), **more}


def result(*, has_marks):
    marked = page_marks("alpha one\n\nbeta two", "gamma three")
    markdown = marked if has_marks else "alpha one\n\nbeta two\n\ngamma three"
    cells = [
        cell_data(0, 0, "head eight", properties={"spans_columns": 2, "spans_rows": 1}),
        cell_data(1, 0, "cell nine", rowspan=2),
        cell_data(1, 1, "cell ten", confidence=0.5),
    ]
    return extraction(
        markdown,
        page_count=2,
        credits_used=1.5,
        bounding_boxes={
            "Text": [
                text("alpha one", page_width=600, page_height=800, average_word_confidence=0.9),
                text("gamma three", page=2),
            ],
            "Footer": [text("delta four", page=2)],
            "Tables": [
                {
                    "cell_data": cells,
                    "table_info": {"location": {"page": 2, "coordinates": polygon()}, "confidence": 1},
                }
            ],
        },
    )


@pytest.mark.parametrize(
    ("pages", "has_marks"), [(None, True), ("1,4-", True), ("1-99999999999999999999", False)]
)
def test_any_number_may_be_anything(pages, has_marks):
    selection = PageSelection.parse(pages) if pages else None

    def map_body(body):
        reader = reader_of({"job.json": ("application/json", body)})
        return map_payload(reader, pages=selection, fingerprint=FINGERPRINT)

    sweep(status("completed", result=result(has_marks=has_marks)), map_body, texts=TEXTS)


def test_a_page_that_no_document_has_is_not_invented():
    given = extraction("", page_count=10**20, bounding_boxes={"Text": [text("a", page=10**20), text("b")]})

    assert lines_of(mapped(given, pages="1-")) == [("paragraph", "a", ()), ("paragraph", "b", (1,))]


def test_marks_of_pages_that_no_document_has_count_by_their_place():
    document = mapped(extraction("a\n\n<!-- PageBreak [999999] -->\n\nb\n\n<!-- PageBreak [2] -->"))

    assert lines_of(document) == [("paragraph", "a", (1,)), ("paragraph", "b", (2,))]


def test_a_cell_without_a_place_stands_below_the_others():
    cells = [cell_data(None, 0, "lost"), cell_data(0, 0, "a"), cell_data(-1, 2, "too"), cell_data(0, 1, "b")]
    (element,) = mapped(extraction("", bounding_boxes={"Tables": [{"cell_data": cells}]})).elements

    assert [(c.row, c.column, c.text) for c in element.table.cells] == [
        (0, 0, "a"),
        (0, 1, "b"),
        (1, 0, "lost"),
        (2, 0, "too"),
    ]


def test_cells_on_a_diagonal_make_no_huge_table():
    cells = [{"row": number, "column": number, "text": f"t{number}"} for number in range(3000)]
    body = json.dumps(
        status("completed", result=extraction("", bounding_boxes={"Tables": [{"cell_data": cells}]}))
    )
    reader = reader_of({"job.json": ("application/json", body.encode())})
    (element,) = map_payload(reader, pages=None, fingerprint=FINGERPRINT).elements

    assert len(element.table.cells) == 3000
    assert element.table.n_rows * element.table.n_columns <= 300_000
