"""Text that came without a parsed document: read as Markdown and cut, the same for both frameworks."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from docferry.chunking import Chunk, ChunkSettings, chunk_document
from docferry.metadata import MetadataProfile, chunk_metadata, merge_metadata
from docferry.reading import MARKDOWN_PROVIDER, read_text

__all__ = ["Passage", "cut_text"]

SOURCE_KEYS = ("source", "file_path", "url", "file_name")
PART_KEYS = ("chunk_id", "page_label", "page")
PLACE_KEYS = ("page", "page_end", "pages", "provider", "regions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk of a text, and its metadata.

    Args:
        chunk: The chunk; it has no pages and no regions.
        metadata: Keys in the order of `docferry.metadata.METADATA_KEYS`, then the text's other metadata.
    """

    chunk: Chunk
    metadata: dict[str, object]


def cut_text(
    text: str,
    *,
    given: Mapping[str, object],
    name: str = "",
    chunking: ChunkSettings,
    profile: MetadataProfile = MetadataProfile.FLAT,
) -> Iterator[Passage]:
    """Read a text as Markdown and cut it into passages.

    Nothing in a text says on which page it stands, so what its metadata says of pages, regions and provider
    is kept. Its headings are kept in front of a passage that has none of its own.

    Args:
        text: The text.
        given: Its metadata, from whatever loader.
        name: Name of its source where the metadata has none.
        chunking: How it is cut.
        profile: Flat or rich metadata, for the keys that are ours.
    """
    source = next((str(given[key]) for key in SOURCE_KEYS if given.get(key)), name)
    part = next((f"{key} {given[key]}" for key in PART_KEYS if given.get(key) is not None), "")
    place = _place(given, profile=profile)
    for cut in chunk_document(read_text(text), settings=chunking, source_name=source):
        chunk = replace(cut, id=_id_within(part, cut.id)) if part else cut
        own = chunk_metadata(chunk, source=source, provider=MARKDOWN_PROVIDER, profile=profile)
        known = dict(place)
        if not chunk.headings and given.get("headings"):
            known["headings"] = given["headings"]
        yield Passage(chunk=chunk, metadata=merge_metadata({**own, **known}, given))


def _place(given: Mapping[str, object], *, profile: MetadataProfile) -> dict[str, object]:
    """What the metadata says of the place, and what follows from a page that stands alone."""
    place = {key: given[key] for key in PLACE_KEYS if key in given}
    page = place.get("page")
    if page is not None:
        place.setdefault("page_end", page)
        place.setdefault("pages", f"[{page}]" if profile is MetadataProfile.FLAT else [page])
    return place


def _id_within(part: str, chunk_id: str) -> str:
    """The id of a chunk of one part of a source.

    Loaders give one text a page or a passage: equal ones on two pages of a source need two ids.
    """
    digest = hashlib.sha256(f"{part}\0{chunk_id}".encode(errors="surrogatepass")).digest()
    return str(uuid.UUID(bytes=digest[:16]))
