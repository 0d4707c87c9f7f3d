"""The node parser: Documents to nodes, inside an IngestionPipeline."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self, cast

from llama_index.core.bridge.pydantic import Field
from llama_index.core.node_parser import NodeParser
from llama_index.core.node_parser.node_utils import default_id_func
from llama_index.core.schema import BaseNode, Document, MetadataMode, RelatedNodeInfo, TextNode
from llama_index.core.utils import (
    get_tqdm_iterable,  # pyright: ignore[reportUnknownVariableType] - LlamaIndex leaves its items untyped
)

from docferry.chunking import ChunkSettings, chunk_document
from docferry.delivery import Passage, cut_text
from docferry.errors import CorruptSourceError
from docferry.llama_index.fields import ChunkSettingsField, ProfileField
from docferry.llama_index.nodes import MODEL_KEY, chunk_node, link_nodes
from docferry.metadata import (
    METADATA_KEYS,
    MetadataProfile,
    chunk_metadata,
    keys_hidden_from_llm,
    merge_metadata,
)
from docferry.model import Document as ParsedDocument
from docferry.model import decode_document

__all__ = ["DocferryNodeParser"]

OWN_KEYS = frozenset(key.name for key in METADATA_KEYS)


class DocferryNodeParser(NodeParser):
    """Cuts Documents into nodes, for an IngestionPipeline.

    From a Document of `DocferryReader(split="document")` it takes the parsed document that it carries, so
    that nodes have pages, boxes and headings, and the same text and ids as the reader's own chunks with the
    same settings. The text of any other Document is read as Markdown; nothing says then on which page a
    passage stands, and what the Document's metadata says of pages, regions and provider is kept.

    Nodes have SOURCE, PREVIOUS and NEXT; the metadata of their chunk, and from the Document's metadata what
    is not docferry's. A pipeline with a document store and upserts runs only Documents that are new or have
    changed; for that the Documents need ids that stay, such as those of `DocferryReader` or the
    `filename_as_id` of SimpleDirectoryReader.

    Args:
        chunking: How documents are cut.
        metadata_profile: "flat" for scalars only, "rich" for lists too.
        include_metadata: Whether nodes get the Document's other metadata too.
        include_prev_next_rel: Whether nodes get PREVIOUS and NEXT.
        id_func: Makes the nodes' ids from their position and their Document; the chunk's id when not given.
    """

    chunking: ChunkSettingsField = Field(default_factory=ChunkSettings)
    metadata_profile: ProfileField = MetadataProfile.FLAT

    @classmethod
    def class_name(cls) -> str:
        """The name of the class."""
        return cls.__name__

    @classmethod
    def from_dict(cls, data: dict[str, Any], **kwargs: object) -> Self:
        """Make the parser that `to_dict` wrote; an id function is written by name only and not restored."""
        fields = {name: value for name, value in data.items() if name not in ("class_name", "id_func")}
        fields.update(kwargs)
        return cls(**fields)

    def _parse_nodes(
        self,
        nodes: Sequence[BaseNode],
        show_progress: bool = False,  # noqa: FBT001, FBT002 - the framework's signature
        **_kwargs: object,
    ) -> list[BaseNode]:
        parents = cast("Iterable[BaseNode]", get_tqdm_iterable(nodes, show_progress, "Parsing nodes"))
        return [node for parent in parents for node in self._nodes_of(parent)]

    async def _aparse_nodes(
        self,
        nodes: Sequence[BaseNode],
        show_progress: bool = False,  # noqa: FBT001, FBT002 - the framework's signature
        **kwargs: object,
    ) -> list[BaseNode]:
        return await asyncio.to_thread(self._parse_nodes, nodes, show_progress, **kwargs)

    def _postprocess_parsed_nodes(
        self,
        nodes: list[BaseNode],
        parent_doc_map: dict[str, Document],  # noqa: ARG002 - the framework's signature
    ) -> list[BaseNode]:
        # Links and metadata are complete. The framework's version would merge the parsed document back into
        # every node, and search each node's text in the Document, where a heading path is not to be found.
        return nodes

    def _nodes_of(self, parent: BaseNode) -> list[TextNode]:
        rest = {name: value for name, value in parent.metadata.items() if name != MODEL_KEY}
        nodes = [
            chunk_node(passage.chunk, metadata=passage.metadata, hidden_from_llm=_hidden_by(parent))
            for passage in self._passages(parent, rest)
        ]
        make_id: Callable[[int, BaseNode], str] | None = cast("Any", self).id_func
        # The framework's default makes random ids; older versions of it leave it out.
        if make_id is not None and make_id is not default_id_func:
            for position, node in enumerate(nodes):
                node.id_ = make_id(position, parent)
        origin = parent.source_node or RelatedNodeInfo(
            node_id=parent.node_id, node_type=parent.get_type(), metadata=rest, hash=parent.hash
        )
        link_nodes(nodes, source=origin, links_neighbours=self.include_prev_next_rel)
        return nodes

    def _passages(self, parent: BaseNode, rest: Mapping[str, object]) -> Iterator[Passage]:
        encoded = parent.metadata.get(MODEL_KEY)
        if encoded is not None:
            yield from self._passages_of_model(encoded, rest)
            return
        text = parent.get_content(MetadataMode.NONE)
        for passage in cut_text(
            text, given=rest, name=parent.node_id, chunking=self.chunking, profile=self.metadata_profile
        ):
            own = {name: value for name, value in passage.metadata.items() if name in OWN_KEYS}
            yield replace(passage, metadata=passage.metadata if self.include_metadata else own)

    def _passages_of_model(self, encoded: object, rest: Mapping[str, object]) -> Iterator[Passage]:
        source = str(rest.get("source", ""))
        parsed = _decode_model(encoded, source=source)
        for chunk in chunk_document(parsed, settings=self.chunking, source_name=source):
            own = chunk_metadata(
                chunk, source=source, provider=parsed.provider, profile=self.metadata_profile
            )
            yield Passage(chunk=chunk, metadata=merge_metadata(own, rest if self.include_metadata else None))


def _hidden_by(parent: BaseNode) -> list[str]:
    """The keys that the Document hides from the language model, and ours that are of no use to it."""
    given = [name for name in parent.excluded_llm_metadata_keys if name != MODEL_KEY]
    unknown = (
        [] if "page" in parent.metadata else ["page", "page_end"]
    )  # a text does not say on which it stands
    return list(dict.fromkeys([*keys_hidden_from_llm(), *given, *unknown]))


def _decode_model(encoded: object, *, source: str) -> ParsedDocument:
    try:
        return decode_document(str(encoded))
    except ValueError as error:
        raise CorruptSourceError(
            f"the parsed document in the Document is unreadable: {error}",
            next_step="load it again",
            source=source,
        ) from error
