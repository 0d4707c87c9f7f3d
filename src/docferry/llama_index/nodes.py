"""Chunks to LlamaIndex Documents and nodes."""

import base64
import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llama_index.core.schema import (
    Document,
    ImageDocument,
    NodeRelationship,
    ObjectType,
    RelatedNodeInfo,
    TextNode,
)

from docferry.chunking import Chunk, Split
from docferry.delivery import Delivery, Picture
from docferry.ingest import Outcome
from docferry.metadata import keys_hidden_from_llm, merge_metadata
from docferry.model import encode_document

__all__ = [
    "MODEL_KEY",
    "chunk_node",
    "document_id",
    "image_document",
    "link_nodes",
    "outcome_documents",
    "outcome_nodes",
]

MODEL_KEY = "docferry_document"
"""The metadata key of split="document" under which the parsed document travels to the node parser."""


def outcome_documents(
    outcome: Outcome, *, delivery: Delivery, extra: Mapping[str, Any] | None, carries_model: bool
) -> Iterator[Document]:
    """The Documents of one source, made one at a time.

    Args:
        outcome: A success.
        delivery: The settings of the load.
        extra: More metadata.
        carries_model: Whether the Document of split="document" carries the parsed document.
    """
    is_whole = delivery.chunking.split is Split.DOCUMENT
    for chunk in outcome.chunks:
        own: dict[str, object] = {**delivery.metadata(chunk, source=outcome.source)}
        if is_whole and carries_model and outcome.document is not None:
            own[MODEL_KEY] = encode_document(outcome.document)
        metadata = merge_metadata(own, extra)
        yield Document(
            id_=document_id(outcome.source) if is_whole else chunk.id,
            text=chunk.text_to_embed,
            metadata=metadata,
            excluded_embed_metadata_keys=list(metadata),
            excluded_llm_metadata_keys=[*keys_hidden_from_llm(), MODEL_KEY],
        )


def image_document(picture: Picture, *, extra: Mapping[str, Any] | None) -> ImageDocument:
    """The ImageDocument of a picture; no metadata key is shown to the embedder."""
    metadata = merge_metadata(picture.metadata, extra)
    return ImageDocument(
        id_=picture.id,
        text=picture.text,
        image=base64.b64encode(picture.content).decode("ascii"),
        image_mimetype=picture.media_type,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=keys_hidden_from_llm(),
    )


def outcome_nodes(
    outcome: Outcome, *, delivery: Delivery, extra: Mapping[str, Any] | None, links_source: bool
) -> list[TextNode]:
    """The nodes of one source, linked to each other, and to their document if asked for."""
    nodes = [
        chunk_node(
            chunk,
            metadata=merge_metadata(delivery.metadata(chunk, source=outcome.source), extra),
            hidden_from_llm=keys_hidden_from_llm(),
        )
        for chunk in outcome.chunks
    ]
    origin = RelatedNodeInfo(
        node_id=document_id(outcome.source),
        node_type=ObjectType.DOCUMENT,
        metadata={"source": outcome.source},
    )
    link_nodes(nodes, source=origin if links_source else None)
    return nodes


def document_id(source: str) -> str:
    """The id of the whole document: it depends on the source's name only, and so outlives changes."""
    digest = hashlib.sha256(f"docferry document\0{source}".encode(errors="surrogatepass")).digest()
    return str(uuid.UUID(bytes=digest[:16]))


def chunk_node(chunk: Chunk, *, metadata: dict[str, object], hidden_from_llm: list[str]) -> TextNode:
    """The node of a chunk; no metadata key is shown to the embedder."""
    return TextNode(
        id_=chunk.id,
        text=chunk.text_to_embed,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=hidden_from_llm,
    )


def link_nodes(
    nodes: Sequence[TextNode], *, source: RelatedNodeInfo | None, links_neighbours: bool = True
) -> None:
    """Link the nodes of one source, neighbours by id only: their boxes need not be stored three times."""
    related = [RelatedNodeInfo(node_id=node.node_id, node_type=ObjectType.TEXT) for node in nodes]
    for position, node in enumerate(nodes):
        if source is not None:
            node.relationships[NodeRelationship.SOURCE] = source
        if links_neighbours and position > 0:
            node.relationships[NodeRelationship.PREVIOUS] = related[position - 1]
        if links_neighbours and position + 1 < len(nodes):
            node.relationships[NodeRelationship.NEXT] = related[position + 1]
