"""Elements to parts: rendered, with their heading path and page."""

from collections.abc import Callable, Iterator, Sequence

from docferry.chunking.outline import heading_depths
from docferry.chunking.parts import HEADING_KINDS, Part
from docferry.chunking.settings import ChunkSettings, Split, TableFormat
from docferry.chunking.stitching import is_continuation, stitch
from docferry.model import Document, Element, ElementKind, Table
from docferry.rendering import element_body, element_marks, render_table_html, render_table_markdown

__all__ = ["read_parts", "section_starts"]

_BATCH = 40_000  # characters
_CELL = 8  # characters that a cell is taken for
_MARKED = frozenset(
    {ElementKind.TITLE, ElementKind.HEADING, ElementKind.LIST_ITEM, ElementKind.CODE, ElementKind.FORMULA}
)


def read_parts(document: Document, settings: ChunkSettings) -> Iterator[list[Part]]:
    """Render a document's elements, some pages at a time.

    Args:
        document: The document.
        settings: Says whether furniture belongs to it, how tables are written, and whether pages may be read
            apart from one another.

    Yields:
        Parts in reading order, never an empty list. An element without regions belongs to the page of the
        element before it; 0 is the page of a document without pages.
    """
    elements = [
        element for element in document.elements if settings.includes_furniture or not element.is_furniture
    ]
    reader = _Reader(elements, settings)
    is_apart = settings.split is Split.CHUNK and not settings.joins_pages and not settings.stitches_tables
    for batch in _batches(elements) if is_apart else (elements,):
        parts = reader.read(batch)
        if parts:
            yield parts


def section_starts(parts: Sequence[Part], *, joins_pages: bool) -> list[int]:
    """Indexes of the parts that sections begin with, the first part's included.

    A heading that follows another heading does not begin a section: both lead to the same text.

    Args:
        parts: The parts.
        joins_pages: Whether a section goes on over the end of a page.
    """
    starts: list[int] = []
    page: int | None = None
    was_heading = False
    for index, part in enumerate(parts):
        is_heading = part.is_heading
        if (is_heading and not was_heading) or (part.page != page and (page is None or not joins_pages)):
            starts.append(index)
        was_heading = is_heading
        page = part.page
    return starts


def _batches(elements: Sequence[Element]) -> Iterator[Sequence[Element]]:
    """Whole pages, so many that counting them at once pays, and few enough to stay small in memory."""
    first = n_characters = page = 0
    for index, element in enumerate(elements):
        regions, table = element.regions, element.table
        if regions and regions[0].page != page:
            page = regions[0].page
            if n_characters >= _BATCH:
                yield elements[first:index]
                first, n_characters = index, 0
        n_characters += len(element.text)
        if table is not None:
            n_characters += len(table.cells) * _CELL
    yield elements[first:]


class _Reader:
    """Renders elements in order, and keeps the heading path and the page from one batch to the next."""

    def __init__(self, elements: Sequence[Element], settings: ChunkSettings) -> None:
        headings = [element for element in elements if element.kind in HEADING_KINDS and element.text.strip()]
        self._depths = dict(zip([element.id for element in headings], heading_depths(headings), strict=True))
        self._render_table: Callable[[Table], str] = (
            render_table_html if settings.table_format is TableFormat.HTML else render_table_markdown
        )
        self._table_format = settings.table_format
        self._stitches = settings.stitches_tables and settings.split is not Split.ELEMENT
        self._path: tuple[str, ...] = ()
        self._page = 0

    def read(self, elements: Sequence[Element]) -> list[Part]:
        parts: list[Part] = []
        silent: list[Element] = []
        for element in elements:
            regions, table = element.regions, element.table
            if regions:
                self._page = regions[0].page
            if table is not None and table.cells:
                if self._stitches and parts and is_continuation(parts[-1], element):
                    stitch(parts[-1], element, self._table_format)
                else:
                    parts.append(self._table_part(element, table))
            elif body := element_body(element):
                is_marked = element.kind in _MARKED
                parts.append(self._marked(element, body) if is_marked else self._plain(element, body))
            elif element.kind is ElementKind.FIGURE:
                silent.append(element)
        if silent:
            _seat(silent, parts)
        return parts

    def _plain(self, element: Element, body: str) -> Part:
        part = Part(body, element, self._path, self._page)
        if len(body) < len(element.text):
            part.offset = element.text.index(body[0])
        return part

    def _marked(self, element: Element, body: str) -> Part:
        depth = self._depths.get(element.id)
        opening, closing = element_marks(element, level=depth)
        part = self._plain(element, body)
        part.text = f"{opening}{body}{closing}"
        part.opening, part.closing = len(opening), len(closing)
        if depth is not None:
            part.is_heading = True
            part.path = self._path[: depth - 1]
            self._path = (*part.path, " ".join(body.split()))
        return part

    def _table_part(self, element: Element, table: Table) -> Part:
        part = Part(self._render_table(table), element, self._path, self._page)
        part.spans = ((0, len(part.text), element.id, 0, table.n_rows, True, False),)
        return part


def _seat(silent: Sequence[Element], parts: Sequence[Part]) -> None:
    """Put pictures without text to their captions, so that a caption's chunk says where its figure stands."""
    pictures = {element.id: element for element in silent}
    for part in parts:
        picture = pictures.get(part.element.caption_of)
        if picture is not None:
            part.companions = (*part.companions, picture)
