"""From the service's blocks to our elements: the only module that knows both vocabularies. Pure.

Where a page or a box is known it is kept; where it is not, nothing is invented.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from docferry.model import (
    BoundingBox,
    Document,
    DocumentWarning,
    Element,
    ElementKind,
    LengthUnit,
    Page,
    Region,
)
from docferry.reading import Piece, bare_formula, take_images
from docferry_somark.dialect import read_dialect
from docferry_somark.images import ImageShelf
from docferry_somark.linking import Draft, join_pages, link_captions, mark_footnotes
from docferry_somark.wire import Block, WirePage

__all__ = ["PROVIDER", "map_pages"]

PROVIDER = "somark"

# The 21 documented types first, then the words of older versions, newer ones and private deployments.
KINDS = {
    "title": ElementKind.HEADING,
    "text": ElementKind.PARAGRAPH,
    "figure": ElementKind.FIGURE,
    "figure_caption": ElementKind.CAPTION,
    "table": ElementKind.TABLE,
    "table_caption": ElementKind.CAPTION,
    "equation": ElementKind.FORMULA,
    "header": ElementKind.HEADER,
    "footer": ElementKind.FOOTER,
    "sider": ElementKind.SIDEBAR,
    "footnote": ElementKind.FOOTNOTE,
    "cate": ElementKind.TOC,
    "cate_item": ElementKind.TOC,
    "choice": ElementKind.PARAGRAPH,
    "code": ElementKind.CODE,
    "blank": ElementKind.OTHER,
    "reference": ElementKind.REFERENCE,
    "qrcode": ElementKind.FIGURE,
    "stamp": ElementKind.STAMP,
    "cs": ElementKind.FIGURE,
    "cs_equation": ElementKind.FORMULA,
    "caption": ElementKind.CAPTION,
    "chemical_equation": ElementKind.FORMULA,
    "chemical_formula": ElementKind.FORMULA,
    "chemical_structure": ElementKind.FIGURE,
    "code_block": ElementKind.CODE,
    "fcaption": ElementKind.CAPTION,
    "footenote": ElementKind.FOOTNOTE,
    "formula": ElementKind.FORMULA,
    "heading": ElementKind.HEADING,
    "image": ElementKind.FIGURE,
    "list_item": ElementKind.LIST_ITEM,
    "page_footer": ElementKind.FOOTER,
    "page_header": ElementKind.HEADER,
    "page_number": ElementKind.PAGE_NUMBER,
    "paragraph": ElementKind.PARAGRAPH,
    "picture": ElementKind.FIGURE,
    "qr_code": ElementKind.FIGURE,
    "sidebar": ElementKind.SIDEBAR,
    "tcaption": ElementKind.CAPTION,
    "toc": ElementKind.TOC,
}
FURNITURE = frozenset({ElementKind.HEADER, ElementKind.FOOTER, ElementKind.PAGE_NUMBER})
MAX_LEVEL = 6
HEADING_MARK = re.compile(r"(#{1,6})\s+(?=\S)")
# A code block may end in the link of a picture: a QR code that stands beside the code.
IMAGE_LINE = re.compile(r"\n!\[[^\n]*\]\([^\n]*\)\s*\Z")


def map_pages(pages: Sequence[WirePage], shelf: ImageShelf, *, fingerprint: str) -> Document:
    """Map pages to a document. No text of a block is dropped, whatever the block's type.

    Args:
        pages: The pages, in the order received.
        shelf: The pictures that were kept.
        fingerprint: The source's fingerprint.
    """
    drafts_by_page: dict[int, list[Draft]] = {}
    sized: dict[int, WirePage] = {}
    continued: dict[int, None] = {}
    for number, page in _numbered(pages):
        drafts = drafts_by_page.setdefault(number, [])
        for block in page.blocks:
            region = Region(page=number, box=_box(block, page))
            for element in _elements(block, region, f"p{number}-e{len(drafts) + 1}", shelf):
                drafts.append(Draft(element=element, captions=block.captions, index=block.index))
        if sized.setdefault(number, page).width is None:
            sized[number] = page
        if page.continues_previous:
            continued[number] = None
    for drafts in drafts_by_page.values():
        mark_footnotes(drafts)
        link_captions(drafts)
    for number in continued:
        join_pages(drafts_by_page.get(number - 1, ()), drafts_by_page[number])
    return Document(
        source_fingerprint=fingerprint,
        provider=PROVIDER,
        pages=tuple(
            Page(number=number, width=page.width, height=page.height, unit=LengthUnit.PIXEL)
            for number, page in sized.items()
        ),
        elements=tuple(
            draft.element for drafts in drafts_by_page.values() for draft in drafts if draft.is_kept
        ),
        warnings=_continuation(tuple(continued)),
    )


def _numbered(pages: Sequence[WirePage]) -> list[tuple[int, WirePage]]:
    """Pages with their numbers from 1, ascending.

    The service counts from 0. A result whose first page carries 1 and none carries 0 counts from 1. Where a
    number is missing, the place in the list counts.
    """
    numbers = [page.number for page in pages if page.number is not None]
    if len(numbers) < len(pages):
        return list(enumerate(pages, start=1))
    shift = 0 if numbers and numbers[0] == 1 and 0 not in numbers else 1
    shifted = [number + shift for number in numbers]
    return sorted(zip(shifted, pages, strict=True), key=lambda pair: pair[0])


def _continuation(pages: tuple[int, ...]) -> tuple[DocumentWarning, ...]:
    if not pages:
        return ()
    return (
        DocumentWarning(
            code="page_continues_previous",
            message="These pages begin with what the page before them left unfinished.",
            pages=pages,
        ),
    )


def _box(block: Block, page: WirePage) -> BoundingBox | None:
    if block.box is None or page.width is None or page.height is None:
        return None
    left, top, right, bottom = block.box
    return BoundingBox.from_absolute(
        left=left, top=top, right=right, bottom=bottom, width=page.width, height=page.height
    )


def _elements(block: Block, region: Region, element_id: str, shelf: ImageShelf) -> tuple[Element, ...]:
    """The elements of one block: one, but for tables with text beside them.

    A block without text gives an element too: it may mark the region of a footnote, or be one half of
    something that runs across pages.
    """
    kind = _kind_of(block.kind)
    if kind is ElementKind.TABLE or _is_bare_table(kind, block.content):
        return tuple(_table_elements(block, region, element_id, shelf))
    text, addresses = _take_images(kind, block.content)
    kind, text, level = _refine(kind, text, block.level)
    element = Element(
        id=element_id,
        kind=kind,
        text=text,
        level=level,
        regions=(region,),
        provider_id=block.index,
        raw_kind=block.kind,
        is_furniture=kind in FURNITURE or kind is ElementKind.OTHER or not block.is_displayed,
        image=shelf.find(block.image or next(iter(addresses), "")),
    )
    return (element,)


def _take_images(kind: ElementKind | None, content: str) -> tuple[str, tuple[str, ...]]:
    if kind is not ElementKind.CODE:
        text, addresses = take_images(content)
        return text.strip(), addresses
    image = IMAGE_LINE.search(content)  # elsewhere in code, such a link is code
    if image is None:
        return content.strip("\n").rstrip(), ()
    description, addresses = take_images(image.group())
    return f"{content[: image.start()]}{description}".strip("\n").rstrip(), addresses


def _refine(kind: ElementKind | None, text: str, level: int | None) -> tuple[ElementKind, str, int | None]:
    """Kind, text and level, where the text says more than the service's word for the kind."""
    if kind is None:
        return (ElementKind.PARAGRAPH if text else ElementKind.OTHER), text, None
    if kind is ElementKind.HEADING:
        mark = HEADING_MARK.match(text)
        text = text[mark.end() :] if mark else text
        level = level or (len(mark.group(1)) if mark else None)
        return kind, text, None if level is None else min(level, MAX_LEVEL)
    if kind is ElementKind.FORMULA:
        return kind, bare_formula(text), None
    if kind is ElementKind.OTHER and any(character.isalnum() for character in text):
        return ElementKind.PARAGRAPH, text, None  # a "blank" that holds more than the line to write on
    return kind, text, None


def _is_bare_table(kind: ElementKind | None, content: str) -> bool:
    is_candidate = kind is None or kind is ElementKind.PARAGRAPH
    return is_candidate and content[:100].lstrip()[:6].lower() == "<table"


def _table_elements(block: Block, region: Region, element_id: str, shelf: ImageShelf) -> Iterator[Element]:
    pieces = read_dialect(block.content)
    main = next((place for place, piece in enumerate(pieces) if piece.table is not None), None)
    if main is None:
        text, addresses = take_images(block.content)
        address = next(iter(addresses), "")
        pieces, main = (Piece(kind=ElementKind.TABLE, text=text.strip(), image_address=address),), 0
    for place, piece in enumerate(pieces):
        is_main = place == main
        yield Element(
            id=element_id if is_main else f"{element_id}-{place + 1}",
            kind=piece.kind,
            text=piece.text,
            level=piece.level,
            regions=(region,),
            provider_id=block.index,
            raw_kind=block.kind,
            is_furniture=not block.is_displayed,
            caption_of=element_id if piece.kind is ElementKind.CAPTION else "",
            table=piece.table,
            image=shelf.find((block.image if is_main else "") or piece.image_address),
        )


def _kind_of(word: str) -> ElementKind | None:
    return KINDS.get(word) or _kind_of_variant(word)


@lru_cache(maxsize=256)
def _kind_of_variant(word: str) -> ElementKind | None:
    return KINDS.get("_".join(word.casefold().replace("-", " ").replace("_", " ").split()))
