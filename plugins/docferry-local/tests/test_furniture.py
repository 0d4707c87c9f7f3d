import pytest

from docferry.model import ElementKind
from docferry_local.furniture import furniture_kinds, page_number_text
from docferry_local.mapping import map_page


@pytest.fixture
def pages_of(parsed_page, block, item):
    """Map pages given as lists of (text, y, kind) on lines of their own."""

    def make(*pages, rules=(), labels=None, rotation=0.0, x=50):
        mapped = []
        for number, entries in enumerate(pages, start=1):
            blocks, items = [], []
            for text, y, *kind in entries:
                width = 10 if rotation else None
                items.append(item(text, x=x, y=y, width=width, rotation=rotation))
                if not rotation:
                    blocks.append(block(*(kind or ["paragraph"]), text, box=(x, y, 300, 10)))
            blocks += [block("rule", box=(50, y, 500, 0)) for y in rules]
            label = labels[number - 1] if labels else None
            mapped.append(map_page(parsed_page(blocks, items, number=number, label=label)))
        return mapped

    return make


def found(pages, body_size=10):
    kinds = furniture_kinds(pages, body_size=body_size)
    return {
        mapped.element.text: kinds[mapped.element.id]
        for page in pages
        for mapped in page.elements
        if mapped.element.id in kinds
    }


def test_a_line_repeated_at_the_head_is_a_header(pages_of):
    pages = pages_of([("Annual Report", 40), ("Body", 200)], [("Annual Report", 40), ("Other body", 200)])
    assert found(pages) == {"Annual Report": ElementKind.HEADER}


def test_repeated_lines_may_differ_in_their_digits(pages_of):
    pages = pages_of([("a", 200), ("Report, page 1 x", 770)], [("b", 200), ("Report, page 2 x", 770)])
    assert set(found(pages).values()) == {ElementKind.FOOTER}


def test_left_and_right_pages_may_have_heads_of_their_own(pages_of):
    left, right = [("The Book", 40), ("a", 200)], [("The Chapter", 40), ("b", 200)]
    assert set(found(pages_of(left, right, left, right))) == {"The Book", "The Chapter"}


def test_repeats_in_the_middle_of_pages_are_text(pages_of):
    assert not found(pages_of([("Usage", 300)], [("Usage", 300)]))


def test_repeats_at_another_height_are_text(pages_of):
    assert not found(pages_of([("Usage", 40)], [("Usage", 80)]))


def test_titles_larger_than_running_text_are_text(pages_of):
    slides = pages_of([("Results", 40)], [("Results", 40)], [("Results", 40)])
    assert not found(slides, body_size=6)


def test_a_repeated_line_below_ordinary_text_is_text(pages_of):
    page = [("A title of its own", 30), ("Usage", 60)]
    other = [("Another title", 30), ("Usage", 60)]
    third = [("Something else", 30), ("Usage", 60)]
    assert not found(pages_of(page, other, third))


def test_lines_above_a_rule_on_three_pages_are_headers_though_they_change(pages_of):
    heads = ("1 One", "2 Two", "3 Three")
    pages = pages_of(*([(head, 40), ("Body", 200)] for head in heads), rules=(55,))
    assert set(found(pages)) == {"1 One", "2 Two", "3 Three"}


def test_lines_above_a_rule_on_two_pages_are_text(pages_of):
    assert not found(pages_of([("One", 40)], [("Two", 40)], rules=(55,)))


def test_what_most_pages_have_nothing_else_than_is_text(pages_of):
    assert not found(pages_of([("Step 1", 40)], [("Step 2", 40)], [("Step 3", 40), ("Body", 200)]))


def test_a_page_without_other_text_among_full_ones_has_a_running_head(pages_of):
    full = [("Annual Report", 40), ("Body", 200)]
    assert found(pages_of(full, [("Annual Report", 40)], full)) == {"Annual Report": ElementKind.HEADER}


def test_a_number_equal_to_the_page_is_its_number(pages_of):
    assert found(pages_of([("Body", 200), ("1", 770)])) == {"1": ElementKind.PAGE_NUMBER}


def test_numbers_that_count_with_an_offset_are_page_numbers(pages_of):
    assert set(found(pages_of([("- 41 -", 770)], [("- 42 -", 770)])).values()) == {ElementKind.PAGE_NUMBER}


def test_a_number_equal_to_the_label_is_the_page_number(pages_of):
    assert found(pages_of([("iv", 770)], labels=["iv"])) == {"iv": ElementKind.PAGE_NUMBER}


def test_another_number_at_the_foot_is_text(pages_of):
    assert not found(pages_of([("Body", 200), ("2024", 770)]))


def test_sideways_text_repeated_along_the_edge_is_furniture(pages_of):
    pages = pages_of([("printed by x", 600)], [("printed by x", 600)], rotation=270.0, x=10)
    assert found(pages) == {"printed by x": ElementKind.SIDEBAR}


def test_tables_and_figures_are_never_furniture(parsed_page, block):
    blocks = [block("table", rows=[["a", "b"]], box=(50, 30, 300, 20)), block("figure", box=(50, 30, 30, 30))]
    pages = [map_page(parsed_page(blocks, number=number)) for number in (1, 2, 3)]
    assert not furniture_kinds(pages, body_size=10)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", "7"),
        ("- 7 -", "7"),
        ("Page 7 of 9", "7"),
        ("第 7 页 共 9 页", "7"),
        ("xii", "xii"),
        ("12/40", "12"),
        ("Chapter 7", ""),
        ("7.5", ""),
        ("20241", ""),
    ],
)
def test_page_number_text_reads_the_usual_forms(text, number):
    assert page_number_text(text) == number
