import pytest

from docferry.errors import EmptySourceError
from docferry.model import ElementKind


@pytest.fixture
def read(parse):
    """Parse Markdown text and return its elements."""
    return lambda text: parse(text.encode(), name="a.md").elements


def shown(elements):
    return [(element.kind.value, element.level, element.text) for element in elements]


def test_headings_have_the_level_of_their_signs(read):
    assert shown(read("# One\n\nTwo\n---\n\n###### Six ######\n")) == [
        ("heading", 1, "One"),
        ("heading", 2, "Two"),
        ("heading", 6, "Six"),
    ]


def test_inline_marks_go_and_their_text_stays(read):
    text = "**bold** *it* `co_de` ~~no~~ &amp; a\\*b and Vec<T> and H<sub>2</sub>O"
    assert read(text)[0].text == "bold it co_de no & a*b and Vec<T> and H2O"


def test_links_keep_text_and_address(read):
    text = "[docs](https://x.org/a) <https://y.org> [up](#top) [r][ref]\n\n[ref]: https://z.org"
    assert read(text)[0].text == "docs (https://x.org/a) https://y.org up r (https://z.org)"


def test_soft_breaks_are_spaces_but_not_between_chinese(read):
    assert read("one\ntwo\n第一\n第二")[0].text == "one two 第一第二"


def test_hard_breaks_are_newlines(read):
    assert read("one  \ntwo<br>three")[0].text == "one\ntwo\nthree"


def test_nested_lists_have_depths_and_keep_numbers(read):
    text = "- a\n  1. b\n  2. c\n\n     more of c\n- [ ] d\n\n7) e\n"
    assert shown(read(text)) == [
        ("list_item", 1, "a"),
        ("list_item", 2, "1. b"),
        ("list_item", 2, "2. c"),
        ("paragraph", None, "more of c"),
        ("list_item", 1, "[ ] d"),
        ("list_item", 1, "7) e"),
    ]


def test_code_is_kept_as_it_is(read):
    text = "```python\ndef f():\n\n    return 1\n```\n\n    indented  code\n"
    assert shown(read(text)) == [
        ("code", None, "def f():\n\n    return 1"),
        ("code", None, "indented  code"),
    ]


def test_tables_have_header_cells_and_leave_out_empty_ones(read):
    (element,) = read("| a | **b** |\n|---|:-:|\n| 1 | x \\| y |\n|  | z |\n")
    table = element.table
    assert (table.n_rows, table.n_columns, table.n_header_rows) == (3, 2, 1)
    assert [(cell.row, cell.column, cell.text) for cell in table.cells] == [
        (0, 0, "a"),
        (0, 1, "b"),
        (1, 0, "1"),
        (1, 1, "x | y"),
        (2, 1, "z"),
    ]


def test_a_picture_alone_is_a_figure_with_its_description(read):
    assert shown(read("![A boat](boat.png 'x')\n\n![](quay.png)\n\nSee ![icon](i.png) here")) == [
        ("figure", None, "A boat"),
        ("figure", None, "quay.png"),
        ("paragraph", None, "See icon here"),
    ]


@pytest.mark.parametrize(
    "text", ["$$E = mc^2$$", "$$\nE = mc^2\n$$", "\\[\nE = mc^2\n\\]", "```math\nE = mc^2\n```"]
)
def test_displayed_formulas_are_latex(read, text):
    assert shown(read(text)) == [("formula", None, "E = mc^2")]


def test_a_formula_may_hold_what_looks_like_markdown(read):
    assert read("$$\na\n- b\n\n= _c_\n$$")[0].text == "a\n- b\n\n= _c_"


def test_inline_formulas_are_left_alone(read):
    text = "Let $a_1 * b_2 * c$ and \\(x_1 * y * z\\), which costs $5 or $6."
    assert read(text)[0].text == text


def test_an_unclosed_formula_is_text(read):
    assert [element.text for element in read("$$\n\nx")] == ["$$", "x"]


def test_html_leaves_its_text_and_comments_nothing(read):
    assert shown(read("<div>\n  <b>x</b>\n</div>\n\n<!-- note -->\n\nEnd<!-- c -->")) == [
        ("paragraph", None, "x"),
        ("paragraph", None, "End"),
    ]


def test_footnotes_keep_their_label(read):
    assert shown(read("Text[^1].\n\n[^1]: See\n[^n]: Longer\n  note\n")) == [
        ("paragraph", None, "Text[^1]."),
        ("footnote", None, "[^1]: See"),
        ("footnote", None, "[^n]: Longer note"),
    ]


def test_front_matter_is_no_heading(read):
    elements = read("---\ntitle: Boats\ntags: [a, b]\n---\n# Start\n")
    assert shown(elements) == [("other", None, "title: Boats\ntags: [a, b]"), ("heading", 1, "Start")]
    assert elements[0].raw_kind == "front_matter"


def test_a_rule_at_the_beginning_is_no_front_matter(read):
    assert shown(read("---\n\nJust text without fields\n\n---\n")) == [
        ("paragraph", None, "Just text without fields")
    ]


def test_quotations_are_paragraphs(read):
    element = read("> quoted\n> more")[0]
    assert (element.kind, element.text, element.raw_kind) == (
        ElementKind.PARAGRAPH,
        "quoted more",
        "blockquote",
    )


def test_captions_name_the_table_or_figure_beside_them(read):
    elements = read("Table 1: Fares\n\n| a |\n|---|\n| 1 |\n\n![x](y.png)\n\nFigure 1. A boat\n")
    assert [(element.id, element.caption_of) for element in elements if element.caption_of] == [
        ("p1-e1", "p1-e2"),
        ("p1-e4", "p1-e3"),
    ]


def test_everything_stands_on_page_one_without_a_box(read):
    regions = [element.regions for element in read("# a\n\nb\n\n- c")]
    assert all(len(each) == 1 and each[0].page == 1 and each[0].box is None for each in regions)


def test_white_space_alone_is_an_empty_source(read):
    with pytest.raises(EmptySourceError):
        read(" \n\n<!-- nothing -->\n")
