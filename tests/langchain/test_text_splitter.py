"""DocferryTextSplitter goes where LangChain takes a text splitter or a document transformer."""

import inspect
import pickle
import subprocess
import sys

import pytest
from langchain_core.documents import BaseDocumentTransformer, Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_core.vectorstores import InMemoryVectorStore

import docferry
from docferry.chunking import ChunkSettings
from docferry.errors import InvalidOptionsError
from docferry.langchain import DocferryLoader, DocferryTextSplitter, key_encoder
from docferry.metadata import METADATA_KEYS

NAMES = [key.name for key in METADATA_KEYS]
TEXT = "# Harbour\n\nThe north pier.\n\n## Ferries\n\n- Ada\n- Grace\n"
pytestmark = pytest.mark.anyio


@pytest.fixture
def splitter():
    return DocferryTextSplitter()


def test_a_text_is_cut_like_a_document(splitter):
    assert isinstance(splitter, BaseDocumentTransformer)
    assert splitter.split_text(TEXT) == [chunk.text_to_embed for chunk in docferry.chunk(TEXT)]
    assert splitter.split_text("") == []


async def test_all_ways_give_the_same_documents(splitter):
    whole = Document(page_content=TEXT, metadata={"source": "a.md", "tenant": "north"}, id="whole")
    documents = splitter.split_documents([whole])
    assert splitter.create_documents([TEXT], [whole.metadata]) == documents
    assert splitter.split_documents(iter([whole])) == documents
    assert splitter.transform_documents([whole]) == documents
    assert await splitter.atransform_documents([whole]) == documents
    assert [document.page_content for document in documents] == splitter.split_text(TEXT)
    for document in documents:
        assert list(document.metadata) == [*NAMES, "tenant"]
        assert document.id == document.metadata["chunk_id"] == key_encoder(document)
        assert document.metadata["source"] == "a.md"


def test_metadata_is_copied_and_pages_survive(splitter):
    whole = Document(page_content=TEXT, metadata={"source": "a.pdf", "page": 7, "tags": ["x"]})
    first, second = splitter.split_documents([whole])
    assert [first.metadata["page"], first.metadata["page_end"]] == [7, 7]
    first.metadata["tags"].append("y")
    assert second.metadata["tags"] == whole.metadata["tags"] == ["x"]


def test_texts_without_metadata_may_come_alone(splitter):
    assert len(splitter.create_documents([TEXT, TEXT])) == 4
    with pytest.raises(InvalidOptionsError, match="2 texts and 1 metadata"):
        splitter.create_documents([TEXT, TEXT], [{}])


def test_settings_are_used():
    splitter = DocferryTextSplitter(chunking=ChunkSettings(max_tokens=16), metadata_profile="rich")
    documents = splitter.create_documents([TEXT + "word " * 60])
    assert max(document.metadata["token_count"] for document in documents) <= 16
    assert documents[0].metadata["headings"] == ["Harbour"]
    assert repr(splitter) == "DocferryTextSplitter(max_tokens=16)"
    assert pickle.loads(pickle.dumps(splitter)).split_text(TEXT) == splitter.split_text(TEXT)
    with pytest.raises(InvalidOptionsError, match="metadata_profile"):
        DocferryTextSplitter(metadata_profile="deep")
    with pytest.raises(InvalidOptionsError, match="too small"):
        DocferryTextSplitter(chunking={"max_tokens": 1})


def test_load_and_split_takes_it(demo_pdf):
    loader = DocferryLoader(demo_pdf)
    pieces = loader.load_and_split(DocferryTextSplitter(chunking=ChunkSettings(max_tokens=64)))
    chunks = {document.metadata["regions"]: document for document in loader.load()}
    assert len(pieces) > len(chunks)
    assert {piece.metadata["regions"] for piece in pieces} <= set(chunks)
    assert len({piece.id for piece in pieces}) == len(pieces)


def test_documents_of_another_loader_are_indexed_once(splitter):
    pages = [Document(page_content="The same.", metadata={"source": "a.pdf", "page": n}) for n in (1, 2)]
    records = InMemoryRecordManager(namespace="docferry")
    records.create_schema()
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
    added = [
        index(
            splitter.split_documents(pages),
            records,
            store,
            cleanup="full",
            source_id_key="source",
            key_encoder=key_encoder,
        )["num_added"]
        for _ in range(3)
    ]
    assert added == [2, 0, 0]


class TestWithThePackage:
    def test_it_is_a_text_splitter_where_that_package_is_installed(self, splitter):
        package = pytest.importorskip("langchain_text_splitters")
        assert isinstance(splitter, package.TextSplitter)
        for name in ("split_text", "create_documents", "split_documents"):
            own = inspect.signature(getattr(DocferryTextSplitter, name)).parameters
            assert list(own) == list(inspect.signature(getattr(package.TextSplitter, name)).parameters)

    def test_other_splitters_keep_the_metadata_of_the_loader(self, demo_pdf):
        package = pytest.importorskip("langchain_text_splitters")
        loader = DocferryLoader(demo_pdf)
        for other in (
            package.RecursiveCharacterTextSplitter(chunk_size=100, chunk_overlap=0),
            package.MarkdownTextSplitter(chunk_size=100, chunk_overlap=0),
            package.CharacterTextSplitter(separator="\n", chunk_size=100, chunk_overlap=0),
        ):
            pieces = loader.load_and_split(other)
            assert len(pieces) > len(loader.load())
            assert all(list(piece.metadata)[: len(NAMES)] == NAMES for piece in pieces)
            assert len({key_encoder(piece) for piece in pieces}) == len(
                {(piece.metadata["chunk_id"], piece.page_content) for piece in pieces}
            )

    def test_a_retriever_that_splits_for_itself_takes_it(self, splitter, demo_pdf):
        retrievers = pytest.importorskip("langchain_classic.retrievers")
        from langchain_core.stores import InMemoryStore

        store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
        retriever = retrievers.ParentDocumentRetriever(
            vectorstore=store, docstore=InMemoryStore(), child_splitter=splitter
        )
        retriever.add_documents(DocferryLoader(demo_pdf, split="page").load())
        assert len(store.store) > 8


def test_the_adapter_needs_no_more_than_langchain_core():
    code = (
        "import sys; sys.modules['langchain_text_splitters'] = None\n"
        "from docferry.langchain import DocferryTextSplitter\n"
        "print(DocferryTextSplitter().split_text('# A'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['# A']"
