"""Chunks to LangChain Documents, and the key of a Document in an index."""

import hashlib
import uuid
from collections.abc import Mapping

from langchain_core.documents import Document
from langchain_core.documents.base import Blob

from docferry.chunking import Chunk
from docferry.delivery import Delivery, Picture
from docferry.errors import InvalidOptionsError
from docferry.metadata import merge_metadata

__all__ = ["chunk_document_of", "key_encoder", "picture_blob"]


def key_encoder(document: Document) -> str:
    """The key of a document for `index(key_encoder=...)`: our chunk id.

    LangChain's own encoders hash all metadata, and their keys are no ids of ours. A document that was cut
    further after loading has lost its id; its key is derived from the chunk's id and its own text.

    Raises:
        InvalidOptionsError: The document has no `chunk_id`; it does not come from docferry.
    """
    chunk_id = document.metadata.get("chunk_id")
    if not isinstance(chunk_id, str):
        raise InvalidOptionsError(
            "a document has no chunk_id in its metadata",
            next_step="use this encoder with docferry's documents",
        )
    if document.id == chunk_id:
        return chunk_id
    digest = hashlib.sha256(f"{chunk_id}\0{document.page_content}".encode(errors="surrogatepass"))
    return str(uuid.UUID(bytes=digest.digest()[:16]))


def chunk_document_of(
    chunk: Chunk, *, source: str, delivery: Delivery, extra: Mapping[str, object] | None = None
) -> Document:
    """The Document of a chunk, with what the caller's metadata adds."""
    return Document(
        page_content=chunk.text_to_embed,
        metadata=merge_metadata(delivery.metadata(chunk, source=source), extra),
        id=chunk.id,
    )


def picture_blob(picture: Picture) -> Blob:
    """The Blob of a picture, in memory."""
    return Blob(
        id=picture.id, data=picture.content, mimetype=picture.media_type, metadata=dict(picture.metadata)
    )
