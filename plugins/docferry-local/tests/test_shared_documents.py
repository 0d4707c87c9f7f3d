"""Real documents, where the folder with them is present: no text is lost, and it comes in the right order."""

import collections
import re
import unicodedata
from pathlib import Path

import pypdfium2
import pytest

from docferry.errors import NeedsOcrError
from docferry.model import ElementKind

DOCUMENTS = Path(__file__).parents[3] / ".." / "shared" / "docs"

pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="needs the shared documents")

# liteparse writes quotation marks and dashes plainly; bullets are no text; PDFium marks line ends.
PLAIN = str.maketrans(dict(zip("‘’“”–—‐‑−", "''\"\"-----", strict=True)))
NO_TEXT = frozenset("\ufffe\u00ad\u0002•■◦▪●○.")


def characters(text):
    plain = unicodedata.normalize("NFKC", text).translate(PLAIN)
    return collections.Counter(each for each in plain if not each.isspace() and each not in NO_TEXT)


def texts_by_page(document):
    texts = collections.defaultdict(str)
    for element in document.elements:
        cells = element.table.cells if element.table else ()
        texts[element.regions[0].page] += element.text + "".join(cell.text for cell in cells)
    return texts


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("federal_register.pdf", 1.0),
        ("senate_expenditures.pdf", 1.0),
        ("zh_tlmgr_intro.pdf", 1.0),
        ("dl_amt_handbook_sample.pdf", 0.998),  # liteparse loses the numerators of four fractions
    ],
)
def test_no_character_of_a_text_layer_is_lost(parse, name, share):
    found = texts_by_page(parse(DOCUMENTS / name))
    with pypdfium2.PdfDocument(DOCUMENTS / name) as document:
        for number, page in enumerate(document, start=1):
            wanted = characters(page.get_textpage().get_text_bounded())
            missing = wanted - characters(found[number])
            assert missing.total() <= (1 - share) * wanted.total(), f"page {number} lacks {missing}"


def test_a_scan_needs_ocr(parse):
    with pytest.raises(NeedsOcrError, match="its only page has no text layer"):
        parse(DOCUMENTS / "us_loremipsum-flat.pdf")


def test_chinese_prose_has_no_spaces_between_its_characters(parse):
    document = parse(DOCUMENTS / "zh_tlmgr_intro.pdf")
    prose = [element.text for element in document.elements if element.kind is ElementKind.PARAGRAPH]
    assert sum(len(text) for text in prose) > 5000
    spaces = [match[0] for text in prose for match in re.finditer(r"[\u4e00-\u9fff] [\u4e00-\u9fff]", text)]
    assert len(spaces) <= 2


def test_running_heads_of_a_three_column_document_are_furniture(parse):
    document = parse(DOCUMENTS / "federal_register.pdf")
    heads = [element for element in document.elements if element.kind is ElementKind.HEADER]
    assert {element.regions[0].page for element in heads} >= set(range(2, 15))
    feet = [element for element in document.elements if element.kind is ElementKind.FOOTER]
    assert len(feet) == 15


def test_columns_are_read_one_after_the_other(parse):
    text = " ".join(element.text for element in parse(DOCUMENTS / "federal_register.pdf", pages="1").elements)
    marks = [
        "SUMMARY: The FAA proposes",
        "Federal eRulemaking Portal",
        "Examining the AD Docket",
        "Comments Invited",
        "Except for Confidential",
        "Background",
    ]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
