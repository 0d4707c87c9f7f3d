from docferry_local.leftovers import left_over_items, left_over_lines


def texts(items):
    return [passage.text for passage in left_over_items(items)]


def test_upright_lines_that_follow_closely_are_one_passage(item):
    assert texts([item("second line", y=112), item("first line", y=100)]) == ["first line second line"]


def test_a_wide_gap_separates_passages(item):
    assert texts([item("one", y=100), item("two", y=200)]) == ["one", "two"]


def test_text_that_runs_up_is_read_from_left_to_right_lines(item):
    # Turned by 270 degrees: a line is a column, the first one is the leftmost, and reading goes upwards.
    first = item("read me", x=100, y=300, width=10, height=40, rotation=270.0)
    rest = item("first", x=100, y=200, width=10, height=30, rotation=270.0)
    second = item("then me", x=112, y=300, width=10, height=40, rotation=270.0)
    assert texts([second, rest, first]) == ["read me first then me"]


def test_text_that_runs_down_is_read_from_right_to_left_lines(item):
    first = item("one", x=300, y=100, width=10, height=40, rotation=90.0)
    second = item("two", x=288, y=100, width=10, height=40, rotation=90.0)
    assert texts([second, first]) == ["one two"]


def test_text_upside_down_is_read_from_the_bottom(item):
    assert texts([item("two", y=100, rotation=180.0), item("one", y=112, rotation=180.0)]) == ["one two"]


def test_chinese_lines_are_joined_without_a_space(item):
    assert texts([item("第一行", y=100, width=30), item("第二行", y=112, width=30)]) == ["第一行第二行"]


def test_bullets_and_white_space_are_no_text(item):
    assert not texts([item("•"), item("  ")])


def test_a_page_number_that_is_only_in_the_text_is_found(item):
    found = list(left_over_lines("Body text 7\n\n   7\n", [item("Body text 7")]))
    assert [(passage.text, passage.is_at_top) for passage in found] == [("7", False)]


def test_a_missing_first_line_is_at_the_top(item):
    found = list(left_over_lines("iv\nBody text", [item("Body text")]))
    assert [(passage.text, passage.is_at_top) for passage in found] == [("iv", True)]


def test_text_that_is_only_spaced_otherwise_is_no_loss(item):
    assert not list(left_over_lines("Hello there", [item("Hel"), item("lo there")]))
