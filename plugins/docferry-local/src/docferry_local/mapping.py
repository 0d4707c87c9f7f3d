"""From a page as liteparse sees it to a page and its elements; pure.

The only module that knows both vocabularies. What concerns several pages (running heads, heading levels,
continued tables) is decided afterwards, in `docferry_local.document`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from liteparse.types import LayoutBlock, ParsedPage, TextItem

from docferry.model import BoundingBox, Element, ElementKind, Page, Region
from docferry_local.alignment import AlignedText, align, lines_of
from docferry_local.areas import Area
from docferry_local.leftovers import LeftOver, is_upright, left_over_items, left_over_lines
from docferry_local.parts import Part, block_text, read_block

__all__ = ["MappedElement", "MappedPage", "map_page"]

_LABEL_KINDS = frozenset(
    {ElementKind.HEADING, ElementKind.PARAGRAPH, ElementKind.LIST_ITEM, ElementKind.CODE, ElementKind.FORMULA}
)
_LONGEST_LABEL = 80  # characters
_TINY = 2.0  # points; some PDFs scale a font of size 1 and liteparse then reports that 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedElement:
    """An element, and what the document-wide decisions need to know of it.

    Args:
        element: The element.
        font_size: Size of most of its text in points, in steps of a half; None when not known.
        is_upright: Whether its text runs from left to right on the page as shown.
        first_line: Where its first line stands; None when not known.
        last_line: Where its last line stands; None when not known.
        line_count: Number of its lines; 0 when not known.
    """

    element: Element
    font_size: float | None = None
    is_upright: bool = True
    first_line: BoundingBox | None = None
    last_line: BoundingBox | None = None
    line_count: int = 0

    @property
    def box(self) -> BoundingBox | None:
        """Where its first part stands."""
        return self.element.regions[0].box if self.element.regions else None

    def changed(self, **changes: Any) -> "MappedElement":  # noqa: ANN401 - any of the element's fields
        """The same with other values in some fields of the element."""
        return replace(self, element=replace(self.element, **changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedPage:
    """A page in our words.

    Args:
        page: Its number and size.
        elements: What is on it, in reading order.
        is_scan: Whether it is a picture of a page, perhaps with a stamp or a page number on it.
        is_blank: Whether nothing at all is drawn on it, neither text nor pictures nor lines.
        rules: Where horizontal rules stand, as fractions of the height from the top.
        size_counts: Characters of running text per font size in points.
    """

    page: Page
    elements: tuple[MappedElement, ...]
    is_blank: bool = False
    is_scan: bool = False
    rules: tuple[float, ...] = ()
    size_counts: Mapping[float, int] = field(default_factory=dict[float, int])

    @property
    def has_text(self) -> bool:
        """Whether any element has text."""
        return any(mapped.element.text or mapped.element.table for mapped in self.elements)


def map_page(parsed: ParsedPage) -> MappedPage:
    """Map one page.

    Args:
        parsed: The page, parsed with blocks and content bounds.
    """
    blocks = parsed.blocks or []
    page = Page(
        number=parsed.page_num, width=parsed.width, height=parsed.height, label=parsed.page_label or ""
    )
    texts, spare = _align(blocks, parsed.text_items)
    parts = [
        part
        for block, text in zip(blocks, texts, strict=True)
        for part in read_block(block, text, width=parsed.width, height=parsed.height)
    ]
    parts = _with_labels_in_figures(_with_left_over(parts, parsed, spare))
    return MappedPage(
        page=page,
        elements=tuple(_mapped(page, number, part) for number, part in enumerate(_nested(parts), start=1)),
        is_scan=parsed.complexity is not None and "scanned" in parsed.complexity.reasons,
        is_blank=parsed.content_bounds is None and not parsed.text.strip(),
        rules=tuple(
            min(max(block.bbox.y / parsed.height, 0), 1)
            for block in blocks
            if block.kind == "rule" and block.bbox
        ),
        size_counts=_size_counts(parts),
    )


def _align(
    blocks: Sequence[LayoutBlock], items: Sequence[TextItem]
) -> tuple[list[AlignedText], list[TextItem]]:
    """Give each block its items, and say which items no block has.

    Small blocks choose first: the boxes of large ones may reach over text that is not theirs.
    """
    spare = list(items)
    texts: dict[int, AlignedText] = {}
    for number, block in sorted(enumerate(blocks), key=lambda pair: _area(pair[1])):
        texts[number] = align(block_text(block), box=block.bbox, items=spare)
        claimed = {id(item) for item in texts[number].items}
        spare = [item for item in spare if id(item) not in claimed]
    return [texts[number] for number in range(len(blocks))], spare


def _area(block: LayoutBlock) -> float:
    return block.bbox.width * block.bbox.height if block.bbox else 0


def _with_left_over(parts: Sequence[Part], parsed: ParsedPage, spare: Sequence[TextItem]) -> list[Part]:
    result = list(parts)
    for passage in left_over_items(spare):
        place = _place(result, passage) if is_upright(passage.items[0]) else len(result)
        result.insert(
            place,
            Part(
                kind=ElementKind.PARAGRAPH,
                raw_kind="text_item",
                text=passage.text,
                items=passage.items,
                areas=(Area.around(passage.items),),
            ),
        )
    for passage in left_over_lines(parsed.text, parsed.text_items):
        part = Part(kind=ElementKind.PARAGRAPH, raw_kind="text", text=passage.text)
        result.insert(0 if passage.is_at_top else len(result), part)
    return result


def _with_labels_in_figures(parts: Sequence[Part]) -> list[Part]:
    """Put the labels inside a figure into its text; a picture behind a page of text gets none."""
    result = list(parts)
    for figure in [part for part in parts if part.kind is ElementKind.FIGURE and part.areas]:
        inside = [
            part
            for part in result
            if part.kind in _LABEL_KINDS and part.areas and figure.areas[0].holds(part.areas[0])
        ]
        if inside and all(len(part.text) <= _LONGEST_LABEL for part in inside):
            text = "\n".join(part.text for part in inside)
            result = [
                replace(part, text=text) if part is figure else part for part in result if part not in inside
            ]
    return result


def _place(parts: Sequence[Part], passage: LeftOver) -> int:
    """Before the first part below it in the same column; else at the end."""
    here = Area.around(passage.items)
    for number, part in enumerate(parts):
        if any(area.top >= here.bottom - 1 and area.shares_column_with(here) for area in part.areas[:1]):
            return number
    return len(parts)


def _nested(parts: Sequence[Part]) -> Iterator[Part]:
    """Turn the indents of list items into depths from 1, for each run of list items anew."""
    indents: list[int] = []
    for part in parts:
        if part.kind is not ElementKind.LIST_ITEM:
            indents.clear()
            yield part
            continue
        indent = part.level or 0
        while indents and indents[-1] > indent:
            indents.pop()
        if not indents or indents[-1] < indent:
            indents.append(indent)
        yield replace(part, level=len(indents))


def _mapped(page: Page, number: int, part: Part) -> MappedElement:
    sizes = _sizes(part)
    lines = lines_of(part.items)
    return MappedElement(
        element=Element(
            id=f"p{page.number}-e{number}",
            kind=part.kind,
            text=part.text,
            level=part.level,
            regions=_regions(page, part),
            provider_id=part.provider_id,
            raw_kind=part.raw_kind,
            table=part.table,
        ),
        font_size=max(sizes, key=lambda size: (sizes[size], size)) if sizes else None,
        is_upright=all(is_upright(item) for item in part.items),
        first_line=_line_box(page, lines[0]) if lines else None,
        last_line=_line_box(page, lines[-1]) if lines else None,
        line_count=len(lines),
    )


def _line_box(page: Page, line: Sequence[TextItem]) -> BoundingBox | None:
    if not page.width or not page.height:
        return None
    return Area.around(line).on_page(width=page.width, height=page.height)


def _regions(page: Page, part: Part) -> tuple[Region, ...]:
    """One region for each column that the part runs over; none of them with a box if its place is unknown."""
    if not page.width or not page.height or not part.areas:
        return (Region(page=page.number),)
    return tuple(
        Region(page=page.number, box=area.on_page(width=page.width, height=page.height))
        for area in part.areas
    )


def _sizes(part: Part) -> Counter[float]:
    """Characters of the part per font size."""
    sizes: Counter[float] = Counter()
    for item in part.items:
        height = item.height if is_upright(item) else min(item.height, item.width)
        size = item.font_size if item.font_size and item.font_size > _TINY else height
        sizes[round(size * 2) / 2] += len(item.text)
    return sizes


def _size_counts(parts: Sequence[Part]) -> Counter[float]:
    total: Counter[float] = Counter()
    for part in parts:
        if part.kind in (ElementKind.PARAGRAPH, ElementKind.LIST_ITEM):
            total += _sizes(part)
    return total
