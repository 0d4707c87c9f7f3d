"""From the service's blocks to our elements: the only module that knows both vocabularies. Pure.

Where a page or a box is known it is kept; where it is not, nothing is invented.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from docferry.model import BoundingBox, Element, ElementKind, Image, Region
from docferry.reading import Piece, read_markdown, take_images
from docferry_mineru.blocks import Block, Note
from docferry_mineru.linking import Draft, Linker
from docferry_mineru.words import FURNITURE, kind_of

__all__ = ["FindImage", "map_blocks"]

FindImage = Callable[[str], Image | None]
"""From the address of a picture in the result to the picture; None for an empty address."""

MAX_LEVEL = 6
TEX_CELL = re.compile(r"<eq>(.*?)</eq>", re.DOTALL)
ABOVE = frozenset({ElementKind.TABLE, ElementKind.CODE})
"""Captions of these stand above them, unless boxes say otherwise."""
LISTED = frozenset({ElementKind.LIST_ITEM, ElementKind.TOC, ElementKind.REFERENCE})


def map_blocks(pages: Sequence[tuple[int, Sequence[Block]]], find_image: FindImage) -> tuple[Element, ...]:
    """Map the blocks of a document to elements. No text of a block is dropped, whatever its kind.

    Args:
        pages: Number from 1 and blocks in reading order of each page, ascending.
        find_image: Where the pictures are.
    """
    linker = Linker()
    for number, blocks in pages:
        for place, block in enumerate(blocks, start=1):
            region = Region(page=number, box=block.box)
            element_id = f"p{number}-e{place}"
            drafts = [Draft(element=element) for element in _elements(block, region, element_id, find_image)]
            linker.add(drafts, block=block, region=region)
    return linker.elements()


def _elements(block: Block, region: Region, element_id: str, find_image: FindImage) -> Iterator[Element]:
    """The elements of one block: its captions and footnotes are elements of their own around it."""
    kind = kind_of(block)
    bodies = tuple(_bodies(block, kind, region, element_id, find_image))
    captions = [
        _note(note, f"{element_id}-c{number}", ElementKind.CAPTION, region, element_id)
        for number, note in enumerate(block.captions, start=1)
    ]
    is_above = [_is_above(note.box, block.box, kind) for note in block.captions]
    yield from (caption for caption, above in zip(captions, is_above, strict=True) if above)
    yield from bodies
    yield from (caption for caption, above in zip(captions, is_above, strict=True) if not above)
    for number, note in enumerate(block.footnotes, start=1):
        yield _note(note, f"{element_id}-f{number}", ElementKind.FOOTNOTE, region, element_id)


def _is_above(note: BoundingBox | None, body: BoundingBox | None, kind: ElementKind | None) -> bool:
    if note is None or body is None:
        return kind in ABOVE
    return note.top + note.bottom < body.top + body.bottom


def _note(note: Note, element_id: str, kind: ElementKind, region: Region, owner_id: str) -> Element:
    return Element(
        id=element_id,
        kind=kind,
        text=note.text,
        regions=(Region(page=region.page, box=note.box),),
        caption_of=owner_id,
    )


def _bodies(
    block: Block, kind: ElementKind | None, region: Region, element_id: str, find_image: FindImage
) -> Iterator[Element]:
    if block.items:
        yield from _list(block, kind, region, element_id)
        if not block.text:
            return
        element_id = f"{element_id}-t"
    if block.table:
        yield from _table(block, region, element_id, find_image)
        if not block.text:
            return
        element_id, kind = f"{element_id}-t", ElementKind.PARAGRAPH
    yield _single(block, kind, region, element_id, find_image)


def _single(
    block: Block, kind: ElementKind | None, region: Region, element_id: str, find_image: FindImage
) -> Element:
    text = block.text
    address = block.image
    if kind in {ElementKind.FIGURE, ElementKind.TABLE, ElementKind.STAMP}:
        text, addresses = take_images(text)
        text, address = text.strip(), address or next(iter(addresses), "")
    kind = kind or (ElementKind.PARAGRAPH if text else ElementKind.OTHER)
    is_heading = kind in {ElementKind.TITLE, ElementKind.HEADING}
    level = min(block.level, MAX_LEVEL) if is_heading and block.level is not None else None
    return Element(
        id=element_id,
        kind=kind,
        text=text,
        level=1 if kind is ElementKind.LIST_ITEM else level,
        regions=(region,),
        raw_kind=block.kind,
        is_furniture=kind in FURNITURE,
        image=find_image(address),
        confidence=block.confidence,
    )


def _list(block: Block, kind: ElementKind | None, region: Region, element_id: str) -> Iterator[Element]:
    item_kind = kind if kind is not None and kind in LISTED else ElementKind.LIST_ITEM
    for number, item in enumerate(block.items, start=1):
        box = item.box or region.box
        yield Element(
            id=element_id if number == 1 else f"{element_id}-{number}",
            kind=item_kind,
            text=item.text,
            level=item.level if item_kind is ElementKind.LIST_ITEM else None,
            regions=(Region(page=region.page, box=box),),
            raw_kind=block.kind,
            is_furniture=kind in FURNITURE,
            confidence=block.confidence,
        )


def _table(block: Block, region: Region, element_id: str, find_image: FindImage) -> Iterator[Element]:
    """The table, and what its markup holds besides it."""
    pieces = read_markdown(TEX_CELL.sub(r"$\1$", block.table))
    main = next((place for place, piece in enumerate(pieces) if piece.table is not None), None)
    if main is None:
        text, _ = take_images(block.table)
        pieces, main = (Piece(kind=ElementKind.TABLE, text=text.strip()),), 0
    for place, piece in enumerate(pieces):
        is_main = place == main
        yield Element(
            id=element_id if is_main else f"{element_id}-{place + 1}",
            kind=piece.kind,
            text=piece.text,
            level=piece.level,
            regions=(region,),
            raw_kind=block.kind,
            caption_of=element_id if piece.kind is ElementKind.CAPTION else "",
            table=piece.table,
            image=find_image((block.image if is_main else "") or piece.image_address),
            confidence=block.confidence,
        )
