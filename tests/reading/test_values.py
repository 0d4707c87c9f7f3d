"""Numbers of a service may be anything: what is believed, and what counts as not said."""

import pytest

from docferry.reading.values import (
    MOST_PAGES,
    number_of,
    page_count_of,
    page_index_of,
    page_number_of,
    parse_json,
    text_of,
)

SENSELESS = (
    -1,
    2.5,
    1e9,
    10**20,
    1e308,
    -1e308,
    "x",
    "",
    None,
    True,
    "9" * 5000,
    float("nan"),
    [1],
    {"a": 1},
)


@pytest.mark.parametrize("value", [*SENSELESS, 0, MOST_PAGES + 1])
def test_what_no_page_can_have_was_not_said(value):
    assert page_number_of(value) is None
    assert page_count_of(value) is None


@pytest.mark.parametrize("value", [*SENSELESS, MOST_PAGES])
def test_what_no_index_can_be_was_not_said(value):
    assert page_index_of(value) is None


@pytest.mark.parametrize("value", [1, 7, "7", 7.0, MOST_PAGES])
def test_numbers_of_pages_are_read(value):
    assert page_number_of(value) == page_count_of(value) == int(value)
    assert page_index_of(int(value) - 1) == int(value) - 1


def test_an_integer_too_long_for_python_does_not_lose_what_stands_beside_it():
    digits = "9" * 5000
    read = parse_json(f'{{"n": {digits}, "minus": -{digits}, "text": "kept", "page": 3}}')

    assert (read["text"], read["page"]) == ("kept", 3)
    assert text_of(read["n"]) == digits
    assert number_of(read["n"]) is None
    assert number_of(read["minus"]) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "[" * 100_000 + "9" * 5000, b"\xff", "9" * 5000 + "]"]
)
def test_what_is_no_json_is_nothing(text):
    assert parse_json(text) is None
