"""A document in the service's words: pages of blocks."""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from docferry.model import (
    BoundingBox,
    Document,
    Element,
    ElementKind,
    LengthUnit,
    Page,
    Table,
)
from docferry.rendering import render_element, render_table_html, render_table_markdown
from docferry_somark.emulator.joining import join_across_pages
from docferry_somark.emulator.quirks import SomarkQuirks
from docferry_somark.emulator.request import ParseRequest

__all__ = ["Block", "BlockPage", "block_pages", "pages_as_json"]

POINTS_PER_INCH = 72
INCHES = {LengthUnit.POINT: 1 / POINTS_PER_INCH, LengthUnit.INCH: 1.0}
UNKNOWN_SIZE = (595.0, 842.0)
FOOT = BoundingBox(left=0.1, top=0.94, right=0.9, bottom=0.97)
WHOLE = BoundingBox(left=0, top=0, right=1, bottom=1)

TYPES = {
    ElementKind.TITLE: "title",
    ElementKind.HEADING: "title",
    ElementKind.TABLE: "table",
    ElementKind.FIGURE: "figure",
    ElementKind.FORMULA: "equation",
    ElementKind.CODE: "code",
    ElementKind.FOOTNOTE: "footnote",
    ElementKind.TOC: "cate",
    ElementKind.REFERENCE: "reference",
    ElementKind.HEADER: "header",
    ElementKind.FOOTER: "footer",
    ElementKind.PAGE_NUMBER: "footer",
    ElementKind.SIDEBAR: "sider",
    ElementKind.STAMP: "stamp",
}
PRIVATE_TYPES = {
    "title": "Title",
    "text": "Text",
    "table": "Table",
    "figure": "Picture",
    "figure_caption": "Caption",
    "table_caption": "Caption",
    "equation": "Formula",
    "code": "Code Block",
    "footnote": "Footnote",
    "header": "Page-header",
    "footer": "Page-footer",
    "stamp": "Stamp",
}
MARGINS = frozenset({"header", "footer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block.

    Args:
        index: Its id on the page.
        kind: Its type.
        box: Left, top, right and bottom in pixels.
        content: Its text in the format asked for.
        notation: The language of the content.
        captions: Texts or indices of its captions.
        image: Address of its picture, the picture itself, or empty.
        level: Level of a title, when it was asked for.
        element: What it was made from.
    """

    index: int
    kind: str
    box: tuple[int, int, int, int]
    content: str
    notation: str = "text"
    captions: tuple[str | int, ...] = ()
    image: str = ""
    level: int | None = None
    element: Element

    def as_json(self, *, is_private: bool) -> dict[str, object]:
        """The block as the service writes it."""
        written: dict[str, object] = {
            "idx": self.index,
            "type": PRIVATE_TYPES.get(self.kind, "Text") if is_private else self.kind,
            "bbox": list(self.box),
            "content": self.content,
            "format": self.notation,
            "captions": list(self.captions),
            "img_url": self.image,
        }
        if self.level is not None:
            written["title_level"] = self.level
        if self.kind == "code":
            written["code_language"] = ""
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPage:
    """One page.

    Args:
        number: Its number, 1-based.
        width: Pixels.
        height: Pixels.
        continues_previous: Whether content of it stands in a block of the page before.
        blocks: Its blocks in reading order.
    """

    number: int
    width: int
    height: int
    continues_previous: bool = False
    blocks: tuple[Block, ...] = ()


def block_pages(
    document: Document, *, request: ParseRequest, quirks: SomarkQuirks, images: Mapping[str, str]
) -> tuple[BlockPage, ...]:
    """Put a document into the service's words.

    Args:
        document: The document.
        request: What was asked for.
        quirks: How the service behaves.
        images: What `img_url` says of each element that has a picture, by element id.
    """
    elements, continued = join_across_pages(document.elements, request)
    by_page: dict[int, list[Element]] = {page.number: [] for page in document.pages}
    for element in elements:
        number = element.regions[0].page if element.regions else document.pages[0].number
        by_page[number].append(element)
    parents = {element.id: element.kind for element in elements}
    return tuple(
        _page(
            page,
            by_page[page.number],
            continues_previous=page.number in continued,
            make=_BlockMaker(request=request, quirks=quirks, images=images, parents=parents),
        )
        for page in document.pages
    )


def pages_as_json(pages: Sequence[BlockPage], *, quirks: SomarkQuirks) -> dict[str, object]:
    """The JSON output."""
    return {
        "pages": [
            {
                "page_num": page.number - 1 + int(quirks.first_page),
                "page_size": {"w": page.width, "h": page.height},
                "merge_content_from_pre_page": page.continues_previous,
                "blocks": [block.as_json(is_private=quirks.is_private) for block in page.blocks],
            }
            for page in pages
        ]
    }


def _page(
    page: Page, elements: Iterable[Element], *, continues_previous: bool, make: "_BlockMaker"
) -> BlockPage:
    width, height = _pixels(page, dpi=make.quirks.dpi)
    wanted = [element for element in elements if make.wants(element)]
    blocks = [
        make.block(element, index=index, page=page.number, width=width, height=height)
        for index, element in enumerate(wanted)
    ]
    captions = make.captions(blocks)
    return BlockPage(
        number=page.number,
        width=width,
        height=height,
        continues_previous=continues_previous,
        blocks=tuple(replace(block, captions=captions.get(block.element.id, ())) for block in blocks),
    )


def _pixels(page: Page, *, dpi: float) -> tuple[int, int]:
    width, height = page.width or UNKNOWN_SIZE[0], page.height or UNKNOWN_SIZE[1]
    scale = 1.0 if page.unit is LengthUnit.PIXEL else INCHES[page.unit] * dpi
    return max(round(width * scale), 1), max(round(height * scale), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _BlockMaker:
    """Makes the blocks of a document.

    Args:
        request: What was asked for.
        quirks: How the service behaves.
        images: What `img_url` says, by element id.
        parents: Kinds of all elements by id: a caption's type says what it belongs to.
    """

    request: ParseRequest
    quirks: SomarkQuirks
    images: Mapping[str, str]
    parents: Mapping[str, ElementKind]

    def wants(self, element: Element) -> bool:
        """Whether the element becomes a block: heads and feet only when asked for."""
        return self.request.switches.keep_header_footer or self._kind(element) not in MARGINS

    def block(self, element: Element, *, index: int, page: int, width: int, height: int) -> Block:
        """Make the block of an element, from what stands of it on that page."""
        content, notation = self._content(element)
        kind = self._kind(element)
        is_leveled = kind == "title" and self.request.switches.enable_title_level_recognition
        return Block(
            index=index,
            kind=kind,
            box=_pixel_box(element, page=page, width=width, height=height),
            content=content,
            notation=notation,
            image=self.images.get(element.id, ""),
            level=(element.level or 1) if is_leveled else None,
            element=element,
        )

    def captions(self, blocks: Sequence[Block]) -> dict[str, tuple[str | int, ...]]:
        """The captions of a page's blocks, by the id of what they belong to."""
        found: dict[str, tuple[str | int, ...]] = {}
        if self.quirks.captions == "none":
            return found
        for block in blocks:
            if owner := block.element.caption_of:
                caption = block.content if self.quirks.captions == "text" else block.index
                found[owner] = (*found.get(owner, ()), caption)
        return found

    def _kind(self, element: Element) -> str:
        if element.kind is ElementKind.CAPTION:
            is_table = self.parents.get(element.caption_of) is ElementKind.TABLE
            return "table_caption" if is_table else "figure_caption"
        return TYPES.get(element.kind, "text")

    def _content(self, element: Element) -> tuple[str, str]:
        """Content and its language."""
        match element.kind:
            case ElementKind.TABLE if element.table is not None:
                return self._table(element.table)
            case ElementKind.FIGURE:
                return (element.text if self.request.switches.enable_image_understanding else ""), "text"
            case ElementKind.FORMULA:
                return FORMULAS[self.request.formula](element.text), self.request.formula
            case ElementKind.LIST_ITEM:
                return render_element(element), "text"
            case _:
                return element.text, "text"

    def _table(self, table: Table) -> tuple[str, str]:
        if self.request.table == "image":
            return "", "image"
        if self.request.table == "markdown":
            return render_table_markdown(table), "markdown"
        return render_table_html(table), "html"


FORMULAS: dict[str, Callable[[str], str]] = {
    "latex": str,
    "ascii": str,
    # Only the shape: the emulator knows no mathematics.
    "mathml": lambda text: f"<math><mtext>{html.escape(text)}</mtext></math>",
}


def _pixel_box(element: Element, *, page: int, width: int, height: int) -> tuple[int, int, int, int]:
    boxes = [region.box for region in element.regions if region.page == page and region.box is not None]
    box = BoundingBox.union(boxes) if boxes else (FOOT if element.is_furniture else WHOLE)
    return (
        round(box.left * width),
        round(box.top * height),
        round(box.right * width),
        round(box.bottom * height),
    )
