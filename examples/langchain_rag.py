"""LangChain: a folder in, a question answered with passages that can prove where they stand.

    python examples/langchain_rag.py FOLDER "How many passengers travelled in July?"

Running it again parses the folder, and embeds only what has changed.
"""

import argparse
from pathlib import Path

from citation import draw
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_qdrant import QdrantVectorStore
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, VectorParams
from words import N_DIMENSIONS, embed

from docferry.langchain import DocferryLoader, key_encoder


class Words(Embeddings):
    """LangChain's face of the example's embedding."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        return [embed(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return embed(text)


def main() -> None:
    """Index the folder and answer the question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("question")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="where the page images go")
    arguments = parser.parse_args()

    client = QdrantClient(":memory:")
    client.create_collection("passages", VectorParams(size=N_DIMENSIONS, distance=Distance.COSINE))
    store = QdrantVectorStore(client, "passages", Words())
    records = InMemoryRecordManager("passages")
    records.create_schema()

    loader = DocferryLoader(arguments.folder, provider="local", on_error="skip")
    counts = index(
        loader, records, store, cleanup="incremental", source_id_key="source", key_encoder=key_encoder
    )
    print(f"{counts['num_added']} passages added, {counts['num_skipped']} known")

    for number, (passage, score) in enumerate(store.similarity_search_with_score(arguments.question, k=3), 1):
        place = passage.metadata
        print(f"\n{number}. {Path(place['source']).name}, page {place['page']} ({score:.2f})")
        print(f"   under: {place['headings']}")
        print(f"   boxes: {place['regions']}")
        print("   " + passage.page_content.replace("\n", "\n   "))
        image = draw(place, arguments.output, name=f"langchain-{number}")
        if image is not None:
            print(f"   shown on {image}")


if __name__ == "__main__":
    main()
