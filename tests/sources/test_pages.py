import asyncio
import dataclasses
import io
import os
import threading
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from docferry.errors import CorruptSourceError, EncryptedSourceError, SourceError, UnsupportedSourceError
from docferry.model import PageSelection
from docferry.sources import Source, SourceFile, count_pages, open_source, slice_pages

PDF = "application/pdf"
FINGERPRINT = "sha256:" + "0" * 64


def file_of(content, *, media_type=PDF):
    size_bytes = len(content) if isinstance(content, bytes) else content.stat().st_size
    return SourceFile(
        name="docs/a.pdf",
        file_name="a.pdf",
        media_type=media_type,
        size_bytes=size_bytes,
        fingerprint=FINGERPRINT,
        content=content,
    )


def pages(text):
    return PageSelection.parse(text)


def texts(file):
    document = pypdfium2.PdfDocument(file.read_bytes())
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def plain_pdf(*objects, has_trailer_in_front=False):
    """A PDF of objects written by hand; the first is the catalog."""
    root = f"<< /Size {len(objects) + 1} /Root 1 0 R >>"
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
        if number == 2 and has_trailer_in_front:
            out += f"trailer\n{root}\n".encode()
    start = len(out)
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}".encode()
    out += f"trailer\n{root}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def opens_in_pdfium(data):
    document = pypdfium2.PdfDocument(data)
    document.close()
    return True


def test_pages_of_a_pdf_are_counted_from_a_path_and_from_bytes(documents, tmp_path):
    path = documents.text_pdf(tmp_path, pages=3)
    assert count_pages(file_of(path)) == 3
    assert count_pages(file_of(path.read_bytes())) == 3


def test_pages_of_other_files_are_not_known():
    assert count_pages(file_of(b"text", media_type="text/plain")) is None


def test_the_name_of_a_pdf_is_taken_as_it_is(documents, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("~nobody").mkdir()
    path = documents.oddly_named_pdf(Path("~nobody"))
    assert count_pages(file_of(path)) == 1


def test_a_password_is_asked_for_and_checked(documents, tmp_path):
    file = file_of(documents.encrypted_pdf(tmp_path, "open sésame", pages=2))
    with pytest.raises(EncryptedSourceError, match="needs a password") as caught:
        count_pages(file)
    assert caught.value.source == "docs/a.pdf"
    with pytest.raises(EncryptedSourceError, match="password is wrong"):
        count_pages(file, password="guess")
    assert count_pages(file, password="open sésame") == 2


def test_a_file_cut_short_is_corrupt(documents, tmp_path):
    file = file_of(documents.truncated_pdf(tmp_path))
    with pytest.raises(CorruptSourceError, match="cut short"):
        count_pages(file)
    with pytest.raises(CorruptSourceError, match="cut short"):
        slice_pages(file, pages=pages("1"))


def test_a_file_that_lacks_only_its_last_bytes_is_read(documents, tmp_path):
    data = documents.text_pdf(tmp_path, pages=3).read_bytes()
    assert count_pages(file_of(data[:-6])) == 3


def linearised(*, page_count, length):
    """A PDF made for the web: it begins with its length, its catalog and a trailer."""
    kids = " ".join(f"{number + 4} 0 R" for number in range(page_count))
    page = "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 200 200] >>"
    return plain_pdf(
        "<< /Type /Catalog /Pages 3 0 R >>",
        f"<< /Linearized 1 /L {length} /N {page_count} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {page_count} >>",
        *([page] * page_count),
        has_trailer_in_front=True,
    )


def test_a_file_shorter_than_it_announces_is_corrupt_even_if_its_pages_open():
    whole = linearised(page_count=2, length=1000)
    assert len(whole) < 1000
    assert count_pages(file_of(whole)) == 2, "some tools rewrite a file and leave the announcement"
    cut = whole[: whole.index(b"xref")]
    assert opens_in_pdfium(cut)
    with pytest.raises(CorruptSourceError):
        count_pages(file_of(cut))


def test_a_file_cut_short_that_misses_pages_is_corrupt():
    whole = linearised(page_count=3, length=10)
    cut = whole[: whole.index(b"6 0 obj")]
    assert opens_in_pdfium(cut)
    with pytest.raises(CorruptSourceError):
        count_pages(file_of(cut))


@given(st.binary(max_size=200))
def test_no_bytes_behind_a_pdf_header_get_past_as_a_document_or_a_foreign_error(rest):
    with pytest.raises(SourceError):
        count_pages(file_of(b"%PDF-1.7\n" + rest))


def test_a_file_that_is_gone_is_a_source_error(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    file = file_of(path)
    path.unlink()
    with pytest.raises(SourceError):
        count_pages(file)


def test_a_slice_holds_the_selected_pages_and_nothing_else(documents, tmp_path):
    whole = file_of(documents.text_pdf(tmp_path, pages=9))
    part, numbers = slice_pages(whole, pages=pages("2-3,7"))
    assert numbers == (2, 3, 7)
    assert texts(part) == [documents.page_text(number) for number in numbers]
    assert count_pages(part) == 3
    assert part.fingerprint == whole.fingerprint
    assert (part.name, part.file_name, part.media_type) == (whole.name, whole.file_name, PDF)
    assert part.size_bytes == len(part.read_bytes())


def test_a_slice_can_be_sliced_from_bytes(documents, tmp_path):
    part, _ = slice_pages(file_of(documents.text_pdf(tmp_path, pages=9)), pages=pages("4-"))
    smaller, numbers = slice_pages(part, pages=pages("2"))
    assert (texts(smaller), numbers) == ([documents.page_text(5)], (2,))


def test_pages_behind_the_end_are_left_out_while_there_is_one(documents, tmp_path):
    file = file_of(documents.text_pdf(tmp_path, pages=3))
    assert slice_pages(file, pages=pages("3-10"))[1] == (3,)
    with pytest.raises(SourceError, match="has 3 pages, and the selection 4-10 is behind them") as caught:
        slice_pages(file, pages=pages("4-10"))
    assert caught.value.next_step == "select from 1-3"


def test_selecting_all_pages_gives_the_file_itself(documents, tmp_path):
    whole = file_of(documents.text_pdf(tmp_path, pages=3))
    assert slice_pages(whole, pages=pages("1-")) == (whole, (1, 2, 3))


def test_a_slice_of_an_encrypted_file_needs_no_password(documents, tmp_path):
    whole = file_of(documents.encrypted_pdf(tmp_path, "sesame", pages=2))
    with pytest.raises(EncryptedSourceError):
        slice_pages(whole, pages=pages("1"))
    for selection, count in (("1", 1), ("1-", 2)):
        part, _ = slice_pages(whole, pages=pages(selection), password="sesame")
        assert count_pages(part) == count


def test_only_a_pdf_can_be_sliced():
    with pytest.raises(UnsupportedSourceError, match="text/plain"):
        slice_pages(file_of(b"text", media_type="text/plain"), pages=pages("1"))


def test_a_slice_keeps_the_rotation_and_boxes_pages_inherit_and_their_links():
    whole = plain_pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /Rotate 90 /MediaBox [0 0 300 400] "
        "/CropBox [10 20 210 320] >>",
        "<< /Type /Page /Parent 2 0 R >>",
        "<< /Type /Page /Parent 2 0 R /Annots [5 0 R] /UserUnit 2 >>",
        "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Dest [3 0 R /Fit] >>",
    )
    part, _ = slice_pages(file_of(whole), pages=pages("2"))
    document = pypdfium2.PdfDocument(part.read_bytes())
    assert len(document) == 1
    page = document[0]
    assert page.get_rotation() == 90
    assert page.get_mediabox() == (0, 0, 300, 400)
    assert page.get_cropbox() == (10, 20, 210, 320)
    assert page.get_size() == pypdfium2.PdfDocument(whole)[1].get_size()
    document.close()


def test_a_slice_does_not_carry_the_pages_left_out():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pageCompression=0)
    for number in range(10):
        canvas.bookmarkPage(f"p{number}")
        canvas.addOutlineEntry(f"Chapter {number}", f"p{number}")
        canvas.linkRect("", f"p{9 - number}", (0, 0, 50, 50))
        canvas.drawString(50, 50, f"marker-{number} {os.urandom(25_000).hex()}")
        canvas.showPage()
    canvas.save()
    part, _ = slice_pages(file_of(buffer.getvalue()), pages=pages("3"))
    (text,) = texts(part)
    assert text.startswith("marker-2")
    assert part.size_bytes < len(buffer.getvalue()) / 10


def test_a_page_that_cannot_be_copied_is_a_corrupt_source():
    whole = plain_pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 2 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    )
    with pytest.raises(CorruptSourceError):
        slice_pages(file_of(whole), pages=pages("2"))
    part, _ = slice_pages(file_of(whole), pages=pages("1"))
    assert count_pages(part) == 1


def test_many_threads_count_and_slice_at_once(documents, tmp_path):
    file = file_of(documents.text_pdf(tmp_path, pages=20))
    problems = []

    def work():
        try:
            for _ in range(10):
                assert count_pages(file) == 20
                part, _numbers = slice_pages(file, pages=pages("5-9"))
                assert count_pages(part) == 5
        except (AssertionError, SourceError) as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.mark.anyio
async def test_real_documents_are_counted_and_sliced(shared_docs):
    for path in sorted(shared_docs.glob("*.pdf")):
        async with open_source(Source.from_path(path)) as file:
            count = await asyncio.to_thread(count_pages, file)
            part, numbers = await asyncio.to_thread(slice_pages, file, pages=PageSelection.of([count]))
        assert numbers == (count,)
        assert texts(part) == texts(dataclasses.replace(file, content=path))[-1:]
