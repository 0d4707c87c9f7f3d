import pytest

from docferry.model import ElementKind
from docferry_local.mapping import map_page
from docferry_local.paragraphs import mend_paragraphs

FULL = 500  # points: the width of a full line


@pytest.fixture
def mended(parsed_page, block, item):
    """Mend a page given as (kind, lines); each line is (text, x, y, width)."""

    def run(*entries, size=10):
        blocks, items = [], []
        for kind, lines in entries:
            own = [item(text, x=x, y=y, width=width, size=size) for text, x, y, width in lines]
            items += own
            top, bottom = lines[0][2], lines[-1][2] + 10
            text = " ".join(line[0] for line in lines)
            fields = {"lines": [text]} if kind == "code" else {"text": text}
            blocks.append(block(kind, box=(50, top, FULL, bottom - top), **fields))
        page = mend_paragraphs(map_page(parsed_page(blocks, items)), body_size=10)
        return [mapped.element for mapped in page.elements]

    return run


def test_a_full_indented_line_is_joined_to_the_rest_of_its_paragraph(mended):
    (element,) = mended(
        ("paragraph", [("All masters have now passed the course", 70, 100, FULL - 25)]),
        (
            "paragraph",
            [("for high voltage plants, which", 50, 111, FULL), ("the law asks for.", 50, 122, 80)],
        ),
    )
    assert element.text.endswith("passed the course for high voltage plants, which the law asks for.")
    assert len(element.regions) == 1


def test_a_line_that_ends_a_sentence_is_a_paragraph_of_its_own(mended):
    entries = [
        ("paragraph", [("This is all.", 50, 100, FULL)]),
        ("paragraph", [("Next.", 50, 111, FULL)]),
    ]
    assert len(mended(*entries)) == 2


def test_a_short_line_is_a_paragraph_of_its_own(mended):
    entries = [
        ("paragraph", [("Dear reader", 50, 100, 80)]),
        ("paragraph", [("this is", 50, 111, FULL)]),
    ]
    assert len(mended(*entries)) == 2


def test_an_enumerated_line_starts_anew(mended):
    entries = [
        ("paragraph", [("one thing and", 50, 100, FULL)]),
        ("paragraph", [("(2) another", 50, 111, FULL)]),
    ]
    assert len(mended(*entries)) == 2


def test_chinese_lines_join_without_a_space(mended):
    (element,) = mended(
        ("paragraph", [("操作会显示软件包版本以及许可", 70, 100, FULL - 20)]),
        ("paragraph", [("证的说明", 50, 111, FULL)]),
    )
    assert element.text == "操作会显示软件包版本以及许可证的说明"


def test_a_run_in_heading_is_part_of_its_paragraph(mended):
    (element,) = mended(
        ("heading", [("ADDRESSES: You may send comments", 50, 100, FULL)]),
        ("paragraph", [("by any of these methods", 50, 111, FULL)]),
    )
    assert (element.kind, element.raw_kind) == (ElementKind.PARAGRAPH, "heading")


def test_a_heading_above_an_indented_paragraph_stays(mended):
    first, _rest = mended(
        ("heading", [("Confidential Business Information", 50, 100, FULL)]),
        ("paragraph", [("CBI is commercial", 65, 111, FULL - 15), ("or financial", 50, 122, FULL)]),
    )
    assert first.kind is ElementKind.HEADING


def test_a_bold_sentence_is_no_heading(mended):
    (element,) = mended(("heading", [("Nothing was done. We wait", 50, 100, 200)]))
    assert element.kind is ElementKind.PARAGRAPH


def test_a_heading_with_a_number_or_abbreviation_stays(mended):
    (element,) = mended(("heading", [("2. Docket No. 7 of this year", 50, 100, 200)]))
    assert element.kind is ElementKind.HEADING


def test_a_large_heading_stays_even_with_a_full_stop_in_it(mended):
    (element,) = mended(("heading", [("Nothing was done. We wait", 50, 100, 200)]), size=20)
    assert element.kind is ElementKind.HEADING


def test_a_large_single_line_of_code_is_a_heading(mended):
    (element,) = mended(("code", [("4.4 update", 50, 100, 80)]), size=14)
    assert (element.kind, element.level) == (ElementKind.HEADING, 1)


def test_a_large_single_word_is_a_heading(mended):
    (element,) = mended(("paragraph", [("Introduction", 50, 100, 80)]), size=16)
    assert (element.kind, element.level) == (ElementKind.HEADING, 1)


@pytest.mark.parametrize("text", ["80 %", "A large sentence ends like this.", "Figure 1: A boat"])
def test_large_figures_sentences_and_captions_are_no_headings(mended, text):
    (element,) = mended(("paragraph", [(text, 50, 100, 80)]), size=16)
    assert element.kind is ElementKind.PARAGRAPH
