"""Drafts into chunks: text, spans, places and ids."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from docferry.chunking.chunk import Chunk
from docferry.chunking.parts import Draft, Part
from docferry.chunking.settings import ChunkSettings
from docferry.chunking.spans import ChunkSpans, PackedSpan
from docferry.model import ElementKind, Provenance

__all__ = ["assemble"]


def assemble(drafts: Iterable[Draft], *, settings: ChunkSettings, source_name: str) -> Iterator[Chunk]:
    """Finish drafts, in order.

    Args:
        drafts: The drafts of a whole document, in order; they are taken one by one.
        settings: Take part in the ids.
        source_name: Takes part in the ids.
    """
    key = f"{source_name}\x1e{settings.fingerprint()}"
    on_page: dict[int, int] = {}
    equals: dict[str, int] = {}
    for draft in drafts:
        text, parts = draft.text, draft.parts
        embedded = draft.prefix + text
        regions, kinds = _places(parts)
        pages = {region.page for region in regions}
        page = min(pages, default=0)
        position = on_page[page] = on_page.get(page, 0) + 1
        chunk_id = _digest(f"{key}\x1e{page}\x1e{embedded}")
        n_equal = equals[chunk_id] = equals.get(chunk_id, 0) + 1
        if n_equal > 1:
            chunk_id = _digest(f"{key}\x1e{page}\x1e{embedded}\x1e{n_equal}")
        yield Chunk(
            id=chunk_id,
            text=text,
            text_to_embed=embedded,
            token_count=draft.tokens,
            headings=_headings(parts),
            pages=tuple(sorted(pages)),
            regions=tuple(regions),
            kinds=tuple(dict.fromkeys(kinds)),
            chunk_on_page=position,
            spans=ChunkSpans(_spans(parts)),
        )


def _spans(parts: Sequence[Part]) -> tuple[PackedSpan, ...]:
    """The spans of parts that stand one after the other."""
    spans: list[PackedSpan] = []
    end = -len(parts[0].separator)
    for part in parts:
        start = end + len(part.separator)
        end = start + len(part.text)
        if part.spans is None:
            start += part.opening
            offset = part.offset
            own_end = end - part.closing
            spans.append((start, own_end, part.element.id, offset, offset + own_end - start, False, False))
        else:
            spans += [(start + span[0], start + span[1], *span[2:]) for span in part.spans]
    return tuple(spans)


def _places(parts: Sequence[Part]) -> tuple[list[Provenance], list[ElementKind]]:
    """Where parts stand, and what they are."""
    regions: list[Provenance] = []
    kinds: list[ElementKind] = []
    for part in parts:
        element = part.element
        kinds.append(element.kind)
        if part.regions is not None:
            regions += part.regions
            continue
        for region in element.regions:
            regions.append(Provenance(page=region.page, box=region.box, element_id=element.id))
        for companion in part.companions:
            more_regions, more_kinds = _places((Part("", companion, part.path, part.page),))
            regions += more_regions
            kinds += more_kinds
    return regions, kinds


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


def _digest(key: str) -> str:
    """The first 128 bits of a SHA-256 in the shape of a UUID."""
    digits = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"
