"""How many pages a result must have."""

import pytest
from documents import encrypted_pdf, text_pdf

from docferry.errors import EncryptedSourceError, InvalidResponseError
from docferry.model import (
    PAGES_UNKNOWN,
    Document,
    DocumentWarning,
    Element,
    ElementKind,
    Page,
    PageSelection,
    Region,
)
from docferry.provider.completeness import check_pages, expected_page_count
from docferry.sources import SourceFile


def file_at(path):
    return SourceFile(
        name=path.name,
        file_name=path.name,
        media_type="application/pdf",
        size_bytes=path.stat().st_size,
        fingerprint="sha256:1",
        content=path,
    )


def test_selected_pages_are_counted_as_far_as_they_are_there(tmp_path):
    file = file_at(text_pdf(tmp_path, pages=4))

    assert expected_page_count(file, None) == 4
    assert expected_page_count(file, PageSelection.parse("2,4-")) == 2


def test_pages_of_a_locked_document_are_counted_with_its_password(tmp_path):
    file = file_at(encrypted_pdf(tmp_path, "open sesame", pages=3))

    assert expected_page_count(file, None, password="open sesame") == 3
    with pytest.raises(EncryptedSourceError):
        expected_page_count(file, None)


def document(*, pages=1, is_running_text=False):
    warning = DocumentWarning(code=PAGES_UNKNOWN, message="No pages.")
    return Document(
        source_fingerprint="sha256:0",
        provider="depot",
        pages=tuple(Page(number=number) for number in range(1, pages + 1)),
        elements=(Element(id="e1", kind=ElementKind.PARAGRAPH, text="Tides"),),
        warnings=(warning,) if is_running_text else (),
    )


def test_missing_pages_are_refused():
    with pytest.raises(InvalidResponseError, match="1 of 2 pages"):
        check_pages(document(), 2)


def test_pages_too_many_are_told():
    (warning,) = check_pages(document(pages=3), 2).warnings
    assert warning.code == "more_pages_than_expected"


def test_nothing_is_checked_when_nobody_knows_the_count():
    assert check_pages(document(), None) == document()


def test_running_text_gets_the_pages_of_the_file_and_keeps_its_warning():
    checked = check_pages(document(is_running_text=True), 3)
    assert [page.number for page in checked.pages] == [1, 2, 3]
    assert [element.regions for element in checked.elements] == [()]
    assert [warning.code for warning in checked.warnings] == [PAGES_UNKNOWN]


def test_running_text_of_one_page_stands_on_that_page():
    checked = check_pages(document(is_running_text=True), 1)
    assert [element.regions for element in checked.elements] == [(Region(page=1),)]
    assert checked.warnings == ()
