"""Drafts into chunks: text, spans, places and ids."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from docferry.chunking.chunk import Chunk
from docferry.chunking.packer import Draft
from docferry.chunking.parts import HEADING_KINDS, Part
from docferry.chunking.settings import ChunkSettings
from docferry.chunking.spans import ChunkSpans, PackedSpan
from docferry.model import Element, Provenance

__all__ = ["assemble"]


def assemble(drafts: Iterable[Draft], *, settings: ChunkSettings, source_name: str) -> Iterator[Chunk]:
    """Finish drafts, in order.

    Args:
        drafts: The drafts of a whole document, in order; they are taken one by one.
        settings: Take part in the ids.
        source_name: Takes part in the ids.
    """
    key = f"{source_name}\x1e{settings.fingerprint()}"
    on_page: Counter[int] = Counter()
    equals: Counter[tuple[int, str]] = Counter()
    for draft in drafts:
        text, spans = _written(draft.parts)
        embedded = draft.prefix + text
        regions = _regions(draft.parts)
        pages = tuple(sorted({region.page for region in regions}))
        page = pages[0] if pages else 0
        on_page[page] += 1
        chunk_id = _digest(f"{key}\x1e{page}\x1e{embedded}")
        equals[page, chunk_id] += 1
        if equals[page, chunk_id] > 1:
            chunk_id = _digest(f"{key}\x1e{page}\x1e{embedded}\x1e{equals[page, chunk_id]}")
        yield Chunk(
            id=chunk_id,
            text=text,
            text_to_embed=embedded,
            token_count=draft.tokens,
            headings=_headings(draft.parts),
            pages=pages,
            regions=regions,
            kinds=tuple(dict.fromkeys([element.kind for element in _elements(draft.parts)])),
            chunk_on_page=on_page[page],
            spans=ChunkSpans(spans),
        )


def _written(parts: Sequence[Part]) -> tuple[str, tuple[PackedSpan, ...]]:
    texts: list[str] = []
    spans: list[PackedSpan] = []
    position = 0
    for part in parts:
        if texts:
            texts.append(part.separator)
            position += len(part.separator)
        text = part.text
        texts.append(text)
        if part.spans is None:
            spans.append(_span(part, position))
        else:
            spans += [(position + span[0], position + span[1], *span[2:]) for span in part.spans]
        position += len(text)
    return "".join(texts), tuple(spans)


def _span(part: Part, position: int) -> PackedSpan:
    element = part.element
    n_characters = len(part.text)
    if element.table is not None and element.table.cells:
        return (position, position + n_characters, element.id, 0, element.table.n_rows, True, False)
    n_own = n_characters - part.opening - part.closing
    start = position + part.opening
    return (start, start + n_own, element.id, part.offset, part.offset + n_own, False, False)


def _regions(parts: Sequence[Part]) -> tuple[Provenance, ...]:
    regions: list[Provenance] = []
    for part in parts:
        if part.regions is not None:
            regions += part.regions
            continue
        element = part.element
        for region in element.regions:
            regions.append(Provenance(page=region.page, box=region.box, element_id=element.id))
        for companion in part.companions:
            regions += [
                Provenance(page=region.page, box=region.box, element_id=companion.id)
                for region in companion.regions
            ]
    return tuple(regions)


def _elements(parts: Sequence[Part]) -> Iterator[Element]:
    for part in parts:
        yield from part.companions
        yield part.element


def _headings(parts: Sequence[Part]) -> tuple[str, ...]:
    """What the heading paths of the parts have in common; the whole path where they are only headings."""
    paths = {part.path for part in parts if part.element.kind not in HEADING_KINDS}
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
