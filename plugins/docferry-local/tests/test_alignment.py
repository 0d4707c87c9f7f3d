import pytest
from liteparse.types import AnnotationRect

from docferry_local.alignment import align, is_bullet, lines_of, plain_text

PAGE = AnnotationRect(x=0, y=0, width=600, height=800)


def cleaned(text, items, box=PAGE):
    aligned = align(text, box=box, items=items)
    return aligned.cleaned(0, len(aligned.squeezed))


def test_each_run_names_the_item_it_comes_from(item):
    first, second = item("Hello there", y=100), item("world", y=115)
    aligned = align("Hello there world", box=PAGE, items=[second, first])
    assert aligned.items == [first, second]
    assert aligned.is_complete


def test_a_number_that_ends_a_word_wins_over_a_longer_one_that_does_not(item):
    # Cells 5, 29 April and 52 stand in one table: "529April" must not be read as 52 and 9 April.
    five, date, hours = item("5"), item("29 April", y=115), item("52", x=300, y=115)
    aligned = align("5 29 April 52", box=PAGE, items=[hours, five, date])
    assert aligned.items == [five, date, hours]


def test_a_line_outside_the_box_is_found_by_its_text(item):
    title, date = item("Title", y=100), item("2021.05.06", y=130)
    box = AnnotationRect(x=40, y=95, width=200, height=20)
    assert align("Title 2021.05.06", box=box, items=[title, date]).items == [title, date]


def test_short_items_outside_the_box_are_not_taken(item):
    far = item("7", y=700)
    box = AnnotationRect(x=40, y=95, width=200, height=20)
    assert not align("Section 7", box=box, items=[far]).items


def test_an_item_is_found_without_its_bullet_and_without_its_hyphen(item):
    assert align("regulations apply", box=PAGE, items=[item("regula-"), item("tions apply")]).is_complete
    assert align("first thing", box=PAGE, items=[item("• first thing")]).is_complete


def test_text_of_no_item_makes_the_alignment_incomplete(item):
    assert not align("Hello there", box=PAGE, items=[item("Hello")]).is_complete


def test_a_line_break_between_chinese_characters_is_no_space(item):
    items = [item("这个文档是翻译以及补", y=100), item("充和说明", y=115)]
    assert cleaned("这个文档是翻译以及补 充和说明", items) == "这个文档是翻译以及补充和说明"


def test_a_line_break_between_chinese_and_latin_stays_a_space(item):
    items = [item("参数说明", y=100), item("option", y=115)]
    assert cleaned("参数说明 option", items) == "参数说明 option"


def test_a_visible_gap_between_chinese_runs_stays_a_space(item):
    near, far = item("姓名", x=50, width=20), item("张三", x=120, width=20)
    assert cleaned("姓名 张三", [near, far]) == "姓名 张三"


def test_a_space_inside_a_short_chinese_run_stays(item):
    assert cleaned("张三 李四", [item("张三 李四")]) == "张三 李四"


def test_a_space_inside_a_justified_chinese_line_goes(item):
    line = "很多一般用户接触不到的官方文档 过于冗长而且难懂"
    assert cleaned(line, [item(line)]) == line.replace(" ", "")


def test_code_marks_of_liteparse_go_and_backticks_of_the_page_stay(item):
    assert cleaned("`restore` of `x`", [item("restore"), item("of `x`")]) == "restore of `x`"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**bold** and *italic* and ***both***", "bold and italic and both"),
        (r"a\*b and snake\_case and back\\slash", r"a*b and snake_case and back\slash"),
        ("~~struck~~ text", "struck text"),
    ],
)
def test_plain_text_drops_marks_and_keeps_characters(markdown, plain):
    assert plain_text(markdown) == plain


def test_a_part_of_code_keeps_its_lines_and_indents():
    aligned = align("Title\n  if x:\n    y = 1", box=None, items=[])
    start = len("Title")
    assert aligned.lines(start, len(aligned.squeezed)) == "  if x:\n    y = 1"


def test_lines_end_where_the_next_item_stands_lower(item):
    left, right, below = item("a", x=10), item("b", x=90), item("c", y=120)
    assert lines_of([left, right, below]) == [[left, right], [below]]


@pytest.mark.parametrize(("text", "expected"), [("•", True), (" – ", True), ("■", True), ("1.", False)])
def test_is_bullet_knows_signs_from_numbers(text, expected):
    assert is_bullet(text) is expected
