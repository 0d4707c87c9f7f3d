import pytest

from docferry.model import ElementKind
from docferry_local.mapping import map_page


def elements(page):
    return [mapped.element for mapped in map_page(page).elements]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("heading", ElementKind.HEADING),
        ("paragraph", ElementKind.PARAGRAPH),
        ("list_item", ElementKind.LIST_ITEM),
        ("something new", ElementKind.PARAGRAPH),
    ],
)
def test_kinds_become_ours_and_the_raw_word_is_kept(parsed_page, block, item, kind, expected):
    (element,) = elements(parsed_page([block(kind, "Some words")], [item("Some words")]))
    assert (element.kind, element.raw_kind, element.text) == (expected, kind, "Some words")


def test_rules_and_empty_blocks_are_no_elements(parsed_page, block):
    page = map_page(parsed_page([block("rule", box=(50, 80, 500, 0)), block("paragraph", "")]))
    assert not page.elements
    assert page.rules == (0.1,)


def test_ids_count_within_their_page(parsed_page, block):
    found = elements(parsed_page([block("paragraph", "a"), block("paragraph", "b")], number=3))
    assert [element.id for element in found] == ["p3-e1", "p3-e2"]


def test_boxes_are_fractions_of_the_page(parsed_page, block, item):
    (element,) = elements(
        parsed_page([block("paragraph", "Hi there")], [item("Hi there", x=60, y=80, width=300, height=40)])
    )
    assert element.regions[0].page == 1
    assert element.regions[0].box.as_tuple() == (0.1, 0.1, 0.6, 0.15)


def test_a_paragraph_over_two_columns_has_two_regions(parsed_page, block, item):
    items = [
        item("end of the left column", x=50, y=700),
        item("start of the right one", x=320, y=100),
        item("and its second line", x=320, y=112),
    ]
    text = " ".join(each.text for each in items)
    (element,) = elements(parsed_page([block("paragraph", text, box=(50, 100, 500, 610))], items))
    assert [round(region.box.left, 2) for region in element.regions] == [0.08, 0.53]


def test_a_block_whose_items_are_unknown_has_the_box_of_the_block(parsed_page, block):
    (element,) = elements(parsed_page([block("paragraph", "no items", box=(60, 80, 300, 40))]))
    assert element.regions[0].box.as_tuple() == (0.1, 0.1, 0.6, 0.15)


def test_list_items_lose_their_bullet_and_keep_their_number(parsed_page, block):
    found = elements(
        parsed_page(
            [
                block("list_item", "apples", level=0, ordered=False, marker="•"),
                block("list_item", "pears", level=0, ordered=True, marker="2."),
            ]
        )
    )
    assert [element.text for element in found] == ["apples", "2. pears"]


def test_indents_of_list_items_become_depths(parsed_page, block):
    indents = [0, 3, 5, 3, 0]
    found = elements(parsed_page([block("list_item", "x", level=level, marker="•") for level in indents]))
    assert [element.level for element in found] == [1, 2, 3, 2, 1]


def test_depths_start_anew_after_other_text(parsed_page, block):
    blocks = [block("list_item", "x", level=0), block("paragraph", "y"), block("list_item", "z", level=4)]
    assert [element.level for element in elements(parsed_page(blocks))] == [1, None, 1]


def test_code_keeps_its_lines(parsed_page, block):
    (element,) = elements(parsed_page([block("code", lines=["def f(x):", "    return x"])]))
    assert (element.kind, element.text) == (ElementKind.CODE, "def f(x):\n    return x")


def test_a_grid_that_is_no_table_keeps_its_lines(parsed_page, block):
    (element,) = elements(parsed_page([block("grid_fallback", lines=["a   b", "c   d"])]))
    assert (element.kind, element.text) == (ElementKind.CODE, "a   b\nc   d")


def test_a_larger_first_line_of_code_is_its_heading(parsed_page, block, item):
    items = [item("4.4 update", y=100, size=12, height=12), item("tlmgr update", y=120)]
    title, code = elements(
        parsed_page([block("code", lines=["4.4 update", "tlmgr update"], box=(50, 100, 500, 40))], items)
    )
    assert (title.kind, title.text) == (ElementKind.HEADING, "4.4 update")
    assert (code.kind, code.text) == (ElementKind.CODE, "tlmgr update")


def test_chinese_prose_in_a_typewriter_face_is_no_code(parsed_page, block):
    (element,) = elements(parsed_page([block("code", lines=["tlmgr 管理着软件包的安装以及配置选项"])]))
    assert element.kind is ElementKind.PARAGRAPH


def test_code_with_chinese_comments_stays_code(parsed_page, block):
    (element,) = elements(parsed_page([block("code", lines=["x = 1  # 设置变量的初始值"])]))
    assert element.kind is ElementKind.CODE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e = E / (2.1 h + 11.4 i) (1)", ElementKind.FORMULA),
        ("sin x ≤ 1", ElementKind.FORMULA),
        ("The value x = 5 is used", ElementKind.PARAGRAPH),
        ("Contents . . . . . . . . . . 7", ElementKind.TOC),
    ],
)
def test_formulas_and_contents_are_told_from_prose(parsed_page, block, text, expected):
    assert elements(parsed_page([block("paragraph", text)]))[0].kind is expected


def test_tables_have_a_header_row_cells_and_no_text(parsed_page, block, item):
    items = [item("Name"), item("Age", x=200), item("Ann", y=115), item("7", x=200, y=115)]
    (element,) = elements(
        parsed_page(
            [block("table", header=["Name", "Age"], rows=[["Ann", "7"], ["", "9"]], box=(50, 100, 300, 60))],
            items,
        )
    )
    table = element.table
    assert (element.kind, element.text, table.n_rows, table.n_columns) == (ElementKind.TABLE, "", 3, 2)
    assert table.n_header_rows == 1
    assert [(cell.row, cell.column, cell.text) for cell in table.cells] == [
        (0, 0, "Name"),
        (0, 1, "Age"),
        (1, 0, "Ann"),
        (1, 1, "7"),
        (2, 1, "9"),
    ]


def test_a_table_with_an_empty_header_has_none(parsed_page, block):
    (element,) = elements(parsed_page([block("table", header=["", ""], rows=[["a", "b"]])]))
    assert (element.table.n_rows, element.table.n_header_rows) == (1, 0)


def test_a_page_of_columns_taken_for_a_table_becomes_paragraphs(parsed_page, block):
    prose = "words in a column " * 40
    blocks = [block("table", rows=[[prose, "right column"]], box=(50, 50, 500, 700))]
    found = elements(parsed_page(blocks))
    assert [element.kind for element in found] == [ElementKind.PARAGRAPH] * 2
    assert [element.text for element in found] == [prose.strip(), "right column"]


def test_a_paragraph_is_cut_at_a_wide_gap(parsed_page, block, item):
    items = [item("running head", y=40), *(item(f"line {n} of the text", y=70 + 12 * n) for n in range(4))]
    text = " ".join(each.text for each in items)
    found = elements(parsed_page([block("paragraph", text, box=(50, 40, 500, 90))], items))
    assert [element.text.split()[0] for element in found] == ["running", "line"]


def test_a_centred_caption_is_cut_from_the_paragraph_after_it(parsed_page, block, item):
    items = [
        item("Figure 1: A boat", x=200, y=100, width=100),
        item("The paragraph after it is long and", x=50, y=114, width=450),
        item("has a second line.", x=50, y=126, width=200),
    ]
    text = " ".join(each.text for each in items)
    found = elements(parsed_page([block("paragraph", text, box=(50, 100, 450, 40))], items))
    assert [element.text for element in found] == [
        "Figure 1: A boat",
        "The paragraph after it is long and has a second line.",
    ]


def test_labels_inside_a_figure_are_its_text(parsed_page, block, item):
    blocks = [
        block("figure", box=(50, 100, 400, 300), id="p1_1"),
        block("paragraph", "Jan Feb Mar", box=(60, 380, 300, 10)),
        block("paragraph", "After the figure", box=(50, 450, 300, 10)),
    ]
    items = [item("Jan Feb Mar", x=60, y=380), item("After the figure", x=50, y=450)]
    figure, after = elements(parsed_page(blocks, items))
    assert (figure.kind, figure.text, figure.provider_id) == (ElementKind.FIGURE, "Jan Feb Mar", "p1_1")
    assert after.text == "After the figure"


def test_text_over_a_picture_of_the_whole_page_stays_text(parsed_page, block):
    words = "A paragraph that is too long to be the label of anything in a picture, by any measure at all."
    blocks = [block("figure", box=(0, 0, 600, 800)), block("paragraph", words)]
    assert [element.text for element in elements(parsed_page(blocks))] == ["", words]


def test_items_of_no_block_are_recovered_at_their_place(parsed_page, block, item):
    blocks = [
        block("paragraph", "above", box=(50, 100, 100, 10)),
        block("paragraph", "below", box=(50, 300, 100, 10)),
    ]
    items = [item("above", y=100), item("below", y=300), item("lost and found", y=200)]
    found = elements(parsed_page(blocks, items))
    assert [element.text for element in found] == ["above", "lost and found", "below"]
    assert found[1].raw_kind == "text_item"
    assert found[1].regions[0].box is not None


def test_a_page_number_that_liteparse_took_out_comes_back(parsed_page, block, item):
    page = parsed_page([block("paragraph", "Body")], [item("Body")], text="Body\n\n  12")
    last = elements(page)[-1]
    assert (last.text, last.raw_kind, last.regions[0].box) == ("12", "text", None)


def test_a_page_without_anything_is_blank(parsed_page):
    assert map_page(parsed_page(bounds=None)).is_blank
    assert not map_page(parsed_page()).is_blank


def test_size_and_label_of_the_page_are_kept(parsed_page):
    page = map_page(parsed_page(number=5, label="iii")).page
    assert (page.number, page.width, page.height, page.label) == (5, 600, 800, "iii")
