"""How many pages a result must have."""

import pytest
from documents import encrypted_pdf, text_pdf

from docferry.errors import EncryptedSourceError
from docferry.model import PageSelection
from docferry.provider.completeness import expected_page_count
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
