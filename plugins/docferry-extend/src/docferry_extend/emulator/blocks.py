"""A document in the service's words: blocks with pages, boxes and details."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from docferry.model import BoundingBox, Document, Element, ElementKind, LengthUnit, Page, Table, TableCell
from docferry.rendering import (
    element_body,
    render_element,
    render_table_html,
    render_table_markdown,
    render_text,
)
from docferry_extend.emulator.quirks import ExtendQuirks
from docferry_extend.emulator.request import ParseRequest
from docferry_extend.emulator.voice import LEGACY

__all__ = ["MadeBlock", "PageSpace", "make_blocks"]

POINTS_PER_INCH = 72.0
UNKNOWN_SIZE = (595.0, 842.0)
FOOT = BoundingBox(left=0.1, top=0.94, right=0.9, bottom=0.97)
WHOLE = BoundingBox(left=0.0, top=0.0, right=1.0, bottom=1.0)
CONFIDENCE = 0.99

TYPES = {
    ElementKind.TABLE: "table",
    ElementKind.FIGURE: "figure",
}
NEWER_TYPES = {
    ElementKind.FORMULA: "formula",
    ElementKind.HEADER: "header",
    ElementKind.FOOTER: "footer",
    ElementKind.PAGE_NUMBER: "page_number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpace:
    """A page as boxes see it.

    Args:
        number: Its number in the answer.
        width: Its width in the unit of boxes.
        height: Its height.
        original: Its width and height in points.
        dpi: The density of boxes.
    """

    number: int
    width: float
    height: float
    original: tuple[float, float]
    dpi: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBlock:
    """A block and what it was made of.

    Args:
        elements: One element, or the items of a list.
        space: Its page.
        box: Where it stands on it.
        raw: The block as the service writes it.
    """

    elements: tuple[Element, ...]
    space: PageSpace
    box: BoundingBox
    raw: dict[str, object] = field(repr=False)

    @property
    def content(self) -> str:
        """Its text."""
        return str(self.raw["content"])


def make_blocks(
    document: Document, *, request: ParseRequest, quirks: ExtendQuirks, images: Mapping[str, str]
) -> tuple[tuple[PageSpace, ...], tuple[MadeBlock, ...]]:
    """Put the pages wanted of a document into the service's words.

    Args:
        document: The document.
        request: What was asked for.
        quirks: How the service behaves.
        images: Addresses of pictures by element id.

    Returns:
        The pages, and the blocks in reading order.
    """
    spaces = _spaces(document.pages, request=request, quirks=quirks)
    maker = _Maker(request=request, quirks=quirks, images=images)
    first = document.pages[0].number
    made: list[MadeBlock] = []
    for elements in _grouped(document.elements):
        page = elements[0].regions[0].page if elements[0].regions else first
        if page in spaces and maker.wants(elements[0]):
            made.append(maker.make(elements, page=page, space=spaces[page], number=len(made) + 1))
    return tuple(spaces.values()), tuple(made)


def _spaces(pages: Iterable[Page], *, request: ParseRequest, quirks: ExtendQuirks) -> dict[int, PageSpace]:
    wanted = [page for page in pages if request.selects(page.number)]
    dpi = POINTS_PER_INCH if request.version == LEGACY else quirks.dpi
    spaces: dict[int, PageSpace] = {}
    for position, page in enumerate(wanted, start=1):
        width, height = page.width or UNKNOWN_SIZE[0], page.height or UNKNOWN_SIZE[1]
        scale = 1.0 if page.unit is LengthUnit.PIXEL else dpi / POINTS_PER_INCH
        spaces[page.number] = PageSpace(
            number=page.number if quirks.page_numbers == "kept" else position,
            width=round(width * scale),
            height=round(height * scale),
            original=(width, height),
            dpi=dpi,
        )
    return spaces


def _grouped(elements: Iterable[Element]) -> Iterator[tuple[Element, ...]]:
    """Elements one by one, but the items of a list together: the service has no block for an item."""
    items: list[Element] = []
    for element in elements:
        is_item = element.kind is ElementKind.LIST_ITEM
        if items and not (is_item and _page(element) == _page(items[0])):
            yield tuple(items)
            items = []
        if is_item:
            items.append(element)
        else:
            yield (element,)
    if items:
        yield tuple(items)


def _page(element: Element) -> int:
    return element.regions[0].page if element.regions else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Makes the blocks of a document."""

    request: ParseRequest
    quirks: ExtendQuirks
    images: Mapping[str, str]

    @property
    def _is_spatial(self) -> bool:
        return self.request.setting("target") == "spatial"

    def wants(self, element: Element) -> bool:
        """Whether it becomes a block."""
        has_figures = self.request.setting("blockOptions.figures.enabled", default=True)
        return element.kind is not ElementKind.FIGURE or bool(has_figures)

    def make(self, elements: tuple[Element, ...], *, page: int, space: PageSpace, number: int) -> MadeBlock:
        """Make the block of an element or of the items of a list."""
        element = elements[0]
        box = _box(elements, page=page)
        kind = self._kind(element)
        block_id = f"{space.number}_{number:06d}"
        raw = self._raw(kind, self._content(elements), box=box, space=space, block_id=block_id)
        raw["details"] = self._details(kind, element)
        if kind == "table" and element.table is not None:
            children = self._cells(element.table, str(raw["id"]), box=box, space=space)
            if children:
                raw["children"] = children
        return MadeBlock(elements=elements, space=space, box=box, raw=raw)

    def _raw(
        self, kind: str, content: str, *, box: BoundingBox, space: PageSpace, block_id: str
    ) -> dict[str, object]:
        edges = {
            "left": box.left * space.width,
            "top": box.top * space.height,
            "right": box.right * space.width,
            "bottom": box.bottom * space.height,
        }
        metadata: dict[str, object] = {
            "page": {"number": space.number, "width": space.width, "height": space.height}
        }
        if self.request.version != LEGACY:
            metadata |= {"minOcrConfidence": CONFIDENCE, "avgOcrConfidence": CONFIDENCE}
        corners = (("left", "top"), ("right", "top"), ("right", "bottom"), ("left", "bottom"))
        return {
            "object": "block",
            "id": f"block_{block_id}",
            "type": kind,
            "content": content,
            "metadata": metadata,
            "polygon": [{"x": edges[x], "y": edges[y]} for x, y in corners],
            "boundingBox": edges,
        }

    def _kind(self, element: Element) -> str:
        if element.kind in (ElementKind.TITLE, ElementKind.HEADING):
            return "heading" if (element.level or 1) == 1 else "section_heading"
        if element.kind is ElementKind.FORMULA and not self.request.setting("blockOptions.formulas.enabled"):
            return "text"
        newer = {} if self.request.version == LEGACY else NEWER_TYPES
        return TYPES.get(element.kind) or newer.get(element.kind, "text")

    def _content(self, elements: Sequence[Element]) -> str:
        element = elements[0]
        if self._is_spatial:
            return self._layout(elements)
        if element.table is not None:
            is_html = self.request.setting("blockOptions.tables.targetFormat", "html") == "html"
            return render_table_html(element.table) if is_html else render_table_markdown(element.table)
        if element.kind in (ElementKind.FIGURE, ElementKind.FORMULA):
            return element.text
        return "\n".join(render_element(item) for item in elements)

    def _layout(self, elements: Sequence[Element]) -> str:
        return "\n".join(
            render_text(_holding(item)) if item.table is not None else element_body(item) for item in elements
        )

    def _details(self, kind: str, element: Element) -> object:
        if self.quirks.details != "typed":
            return {} if self.quirks.details == "empty" else None
        match kind:
            case "table" if element.table is not None:
                counts = {"rowCount": element.table.n_rows, "columnCount": element.table.n_columns}
                return {"type": "table_details", **counts}
            case "figure":
                address = self.images.get(element.id)
                image = {"imageUrl": address} if address else {}
                return {"type": "figure_details", **image, "figureType": "image"}
            case "formula":
                return {"type": "formula_details", "latex": element.text}
            case _:
                return {}

    def _cells(
        self, table: Table, parent_id: str, *, box: BoundingBox, space: PageSpace
    ) -> list[dict[str, object]]:
        if not self.request.setting("blockOptions.tables.cellBlocksEnabled"):
            return []
        return [
            {
                **self._raw(
                    "table_head" if cell.is_header else "table_cell",
                    cell.text,
                    box=cell.box or _share(table, cell, box),
                    space=space,
                    block_id=f"{parent_id.removeprefix('block_')}_{number}",
                ),
                "parentBlockId": parent_id,
                "details": {
                    "type": "table_cell_details",
                    "rowIndex": cell.row,
                    "columnIndex": cell.column,
                },
            }
            for number, cell in enumerate(table.cells, start=1)
        ]


def _holding(element: Element) -> Document:
    """A document of that one element."""
    return Document(
        source_fingerprint="sha256:",
        provider="local",
        pages=tuple(Page(number=number) for number in sorted({region.page for region in element.regions})),
        elements=(element,),
    )


def _box(elements: Sequence[Element], *, page: int) -> BoundingBox:
    boxes = [
        region.box
        for element in elements
        for region in element.regions
        if region.page == page and region.box is not None
    ]
    if boxes:
        return BoundingBox.union(boxes)
    return FOOT if elements[0].is_furniture else WHOLE


def _share(table: Table, cell: TableCell, box: BoundingBox) -> BoundingBox:
    """The place of a cell, as if all rows were of one height and all columns of one width."""
    width, height = (box.right - box.left) / table.n_columns, (box.bottom - box.top) / table.n_rows
    return BoundingBox.from_absolute(
        left=box.left + width * cell.column,
        top=box.top + height * cell.row,
        right=box.left + width * (cell.column + cell.column_span),
        bottom=box.top + height * (cell.row + cell.row_span),
        width=1.0,
        height=1.0,
    )
