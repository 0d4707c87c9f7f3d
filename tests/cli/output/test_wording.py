"""One line stays one line."""

import pytest

from docferry.cli.output.wording import excerpt, plural, printable, shown_name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("报告 2024.pdf", "报告 2024.pdf"),
        ("two\nlines", "two\\nlines"),
        ("red \x1b[31m", "red \\x1b[31m"),
        ("turned \u202efdp", "turned \\u202efdp"),
        ("undecodable \udcff", "undecodable \\udcff"),
    ],
)
def test_printable_escapes_what_does_not_print(text, shown):
    assert printable(text) == shown


def test_excerpt_is_one_line_without_what_does_not_print():
    assert excerpt("one\n\n  two\u200b \x1b[0mthree four", max_characters=18) == "one two [0mthree f"


def test_excerpt_of_nothing_is_empty():
    assert excerpt(" \n", max_characters=10) == ""


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("docs/年报.pdf", "年报.pdf"),
        ("https://example.com/a/report.pdf", "report.pdf"),
        ("docs/", "docs"),
        ("", "?"),
    ],
)
def test_shown_name_is_the_last_part(source, shown):
    assert shown_name(source) == shown


def test_plural_counts_with_separators():
    assert [plural(count, "page") for count in (0, 1, 1200)] == ["0 pages", "1 page", "1,200 pages"]
