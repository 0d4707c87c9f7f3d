"""The PDF that ships is what its script makes, and says what demo_facts.json says it does."""

import subprocess
import sys

import pypdfium2
import pytest


def squeeze(text: str) -> str:
    """Text without white space and soft line breaks, for comparing across line ends."""
    return "".join(text.replace("\ufffe", "-").split())


@pytest.fixture(scope="module")
def page_texts(demo_pdf):
    with pypdfium2.PdfDocument(demo_pdf) as document:
        return [squeeze(page.get_textpage().get_text_bounded()) for page in document]


def test_script_makes_the_committed_files_byte_for_byte(demo_pdf, tmp_path):
    script = demo_pdf.with_name("make_demo_pdf.py")
    subprocess.run([sys.executable, "-W", "error", script, tmp_path], check=True)
    for name in ("demo.pdf", "demo_facts.json"):
        made, committed = (tmp_path / name).read_bytes(), demo_pdf.with_name(name).read_bytes()
        assert made == committed, f"run python examples/make_demo_pdf.py and commit {name}"


def test_demo_is_small_and_embeds_no_font(demo_pdf):
    content = demo_pdf.read_bytes()
    assert len(content) < 200_000
    assert b"/FontFile" not in content


def test_demo_names_its_title_and_author(demo_pdf, demo_facts):
    with pypdfium2.PdfDocument(demo_pdf) as document:
        metadata = document.get_metadata_dict()
    assert metadata["Title"] == f"{demo_facts['title']}: {demo_facts['subtitle']}"
    assert metadata["Author"] == demo_facts["author"]


def test_outline_lists_every_heading_with_level_and_page(demo_pdf, demo_facts):
    with pypdfium2.PdfDocument(demo_pdf) as document:
        outline = [
            {"level": mark.level + 1, "text": mark.get_title(), "page": mark.get_dest().get_index() + 1}
            for mark in document.get_toc()
        ]
    assert outline == demo_facts["headings"]
    assert {heading["level"] for heading in outline} == {1, 2, 3}


def test_running_head_and_page_number_stand_on_every_page_but_the_cover(page_texts, demo_facts):
    assert len(page_texts) == demo_facts["pages"] == 8
    head = squeeze(demo_facts["running_head"])
    assert [head in text for text in page_texts] == [False] + [True] * 7
    numbers = [
        text.startswith(f"{head}{number}") or text.endswith(str(number))
        for number, text in enumerate(page_texts[1:], start=2)
    ]
    assert all(numbers)


@pytest.mark.parametrize("kind", ["titles", "headings", "paragraphs", "formulas", "chinese"])
def test_texts_stand_on_the_pages_the_facts_name(page_texts, demo_facts, kind):
    assert demo_facts[kind]
    for fact in demo_facts[kind]:
        assert squeeze(fact["text"]) in page_texts[fact["page"] - 1]


def test_lists_are_numbered_and_nested(page_texts, demo_facts):
    numbered, nested = demo_facts["lists"]
    assert numbered["is_numbered"]
    for number, item in enumerate(numbered["items"], start=1):
        assert squeeze(f"{number}. {item['text']}") in page_texts[numbered["page"] - 1]
    assert {item["depth"] for item in nested["items"]} == {1, 2}


def test_one_table_crosses_a_page_break_with_its_header_on_both_pages(page_texts, demo_facts):
    log = demo_facts["tables"][1]
    assert log["pages"] == [5, 6]
    header = squeeze("".join(log["header"]))
    assert all(header in page_texts[page - 1] for page in log["pages"])
    both = page_texts[4] + page_texts[5]
    assert all(squeeze("".join(row)) in both for row in log["rows"])
    assert squeeze("".join(log["rows"][0])) in page_texts[4]
    assert squeeze("".join(log["rows"][-1])) in page_texts[5]


def test_captions_stand_with_their_table_or_figure(page_texts, demo_facts):
    for table in demo_facts["tables"]:
        assert squeeze(table["caption"]) in page_texts[table["pages"][0] - 1]
    (figure,) = demo_facts["figures"]
    assert squeeze(figure["caption"]) in page_texts[figure["page"] - 1]


def test_one_page_has_two_columns(demo_facts):
    assert {fact["page"] for fact in demo_facts["paragraphs"] if fact["columns"] == 2} == {4}


def test_totals_of_the_monthly_table_add_up(demo_facts):
    rows = [[int(cell.replace(",", "")) for cell in row[1:]] for row in demo_facts["tables"][0]["rows"]]
    *months, year = rows
    assert [sum(column) for column in zip(*months, strict=True)] == year
    assert all(sum(row[:-1]) == row[-1] for row in rows)


def test_every_question_has_its_answer_in_the_text(page_texts, demo_facts):
    text = "".join(page_texts)
    assert all(squeeze(entry["answer"]) in text for entry in demo_facts["questions"])
