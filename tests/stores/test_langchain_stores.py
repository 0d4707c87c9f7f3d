"""Flat metadata passes the vector stores that LangChain's users have, unfiltered and unchanged."""

import pytest

pytest.importorskip("chromadb")

import chromadb
import lancedb
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_qdrant import QdrantVectorStore
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, VectorParams
from word_vectors import N_DIMENSIONS, vector_of

from docferry.langchain import DocferryLoader, key_encoder

# What the stores warn of is their own.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


class WordVectors(Embeddings):
    def embed_documents(self, texts):
        return [vector_of(text) for text in texts]

    def embed_query(self, text):
        return vector_of(text)


def chroma():
    return Chroma("documents", WordVectors(), client=chromadb.EphemeralClient())


def qdrant():
    client = QdrantClient(":memory:")
    client.create_collection("documents", VectorParams(size=N_DIMENSIONS, distance=Distance.COSINE))
    return QdrantVectorStore(client, "documents", WordVectors())


@pytest.fixture(params=[chroma, qdrant], ids=lambda make: make.__name__)
def store(request):
    made = request.param()
    yield made
    if isinstance(made, Chroma):
        made.delete_collection()


@pytest.fixture
def loader(demo_pdf):
    return DocferryLoader(str(demo_pdf))


def test_documents_come_back_as_they_went_in(store, loader):
    documents = loader.load()
    store.add_documents(documents, ids=[document.id for document in documents])
    wanted = documents[7]

    found = store.similarity_search(wanted.page_content, k=1)[0]

    assert found.page_content == wanted.page_content
    own = {key: value for key, value in found.metadata.items() if not key.startswith("_")}
    assert own == wanted.metadata


def test_a_third_indexing_run_changes_nothing(store, loader):
    records = InMemoryRecordManager("documents")
    records.create_schema()

    runs = [
        index(loader, records, store, cleanup="incremental", source_id_key="source", key_encoder=key_encoder)
        for _ in range(3)
    ]

    n_documents = len(loader.load())
    assert [run["num_added"] for run in runs] == [n_documents, 0, 0]
    assert [run["num_skipped"] for run in runs] == [0, n_documents, n_documents]
    assert [run["num_deleted"] for run in runs] == [0, 0, 0]


def test_a_page_can_be_asked_for(store, loader):
    store.add_documents(loader.load())
    if isinstance(store, Chroma):
        found = store.similarity_search("ferry", k=50, filter={"page": 2})
    else:
        from qdrant_client.models import FieldCondition, Filter, MatchValue

        condition = FieldCondition(key="metadata.page", match=MatchValue(value=2))
        found = store.similarity_search("ferry", k=50, filter=Filter(must=[condition]))

    assert found
    assert {document.metadata["page"] for document in found} == {2}


def test_lancedb_takes_the_metadata_as_columns(tmp_path, loader):
    documents = loader.load()
    rows = [
        {"vector": vector_of(document.page_content), "text": document.page_content, **document.metadata}
        for document in documents
    ]
    table = lancedb.connect(str(tmp_path)).create_table("documents", rows)

    (found,) = table.search(vector_of(documents[3].page_content)).limit(1).to_list()

    assert {key: found[key] for key in documents[3].metadata} == documents[3].metadata
