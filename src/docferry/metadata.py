"""A chunk's metadata as both frameworks get it: the same keys, in one order, the same in every run.

The table `METADATA_KEYS` is the contract. The flat profile serves vector stores that take scalars only, the
rich one programs that want lists. Figures of a run, such as job ids, times and credits, are no metadata.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from json.encoder import encode_basestring
from typing import TypeAlias, cast

from docferry.chunking import Chunk
from docferry.model import BoundingBox, ElementKind, Provenance

__all__ = [
    "METADATA_KEYS",
    "PICTURE_KEYS",
    "MetadataKey",
    "MetadataProfile",
    "MetadataValue",
    "chunk_metadata",
    "keys_hidden_from_llm",
    "merge_metadata",
    "picture_metadata",
    "read_regions",
]

MetadataValue: TypeAlias = str | int | list[object]
"""A value of our own metadata; `json.dumps` takes all of them."""

HEADING_SEPARATOR = " > "
KIND_SEPARATOR = ","


class MetadataProfile(StrEnum):
    """How values that are more than a scalar are given."""

    FLAT = "flat"  # strings and integers only, which every vector store takes
    RICH = "rich"  # lists where there is more than one


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataKey:
    """One row of the contract.

    Args:
        name: The key.
        flat_type: Its value in the flat profile.
        rich_type: Its value in the rich profile.
        meaning: What it says.
        is_for_llm: Whether LlamaIndex shows it to the language model. None is shown to the embedding model.
        is_of_passages: Whether it is left out when one chunk is the whole document, where it would list
            every element of it.
    """

    name: str
    flat_type: str
    rich_type: str
    meaning: str
    is_for_llm: bool = False
    is_of_passages: bool = False


METADATA_KEYS = (
    MetadataKey(
        name="source",
        flat_type="str",
        rich_type="str",
        meaning="the string the caller gave, a URL without its query",
        is_for_llm=True,
    ),
    MetadataKey(
        name="page",
        flat_type="int",
        rich_type="int",
        meaning="first page, 1-based in the whole document; 1 when the provider names no pages",
        is_for_llm=True,
    ),
    MetadataKey(name="page_end", flat_type="int", rich_type="int", meaning="last page", is_for_llm=True),
    MetadataKey(
        name="pages",
        flat_type="str: JSON list of int",
        rich_type="list of int",
        meaning="every page, ascending",
        is_of_passages=True,
    ),
    MetadataKey(
        name="headings",
        flat_type='str: joined with " > "',
        rich_type="list of str",
        meaning="the heading path, outermost first; empty above the first heading",
        is_for_llm=True,
    ),
    MetadataKey(
        name="kinds",
        flat_type='str: joined with ","',
        rich_type="list of str",
        meaning="kinds of the elements, in order of first appearance",
    ),
    MetadataKey(
        name="chunk_on_page",
        flat_type="int",
        rich_type="int",
        meaning="position among the chunks that begin on the same page, 1-based",
    ),
    MetadataKey(
        name="token_count",
        flat_type="int",
        rich_type="int",
        meaning="tokens of the text, exact in the encoding of the chunk settings",
    ),
    MetadataKey(name="provider", flat_type="str", rich_type="str", meaning="name of the provider"),
    MetadataKey(name="chunk_id", flat_type="str", rich_type="str", meaning="the chunk's id, UUID-shaped"),
    MetadataKey(
        name="regions",
        flat_type="str: JSON list of [page, [left, top, right, bottom] or null, element id]",
        rich_type="list of [page, [left, top, right, bottom] or None, element id]",
        meaning="where the text stands, in reading order; edges as fractions of the page from its top left",
        is_of_passages=True,
    ),
)
"""Every key, in the order in which it stands in the metadata."""


PICTURE_KEYS = (
    *(
        key
        for key in METADATA_KEYS
        if key.name
        in ("source", "page", "page_end", "pages", "headings", "kinds", "provider", "chunk_id", "regions")
    ),
    MetadataKey(
        name="caption",
        flat_type="str",
        rich_type="str",
        meaning="the caption that belongs to the picture, or empty",
        is_for_llm=True,
    ),
)
"""Every key of a picture's metadata, in order: those of its chunk that make sense, and the caption.

`chunk_id` and `headings` are those of the chunk that holds the element, and empty when none does.
"""


def chunk_metadata(
    chunk: Chunk,
    *,
    source: str,
    provider: str,
    profile: MetadataProfile = MetadataProfile.FLAT,
    is_whole_document: bool = False,
) -> dict[str, MetadataValue]:
    """The metadata of one chunk, its keys in the order of `METADATA_KEYS`.

    Args:
        chunk: The chunk.
        source: Name of its source.
        provider: Name of the provider.
        profile: Scalars only, or lists too.
        is_whole_document: Whether the chunk is a whole document; the keys of passages are then left out.

    Returns:
        A new dictionary. No value is None, and equal chunks give equal dictionaries.
    """
    is_flat = profile is MetadataProfile.FLAT
    pages = chunk.pages or (1,)
    metadata: dict[str, MetadataValue] = {
        "source": source,
        "page": pages[0],
        "page_end": pages[-1],
    }
    if not is_whole_document:
        metadata["pages"] = _json_list(map(str, pages)) if is_flat else list[object](pages)
    metadata["headings"] = HEADING_SEPARATOR.join(chunk.headings) if is_flat else list[object](chunk.headings)
    kinds = [kind.value for kind in chunk.kinds]
    metadata["kinds"] = KIND_SEPARATOR.join(kinds) if is_flat else list[object](kinds)
    metadata["chunk_on_page"] = chunk.chunk_on_page
    metadata["token_count"] = chunk.token_count
    metadata["provider"] = provider
    metadata["chunk_id"] = chunk.id
    if not is_whole_document:
        metadata["regions"] = (
            _json_list(map(_region_as_json, chunk.regions))
            if is_flat
            else [_region_as_list(region) for region in chunk.regions]
        )
    return metadata


def picture_metadata(  # noqa: PLR0913 - what a picture is of, all named
    place: Provenance,
    *,
    chunk: Chunk | None,
    kind: ElementKind,
    caption: str,
    source: str,
    provider: str,
    profile: MetadataProfile = MetadataProfile.FLAT,
) -> dict[str, MetadataValue]:
    """The metadata of a picture that was cut out of a page, its keys in the order of `PICTURE_KEYS`.

    Args:
        place: Page, box and element of the picture.
        chunk: The chunk that holds the element; None when none does.
        kind: Kind of the element.
        caption: Its caption, or an empty string.
        source: Name of its source.
        provider: Name of the provider.
        profile: Scalars only, or lists too.
    """
    is_flat = profile is MetadataProfile.FLAT
    headings = () if chunk is None else chunk.headings
    return {
        "source": source,
        "page": place.page,
        "page_end": place.page,
        "pages": f"[{place.page}]" if is_flat else [place.page],
        "headings": HEADING_SEPARATOR.join(headings) if is_flat else list[object](headings),
        "kinds": kind.value if is_flat else [kind.value],
        "provider": provider,
        "chunk_id": "" if chunk is None else chunk.id,
        "regions": f"[{_region_as_json(place)}]" if is_flat else [_region_as_list(place)],
        "caption": caption,
    }


def read_regions(metadata: Mapping[str, object]) -> tuple[Provenance, ...]:
    """The places a chunk was taken from, read back from its metadata of either profile.

    Returns:
        The regions in reading order; empty when the metadata has none.

    Raises:
        ValueError: The value of `regions` is not what `chunk_metadata` writes.
    """
    value = metadata.get("regions", [])
    try:
        raw: object = json.loads(value) if isinstance(value, str) else value
        return tuple(_decode_region(item) for item in cast("list[object]", raw))
    except (TypeError, ValueError) as error:
        raise ValueError("not the regions of a chunk") from error


def merge_metadata(own: Mapping[str, object], extra: Mapping[str, object] | None) -> dict[str, object]:
    """Our metadata first, then what the caller adds; where both have a key, ours stays.

    Returns:
        A new dictionary, so that documents share none.
    """
    merged = dict(own)
    for key, value in (extra or {}).items():
        merged.setdefault(key, value)
    return merged


def keys_hidden_from_llm() -> list[str]:
    """The keys that are of no use to a language model: boxes, ids and counts."""
    return [key.name for key in METADATA_KEYS if not key.is_for_llm]


def _json_list(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def _region_as_json(region: Provenance) -> str:
    # Written by hand: boxes are most of what an adapter costs, and this takes two thirds of json.dumps.
    box = region.box
    edges = "null" if box is None else f"[{box.left},{box.top},{box.right},{box.bottom}]"
    return f"[{region.page},{edges},{encode_basestring(region.element_id)}]"


def _region_as_list(region: Provenance) -> object:
    return [region.page, None if region.box is None else list(region.box.as_tuple()), region.element_id]


def _decode_region(item: object) -> Provenance:
    page, edges, element_id = cast("tuple[int, tuple[float, float, float, float] | None, str]", item)
    box = None
    if edges is not None:
        left, top, right, bottom = edges
        box = BoundingBox(left=left, top=top, right=right, bottom=bottom)
    return Provenance(page=page, box=box, element_id=element_id)
