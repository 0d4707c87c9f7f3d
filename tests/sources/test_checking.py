import pytest

from docferry.errors import (
    CorruptSourceError,
    EncryptedSourceError,
    SourceTooLargeError,
    UnsupportedSourceError,
)
from docferry.model import FileFormat, Limits, ProviderInfo
from docferry.provider import ProviderOptions
from docferry.sources import Source, check_source_file, count_pages, open_source

pytestmark = pytest.mark.anyio

PDF = FileFormat(name="PDF", media_types=("application/pdf",), suffixes=(".pdf",))
TEXT = FileFormat(name="Text", media_types=("text/plain",), suffixes=(".txt",))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def card(*formats, **limits):
    return ProviderInfo(
        name="probe",
        title="Probe",
        formats=formats or (PDF, TEXT),
        options_type=ProviderOptions,
        limits=Limits(**limits),
    )


async def check(source, info):
    async with open_source(source) as file:
        check_source_file(file, info=info)


async def refusal(source, info, kind):
    with pytest.raises(kind) as caught:
        await check(source, info)
    assert type(caught.value) is kind
    assert caught.value.source == source.name
    assert caught.value.next_step
    return caught.value.message


async def test_a_file_within_all_limits_passes(documents, tmp_path):
    path = documents.text_pdf(tmp_path, pages=3)
    await check(Source.from_path(path), card(max_pages=3, max_size_bytes=path.stat().st_size))


async def test_a_kind_the_provider_does_not_read_is_named_with_what_it_reads(documents, tmp_path):
    source = Source.from_path(documents.unsupported_file(tmp_path))
    message = await refusal(source, card(), UnsupportedSourceError)
    assert message == "is a .zip file; Probe reads PDF, Text"


async def test_a_suffix_that_lies_is_named(documents, tmp_path):
    source = Source.from_path(documents.png_named_pdf(tmp_path))
    message = await refusal(source, card(), UnsupportedSourceError)
    assert message == "is named .pdf but holds image/png; Probe reads PDF, Text"


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("a.pdf", "is named .pdf but holds bytes of no known kind"), ("a.bin", "is a file of no known kind")],
)
async def test_bytes_of_no_known_kind_are_called_that(name, beginning):
    source = Source.from_bytes(b"\0\1\2\3", name=name)
    assert (await refusal(source, card(), UnsupportedSourceError)).startswith(beginning)


async def test_a_suffix_that_lies_does_no_harm_when_the_content_is_read(documents, tmp_path):
    data = documents.text_pdf(tmp_path).read_bytes()
    await check(Source.from_bytes(data, name="a.docx"), card())


async def test_a_kind_that_only_the_provider_knows_is_left_to_it():
    drawing = FileFormat(name="Drawing", media_types=("image/x-odd",), suffixes=(".odd",))
    await check(Source.from_bytes(b"\0\1\2\3", name="a.odd"), card(drawing))
    await refusal(
        Source.from_bytes(b"\x89PNG\r\n\x1a\n\0", name="a.odd"), card(drawing), UnsupportedSourceError
    )
    await refusal(Source.from_bytes(b"\0\1\2\3", name="a.pdf"), card(drawing, PDF), UnsupportedSourceError)


async def test_an_office_file_with_a_password_is_encrypted():
    encrypted = OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    await refusal(Source.from_bytes(encrypted, name="a.docx"), card(), EncryptedSourceError)
    await refusal(Source.from_bytes(encrypted, name="a.thing"), card(), UnsupportedSourceError)


async def test_one_byte_too_many_is_too_large(documents, tmp_path):
    path = documents.text_pdf(tmp_path)
    size_bytes = path.stat().st_size
    message = await refusal(Source.from_path(path), card(max_size_bytes=size_bytes - 1), SourceTooLargeError)
    assert f"{size_bytes:,}" in message


async def test_one_page_too_many_is_too_large(documents, tmp_path):
    source = Source.from_path(documents.many_pages_pdf(tmp_path, pages=1001))
    message = await refusal(source, card(max_pages=1000), SourceTooLargeError)
    assert message == "has 1,001 pages, and Probe takes 1,000"


async def test_pages_of_other_kinds_are_not_limited(documents, tmp_path):
    await check(Source.from_path(documents.text_file(tmp_path)), card(max_pages=1))


async def test_an_encrypted_pdf_passes_because_the_provider_may_have_its_password(documents, tmp_path):
    await check(Source.from_path(documents.encrypted_pdf(tmp_path, "sesame")), card(max_pages=1))


async def test_a_pdf_that_cannot_be_counted_is_corrupt(documents, tmp_path):
    source = Source.from_path(documents.truncated_pdf(tmp_path))
    await refusal(source, card(max_pages=10), CorruptSourceError)
    await check(source, card())


async def test_pages_that_were_counted_are_not_counted_again(documents, tmp_path):
    path = documents.text_pdf(tmp_path, pages=3)
    async with open_source(Source.from_path(path)) as file:
        counted = check_source_file(file, info=card(max_pages=10))
        path.unlink()
        assert count_pages(counted) == counted.page_count == 3
        assert file.page_count is None
