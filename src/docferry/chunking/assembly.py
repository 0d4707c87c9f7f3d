"""Drafts into chunks: text, spans, places and ids."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from docferry.chunking.chunk import Chunk, OpenChunk
from docferry.chunking.parts import Draft, Part
from docferry.chunking.settings import ChunkSettings
from docferry.chunking.spans import ChunkSpans, PackedSpan
from docferry.model.provenance import place

if TYPE_CHECKING:
    from _hashlib import HASH

    from docferry.model import ElementKind, Provenance

__all__ = ["assemble"]


def assemble(drafts: Iterable[Draft], *, settings: ChunkSettings, source_name: str) -> Iterator[Chunk]:
    """Finish drafts, in order.

    Args:
        drafts: The drafts of a whole document, in order; they are taken one by one.
        settings: Take part in the ids.
        source_name: Takes part in the ids.
    """
    key = _hashed(f"{source_name}\x1e{settings.fingerprint()}\x1e")
    on_page: dict[int, int] = {}
    equals: dict[str, int] = {}
    for draft in drafts:
        text, parts = draft.text, draft.parts
        embedded = draft.prefix + text
        chunk = OpenChunk()
        chunk.text = text
        chunk.text_to_embed = embedded
        chunk.token_count = draft.tokens
        _describe(chunk, parts)
        chunk.headings = parts[0].path if len(parts) == 1 and not parts[0].is_heading else _headings(parts)
        pages = chunk.pages
        page = pages[0] if pages else 0
        chunk.chunk_on_page = on_page[page] = on_page.get(page, 0) + 1
        chunk_id = _digest(key, f"{page}\x1e{embedded}")
        n_equal = equals[chunk_id] = equals.get(chunk_id, 0) + 1
        if n_equal > 1:
            chunk_id = _digest(key, f"{page}\x1e{embedded}\x1e{n_equal}")
        chunk.id = chunk_id
        yield chunk.close()


def _describe(chunk: OpenChunk, parts: Sequence[Part]) -> None:
    """Write down where the parts of a chunk stand, what they are, and which of its characters are theirs."""
    regions: list[Provenance] = []
    kinds: list[ElementKind] = []
    spans: list[PackedSpan] = []
    end = -len(parts[0].separator)
    for part in parts:
        element = part.element
        kinds.append(element.kind)
        start = end + len(part.separator)
        end = start + len(part.text)
        if part.spans is None:
            own_start, own_end, offset = start + part.opening, end - part.closing, part.offset
            spans.append((own_start, own_end, element.id, offset, offset + own_end - own_start, False, False))
        else:
            spans += [(start + span[0], start + span[1], *span[2:]) for span in part.spans]
        if part.regions is not None:
            regions += part.regions
            continue
        for region in element.regions:
            regions.append(place(region.page, region.box, element.id))
        if part.companions:
            _describe_companions(part, regions, kinds)
    chunk.regions = tuple(regions)
    chunk.kinds = (kinds[0],) if kinds.count(kinds[0]) == len(kinds) else tuple(dict.fromkeys(kinds))
    chunk.spans = ChunkSpans(tuple(spans))
    pages = {region.page for region in regions}
    chunk.pages = tuple(sorted(pages)) if len(pages) > 1 else tuple(pages)


def _describe_companions(part: Part, regions: "list[Provenance]", kinds: "list[ElementKind]") -> None:
    for companion in part.companions:
        kinds.append(companion.kind)
        regions += [place(region.page, region.box, companion.id) for region in companion.regions]


def _headings(parts: Sequence[Part]) -> tuple[str, ...]:
    """What the heading paths of the parts have in common; the whole path where they are only headings."""
    paths = {part.path for part in parts if not part.is_heading}
    if len(paths) == 1:
        return paths.pop()
    if not paths:
        last = parts[-1]
        return (*last.path, " ".join(last.element.text.split()))
    common: list[str] = []
    for names in zip(*paths, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return tuple(common)


def _hashed(text: str) -> "HASH":
    return hashlib.sha256(text.encode(errors="surrogatepass"))


def _digest(key: "HASH", text: str) -> str:
    """The first 128 bits of the SHA-256 of key and text in the shape of a UUID; the key stays as it is."""
    hashed = key.copy()
    hashed.update(text.encode(errors="surrogatepass"))
    digits = hashed.hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"
