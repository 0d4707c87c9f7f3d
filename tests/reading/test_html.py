"""HTML tables become cells, and text beside them stays."""

import pytest

from docferry.model import Table
from docferry.reading import HtmlTable, HtmlText, read_html


def cells(html):
    (found,) = read_html(html)
    return [(c.row, c.column, c.row_span, c.column_span, c.text) for c in found.table.cells]


def test_missing_end_tags_are_supplied():
    assert cells("<table><tr><td>a<td>b<tr><td>c") == [
        (0, 0, 1, 1, "a"),
        (0, 1, 1, 1, "b"),
        (1, 0, 1, 1, "c"),
    ]


def test_spans_push_cells_aside():
    html = "<table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr></table>"

    assert cells(html) == [(0, 0, 2, 1, "a"), (0, 1, 1, 1, "b"), (1, 1, 1, 1, "c")]


def test_a_cell_stops_before_one_that_hangs_down():
    html = "<table><tr><td>a<td>b<td rowspan=2>c</td></tr><tr><td colspan=3>d</td><td>e</td></tr></table>"

    assert cells(html)[3:] == [(1, 0, 1, 2, "d"), (1, 3, 1, 1, "e")]


@pytest.mark.parametrize(
    ("attribute", "rows"), [("rowspan=0", 3), ("rowspan=99", 3), ("rowspan=x", 1), ("rowspan=-2", 1), ("", 1)]
)
def test_row_spans_end_with_the_table(attribute, rows):
    html = f"<table><tr><td {attribute}>a</td><td>1</td></tr><tr><td>2</td></tr><tr><td>3</td></tr></table>"

    assert cells(html)[0] == (0, 0, rows, 1, "a")


def test_hostile_spans_are_ignored():
    rows = "<tr><td colspan=1000 rowspan=99999999>a</td></tr>" * 200
    found = cells(f"<table>{rows}<tr><td>b</td></tr></table>")

    assert found[:2] == [(0, 0, 1, 1, "a"), (1, 0, 1, 1, "a")]
    assert found[-1] == (200, 0, 1, 1, "b")


def test_a_wide_row_does_not_make_many_short_ones_wide():
    wide, short = "<td colspan=1000>wide" * 90, "<tr><td>short" * 3000
    (found,) = read_html(f"<table><tr>{wide}{short}</table>")

    assert found.table.n_rows * found.table.n_columns <= 100 * len(found.table.cells)
    assert [cell.text for cell in found.table.cells] == ["wide"] * 90 + ["short"] * 3000


def test_head_sections_and_head_cells_are_headers():
    html = "<table><thead><tr><td>a</td></tr></thead><tbody><tr><td>b<tr><th>c</tbody></table>"
    (found,) = read_html(html)

    assert [c.is_header for c in found.table.cells] == [True, False, True]


def test_cells_keep_lines_entities_formulas_and_descriptions():
    html = (
        "<table><tr><td> a<br>b  c </td><td>x &lt; y &amp; z</td><td>$a<b$</td>"
        "<td><img src='u.png' alt='a pier'/> here</td><td><p>p</p><ul><li>q</li></ul></td></tr></table>"
    )

    assert [cell[-1] for cell in cells(html)] == ["a\nb c", "x < y & z", "$a<b$", "a pier here", "p\nq"]


def test_a_table_inside_a_cell_is_text_of_the_cell():
    html = "<table><tr><td>o<table><tr><td>n</td><td>m</td></tr></table>p</td><td>q</td></tr></table>"

    assert [cell[-1] for cell in cells(html)] == ["o\nn m\np", "q"]


def test_text_beside_tables_is_handed_back_in_order():
    html = (
        "a<table><caption>cap</caption>loose<tr><td>1</td></tr></table>b<table><tr><td>2</td></tr></table>c"
    )

    assert read_html(html) == (
        HtmlText(text="a"),
        HtmlText(text="cap", is_caption=True),
        HtmlText(text="loose"),
        HtmlTable(table=Table(n_rows=1, n_columns=1, cells=read_html("<table><tr><td>1")[0].table.cells)),
        HtmlText(text="b"),
        HtmlTable(table=Table(n_rows=1, n_columns=1, cells=read_html("<table><tr><td>2")[0].table.cells)),
        HtmlText(text="c"),
    )


@pytest.mark.parametrize("html", ["", "<table></table>", "<table><tr></tr></table>", "<!-- x -->"])
def test_nothing_gives_nothing(html):
    assert read_html(html) == ()


def test_pictures_of_cells_are_named():
    (found,) = read_html("<table><tr><td><img src='a.png'></td><td><img alt='x' src=b.png></td></tr></table>")

    assert found.image_addresses == ("a.png", "b.png")


@pytest.mark.parametrize(
    "html", ["a &#{};b", "<table><tr><td>a &#{}b</td></tr></table>", '<img alt="a &#{};b">']
)
def test_references_to_characters_with_thousands_of_digits_are_characters_that_are_not_there(html):
    (found,) = read_html(html.format("9" * 5000))
    text = found.table.cells[0].text if isinstance(found, HtmlTable) else found.text

    assert text == "a \ufffdb"
