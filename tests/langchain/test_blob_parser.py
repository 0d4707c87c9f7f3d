"""DocferryBlobParser takes every kind of blob."""

import logging
from pathlib import PurePath

import pytest
from langchain_core.document_loaders import BaseBlobParser
from langchain_core.documents.base import Blob

from docferry.errors import CorruptSourceError, InvalidOptionsError
from docferry.langchain import DocferryBlobParser, DocferryLoader
from docferry.metadata import METADATA_KEYS

NAMES = [key.name for key in METADATA_KEYS]


@pytest.fixture
def parser(manager):
    return DocferryBlobParser(provider="slips", manager=manager)


def test_a_blob_of_a_file_gives_what_the_loader_gives(good_folder, parser, manager):
    path = good_folder / "a.txt"
    assert isinstance(parser, BaseBlobParser)
    loader = DocferryLoader(path, provider="slips", manager=manager)
    assert parser.parse(Blob.from_path(path)) == loader.load()
    assert parser.parse(Blob(path=PurePath(path))) == loader.load()


def test_a_pdf_in_memory_needs_neither_path_nor_media_type(demo_pdf):
    documents = DocferryBlobParser().parse(Blob.from_data(demo_pdf.read_bytes()))
    assert documents
    assert all(document.metadata["source"] for document in documents)


def test_equal_blobs_without_a_name_have_equal_documents(parser):
    first, again, other = (parser.parse(Blob.from_data(data)) for data in (b"text", b"text", b"other"))
    assert first == again
    assert first[0].metadata["source"] != other[0].metadata["source"]


def test_text_data_is_parsed_whatever_its_encoding(parser):
    [document] = parser.parse(Blob.from_data("Grüße", path="greeting.txt", encoding="latin-1"))
    assert document.page_content == "Grüße"
    assert document.metadata["source"] == "greeting.txt"


def test_the_blobs_metadata_is_copied_into_each_document(parser):
    metadata = {"source": "https://example.org/a.txt", "tenant": "north", "page": 99, "provider": "x"}
    blob = Blob.from_data(b"one\ftwo", path="elsewhere.txt", metadata=metadata)
    first, second = parser.parse(blob)
    assert list(first.metadata) == [*NAMES, "tenant"]
    assert first.metadata["source"] == "https://example.org/a.txt"
    assert [first.metadata["page"], second.metadata["page"]] == [1, 2]
    first.metadata["tenant"] = "south"
    assert second.metadata["tenant"] == blob.metadata["tenant"] == "north"


def test_a_signed_address_loses_its_query(parser):
    blob = Blob.from_data(b"text", metadata={"source": "https://example.org/a.txt?signature=secret"})
    [document] = parser.parse(blob)
    assert "secret" not in str(document.metadata)


def test_the_id_names_a_blob_that_has_nothing_else(parser):
    [document] = parser.parse(Blob(data=b"text", id="slip-7"))
    assert document.metadata["source"] == "slip-7"


def test_a_blob_that_reads_its_bytes_from_elsewhere_is_asked_for_them(parser):
    class Shelf(Blob):
        def as_bytes(self):
            return b"from the shelf"

    [document] = parser.parse(Shelf(path="s3://shelf/a.txt"))
    assert (document.page_content, document.metadata["source"]) == ("from the shelf", "s3://shelf/a.txt")


def test_parsing_is_lazy_and_closing_ends_it(parser, slips):
    documents = parser.lazy_parse(Blob.from_data(b"one\ftwo", path="a.txt"))
    assert slips.started == []
    assert next(documents).page_content == "one"
    documents.close()
    assert list(documents) == []


def test_a_broken_blob_follows_on_error(manager, caplog):
    blob = Blob.from_data(b"broken", path="b.txt")
    settings = {"provider": "slips", "manager": manager}
    with pytest.raises(CorruptSourceError, match=r"b.txt: the slip is torn"):
        DocferryBlobParser(**settings).parse(blob)
    with pytest.raises(ExceptionGroup):
        DocferryBlobParser(**settings, on_error="collect").parse(blob)
    with caplog.at_level(logging.WARNING, logger="docferry.langchain"):
        assert DocferryBlobParser(**settings, on_error="skip").parse(blob) == []
    assert "b.txt: the slip is torn" in caplog.text


def test_a_subclass_fixes_the_provider(manager):
    class SlipsBlobParser(DocferryBlobParser):
        provider: str = "slips"

    parser = SlipsBlobParser(manager=manager, shout=True)
    assert parser.parse(Blob.from_data(b"text"))[0].page_content == "TEXT"
    with pytest.raises(InvalidOptionsError):
        SlipsBlobParser(manager=manager, provider="local")


def test_repr_shows_the_provider_only(manager):
    parser = DocferryBlobParser(provider="slips", manager=manager, api_key="sk-very-secret")
    assert repr(parser) == "DocferryBlobParser(provider='slips')"


@pytest.mark.parametrize(
    ("mimetype", "headings"),
    [("text/markdown", "Harbour"), ("Text/Markdown; charset=utf-8", "Harbour"), (None, "")],
)
def test_the_media_type_of_a_text_blob_is_believed_where_its_name_says_nothing(mimetype, headings):
    blob = Blob.from_data("# Harbour\n\nFerries leave at noon.", mime_type=mimetype)
    documents = DocferryBlobParser().parse(blob)
    assert documents[-1].metadata["headings"] == headings


def test_neither_name_nor_content_is_overruled_by_the_media_type(demo_pdf, tmp_path):
    (tmp_path / "a.txt").write_text("# Harbour\n\nFerries leave at noon.")
    for blob in (
        Blob.from_data(demo_pdf.read_bytes(), mime_type="text/markdown"),
        Blob(path=tmp_path / "a.txt", mimetype="text/markdown"),
    ):
        assert DocferryBlobParser().parse(blob)
    assert DocferryBlobParser().parse(blob)[0].metadata["headings"] == ""
