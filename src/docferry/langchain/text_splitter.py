"""The text splitter: any Documents and texts to chunks, read as Markdown."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document

from docferry.chunking import ChunkSettings
from docferry.delivery import Passage, ProfileInput, cut_text, read_choice, read_chunking
from docferry.errors import InvalidOptionsError
from docferry.metadata import MetadataProfile

if TYPE_CHECKING:
    from langchain_text_splitters import TextSplitter as Splitter
else:
    try:
        # Retrievers that split for themselves insist on this class. It costs no import: langchain-core has
        # looked for it already.
        from langchain_text_splitters import TextSplitter as Splitter
    except ImportError:
        from langchain_core.documents import BaseDocumentTransformer as Splitter

__all__ = ["DocferryTextSplitter"]


class DocferryTextSplitter(Splitter):
    """Cuts texts into chunks within a token budget, along headings, lists and tables, read as Markdown.

    It goes where LangChain takes a text splitter or a document transformer, and is a
    `langchain_text_splitters.TextSplitter` where that package is installed. Chunks have the metadata of
    `docferry.metadata.METADATA_KEYS` first, then what their Document had. A text does not say on which page
    it stands: what the Document's metadata says of pages, regions and provider is kept. A Document's id is
    the chunk's id, as `docferry.langchain.key_encoder` wants it.

    Documents of `DocferryLoader` are chunks already. To cut them otherwise give the loader other settings:
    it knows the pages and boxes of each passage.

    Args:
        chunking: How texts are cut.
        metadata_profile: "flat" for scalars only, "rich" for lists too.

    Raises:
        InvalidOptionsError: A setting is wrong.
    """

    def __init__(
        self,
        *,
        chunking: ChunkSettings | Mapping[str, Any] | None = None,
        metadata_profile: ProfileInput = MetadataProfile.FLAT,
    ) -> None:
        super().__init__()
        self._chunking = read_chunking(chunking)
        self._profile = read_choice(MetadataProfile, metadata_profile, name="metadata_profile")

    def split_text(self, text: str) -> list[str]:
        """Cut one text; each string is a chunk's text to embed, with the heading path in front."""
        return [passage.chunk.text_to_embed for passage in self._cut(text, {})]

    def create_documents(
        self, texts: list[str], metadatas: list[dict[Any, Any]] | None = None
    ) -> list[Document]:
        """Cut texts into Documents.

        Args:
            texts: The texts.
            metadatas: The metadata of each text, in the same order; their key `source` takes part in ids.

        Raises:
            InvalidOptionsError: There are fewer or more metadata than texts.
        """
        nothing: dict[Any, Any] = {}
        given = [nothing] * len(texts) if metadatas is None else metadatas
        if len(given) != len(texts):
            raise InvalidOptionsError(
                f"there are {len(texts)} texts and {len(given)} metadata", next_step="give one for each text"
            )
        return [
            _document(passage)
            for text, metadata in zip(texts, given, strict=True)
            for passage in self._cut(text, metadata)
        ]

    def split_documents(self, documents: Iterable[Document]) -> list[Document]:
        """Cut Documents; each chunk has the metadata of its Document, copied."""
        return [
            _document(passage)
            for document in documents
            for passage in self._cut(document.page_content, document.metadata, name=document.id or "")
        ]

    def transform_documents(
        self,
        documents: Sequence[Document],
        **_kwargs: Any,  # noqa: ANN401 - the framework's signature
    ) -> Sequence[Document]:
        """Cut Documents; the same as `split_documents`."""
        return self.split_documents(documents)

    async def atransform_documents(
        self,
        documents: Sequence[Document],
        **_kwargs: Any,  # noqa: ANN401 - the framework's signature
    ) -> Sequence[Document]:
        """Cut Documents in a worker thread."""
        return await asyncio.to_thread(self.split_documents, documents)

    def _cut(self, text: str, metadata: Mapping[str, object], name: str = "") -> Iterable[Passage]:
        return cut_text(text, given=metadata, name=name, chunking=self._chunking, profile=self._profile)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(max_tokens={self._chunking.max_tokens})"


def _document(passage: Passage) -> Document:
    # Documents must not share what a program may change.
    return Document(
        page_content=passage.chunk.text_to_embed, metadata=deepcopy(passage.metadata), id=passage.chunk.id
    )
