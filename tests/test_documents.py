"""The made documents are what they claim to be; everything else rests on that."""

import zipfile
from pathlib import Path

import pypdfium2
import pypdfium2.raw
import pytest

PDF_HEAD = b"%PDF-"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def page_texts(path: Path, password: str | None = None) -> list[str]:
    with pypdfium2.PdfDocument(path, password=password) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def picture_counts(path: Path) -> list[int]:
    wanted = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    with pypdfium2.PdfDocument(path) as document:
        return [len(list(page.get_objects(filter=wanted))) for page in document]


def test_text_pdf_says_one_default_text_per_page(documents, tmp_path):
    path = documents.text_pdf(tmp_path, pages=3)
    assert page_texts(path) == [documents.page_text(number) for number in (1, 2, 3)]


def test_text_pdf_has_a_page_for_each_text_and_fills_up_with_defaults(documents, tmp_path):
    assert page_texts(documents.text_pdf(tmp_path, texts=("First.", "Second."))) == ["First.", "Second."]
    longer = documents.text_pdf(tmp_path, pages=2, texts=("First.",))
    assert page_texts(longer) == ["First.", documents.page_text(2)]


def test_text_pdf_keeps_line_breaks(documents, tmp_path):
    assert page_texts(documents.text_pdf(tmp_path, texts=("One\nTwo",))) == ["One\r\nTwo"]


@pytest.mark.parametrize("factory", ["text_pdf", "scan_pdf", "mixed_pdf", "blank_pdf", "rotated_pdf"])
def test_same_call_makes_same_bytes(documents, tmp_path, factory):
    make = getattr(documents, factory)
    assert make(tmp_path, name="a.pdf").read_bytes() == make(tmp_path, name="b.pdf").read_bytes()


def test_encrypted_pdf_opens_with_its_password_only(documents, tmp_path):
    path = documents.encrypted_pdf(tmp_path, "tide")
    for wrong in (None, "ebb"):
        with pytest.raises(pypdfium2.PdfiumError, match="password"):
            page_texts(path, wrong)
    assert page_texts(path, "tide") == [documents.page_text(1)]


def test_truncated_pdf_starts_like_a_pdf_and_does_not_open(documents, tmp_path):
    path = documents.truncated_pdf(tmp_path)
    assert path.read_bytes().startswith(PDF_HEAD)
    with pytest.raises(pypdfium2.PdfiumError):
        page_texts(path)


def test_png_named_pdf_is_a_picture(documents, tmp_path):
    path = documents.png_named_pdf(tmp_path)
    assert path.suffix == ".pdf"
    assert path.read_bytes().startswith(PNG_HEAD)


def test_scan_pdf_has_pictures_and_no_text(documents, tmp_path):
    path = documents.scan_pdf(tmp_path, pages=2)
    assert page_texts(path) == ["", ""]
    assert picture_counts(path) == [1, 1]


def test_mixed_pdf_has_one_scanned_page_of_ten(documents, tmp_path):
    path = documents.mixed_pdf(tmp_path)
    expected = ["" if number == 4 else documents.page_text(number) for number in range(1, 11)]
    assert page_texts(path) == expected
    assert picture_counts(path) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_many_pages_pdf_has_more_than_a_thousand_pages(documents, tmp_path):
    path = documents.many_pages_pdf(tmp_path)
    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 1001
        assert document[1000].get_textpage().get_text_bounded() == documents.page_text(1001)


def test_blank_pdf_has_neither_text_nor_pictures(documents, tmp_path):
    path = documents.blank_pdf(tmp_path, pages=2)
    assert page_texts(path) == ["", ""]
    assert picture_counts(path) == [0, 0]


@pytest.mark.parametrize(("degrees", "is_wide"), [(90, True), (180, False), (270, True)])
def test_rotated_pdf_is_turned_and_keeps_its_text_on_the_page(documents, tmp_path, degrees, is_wide):
    path = documents.rotated_pdf(tmp_path, degrees=degrees)
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        assert page.get_rotation() == degrees
        assert (page.get_width() > page.get_height()) is is_wide
        _, _, right, top = page.get_mediabox()
        (text,) = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
        bounds = text.get_bounds()
        assert bounds[0] > 0
        assert bounds[1] > 0
        assert bounds[2] < right
        assert bounds[3] < top
    assert page_texts(path) == [documents.page_text(1)]


def test_oddly_named_pdf_has_spaces_and_chinese_in_its_name(documents, tmp_path):
    path = documents.oddly_named_pdf(tmp_path)
    assert path.name == documents.ODD_NAME
    assert " " in path.name
    assert not path.name.isascii()
    assert len(page_texts(path)) == 1


def test_empty_file_and_folder_are_empty(documents, tmp_path):
    assert documents.empty_file(tmp_path).read_bytes() == b""
    assert list(documents.empty_folder(tmp_path).iterdir()) == []


def test_text_and_markdown_files_are_utf8_text(documents, tmp_path):
    assert documents.text_file(tmp_path, text="潮 汐\n").read_bytes() == "潮 汐\n".encode()
    markdown = documents.markdown_file(tmp_path)
    assert markdown.suffix == ".md"
    assert markdown.read_text(encoding="utf-8").startswith("# ")


def test_unsupported_file_is_a_real_archive(documents, tmp_path):
    assert zipfile.is_zipfile(documents.unsupported_file(tmp_path))
