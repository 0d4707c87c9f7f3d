import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry.sources import Source
from docferry.sources.naming import fitting_file_name, last_part, public_address, storable_text

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.org/a/b.pdf", "https://example.org/a/b.pdf"),
        ("https://example.org/a.pdf?sig=secret#page=2", "https://example.org/a.pdf"),
        ("https://user:secret@example.org:8443/a.pdf", "https://example.org:8443/a.pdf"),
        ("https://example.org/a@b.pdf", "https://example.org/a@b.pdf"),
        ("https://example.org?sig=secret", "https://example.org"),
        ("https://user:se/cret", "https://user:se/cret"),
        ("HTTP://Example.ORG/報告.pdf", "HTTP://Example.ORG/報告.pdf"),
    ],
)
def test_a_url_loses_user_password_query_and_fragment_in_its_name(address, name):
    assert Source.from_url(address).name == name


@given(st.text(), st.text(alphabet=st.characters(blacklist_characters="/")))
def test_no_text_makes_a_public_address_fail_or_show_a_query(host, secret):
    assert "?" not in public_address(f"https://{host}?{secret}")


def test_no_origin_with_a_secret_shows_in_a_repr():
    url = Source.from_url("https://user:secret@example.org/a.pdf?sig=secret")
    data = Source.from_bytes(b"secret", name="a.pdf")
    assert "secret" not in repr(url) + repr(url.origin) + repr(data)


def test_bytes_without_a_name_are_named_after_their_content():
    first, again, other = (Source.from_bytes(data) for data in (b"one", b"one", b"two"))
    assert first.name == again.name
    assert first.name != other.name
    assert first.name.startswith("bytes-")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("docs/年度 报告.pdf", "年度 报告.pdf"),
        ("C:\\docs\\report.pdf", "report.pdf"),
        ("docs/", "docs"),
        ("https://example.org/a/annual%20report.pdf", "annual report.pdf"),
        ("https://example.org/a/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://example.org/", ""),
        ("https://example.org", ""),
        ("..", ""),
        ("", ""),
        ("a\r\nb.pdf", "a__b.pdf"),
    ],
)
def test_the_last_part_of_a_name_is_a_plain_file_name(name, part):
    assert last_part(name) == part


@given(st.text())
def test_the_last_part_is_short_storable_and_without_separators(name):
    part = last_part(name)
    assert len(part.encode()) <= 200
    assert not set(part) & {"/", "\\", "\0", "\n", "\r"}
    assert part not in {".", ".."}


def test_a_long_file_name_keeps_its_suffix():
    assert last_part("書" * 300 + ".pdf").endswith("書.pdf")
    assert len(last_part("a." + "b" * 300)) <= 200


@pytest.mark.parametrize(
    ("name", "media_type", "file_name"),
    [
        ("docs/report.pdf", PDF, "report.pdf"),
        ("docs/REPORT.PDF", PDF, "REPORT.PDF"),
        ("report", PDF, "report.pdf"),
        ("report v1.2", PDF, "report v1.2.pdf"),
        ("picture.pdf", "image/png", "picture.png"),
        ("picture.jpeg", "image/jpeg", "picture.jpeg"),
        ("run.log", "text/plain", "run.log"),
        ("notes.py", "text/plain", "notes.py.txt"),
        ("data.bin", "application/octet-stream", "data.bin"),
        ("", PDF, "document.pdf"),
        ("https://example.org", PDF, "document.pdf"),
    ],
)
def test_the_file_name_gets_a_suffix_that_fits_the_content(name, media_type, file_name):
    assert fitting_file_name(name, media_type=media_type) == file_name


def test_a_name_of_undecodable_bytes_can_be_stored():
    assert storable_text("caf\udce9.pdf") == "caf\\udce9.pdf"
    assert storable_text("報告.pdf") == "報告.pdf"


@given(st.text(st.characters(categories=("Cs", "L", "P"))))
def test_names_of_all_origins_can_be_stored(text):
    for source in (
        Source.from_path(f"x{text}"),
        Source.from_bytes(b"", name=text),
        Source.from_url(f"https://{text}"),
        Source.from_file_system(None, text),
    ):
        source.name.encode()
        fitting_file_name(source.name, media_type=PDF).encode()
