"""Elements to parts: rendered, with their heading path, page by page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from docferry.chunking.outline import heading_depths
from docferry.chunking.parts import HEADING_KINDS, Part
from docferry.chunking.settings import ChunkSettings, TableFormat
from docferry.model import Document, Element, ElementKind, Table
from docferry.rendering import element_body, element_marks, render_table_html, render_table_markdown

__all__ = ["read_parts", "section_starts"]

_MARKED = frozenset(
    {ElementKind.TITLE, ElementKind.HEADING, ElementKind.LIST_ITEM, ElementKind.CODE, ElementKind.FORMULA}
)


def read_parts(document: Document, settings: ChunkSettings) -> Iterator[tuple[int, list[Part]]]:
    """Render a document's elements, in runs that begin on one page.

    Args:
        document: The document.
        settings: Says whether furniture belongs to it and how tables are written.

    Yields:
        The page's number and the parts that begin on it, in reading order. An element without regions belongs
        to the page of the element before it; 0 is the page of a document without pages.
    """
    elements = [
        element for element in document.elements if settings.includes_furniture or not element.is_furniture
    ]
    reader = _Reader(elements, settings)
    for page, run in groupby(_with_pages(elements), key=_page_of):
        parts = reader.read([element for _, element in run])
        if parts:
            yield page, parts


def section_starts(parts: Sequence[Part]) -> list[int]:
    """Indexes of the parts that sections begin with, the first part's included.

    A heading that follows another heading does not begin a section: both lead to the same text.
    """
    starts = [0]
    was_heading = True
    for index, part in enumerate(parts):
        is_heading = part.element.kind in HEADING_KINDS
        if is_heading and not was_heading:
            starts.append(index)
        was_heading = is_heading
    return starts


def _with_pages(elements: Iterable[Element]) -> Iterator[tuple[int, Element]]:
    page = 0
    for element in elements:
        if element.regions:
            page = element.regions[0].page
        yield page, element


def _page_of(item: tuple[int, Element]) -> int:
    return item[0]


class _Reader:
    """Renders elements in order, and keeps the heading path between pages."""

    def __init__(self, elements: Sequence[Element], settings: ChunkSettings) -> None:
        headings = [element for element in elements if element.kind in HEADING_KINDS and element.text.strip()]
        self._depths = dict(zip([element.id for element in headings], heading_depths(headings), strict=True))
        self._render_table: Callable[[Table], str] = (
            render_table_html if settings.table_format is TableFormat.HTML else render_table_markdown
        )
        self._path: tuple[str, ...] = ()

    def read(self, elements: Sequence[Element]) -> list[Part]:
        parts: list[Part] = []
        silent: list[Element] = []
        for element in elements:
            part = self._part(element)
            if part is not None:
                parts.append(part)
            elif element.kind is ElementKind.FIGURE:
                silent.append(element)
        if silent:
            _seat(silent, parts)
        return parts

    def _part(self, element: Element) -> Part | None:
        if element.table is not None and element.table.cells:
            return Part(self._render_table(element.table), element, self._path)
        body = element_body(element)
        if not body:
            return None
        text = element.text
        offset = 0 if len(body) == len(text) else text.index(body[0])
        if element.kind not in _MARKED:
            return Part(body, element, self._path, 0, 0, offset)
        depth = self._depths.get(element.id)
        opening, closing = element_marks(element, level=depth)
        part = Part(f"{opening}{body}{closing}", element, self._path, len(opening), len(closing), offset)
        if depth is not None:
            self._open(body, depth, part)
        return part

    def _open(self, heading: str, depth: int, part: Part) -> None:
        part.path = self._path[: depth - 1]
        self._path = (*part.path, " ".join(heading.split()))


def _seat(silent: Sequence[Element], parts: Sequence[Part]) -> None:
    """Put pictures without text to their captions, so that a caption's chunk says where its figure stands."""
    pictures = {element.id: element for element in silent}
    for part in parts:
        picture = pictures.get(part.element.caption_of)
        if picture is not None:
            part.companions = (*part.companions, picture)
