"""Cells with any numbers become tables, whose size their number decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docferry.model import TableCell
from docferry.model.table import most_places
from docferry.reading.grids import join_places, make_table
from docferry.rendering import render_table_html, render_table_markdown

numbers = st.integers(0, 9) | st.sampled_from([10**5, 10**9, 10**20])
spans = st.integers(1, 4) | st.sampled_from([10**5, 10**20])
places = st.lists(st.tuples(numbers, numbers, spans, spans), max_size=12)


def cell(row, column, text="x", *, down=1, right=1):
    return TableCell(row=row, column=column, row_span=down, column_span=right, text=text)


def outline(table):
    return [(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells]


@settings(max_examples=40)
@given(places)
def test_any_places_make_a_table_of_bounded_size_with_every_text(given_places):
    cells = [
        cell(row, column, f"t{number}t", down=down, right=right)
        for number, (row, column, down, right) in enumerate(given_places)
    ]
    table = make_table(join_places(cells))

    assert table.n_rows * table.n_columns <= most_places(len(cells))
    for written in (render_table_markdown(table), render_table_html(table)):
        assert [given.text for given in cells if given.text not in written] == []


def test_cells_of_one_place_are_one_and_equal_texts_stand_once():
    joined = join_places([cell(0, 1, "b"), cell(0, 0, "a"), cell(0, 1, "c"), cell(0, 1, "b"), cell(0, 0, "")])

    assert [(c.column, c.text) for c in joined] == [(0, "a"), (1, "b\nc")]


def test_spans_stop_before_other_cells():
    joined = join_places([cell(0, 0, down=3, right=3), cell(0, 2), cell(2, 0)])

    assert outline(make_table(joined))[0] == (0, 0, 2, 2, "x")


def test_tables_that_are_believed_keep_rows_and_columns_without_cells():
    table = make_table((cell(0, 0), cell(4, 3, right=2)), n_rows=7, n_columns=6)

    assert (table.n_rows, table.n_columns) == (7, 6)
    assert outline(table) == [(0, 0, 1, 1, "x"), (4, 3, 1, 2, "x")]


@pytest.mark.parametrize("far", [100_000, 10**20])
def test_rows_and_columns_that_are_too_far_off_close_up(far):
    table = make_table((cell(0, 0, right=2), cell(far, 0), cell(far, far)))

    assert (table.n_rows, table.n_columns) == (2, 2)
    assert outline(table) == [(0, 0, 1, 1, "x"), (1, 0, 1, 1, "x"), (1, 1, 1, 1, "x")]


def test_cells_that_make_no_grid_stand_one_below_the_other():
    table = make_table([cell(number, number, str(number)) for number in range(2000)])

    assert (table.n_rows, table.n_columns) == (2000, 1)
    assert [c.text for c in table.cells] == [str(number) for number in range(2000)]


def test_no_cells_make_an_empty_table():
    assert make_table((), n_rows=10**20, n_columns=3).cells == ()
