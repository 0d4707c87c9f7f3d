"""Flat metadata passes the vector stores that LlamaIndex's users have, unfiltered and unchanged."""

import pytest

pytest.importorskip("chromadb")

import chromadb
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores import VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore
from llama_index.vector_stores.lancedb import LanceDBVectorStore
from llama_index.vector_stores.qdrant import QdrantVectorStore
from qdrant_client import QdrantClient
from word_vectors import vector_of

from docferry.llama_index import DocferryNodeParser, DocferryReader

# What the stores warn of is their own.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


class WordVectors(BaseEmbedding):
    def _get_text_embedding(self, text):
        return vector_of(text)

    def _get_query_embedding(self, query):
        return vector_of(query)

    async def _aget_query_embedding(self, query):
        return vector_of(query)


def chroma(folder):
    return ChromaVectorStore(
        chroma_collection=chromadb.PersistentClient(str(folder)).create_collection("nodes")
    )


def qdrant(folder):
    return QdrantVectorStore("nodes", client=QdrantClient(path=str(folder)))


def lance(folder):
    return LanceDBVectorStore(uri=str(folder), mode="create", table_name="nodes")


@pytest.fixture(params=[chroma, qdrant, lance], ids=lambda make: make.__name__)
def store(request, tmp_path):
    return request.param(tmp_path / "store")


def pipeline(store):
    return IngestionPipeline(
        transformations=[DocferryNodeParser(), WordVectors()],
        docstore=SimpleDocumentStore(),
        vector_store=store,
    )


def test_nodes_come_back_as_they_went_in(store, demo_pdf):
    nodes = pipeline(store).run(documents=DocferryReader(split="document").load_data(str(demo_pdf)))
    wanted = nodes[7]

    result = store.query(VectorStoreQuery(query_embedding=list(wanted.embedding), similarity_top_k=1))

    (found,) = result.nodes
    assert found.node_id == wanted.node_id
    assert {key: found.metadata[key] for key in wanted.metadata} == wanted.metadata


def test_three_runs_add_once(store, demo_pdf):
    run = pipeline(store)
    counts = [
        len(run.run(documents=DocferryReader(split="document").load_data(str(demo_pdf)))) for _ in range(3)
    ]

    assert counts[0] > 0
    assert counts[1:] == [0, 0]
