"""What can only be decided with all pages at hand: furniture, heading levels, captions, cut tables; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from docferry.model import BoundingBox, Element, ElementKind, Page, Table, TableCell
from docferry.reading.captions import caption_kind
from docferry_local.furniture import furniture_kinds, page_number_text
from docferry_local.mapping import MappedElement, MappedPage
from docferry_local.paragraphs import LARGER, mend_paragraphs

__all__ = ["assemble"]

_DEEPEST_HEADING = 6
_MOST_ON_A_COVER = 3  # headings: a title, a subtitle, an author
_FOOTNOTE_SIZE = 0.93  # times the size of running text
_CAPTION_DISTANCE = 0.06  # fraction of the page's height between a caption and what it names
_SAME_EDGE = 0.015  # fraction of the page's width


def assemble(pages: Sequence[MappedPage]) -> tuple[tuple[Page, ...], tuple[Element, ...]]:
    """Put pages together to a document's pages and elements.

    Args:
        pages: The mapped pages, ascending.
    """
    body_size = _body_size(pages)
    kinds = furniture_kinds(pages, body_size=body_size)
    pages = [_with_furniture(page, kinds) for page in pages]
    pages = [_with_footnotes(mend_paragraphs(page, body_size=body_size), body_size) for page in pages]
    pages = _with_levels(pages, body_size)
    elements = [element for page in pages for element in _with_captions(page)]
    return tuple(_labelled(page) for page in pages), tuple(_with_continued_tables(elements))


def _body_size(pages: Sequence[MappedPage]) -> float:
    total: Counter[float] = Counter()
    for page in pages:
        total.update(page.size_counts)
    return max(total, key=lambda size: (total[size], size)) if total else 0.0


def _with_furniture(page: MappedPage, kinds: Mapping[str, ElementKind]) -> MappedPage:
    return replace(
        page,
        elements=tuple(
            mapped.changed(kind=kinds[mapped.element.id], level=None, is_furniture=True)
            if mapped.element.id in kinds
            else mapped
            for mapped in page.elements
        ),
    )


def _labelled(page: MappedPage) -> Page:
    """The page, with the number printed on it as its label when the file gives none."""
    if page.page.label:
        return page.page
    printed = [
        page_number_text(mapped.element.text)
        for mapped in page.elements
        if mapped.element.kind is ElementKind.PAGE_NUMBER
    ]
    return replace(page.page, label=printed[0]) if printed else page.page


def _with_footnotes(page: MappedPage, body_size: float) -> MappedPage:
    """Small text below the last rule of the page, with nothing but small text after it, is footnotes."""
    text = [
        mapped
        for mapped in page.elements
        if mapped.box and mapped.is_upright and not mapped.element.is_furniture
    ]
    for rule in sorted(rule for rule in page.rules if rule > 0.5):  # noqa: PLR2004 - the lower half
        below = [mapped for mapped in text if mapped.box and mapped.box.top >= rule - _SAME_EDGE / 2]
        if below and all(_is_footnote(mapped, body_size) for mapped in below):
            ids = {mapped.element.id for mapped in below}
            return replace(
                page,
                elements=tuple(
                    mapped.changed(kind=ElementKind.FOOTNOTE, level=None)
                    if mapped.element.id in ids
                    else mapped
                    for mapped in page.elements
                ),
            )
    return page


def _is_footnote(mapped: MappedElement, body_size: float) -> bool:
    return (
        mapped.element.kind in (ElementKind.PARAGRAPH, ElementKind.LIST_ITEM)
        and mapped.font_size is not None
        and mapped.font_size <= _FOOTNOTE_SIZE * body_size
    )


def _with_levels(pages: Sequence[MappedPage], body_size: float) -> list[MappedPage]:
    """Give headings levels that hold for the whole document.

    liteparse ranks font sizes within the pages it was given, so the same heading has another level in another
    batch. Here sizes are ranked over all pages.
    """
    headings = [
        mapped for page in pages for mapped in page.elements if mapped.element.kind is ElementKind.HEADING
    ]
    levels = _levels_by_size(headings, body_size)
    return [
        replace(
            page,
            elements=tuple(
                mapped.changed(level=levels[mapped.font_size])
                if mapped.element.kind is ElementKind.HEADING
                else mapped
                for mapped in page.elements
            ),
        )
        for page in pages
    ]


def _levels_by_size(headings: Sequence[MappedElement], body_size: float) -> Mapping[float | None, int]:
    counts = Counter(mapped.font_size for mapped in headings)
    cover = _cover_sizes(headings)
    ranked = sorted(
        (size for size in counts if size is not None and size > body_size + LARGER and size not in cover),
        reverse=True,
    )
    return {
        size: min(1 + sum(other > (size or 0.0) for other in ranked), _DEEPEST_HEADING) for size in counts
    }


def _cover_sizes(headings: Sequence[MappedElement]) -> set[float | None]:
    """Font sizes of a title and subtitle on a cover; ranked, they would push every chapter a level down."""
    pages = [mapped.element.regions[0].page for mapped in headings]
    cover = [mapped for mapped, page in zip(headings, pages, strict=True) if page == pages[0]]
    inside = {mapped.font_size for mapped in headings[len(cover) :]}
    on_cover = {mapped.font_size for mapped in cover}
    is_cover = bool(inside) and not on_cover & inside and len(cover) <= _MOST_ON_A_COVER
    return on_cover if is_cover else set()


def _with_captions(page: MappedPage) -> Iterator[Element]:
    targets = [
        mapped
        for mapped in page.elements
        if mapped.element.kind in (ElementKind.FIGURE, ElementKind.TABLE) and mapped.box
    ]
    for mapped in page.elements:
        element = mapped.element
        if element.is_furniture or element.kind not in (ElementKind.PARAGRAPH, ElementKind.HEADING):
            yield element
            continue
        is_near = _nearest(mapped, targets) is not None
        kind = caption_kind(element.text, is_near=is_near)
        if kind is None:
            yield element
            continue
        target = _nearest(mapped, [other for other in targets if other.element.kind is kind])
        yield replace(
            element,
            kind=ElementKind.CAPTION,
            level=None,
            caption_of=target.element.id if target else "",
        )


def _nearest(caption: MappedElement, targets: Sequence[MappedElement]) -> MappedElement | None:
    near = [
        (distance, number)
        for number, target in enumerate(targets)
        if (distance := _distance(caption.box, target.box)) <= _CAPTION_DISTANCE
    ]
    return targets[min(near)[1]] if near else None


def _distance(one: BoundingBox | None, other: BoundingBox | None) -> float:
    """Vertical distance between two boxes of one page, 1 when they stand side by side."""
    if one is None or other is None or one.left >= other.right or one.right <= other.left:
        return 1.0
    return max(one.top - other.bottom, other.top - one.bottom, 0.0)


def _with_continued_tables(elements: Sequence[Element]) -> Iterator[Element]:
    """Mark tables that go on where the page before ended with a table of the same columns."""
    text = [element for element in elements if _is_in_the_flow(element)]
    continued = {
        after.id
        for before, after in pairwise(text)
        if before.table and after.table and _goes_on(before, after)
    }
    for element in elements:
        if element.id in continued and element.table:
            before = text[[other.id for other in text].index(element.id) - 1]
            yield replace(element, table=_continued(element.table, before.table))
        else:
            yield element


def _is_in_the_flow(element: Element) -> bool:
    return not element.is_furniture and element.kind is not ElementKind.FOOTNOTE


def _goes_on(before: Element, after: Element) -> bool:
    first, second = before.regions[0], after.regions[0]
    if second.page != first.page + 1 or not before.table or not after.table:
        return False
    if before.table.n_columns != after.table.n_columns:
        return False
    header = _header(before.table)
    if header and header == _header(after.table):
        return True
    return bool(
        first.box
        and second.box
        and abs(first.box.left - second.box.left) <= _SAME_EDGE
        and abs(first.box.right - second.box.right) <= _SAME_EDGE
    )


def _header(table: Table) -> list[tuple[int, int, str]]:
    return [
        (cell.row, cell.column, "".join(cell.text.split()))
        for cell in table.cells
        if cell.row < table.n_header_rows
    ]


def _continued(table: Table, before: Table | None) -> Table:
    """The later part of a table; what looked like its header is a row when it is not the header repeated."""
    cells: tuple[TableCell, ...] = table.cells
    if before and _header(before) != _header(table):
        cells = tuple(replace(cell, is_header=False) for cell in cells)
    return replace(table, cells=cells, continues_previous=True)
