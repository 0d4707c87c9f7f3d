"""Markdown becomes pieces without losing a word."""

import time

import pytest

from docferry.model import ElementKind
from docferry.reading import read_inline, read_markdown


def pieces(text):
    return [(piece.kind.value, piece.text, piece.level) for piece in read_markdown(text)]


def test_headings_paragraphs_and_lists():
    text = "# A *b*\n\nOne **two**\nthree [four](http://x).\n\n- x\n  - y\n    z\n\n3. three\n4. four\n"

    assert pieces(text) == [
        ("heading", "A b", 1),
        ("paragraph", "One two three four (http://x).", None),
        ("list_item", "x", 1),
        ("list_item", "y z", 2),
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
    assert pieces("$$\nx\n\ny") == [("paragraph", "$$ x", None), ("paragraph", "y", None)]


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
    assert pieces("[1]: Smith\n[2]: Jones") == [("paragraph", "[1]: Smith [2]: Jones", None)]


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


def test_further_paragraphs_of_an_item_are_no_items():
    assert pieces("1) a\n\n   more of a\n2) b") == [
        ("list_item", "1) a", 1),
        ("paragraph", "more of a", None),
        ("list_item", "2) b", 1),
    ]


def test_footnotes_keep_their_label():
    assert pieces("Text[^1].\n\n[^1]: See\n[^n]: Longer\n  note") == [
        ("paragraph", "Text[^1].", None),
        ("footnote", "[^1]: See", None),
        ("footnote", "[^n]: Longer note", None),
    ]


def test_definitions_that_are_used_become_addresses():
    assert pieces("[docs][d] and [1]\n\n[d]: https://x.org/a\n[1]: Smith") == [
        ("paragraph", "docs (https://x.org/a) and [1]", None),
        ("paragraph", "[1]: Smith", None),
    ]


def test_a_definition_behind_a_table_is_found():
    (first, *_, last) = read_markdown("[docs][d]\n\n<table><tr><td>a</td></tr></table>\n\n[d]: /a/b\n\nend")

    assert (first.text, last.text) == ("docs (/a/b)", "end")


def test_an_html_table_inside_a_paragraph_is_cut_out():
    before, table, after = read_markdown("before <table><tr><td>a</td></tr></table> after")

    assert (before.text, table.table.n_rows, after.text) == ("before", 1, "after")


@pytest.mark.parametrize(
    ("before", "after"),
    [("<html><body>", "</body></html>"), ("<div>\n", "\n</div>"), ("<pre>", "</pre>"), ("<center>", "")],
)
def test_an_html_table_inside_other_html_is_a_table(before, after):
    (piece,) = read_markdown(f"{before}<table><tr><td>a</td></tr></table>{after}")

    assert [cell.text for cell in piece.table.cells] == ["a"]


def test_an_html_table_inside_a_comment_is_none():
    assert pieces("<!-- <table><tr><td>a</td></tr></table> -->\n\nend") == [("paragraph", "end", None)]


@pytest.mark.parametrize("text", ["Write `<table>` here", "The tag <table> opens one"])
def test_the_mention_of_a_table_swallows_nothing(text):
    kinds = [(piece.kind.value, piece.text) for piece in read_markdown(f"{text}\n\n# Next\n\nMore")]

    assert kinds[1:] == [("heading", "Next"), ("paragraph", "More")]


def test_a_table_that_is_never_closed_keeps_its_cells():
    (piece,) = read_markdown("<table><tr><td>a</td><td>b")

    assert [cell.text for cell in piece.table.cells] == ["a", "b"]


def test_html_headings_and_pictures():
    text = '<h1 align="center">Title</h1>\n\n<p align="center"><img src="a.png" alt="Logo"></p>'
    heading, picture = read_markdown(text)

    assert (heading.kind, heading.text, heading.level) == (ElementKind.HEADING, "Title", 1)
    assert (picture.kind, picture.text, picture.image_address) == (ElementKind.FIGURE, "Logo", "a.png")


def test_a_picture_inside_a_text_keeps_its_address():
    (piece,) = read_markdown('See ![icon](i.png) and <img src="k.png" alt="another">')

    assert (piece.kind.value, piece.text, piece.image_address) == (
        "paragraph",
        "See icon and another",
        "i.png",
    )


@pytest.mark.parametrize("mark", ["> ", "- ", "* "])
def test_nesting_deeper_than_the_parser_goes_keeps_its_text(mark):
    assert "bottom" in str(pieces(mark * 400 + "bottom"))


def test_raw_kinds_are_the_words_of_markdown():
    text = "> quoted\n\n```\ncode\n```\n\n~~struck~~\n\n| a |\n|---|\n\n![](p.png)"

    assert [(piece.raw_kind, piece.text) for piece in read_markdown(text)] == [
        ("blockquote", "quoted"),
        ("fence", "code"),
        ("paragraph", "struck"),
        ("table", ""),
        ("image", ""),
    ]


def test_a_pipe_table_inside_a_list_is_a_table():
    _, piece = read_markdown("- item\n\n  | a | b |\n  |---|---|\n  | 1 |  |\n")

    assert [(cell.row, cell.column, cell.text) for cell in piece.table.cells] == [
        (0, 0, "a"),
        (0, 1, "b"),
        (1, 0, "1"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "$$ x\n\n" * 3000,
        "\\( x " * 20_000,
        "<table> x\n" * 5000,
        "".join(f"[{n}]: http://x/{n}\n" for n in range(3000)) + "".join(f"[{n}] " for n in range(3000)),
        "`<table>` " * 10_000,
    ],
    ids=["open formulas", "open spans", "open tables", "definitions", "code"],
)
def test_what_is_never_closed_takes_no_longer_than_other_text(text):
    started = time.process_time()
    read_markdown(text)

    assert time.process_time() - started < 5


def test_a_folded_description_is_text_without_its_fold():
    text = "![](a.png)\n\n<details>\n<summary>image content</summary>\n\nA duck.\n</details>\n"

    assert pieces(text) == [
        ("figure", "", None),
        ("paragraph", "image content", None),
        ("paragraph", "A duck.", None),
    ]
