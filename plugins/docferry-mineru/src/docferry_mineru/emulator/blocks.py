"""A document as the vendor's engine sees it: pages of blocks, captions inside what they belong to.

Everything that the engine writes (content lists, layout, Markdown) is written from these.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from docferry.emulation import ParsedFile
from docferry.model import BoundingBox, Document, Element, ElementKind, Region, Table
from docferry.rendering import html_rows

__all__ = ["Block", "BlockPage", "Part", "block_pages", "image_names"]

UNKNOWN_SIZE = (595.0, 842.0)
FOOT = BoundingBox(left=0.1, top=0.94, right=0.9, bottom=0.97)
WHOLE = BoundingBox(left=0, top=0, right=1, bottom=1)

KINDS = {
    ElementKind.TITLE: "title",
    ElementKind.HEADING: "title",
    ElementKind.LIST_ITEM: "list",
    ElementKind.TOC: "list",
    ElementKind.REFERENCE: "ref_text",
    ElementKind.TABLE: "table",
    ElementKind.FIGURE: "image",
    ElementKind.STAMP: "image",
    ElementKind.FORMULA: "equation",
    ElementKind.CODE: "code",
    ElementKind.FOOTNOTE: "page_footnote",
    ElementKind.HEADER: "header",
    ElementKind.FOOTER: "footer",
    ElementKind.PAGE_NUMBER: "page_number",
    ElementKind.SIDEBAR: "aside_text",
}
CELL = re.compile(r'<t[hd](?: rowspan="(\d+)")?(?: colspan="(\d+)")?>')
LISTS = frozenset({"list", "ref_text"})
DISCARDED = frozenset({"header", "footer", "page_number", "aside_text", "page_footnote"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A text with a place: a caption, a footnote, an item of a list."""

    text: str
    box: BoundingBox


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a page.

    Args:
        kind: title, text, list, ref_text, image, table, equation, code, or one of those that are discarded.
        box: Where on the page.
        text: Its text; of a table nothing.
        level: Level of a title, from 1.
        items: Items of a list.
        rows: Rows of a table, as `tr`.
        image: Path of its picture in the archive, or empty.
        captions: Captions.
        footnotes: Footnotes of a table or picture.
        is_tail: Whether it is the place where the block before it goes on; it has no content then.
        is_seal: Whether the picture is a seal.
    """

    kind: str
    box: BoundingBox
    text: str = ""
    level: int = 0
    items: tuple[Part, ...] = ()
    rows: tuple[str, ...] = ()
    image: str = ""
    captions: tuple[Part, ...] = ()
    footnotes: tuple[Part, ...] = ()
    is_tail: bool = False
    is_seal: bool = False

    @property
    def is_discarded(self) -> bool:
        """Whether it stands in the margins and is left out of the text."""
        return self.kind in DISCARDED

    @property
    def html(self) -> str:
        """The table in the engine's dialect of HTML."""
        return f"<table>{''.join(self.rows)}</table>" if self.rows else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPage:
    """One page.

    Args:
        index: Its number, 0-based, among the pages that were parsed.
        width: Width in the page's unit.
        height: Height in the page's unit.
        body: Blocks of the text in reading order.
        discarded: Blocks of the margins.
    """

    index: int
    width: int
    height: int
    body: tuple[Block, ...]
    discarded: tuple[Block, ...]

    def edges(self, box: BoundingBox) -> list[int]:
        """Left, top, right and bottom in the page's unit, in whole numbers as the engine has them."""
        sizes = (self.width, self.height) * 2
        return [round(edge * size) for edge, size in zip(box.as_tuple(), sizes, strict=True)]

    def thousandths(self, box: BoundingBox) -> list[int]:
        """The same as content lists have it: made of those whole numbers, and cut rather than rounded."""
        sizes = (self.width, self.height) * 2
        return [edge * 1000 // size for edge, size in zip(self.edges(box), sizes, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An element on the way to its block.

    Args:
        element: The element.
        rows: Rows of its table, as `tr`.
        captions: Its captions.
        footnotes: Its footnotes.
    """

    element: Element
    rows: tuple[str, ...] = ()
    captions: tuple[Part, ...] = ()
    footnotes: tuple[Part, ...] = ()


def block_pages(
    document: Document, *, images: Mapping[str, str], merges_tables: bool
) -> tuple[BlockPage, ...]:
    """Put a document into blocks.

    Args:
        document: The document.
        images: Paths of pictures by element id.
        merges_tables: Whether a table over a page break stands whole on its first page.
    """
    by_page: dict[int, list[Block]] = {page.number: [] for page in document.pages}
    for draft in _drafts(document.elements, merges_tables=merges_tables):
        places = draft.element.regions or (Region(page=document.pages[0].number),)
        missing = FOOT if draft.element.is_furniture else WHOLE
        block = _block(draft, places[0].box or missing, image=images.get(draft.element.id, ""))
        _add(by_page[places[0].page], block)
        for place in places[1:]:
            by_page[place.page].append(Block(kind=block.kind, box=place.box or WHOLE, is_tail=True))
    return tuple(
        BlockPage(
            index=page.number - 1,
            width=max(1, round(page.width or UNKNOWN_SIZE[0])),
            height=max(1, round(page.height or UNKNOWN_SIZE[1])),
            body=tuple(block for block in by_page[page.number] if not block.is_discarded),
            discarded=tuple(block for block in by_page[page.number] if block.is_discarded),
        )
        for page in document.pages
    )


def image_names(parsed: ParsedFile) -> dict[str, str]:
    """Paths in the archive of a parse's pictures, by element id: named by their own SHA-256."""
    return {
        element_id: f"images/{hashlib.sha256(picture.data).hexdigest()}{picture.suffix}"
        for element_id, picture in parsed.pictures.items()
    }


def _drafts(elements: Sequence[Element], *, merges_tables: bool) -> list[_Draft]:
    """The elements that become blocks, with the captions and continued tables that they take in."""
    known = {element.id for element in elements}
    drafts: dict[str, _Draft] = {}
    owners: dict[str, str] = {}  # of tables that another took in
    last_table = ""
    for element in elements:
        if element.caption_of in known:
            continue
        rows = tuple(_rows(element.table)) if element.table else ()
        if merges_tables and last_table and element.table and element.table.continues_previous:
            drafts[last_table] = _grown(drafts[last_table], element, rows)
            owners[element.id] = last_table
            continue
        drafts[element.id] = _Draft(element=element, rows=rows)
        last_table = element.id if element.table else last_table
    for element in elements:
        owner = owners.get(element.caption_of, element.caption_of)
        if owner in drafts:
            drafts[owner] = _with_words(drafts[owner], element)
    return list(drafts.values())


def _grown(draft: _Draft, element: Element, rows: tuple[str, ...]) -> _Draft:
    """The table with the rows of its next part; a header that is repeated is left out."""
    n_header = element.table.n_header_rows if element.table else 0
    added = rows[n_header:] if rows[:n_header] == draft.rows[:n_header] else rows
    regions = (*draft.element.regions, *element.regions)
    return replace(draft, element=replace(draft.element, regions=regions), rows=(*draft.rows, *added))


def _with_words(draft: _Draft, element: Element) -> _Draft:
    part = Part(text=element.text, box=_first_box(element))
    if element.kind is ElementKind.FOOTNOTE:
        return replace(draft, footnotes=(*draft.footnotes, part))
    return replace(draft, captions=(*draft.captions, part))


def _block(draft: _Draft, box: BoundingBox, *, image: str) -> Block:
    element = draft.element
    kind = KINDS.get(element.kind, "text")
    has_items = kind in LISTS
    return Block(
        kind=kind,
        box=box,
        text="" if has_items or kind == "table" else element.text,
        level=(element.level or 1) if kind == "title" else 0,
        items=(Part(text=_item_text(element), box=box),) if has_items else (),
        rows=draft.rows,
        image=image,
        captions=draft.captions,
        footnotes=draft.footnotes,
        is_seal=element.kind is ElementKind.STAMP,
    )


def _item_text(element: Element) -> str:
    is_numbered = element.kind is not ElementKind.LIST_ITEM or element.text[:1].isdigit()
    return element.text if is_numbered else f"- {element.text}"


def _add(blocks: list[Block], block: Block) -> None:
    """Add a block to its page; neighbouring items are one list."""
    before = blocks[-1] if blocks else None
    if before is not None and block.kind in LISTS and before.kind == block.kind and not before.is_tail:
        box = BoundingBox.union((before.box, block.box))
        blocks[-1] = replace(before, box=box, items=(*before.items, *block.items))
        return
    blocks.append(block)


def _first_box(element: Element) -> BoundingBox:
    return (element.regions[0].box if element.regions else None) or WHOLE


def _rows(table: Table) -> list[str]:
    """The rows as the engine writes them: spans always, without quotes, and no header cells."""
    return [CELL.sub(_cell_tag, row.replace("</th>", "</td>")) for row in html_rows(table)]


def _cell_tag(found: re.Match[str]) -> str:
    return f"<td rowspan={found[1] or 1} colspan={found[2] or 1}>"
