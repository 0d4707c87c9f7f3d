"""The demo PDF says in demo_facts.json what it holds; the local provider must find it."""

import json
from pathlib import Path

import pytest

from docferry.model import ElementKind

EXAMPLES = Path(__file__).parents[3] / "examples"

pytestmark = pytest.mark.skipif(not (EXAMPLES / "demo.pdf").exists(), reason="needs examples/demo.pdf")


@pytest.fixture(scope="module")
def facts():
    return json.loads((EXAMPLES / "demo_facts.json").read_text(encoding="utf-8"))


@pytest.fixture
def demo(parse):
    return parse(EXAMPLES / "demo.pdf")


def of_kind(document, kind):
    return [element for element in document.elements if element.kind is kind]


def test_headings_have_their_text_level_and_page(demo, facts):
    inside = [heading for heading in of_kind(demo, ElementKind.HEADING) if heading.regions[0].page > 1]
    assert [
        {"level": heading.level, "text": heading.text, "page": heading.regions[0].page} for heading in inside
    ] == facts["headings"]
    title = of_kind(demo, ElementKind.HEADING)[0]
    assert (title.text, title.level) == (facts["title"], 1)


def test_tables_have_their_cells_and_go_on_over_the_page_break(demo, facts):
    parts = of_kind(demo, ElementKind.TABLE)
    assert [part.table.continues_previous for part in parts] == [False, False, True, False]
    rows = [row for part in parts for row in _rows(part.table) if row]
    wanted = [row for table in facts["tables"] for row in table["rows"]]
    assert [row for row in rows if row in wanted] == wanted
    assert [_header(part.table) for part in parts] == [
        facts["tables"][number]["header"] for number in (0, 1, 1, 2)
    ]


def test_captions_name_their_table_or_figure(demo, facts):
    captions = of_kind(demo, ElementKind.CAPTION)
    by_id = {element.id: element for element in demo.elements}
    assert [caption.text for caption in captions] == [
        facts["figures"][0]["caption"],
        *(table["caption"] for table in facts["tables"]),
    ]
    assert [by_id[caption.caption_of].kind for caption in captions] == [
        ElementKind.FIGURE,
        *[ElementKind.TABLE] * 3,
    ]


def test_lists_have_depths_and_numbers(demo, facts):
    wanted = [
        (item["depth"], f"{number}. {item['text']}" if each["is_numbered"] else item["text"])
        for each in facts["lists"]
        for number, item in enumerate(each["items"], start=1)
    ]
    assert [(item.level, item.text) for item in of_kind(demo, ElementKind.LIST_ITEM)] == wanted


def test_running_heads_and_page_numbers_are_furniture_and_nothing_else_is(demo, facts):
    furniture = [element for element in demo.elements if element.is_furniture]
    assert {element.text for element in furniture if element.kind is ElementKind.HEADER} == {
        facts["running_head"]
    }
    numbers = [element.text for element in furniture if element.kind is ElementKind.PAGE_NUMBER]
    assert numbers == [str(number) for number in range(2, facts["pages"] + 1)]
    assert len(furniture) == 2 * (facts["pages"] - 1)


def test_the_formula_is_one(demo, facts):
    (formula,) = of_kind(demo, ElementKind.FORMULA)
    assert formula.text.startswith(facts["formulas"][0]["text"])


def test_paragraphs_come_out_whole_and_in_order(demo, facts):
    prose = "".join(
        "".join(element.text.split())
        for element in demo.elements
        if element.kind in (ElementKind.PARAGRAPH, ElementKind.CAPTION)
    )
    position = 0
    for paragraph in facts["paragraphs"]:
        position = prose.index("".join(paragraph["text"].split()), position)


def test_chinese_comes_out_without_spaces(demo, facts):
    assert facts["chinese"][0]["text"] in [element.text for element in demo.elements]


def test_every_element_but_page_numbers_has_a_box(demo):
    bare = [element.kind for element in demo.elements if element.regions[0].box is None]
    assert set(bare) <= {ElementKind.PAGE_NUMBER}


def _rows(table):
    rows = [["" for _ in range(table.n_columns)] for _ in range(table.n_rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = cell.text
    return rows


def _header(table):
    return _rows(table)[0] if table.n_header_rows else None
