import hashlib

import pytest
from PIL import Image

from docferry.emulation import CannedParser, LocalParser, Upload
from docferry.emulation.results import drop_last_pages
from docferry.errors import CorruptSourceError, DocferryError, UnsupportedSourceError
from docferry.model import ElementKind, LengthUnit


def upload_of(path, media_type="application/pdf"):
    data = path.read_bytes()
    return Upload(
        path=path,
        file_name=path.name,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
    )


def test_a_pdf_is_parsed_by_the_local_provider(demo_pdf, demo_facts):
    parsed = LocalParser().parse(upload_of(demo_pdf), has_table_pictures=False)
    assert len(parsed.document.pages) == demo_facts["pages"]
    figures = [element for element in parsed.document.elements if element.kind is ElementKind.FIGURE]
    assert set(parsed.pictures) == {figure.id for figure in figures}
    assert all(picture.data.startswith(b"\x89PNG") for picture in parsed.pictures.values())


def test_tables_come_as_pictures_when_wanted(demo_pdf):
    parsed = LocalParser().parse(upload_of(demo_pdf), has_table_pictures=True)
    tables = {element.id for element in parsed.document.elements if element.kind is ElementKind.TABLE}
    assert tables
    assert tables < set(parsed.pictures)


def test_a_scan_comes_back_as_pictures_of_its_pages(documents, tmp_path):
    parsed = LocalParser().parse(upload_of(documents.scan_pdf(tmp_path, pages=2)), has_table_pictures=False)
    assert [element.kind for element in parsed.document.elements] == [ElementKind.FIGURE] * 2
    assert len(parsed.pictures) == 2


def test_a_picture_is_one_page_with_a_figure(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (40, 30)).save(path)
    parsed = LocalParser().parse(upload_of(path, "image/jpeg"), has_table_pictures=False)
    (page,) = parsed.document.pages
    assert (page.width, page.height, page.unit) == (40, 30, LengthUnit.PIXEL)
    (picture,) = parsed.pictures.values()
    assert (picture.data, picture.suffix) == (path.read_bytes(), ".jpg")


def test_what_cannot_be_parsed_fails_with_the_local_providers_error(documents, tmp_path):
    with pytest.raises(CorruptSourceError):
        LocalParser().parse(upload_of(documents.truncated_pdf(tmp_path)), has_table_pictures=False)
    gif = tmp_path / "x.gif"
    gif.write_bytes(b"GIF89a")
    with pytest.raises(UnsupportedSourceError):
        LocalParser().parse(upload_of(gif, "image/gif"), has_table_pictures=False)
    with pytest.raises(DocferryError):
        LocalParser().parse(
            upload_of(documents.unsupported_file(tmp_path), "application/zip"), has_table_pictures=False
        )


def test_canned_results_tell_files_apart_and_do_not_look_at_them(tmp_path):
    upload = Upload(
        path=tmp_path / "none", file_name="a.pdf", size_bytes=1, sha256="ab" * 32, media_type="image/png"
    )
    document = CannedParser(pages=3).parse(upload, has_table_pictures=False).document
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert "a.pdf abababab" in document.elements[0].text


def test_dropping_pages_keeps_the_first_page(tmp_path):
    upload = Upload(path=tmp_path, file_name="a", size_bytes=1, sha256="ab" * 32, media_type="x/y")
    parsed = CannedParser(pages=3).parse(upload, has_table_pictures=False)
    assert [page.number for page in drop_last_pages(parsed, 1).document.pages] == [1, 2]
    kept = drop_last_pages(parsed, 9).document
    assert [page.number for page in kept.pages] == [1]
    assert all(element.regions[0].page == 1 for element in kept.elements)
