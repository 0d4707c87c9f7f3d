"""Markdown becomes pieces without losing a word."""

import pytest

from docferry.model import ElementKind
from docferry.reading import read_inline, read_markdown


def pieces(text):
    return [(piece.kind.value, piece.text, piece.level) for piece in read_markdown(text)]


def test_headings_paragraphs_and_lists():
    text = "# A *b*\n\nOne **two**\nthree [four](http://x).\n\n- x\n  - y\n    z\n\n3. three\n4. four\n"

    assert pieces(text) == [
        ("heading", "A b", 1),
        ("paragraph", "One two\nthree four.", None),
        ("list_item", "x", 1),
        ("list_item", "y\nz", 2),
        ("list_item", "3. three", 1),
        ("list_item", "4. four", 1),
    ]


@pytest.mark.parametrize("text", ["$$\nE = mc^2\n$$", "$$E = mc^2$$", "\\[ E = mc^2 \\]"])
def test_formulas(text):
    assert pieces(text) == [("formula", "E = mc^2", None)]


def test_formulas_inside_text_are_left_alone():
    text = "Let $a*b*c_1$ and \\(x_1\\) cost $5 and $6, \\ce{H2O}, $$y$$ too."

    assert pieces(text) == [("paragraph", text, None)]


def test_an_unclosed_formula_is_text():
    assert pieces("$$\nx\n\ny") == [("paragraph", "$$\nx", None), ("paragraph", "y", None)]


def test_code_keeps_what_looks_like_markup():
    assert pieces("```html\n<table>\n  <tr>\n```\n\nafter") == [
        ("code", "<table>\n  <tr>", None),
        ("paragraph", "after", None),
    ]


def test_a_picture_alone_is_a_figure():
    (piece,) = read_markdown("![a pier](https://store/p.png 'title')")

    assert (piece.kind, piece.text, piece.image_address) == (
        ElementKind.FIGURE,
        "a pier",
        "https://store/p.png",
    )


def test_an_html_table_with_blank_lines_inside_is_one_table():
    text = "before\n\n<table><tr><td>a\n\nb</td></tr>\n\n<tr><td>c</td></tr></table>\n\nafter"
    before, table, after = read_markdown(text)

    assert (before.text, after.text) == ("before", "after")
    assert [cell.text for cell in table.table.cells] == ["a\nb", "c"]


def test_a_pipe_table_keeps_cells_beyond_its_head():
    (piece,) = read_markdown("| a | b |\n|---|:-:|\n| 1 | **2** | three |\n| x\\|y |\n")

    assert (piece.table.n_rows, piece.table.n_columns) == (3, 3)
    assert [cell.text for cell in piece.table.cells] == ["a", "b", "1", "2", "three", "x|y"]


def test_what_looks_like_a_tag_and_is_none_stays():
    assert pieces("if a <b and c> d then <sub>2</sub>") == [("paragraph", "if a <b and c> d then 2", None)]


def test_what_looks_like_a_definition_stays():
    assert pieces("[1]: Smith\n[2]: Jones") == [("paragraph", "[1]: Smith\n[2]: Jones", None)]


def test_deep_nesting_keeps_its_text():
    assert "bottom" in str(pieces("> " * 60 + "bottom"))


@pytest.mark.parametrize("text", ["", " \n\n ", "---", "![]()"])
def test_nothing_gives_nothing(text):
    assert pieces(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **bold** word", "a bold word"),
        ("retrieval\\_quality.json", "retrieval_quality.json"),
        ("see [notes](https://example.org/a)", "see notes"),
        ("# no heading", "# no heading"),
        ("- no item", "- no item"),
        ("1. no item", "1. no item"),
        ("the area $x_1 * y_1$ of it", "the area $x_1 * y_1$ of it"),
        ("x<sup>2</sup> and a<b", "x2 and a<b"),
        ("first  \nsecond", "first\nsecond"),
        ("", ""),
    ],
)
def test_a_passage_is_read_without_marks_and_without_blocks(text, expected):
    assert read_inline(text).text == expected


def test_a_passage_tells_its_pictures():
    inline = read_inline("before ![a pier](images/p.jpg) after ![](q.png)")

    assert inline.text == "before a pier after"
    assert inline.image_addresses == ("images/p.jpg", "q.png")
