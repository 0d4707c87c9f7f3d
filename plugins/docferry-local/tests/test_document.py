import pytest

from docferry.model import ElementKind
from docferry_local.document import assemble
from docferry_local.mapping import map_page

TABLE_BOX = (50, 600, 400, 150)
TOP_BOX = (50, 80, 400, 50)


@pytest.fixture
def page(parsed_page, block, item):
    """Map a page of headings and text given as (kind, text, font size), one below the other."""

    def make(*entries, number=1):
        blocks, items = [], []
        for row, (kind, text, size) in enumerate(entries):
            y = 150 + 50 * row
            items.append(item(text, y=y, size=size, height=size))
            blocks.append(block(kind, text, box=(50, y, 400, size), level=1 if kind == "heading" else None))
        return map_page(parsed_page(blocks, items, number=number))

    return make


BODY = ("paragraph", "Running text that sets the size of the body of this document", 10)


def levels(pages):
    return [
        (element.text, element.level) for element in assemble(pages)[1] if element.kind is ElementKind.HEADING
    ]


def test_levels_rank_the_sizes_of_the_whole_document(page):
    first = page(("heading", "Chapter one", 20), ("heading", "Section", 14), BODY)
    second = page(("heading", "Section again", 14), ("heading", "Bold line", 10), BODY, number=2)
    third = page(("heading", "Chapter two", 20), BODY, number=3)
    assert levels([first, second, third]) == [
        ("Chapter one", 1),
        ("Section", 2),
        ("Section again", 2),
        ("Bold line", 3),
        ("Chapter two", 1),
    ]


def test_a_cover_does_not_push_chapters_down(page):
    cover = page(("heading", "The Title", 32), ("heading", "A subtitle", 13), BODY)
    inside = page(("heading", "Chapter", 20), ("heading", "Section", 14), BODY, number=2)
    assert levels([cover, inside])[0] == ("The Title", 1)
    assert levels([cover, inside])[2:] == [("Chapter", 1), ("Section", 2)]


def test_levels_do_not_depend_on_how_pages_are_batched(parse, make_pdf, lines, together):
    chapter, section = lines("Chapter", size=22), lines("Section", top=150, size=16)
    body = lines(*["Plain text of the body which goes on for a while."] * 20, top=200)
    content = make_pdf(
        together(chapter, body), together(section, body), together(section, body), together(chapter, body)
    )
    whole, by_page = parse(content, batch_pages=10), parse(content, batch_pages=1)
    assert whole.elements == by_page.elements
    headings = [element for element in whole.elements if element.kind is ElementKind.HEADING]
    assert [heading.level for heading in headings] == [1, 2, 2, 1]


def test_a_caption_names_the_nearest_figure(parsed_page, block, item):
    blocks = [
        block("figure", box=(50, 100, 400, 200)),
        block("paragraph", "Figure 1. A boat at the quay", box=(50, 310, 300, 10)),
        block("figure", box=(50, 500, 400, 200)),
    ]
    mapped = map_page(parsed_page(blocks, [item("Figure 1. A boat at the quay", y=310)]))
    caption = assemble([mapped])[1][1]
    assert (caption.kind, caption.caption_of) == (ElementKind.CAPTION, "p1-e1")


def test_a_chinese_caption_names_its_table(parsed_page, block):
    blocks = [
        block("paragraph", "表 2 各线路的乘客人数", box=(50, 185, 300, 10)),
        block("table", rows=[["a", "b"]], box=(50, 200, 400, 100)),
    ]
    caption, table = assemble([map_page(parsed_page(blocks))])[1]
    assert (caption.kind, caption.caption_of) == (ElementKind.CAPTION, table.id)


def test_a_sentence_about_a_figure_is_no_caption(parsed_page, block):
    blocks = [
        block("figure", box=(50, 100, 400, 200)),
        block("paragraph", "Figure 1 shows how the boat leaves. It is late.", box=(50, 310, 300, 10)),
    ]
    assert assemble([map_page(parsed_page(blocks))])[1][1].kind is ElementKind.PARAGRAPH


def test_a_table_whose_header_comes_again_continues(parsed_page, block):
    first = block("table", header=["Date", "Boat"], rows=[["1 May", "Petrel"]], box=TABLE_BOX)
    second = block("table", header=["Date", "Boat"], rows=[["2 May", "Dunlin"]], box=(50, 80, 350, 50))
    pages = [map_page(parsed_page([table], number=n)) for n, table in enumerate((first, second), start=1)]
    before, after = assemble(pages)[1]
    assert (before.table.continues_previous, after.table.continues_previous) == (False, True)
    assert after.table.n_header_rows == 1


def test_a_table_cut_without_a_header_continues_with_rows_only(parsed_page, block):
    first = block("table", header=["Date", "Boat"], rows=[["1 May", "Petrel"]], box=TABLE_BOX)
    second = block("table", header=["2 May", "Dunlin"], rows=[["3 May", "Petrel"]], box=TOP_BOX)
    pages = [map_page(parsed_page([table], number=n)) for n, table in enumerate((first, second), start=1)]
    after = assemble(pages)[1][1]
    assert after.table.continues_previous
    assert after.table.n_header_rows == 0


def test_another_table_after_text_does_not_continue(parsed_page, block):
    table = {"header": ["Date", "Boat"], "rows": [["1 May", "Petrel"]]}
    pages = [
        map_page(parsed_page([block("table", box=TABLE_BOX, **table)])),
        map_page(
            parsed_page(
                [block("paragraph", "Another one", box=(50, 60, 90, 10)), block("table", **table)], number=2
            )
        ),
    ]
    assert not assemble(pages)[1][-1].table.continues_previous


def test_small_text_below_the_last_rule_is_footnotes(parsed_page, block, item):
    text = "Running text of the usual size, long enough to be the body of the page"
    blocks = [
        block("paragraph", text, box=(50, 200, 400, 10)),
        block("rule", box=(50, 690, 100, 0)),
        block("paragraph", "1 A small note", box=(50, 700, 200, 8)),
    ]
    items = [item(text, y=200), item("1 A small note", y=700, size=8, height=8)]
    assert assemble([map_page(parsed_page(blocks, items))])[1][1].kind is ElementKind.FOOTNOTE


def test_the_printed_number_is_the_label_of_a_page_without_one(parsed_page, block, item):
    items = [item("Body text"), item("1", y=770)]
    blocks = [block("paragraph", "Body text"), block("paragraph", "1", box=(50, 770, 10, 10))]
    (page,), _elements = assemble([map_page(parsed_page(blocks, items))])
    assert page.label == "1"
