"""DocferryBlobParser under the loaders that compose it: GenericLoader over FileSystemBlobLoader.

Both live in langchain-community, which is no dependency. The twins below obey the same protocol, and where
the package is installed the tests run against the real ones too.
"""

import warnings

import pytest
from langchain_core.document_loaders import BaseLoader
from langchain_core.document_loaders.blob_loaders import BlobLoader
from langchain_core.documents.base import Blob

from docferry.langchain import DocferryBlobParser, DocferryLoader
from docferry.metadata import METADATA_KEYS

NAMES = [key.name for key in METADATA_KEYS]
pytestmark = pytest.mark.anyio


class TwinOfFileSystemBlobLoader(BlobLoader):
    def __init__(self, path, *, glob="**/[!.]*", suffixes=None):
        self.path, self.glob, self.suffixes = path, glob, suffixes

    def yield_blobs(self):
        for path in self.path.glob(self.glob):
            if path.is_file() and (not self.suffixes or path.suffix in self.suffixes):
                yield Blob.from_path(path)


class TwinOfGenericLoader(BaseLoader):
    def __init__(self, blob_loader, blob_parser):
        self.blob_loader, self.blob_parser = blob_loader, blob_parser

    def lazy_load(self):
        for blob in self.blob_loader.yield_blobs():
            yield from self.blob_parser.lazy_parse(blob)


@pytest.fixture(params=["twin", "langchain-community"])
def make(request):
    """Makes a GenericLoader over a FileSystemBlobLoader."""
    if request.param == "twin":
        return lambda path, parser, **which: TwinOfGenericLoader(
            TwinOfFileSystemBlobLoader(path, **which), parser
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the package warns of is its own
        pytest.importorskip("langchain_community")
        from langchain_community.document_loaders.blob_loaders import FileSystemBlobLoader
        from langchain_community.document_loaders.generic import GenericLoader
    return lambda path, parser, **which: GenericLoader(FileSystemBlobLoader(path, **which), parser)


@pytest.fixture
def parser(manager):
    return DocferryBlobParser(provider="slips", manager=manager)


def by_source(documents):
    return sorted(documents, key=lambda document: document.metadata["source"])


async def test_a_folder_gives_what_our_loader_gives(good_folder, manager, parser, make):
    loader = make(good_folder, parser, suffixes=[".txt"])
    expected = DocferryLoader(good_folder, provider="slips", manager=manager).load()
    assert by_source(loader.load()) == expected
    assert by_source([document async for document in loader.alazy_load()]) == expected
    assert all(list(document.metadata) == NAMES for document in expected)


def test_it_streams_one_file_after_the_other(good_folder, parser, slips, make):
    iterator = make(good_folder, parser, glob="*.txt").lazy_load()
    assert slips.started == []
    next(iterator)
    assert len(slips.started) == 1
    iterator.close()


def test_real_files_are_parsed(demo_pdf, tmp_path, make):
    (tmp_path / "notes.md").write_text("# Moorings\n\nBuoy 4 is closed.\n")
    (tmp_path / "demo.pdf").write_bytes(demo_pdf.read_bytes())
    documents = by_source(make(tmp_path, DocferryBlobParser()).load())
    assert len({document.metadata["page"] for document in documents}) > 5
    assert documents[-1].metadata["headings"] == "Moorings"
