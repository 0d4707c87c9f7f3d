"""Where blocks stand: pages and their sizes, and boxes as fractions of them. Pure."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from docferry.model import BoundingBox, LengthUnit, Page, PageSelection, Region
from docferry_extend.numbering import Numbering, number_pages
from docferry_extend.output import Block, Box, Output, OutputChunk, OutputPage

__all__ = ["Places", "find_places", "missing_pages"]

POINTS_PER_INCH = 72.0
SLACK = 0.02
"""How far a box may reach over the edge of its page, as a fraction, and still be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The pages of a result, and where on them things stand.

    Args:
        numbering: What page numbers mean.
        sizes: Width and height of the space that boxes are in, by number in the result.
        known: What the output says of pages, by number in the result.
        sheets: Names of sheets, by number in the result.
        selection: The pages that were asked for, or None for all.
        is_picture: Whether the document is a picture, whose pages are measured in pixels.
    """

    numbering: Numbering
    sizes: Mapping[int, tuple[float, float]] = field(default_factory=dict[int, tuple[float, float]])
    known: Mapping[int, OutputPage] = field(default_factory=dict[int, OutputPage])
    sheets: Mapping[int, str] = field(default_factory=dict[int, str])
    selection: PageSelection | None = None
    is_picture: bool = False

    def number_of(self, block: Block, chunk: OutputChunk) -> int | None:
        """The number of a block's page in the result; None when nothing tells."""
        number = _own_number(block)
        if number is None and chunk.first_page == chunk.last_page:
            number = chunk.first_page
        return number if number in self.numbering.pages else None

    def regions(self, block: Block, number: int | None) -> tuple[Region, ...]:
        """Where a block stands: on the page of that number in the result."""
        if number is None:
            return ()
        return (Region(page=self.numbering.pages[number], box=self.box(block, number)),)

    def box(self, block: Block, number: int) -> BoundingBox | None:
        """A block's place on the page of that number, which is its own."""
        own = block.page_size if _own_number(block) == number else None
        return self.fraction(block.box, own or self.sizes.get(number))

    def word_region(self, box: Box | None, number: int | None) -> Region | None:
        """Where a recognised word stands; None when its page is not known."""
        if number is None or number not in self.numbering.pages:
            return None
        return Region(page=self.numbering.pages[number], box=self.fraction(box, self.sizes.get(number)))

    def fraction(self, box: Box | None, size: tuple[float, float] | None) -> BoundingBox | None:
        """A box as fractions of its page; None when either is unknown, or the box is not on the page."""
        if box is None or size is None:
            return None
        (left, top, right, bottom), (width, height) = box, size
        is_inside = (
            min(left, right) >= -SLACK * width
            and min(top, bottom) >= -SLACK * height
            and max(left, right) <= (1 + SLACK) * width
            and max(top, bottom) <= (1 + SLACK) * height
        )
        if not is_inside:
            return None
        return BoundingBox.from_absolute(
            left=left, top=top, right=right, bottom=bottom, width=width, height=height
        )

    def pages(self, labels: Mapping[int, str]) -> list[Page]:
        """The pages that the result tells of, ascending.

        Args:
            labels: What is printed on pages as their number, by number in the result.
        """
        by_page = {page: number for number, page in sorted(self.numbering.pages.items(), reverse=True)}
        return [self._page(page, by_page[page], labels) for page in sorted(by_page)]

    def _page(self, page: int, number: int, labels: Mapping[int, str]) -> Page:
        size, unit = self._size(number)
        return Page(
            number=page,
            width=size[0] if size else None,
            height=size[1] if size else None,
            unit=unit,
            label=labels.get(number) or self.sheets.get(number, ""),
        )

    def _size(self, number: int) -> tuple[tuple[float, float] | None, LengthUnit]:
        """Size of a page as shown, in points where the density of the dots is told."""
        size, told = self.sizes.get(number), self.known.get(number)
        if told is not None and told.dpi is not None and size is not None:
            scale = POINTS_PER_INCH / told.dpi
            width, height = (round(length * scale, 2) for length in size)
            if min(width, height) > 0 and max(width, height) < math.inf:
                return (width, height), LengthUnit.POINT
        return size, LengthUnit.PIXEL if self.is_picture else LengthUnit.POINT


def find_places(output: Output, *, selection: PageSelection | None, page_count: int | None) -> Places:
    """Find out which pages a result tells of, and how large they are.

    Args:
        output: The result.
        selection: The pages that were asked for, or None for all.
        page_count: How many pages the service says it parsed; None when it does not say.
    """
    sizes: dict[int, tuple[float, float]] = {}
    sheets: dict[int, str] = {}
    seen = {page.number for page in output.pages} | _covered(output.chunks)
    for chunk in output.chunks:
        _look(chunk.blocks, seen=seen, sizes=sizes, sheets=sheets)
    known = {page.number: page for page in output.pages}
    for number, page in known.items():
        size = _dots(page)
        if size is not None:
            sizes.setdefault(number, size)
    return Places(
        numbering=number_pages(seen, selection, page_count=page_count),
        sizes=sizes,
        known=known,
        sheets=sheets,
        selection=selection,
        is_picture=output.media_type.startswith("image/"),
    )


def missing_pages(places: Places, *, page_count: int | None) -> tuple[int, ...]:
    """Pages that the service says it parsed, and that its result does not mention: blank ones, as a rule.

    Args:
        places: The pages of the result.
        page_count: How many pages the service says it parsed; None when it does not say.
    """
    if page_count is None or places.sheets or places.numbering.is_ambiguous:
        return ()
    asked = page_count if places.selection is None else places.selection.page_count
    if asked != page_count:
        return ()
    found = set(places.numbering.pages.values())
    wanted = range(1, page_count + 1) if places.selection is None else places.selection.first(page_count)
    return tuple(page for page in wanted if page not in found) if found <= set(wanted) else ()


def _own_number(block: Block) -> int | None:
    return block.page or block.sheet


def _covered(chunks: Iterable[OutputChunk]) -> set[int]:
    """The pages that the chunks say they cover, each counted once however many of them do."""
    pages: set[int] = set()
    spans = {(c.first_page, c.last_page or c.first_page) for c in chunks if c.first_page is not None}
    reach = 0
    for first, last in sorted(spans):
        pages.update(range(max(first, reach + 1), last + 1))
        reach = max(reach, last)
    return pages


def _look(
    blocks: Iterable[Block], *, seen: set[int], sizes: dict[int, tuple[float, float]], sheets: dict[int, str]
) -> None:
    for block in blocks:
        number = _own_number(block)
        if number is not None:
            seen.add(number)
            if block.page is not None and block.page_size is not None:
                sizes.setdefault(number, block.page_size)
            if block.page is None and block.sheet is not None:
                sheets.setdefault(number, block.sheet_name)
        _look(block.children, seen=seen, sizes=sizes, sheets=sheets)


def _dots(page: OutputPage) -> tuple[float, float] | None:
    """The space that boxes on a page are in, as the page itself tells."""
    if page.width is None or page.height is None:
        return None
    scale = (page.dpi or POINTS_PER_INCH) / POINTS_PER_INCH
    width, height = page.width * scale, page.height * scale
    if not (min(width, height) > 0 and max(width, height) < math.inf):
        return None
    return (height, width) if page.is_turned else (width, height)
