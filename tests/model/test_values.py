"""The nouns keep their invariants."""

import dataclasses
import inspect

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docferry import model
from docferry.model import (
    BoundingBox,
    Document,
    Element,
    ElementKind,
    JobState,
    Page,
    PageSelection,
    Region,
    Table,
    TableCell,
)

VALUES = [value for name in model.__all__ if dataclasses.is_dataclass(value := getattr(model, name))]
numbers = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_values_are_frozen_and_slotted(kind):
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
    if kind is not PageSelection:
        assert all(field.kw_only for field in dataclasses.fields(kind))


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_values_name_every_field_in_their_docstring(kind):
    for field in dataclasses.fields(kind):
        if kind is not BoundingBox and kind is not Region:
            assert f"{field.name}:" in inspect.getdoc(kind)


@given(numbers, numbers, numbers, numbers, st.floats(0.1, 1e5), st.floats(0.1, 1e5))
def test_any_absolute_box_becomes_fractions_inside_the_page(left, top, right, bottom, width, height):
    box = BoundingBox.from_absolute(
        left=left, top=top, right=right, bottom=bottom, width=width, height=height
    )
    assert 0 <= box.left <= box.right <= 1
    assert 0 <= box.top <= box.bottom <= 1


@given(st.floats(0, 500), st.floats(0, 500), st.floats(1, 100), st.floats(1, 100))
def test_absolute_box_comes_back_from_the_page_size(left, top, width, height):
    box = BoundingBox.from_absolute(
        left=left, top=top, right=left + width, bottom=top + height, width=612, height=792
    )
    assert box.left * 612 == pytest.approx(left, abs=0.001)
    assert (box.bottom * 792 == pytest.approx(top + height, abs=0.001)) or box.bottom == 1


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (-1, 1), (float("nan"), 1)])
def test_page_without_size_has_no_fractions(width, height):
    with pytest.raises(ValueError, match="no fractions"):
        BoundingBox.from_absolute(left=0, top=0, right=1, bottom=1, width=width, height=height)


def test_edge_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        BoundingBox.from_absolute(left=float("nan"), top=0, right=1, bottom=1, width=1, height=1)


def test_union_is_the_smallest_box_around_all():
    one = BoundingBox(left=0.1, top=0.2, right=0.3, bottom=0.4)
    other = BoundingBox(left=0.2, top=0.1, right=0.5, bottom=0.3)
    assert BoundingBox.union([one, other]).as_tuple() == (0.1, 0.1, 0.5, 0.4)


@pytest.mark.parametrize(
    "edges", [(0.5, 0, 0.4, 1), (0, 0.5, 1, 0.4), (-0.1, 0, 1, 1), (0, 0, 1.1, 1), (float("nan"), 0, 1, 1)]
)
def test_box_outside_the_page_is_refused(edges):
    left, top, right, bottom = edges
    with pytest.raises(ValueError, match="not a box"):
        BoundingBox(left=left, top=top, right=right, bottom=bottom)


def element(**fields):
    return Element(**{"id": "e", "kind": ElementKind.PARAGRAPH, **fields})


def document(**fields):
    return Document(
        **{"source_fingerprint": "", "provider": "p", "pages": (Page(number=1),), "elements": (), **fields}
    )


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Page(number=0), "count from 1"),
        (lambda: Region(page=0), "count from 1"),
        (lambda: element(id=""), "needs an id"),
        (lambda: element(level=0), "count from 1"),
        (lambda: element(confidence=1.1), "from 0 to 1"),
        (lambda: TableCell(row=-1, column=0), "not a cell"),
        (lambda: TableCell(row=0, column=0, row_span=0), "not a cell"),
        (lambda: Table(n_rows=1, n_columns=1, cells=(TableCell(row=1, column=0),)), "outside"),
        (
            lambda: Table(
                n_rows=1,
                n_columns=2,
                cells=(TableCell(row=0, column=0, column_span=2), TableCell(row=0, column=1)),
            ),
            "two cells",
        ),
        (lambda: document(pages=(Page(number=2), Page(number=1))), "ascend"),
        (lambda: document(elements=(element(), element())), "twice"),
        (lambda: document(elements=(element(regions=(Region(page=2),)),)), "page 2"),
        (lambda: PageSelection(()), "at least one"),
        (lambda: PageSelection(((3, 2),)), "not a page selection"),
        (lambda: PageSelection(((1, None), (5, 6))), "not a page selection"),
    ],
)
def test_broken_value_is_refused_with_its_reason(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()


def test_header_rows_are_those_of_header_cells_only():
    cells = (
        TableCell(row=0, column=0, is_header=True, row_span=2),
        TableCell(row=0, column=1, is_header=True),
        TableCell(row=1, column=1, is_header=True),
        TableCell(row=2, column=0),
    )
    assert Table(n_rows=3, n_columns=2, cells=cells).n_header_rows == 2
    assert Table(n_rows=3, n_columns=2).n_header_rows == 0


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("1", "1"), ("3,1-2", "1-3"), ("7-,9", "7-"), ("2-4, 3-6", "2-6"), ("5,1", "1,5"), ("4-,1-2", "1-2,4-")],
)
def test_selection_is_read_into_one_form(text, canonical):
    assert str(PageSelection.parse(text)) == canonical
    assert PageSelection.parse(canonical) == PageSelection.parse(text)


@pytest.mark.parametrize("text", ["", "a", "0", "3-1", "1,,2", "-3", "1-2-3"])
def test_selection_that_cannot_be_read_says_what_is_expected(text):
    with pytest.raises(ValueError, match="not a page selection such as"):
        PageSelection.parse(text)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_selection_holds_exactly_its_pages(pages):
    selection = PageSelection.of(pages)
    assert list(selection.within(60)) == sorted(pages)
    assert {page for page in range(1, 61) if page in selection} == pages
    assert PageSelection.parse(str(selection)) == selection


@given(st.integers(1, 50), st.integers(1, 50))
def test_open_selection_runs_to_the_end(first, page_count):
    assume(first <= page_count)
    assert list(PageSelection.parse(f"{first}-").within(page_count)) == list(range(first, page_count + 1))


def test_only_pending_and_running_jobs_have_more_to_say():
    assert {state for state in JobState if not state.is_terminal} == {JobState.PENDING, JobState.RUNNING}


@pytest.mark.parametrize(
    ("text", "n_pages", "pages"),
    [
        ("1-3,7", 2, (1, 2)),
        ("1-3,7", 9, (1, 2, 3, 7)),
        ("2,5-", 4, (2, 5, 6, 7)),
        ("1-99999999999999999999", 2, (1, 2)),
        ("99999999999999999999-", 1, (10**20 - 1,)),
        ("1-", 0, ()),
    ],
)
def test_the_first_pages_of_a_selection_need_no_document(text, n_pages, pages):
    assert PageSelection.parse(text).first(n_pages) == pages


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "n_cells"),
    [(1, 100_001, 1), (10**20, 1, 1), (10**20, 0, 0), (0, 10**20, 0), (1001, 1000, 10_001), (-1, -1, 0)],
)
def test_a_table_has_no_more_places_than_its_cells_are_worth(n_rows, n_columns, n_cells):
    cells = tuple(TableCell(row=number // 1000, column=number % 1000) for number in range(n_cells))

    with pytest.raises(ValueError, match=f"no table of {n_cells} cells"):
        Table(n_rows=n_rows, n_columns=n_columns, cells=cells)


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "n_cells"), [(1, 100_000, 1), (0, 0, 0), (1000, 1000, 10_000)]
)
def test_a_table_may_be_mostly_empty(n_rows, n_columns, n_cells):
    cells = tuple(TableCell(row=number // 1000, column=number % 1000) for number in range(n_cells))

    assert Table(n_rows=n_rows, n_columns=n_columns, cells=cells).n_rows == n_rows


def test_a_span_that_is_huge_is_refused_before_its_places_are_counted():
    with pytest.raises(ValueError, match="outside"):
        Table(n_rows=2, n_columns=2, cells=(TableCell(row=0, column=0, row_span=10**20),))


@pytest.mark.parametrize(
    ("text", "count"), [("1-3,7", 4), ("2,5-", None), ("1-99999999999999999999", 10**20 - 1)]
)
def test_a_selection_with_an_end_knows_how_many_pages_it_names(text, count):
    assert PageSelection.parse(text).page_count == count
