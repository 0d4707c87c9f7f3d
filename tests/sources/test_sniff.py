import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry.sources import sniff_media_type
from docferry.sources.sniff import read_sample

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU"
GIF = b"GIF89a\1\0\1\0\x80\0\0"
BINARY = bytes(range(256))


def archive(*names, mimetype="", level=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", level) as file:
        if mimetype:
            file.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name in names:
            file.writestr(name, f"content of {name}")
    return buffer.getvalue()


def ole(*streams, directory_sector=0):
    """The skeleton of an OLE file: header, and a directory with those stream names."""
    header = bytearray(512)
    header[:8] = OLE
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = directory_sector.to_bytes(4, "little")
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return bytes(header) + bytes(512 * directory_sector) + directory.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("head", "file_name", "media_type"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a.pdf", "application/pdf"),
        (b"%PDF-1.7\n", "a.txt", "application/pdf"),
        (b"\xef\xbb\xbf\n %PDF-1.4\n1 0 obj", "a", "application/pdf"),
        (b"\x1b%-12345X@PJL\r\n%PDF-1.4\n1 0 obj\n", "a", "application/pdf"),
        (b"printed by hand\n%PDF-1.4\n", "a.pdf", "application/pdf"),
        (b"\0\1\2 mac header" + bytes(100) + b"%PDF-1.4\n", "a", "application/pdf"),
        (PNG, "a.pdf", "image/png"),
        (PNG + b"%PDF-1.4", "a.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a.png", "image/jpeg"),
        (b"II*\0\x08\0\0\0\x0c\0\0\1", "a", "image/tiff"),
        (GIF, "a", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a", "image/webp"),
        (b"{\\rtf1\\ansi Hello}", "a.doc", "application/rtf"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "a.pdf", "application/gzip"),
        (BINARY, "a.pdf", "application/octet-stream"),
        (BINARY, "a", "application/octet-stream"),
    ],
)
def test_content_decides_over_the_suffix(head, file_name, media_type):
    assert sniff_media_type(head, file_name=file_name) == media_type


@pytest.mark.parametrize(
    ("file_name", "media_type"),
    [
        ("a.md", "text/markdown"),
        ("A.MARKDOWN", "text/markdown"),
        ("a.txt", "text/plain"),
        ("a.text", "text/plain"),
        ("a.log", "text/plain"),
        ("a.rst", "text/plain"),
        ("a.csv", "text/csv"),
        ("a.html", "text/html"),
        ("a.json", "application/json"),
        ("a", "text/plain"),
        ("a.pdf", "text/plain"),
        ("a.docx", "text/plain"),
        ("a.unheard-of", "text/plain"),
    ],
)
def test_the_suffix_tells_kinds_of_text_apart(file_name, media_type):
    assert sniff_media_type("Grüße, 你好\n".encode(), file_name=file_name) == media_type


@pytest.mark.parametrize(
    ("text", "file_name", "media_type"),
    [
        ("<!DOCTYPE html><p>x", "a", "text/html"),
        ("\n <!-- made by hand -->\n<HTML lang='en'>", "a.pdf", "text/html"),
        ("<?xml version='1.0'?><!DOCTYPE html PUBLIC ''>", "a", "text/html"),
        ("<?xml version='1.0'?><html xmlns=''>", "a.xml", "text/html"),
        ("<?xml version='1.0'?><feed/>", "a", "application/xml"),
        ("<svg xmlns=''/>", "a", "image/svg+xml"),
        ("<div align='center'><h1>Read me</h1></div>", "README.md", "text/markdown"),
        ("<div>a page without its outer tags</div>", "a", "text/html"),
        ("a < b and c > d", "a", "text/plain"),
        ("BM25 is a way to rank", "a", "text/plain"),
        ("MZ is a rank of the navy", "a", "text/plain"),
        ("A PDF begins with %PDF-1.7, then come objects:\n1 0 obj", "a.md", "text/markdown"),
        ("A PDF begins with %PDF-1.7", "a", "text/plain"),
    ],
)
def test_text_is_known_by_how_it_begins(text, file_name, media_type):
    assert sniff_media_type(text.encode(), file_name=file_name) == media_type


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "gb18030", "latin-1"])
def test_text_in_other_encodings_is_text(encoding):
    text = "\ufeffTides: 06:12 é" if encoding == "utf-16-be" else "Tides: 06:12 é"
    assert sniff_media_type(text.encode(encoding), file_name="a.txt") == "text/plain"


def test_a_head_that_ends_within_a_character_is_text():
    assert sniff_media_type("報告".encode()[:-1], file_name="a.txt") == "text/plain"


def test_stray_control_characters_are_forgiven_where_the_suffix_says_text():
    assert sniff_media_type(b"line one\x01\x1a\n", file_name="a.csv") == "text/csv"
    assert sniff_media_type(b"line one\x01\x1a\n", file_name="a.dat") == "application/octet-stream"
    assert sniff_media_type(b"line\0one", file_name="a.csv") == "application/octet-stream"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), DOCX),
        (archive("_rels/.rels", "docProps/app.xml", "ppt/presentation.xml", "word/x"), DOCX),
        (archive("_rels/.rels", "docProps/app.xml", "ppt/presentation.xml"), PPTX),
        (archive("docProps/core.xml", "xl/workbook.xml", "[Content_Types].xml"), XLSX),
        (archive("META-INF/container.xml", mimetype="application/epub+zip"), "application/epub+zip"),
        (
            archive("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (archive("word/notes.txt"), "application/zip"),
        (archive("a.txt"), "application/zip"),
        (archive("x", mimetype="no media type"), "application/zip"),
    ],
)
def test_archives_are_known_by_what_they_hold(data, media_type):
    assert sniff_media_type(data, file_name="a") == media_type
    assert sniff_media_type(data, file_name="a.docx") == media_type


def test_the_suffix_of_an_archive_counts_only_while_its_directory_is_out_of_sight():
    whole = archive("a.txt")
    assert sniff_media_type(whole[:40], file_name="a.docx") == DOCX
    assert sniff_media_type(whole[:40], file_name="a") == "application/zip"


def test_a_document_behind_a_large_first_entry_is_found_in_the_directory():
    names = ["[Content_Types].xml", *(f"docProps/{'x' * 200}{number}" for number in range(600))]
    data = archive(*names, "word/document.xml")
    sample = read_sample(io.BytesIO(data), size_bytes=len(data))
    assert len(sample) < len(data)
    assert sniff_media_type(sample, file_name="a") == DOCX


@pytest.mark.parametrize(
    ("streams", "file_name", "media_type"),
    [
        (("Root Entry", "WordDocument"), "a", "application/msword"),
        (("Root Entry", "Workbook"), "a", "application/vnd.ms-excel"),
        (("Root Entry", "PowerPoint Document"), "a.doc", "application/vnd.ms-powerpoint"),
        (("Root Entry", "__properties_version1.0"), "a", "application/vnd.ms-outlook"),
        (("Workbook", "WordDocument"), "a.xls", "application/vnd.ms-excel"),
        (("EncryptionInfo", "EncryptedPackage"), "a.docx", "application/x-ole-storage"),
        (("Root Entry",), "a.ppt", "application/vnd.ms-powerpoint"),
        (("Root Entry",), "a.pdf", "application/x-ole-storage"),
    ],
)
def test_old_office_files_are_known_by_their_streams(streams, file_name, media_type):
    assert sniff_media_type(ole(*streams), file_name=file_name) == media_type


def test_the_directory_of_a_large_old_office_file_is_looked_up():
    data = ole("Root Entry", "Workbook", directory_sector=1000)
    sample = read_sample(io.BytesIO(data), size_bytes=len(data))
    assert sniff_media_type(sample, file_name="a") == "application/vnd.ms-excel"


@given(st.binary(max_size=4096), st.sampled_from(["a", "a.pdf", "a.txt", "a.docx", "a.doc", ""]))
def test_any_bytes_have_a_media_type(head, file_name):
    assert "/" in sniff_media_type(head, file_name=file_name)


@given(
    st.sampled_from([b"PK\x03\x04", OLE, b"\xff\xfe", b"%PDF-", b"<", PNG, GIF]),
    st.binary(max_size=300),
    st.integers(0, 10**6),
)
def test_samples_of_broken_containers_are_read(start, rest, size_bytes):
    sample = read_sample(io.BytesIO(start + rest), size_bytes=size_bytes)
    assert "/" in sniff_media_type(sample, file_name="a")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1))
def test_every_utf8_text_with_the_suffix_of_text_is_some_text(text):
    media_type = sniff_media_type(text.encode(), file_name="a.txt")
    assert media_type.startswith("text/") or media_type in {
        "application/pdf",
        "application/xml",
        "application/rtf",
        "application/postscript",
        "image/svg+xml",
    }
