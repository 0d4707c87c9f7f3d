import pytest

from docferry.model import PageSelection
from docferry_mineru.page_ranges import PageRanges


@pytest.mark.parametrize(
    ("text", "server_4", "selection"),
    [
        ("3", "3", "3"),
        ("2,4-6", "2,4-6", "2,4-6"),
        ("2-3,4", "2-3,4", "2-4"),
        ("2--1", "2-r1", "2-"),
        ("1,5--1", "1,5-r1", "1,5-"),
        ("2--2", "2-r2", "2-"),
        ("-3--1", "r3-r1", None),
        ("-1", "r1", None),
        ("1--2,9", "1-r2,9", None),
        ("4-6,2", "4-6,2", None),
        ("1-3,2-5", "1-3,2-5", None),
    ],
)
def test_one_form_is_written_for_each_service(text, server_4, selection):
    ranges = PageRanges.parse(text)
    assert str(ranges) == text
    assert ranges.server_4 == server_4
    assert ranges.selection == (None if selection is None else PageSelection.parse(selection))


@pytest.mark.parametrize(("text", "pages"), [("3", (2, 2)), ("3-12", (2, 11)), ("3--1", (2, 99_999))])
def test_a_single_run_is_counted_from_zero_for_old_servers(text, pages):
    assert PageRanges.parse(text).zero_based == pages


@pytest.mark.parametrize("text", ["2,4", "2--2", "-3--1"])
def test_what_is_no_single_run_has_no_first_and_last_page(text):
    with pytest.raises(ValueError, match="not a single run"):
        _ = PageRanges.parse(text).zero_based


@pytest.mark.parametrize(
    "text", ["", "0", "1-", "-", "a", "1,,2", "3-1", "-1--3", "1-2-3", "1;2", "99999999"]
)
def test_what_is_no_notation_is_refused(text):
    with pytest.raises(ValueError, match="'"):
        PageRanges.parse(text)


def test_docferrys_own_selection_is_written_in_the_clouds_notation():
    assert str(PageRanges.of(PageSelection.parse("1-3,7,10-"))) == "1-3,7,10--1"
