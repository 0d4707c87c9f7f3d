"""The chunk: a passage that can prove where it came from."""

from dataclasses import dataclass, field
from typing import Any, cast

from docferry.chunking.spans import ChunkSpans
from docferry.model import ElementKind, Provenance

__all__ = ["Chunk", "OpenChunk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage of a document.

    A heading's own text stands in the text of the chunk that its section begins with. Chunks after that one
    name it in their prefix only, so that `text` holds every element once.

    Args:
        id: UUID-shaped digest of (source name, chunk settings, first page, text_to_embed, occurrence among
            equals on that page): the same for the same source name, bytes and settings.
        text: The passage, as Markdown.
        text_to_embed: What to embed: the heading path that leads to the passage in front of it, unless
            settings turn it off. Headings that `text` itself begins with are not repeated in front.
        token_count: Tokens of text_to_embed in the encoding of the settings, exact.
        headings: The heading path of the passage, outermost first; where it holds several sections, what
            their paths have in common.
        pages: The pages it stands on, 1-based, ascending.
        regions: Where it was taken from, in reading order. A part of a table stands where its rows stand,
            when the provider gives boxes of cells.
        kinds: Kinds of the elements in it, in order of first appearance.
        chunk_on_page: Position among the chunks that begin on the same page, 1-based.
        spans: Which characters of `text` come from which element, in the order of `text`, with repeats
            marked. What no span covers is markup.
    """

    id: str
    text: str
    text_to_embed: str
    token_count: int
    headings: tuple[str, ...]
    pages: tuple[int, ...]
    regions: tuple[Provenance, ...]
    kinds: tuple[ElementKind, ...]
    chunk_on_page: int
    spans: ChunkSpans = field(default_factory=ChunkSpans)

    @property
    def prefix(self) -> str:
        """What text_to_embed has in front of the text; a repeat of headings, or empty."""
        return self.text_to_embed[: len(self.text_to_embed) - len(self.text)]


class OpenChunk:
    """A Chunk that is still being written: the same slots, without the guard.

    A frozen dataclass sets each field through a function, and chunks are made by the ten thousand: this way
    one costs a fifth.
    """

    __slots__ = Chunk.__slots__

    id: str
    text: str
    text_to_embed: str
    token_count: int
    headings: tuple[str, ...]
    pages: tuple[int, ...]
    regions: tuple[Provenance, ...]
    kinds: tuple[ElementKind, ...]
    chunk_on_page: int
    spans: ChunkSpans

    def close(self) -> Chunk:
        """Turn it into a Chunk, once all fields are set."""
        closed = cast("Any", self)
        closed.__class__ = Chunk
        return closed
