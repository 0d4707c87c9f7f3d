"""LlamaIndex: a folder in, a question answered with passages that can prove where they stand.

    python examples/llama_index_rag.py FOLDER "How many passengers travelled in July?"

Running it again parses the folder, and embeds only files that have changed.
"""

import argparse
import warnings
from pathlib import Path

from citation import draw
from llama_index.core import VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.vector_stores.qdrant import QdrantVectorStore
from qdrant_client import QdrantClient
from words import embed

from docferry.llama_index import DocferryNodeParser, DocferryReader


class Words(BaseEmbedding):
    """LlamaIndex' face of the example's embedding."""

    def _get_text_embedding(self, text: str) -> list[float]:
        return embed(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        return embed(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return embed(query)


def main() -> None:
    """Index the folder and answer the question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("question")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="where the page images go")
    arguments = parser.parse_args()

    warnings.filterwarnings("ignore", message="Payload indexes")  # a local Qdrant needs none
    store = QdrantVectorStore("passages", client=QdrantClient(":memory:"))
    pipeline = IngestionPipeline(
        transformations=[DocferryNodeParser(), Words()], docstore=SimpleDocumentStore(), vector_store=store
    )
    documents = DocferryReader(provider="local", split="document", on_error="skip").load_data(
        arguments.folder
    )
    nodes = pipeline.run(documents=documents)
    print(f"{len(nodes)} passages added")

    passages = VectorStoreIndex.from_vector_store(store, embed_model=Words())
    for number, found in enumerate(passages.as_retriever(similarity_top_k=3).retrieve(arguments.question), 1):
        place = found.node.metadata
        print(f"\n{number}. {Path(place['source']).name}, page {place['page']} ({found.score:.2f})")
        print(f"   under: {place['headings']}")
        print(f"   boxes: {place['regions']}")
        print("   " + found.node.get_content().replace("\n", "\n   "))
        image = draw(place, arguments.output, name=f"llama-index-{number}")
        if image is not None:
            print(f"   shown on {image}")


if __name__ == "__main__":
    main()
