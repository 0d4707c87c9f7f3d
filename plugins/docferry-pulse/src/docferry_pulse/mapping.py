"""From the service's pieces and boxes to our elements: the only module that knows both vocabularies. Pure.

The text decides what a thing is and in which order it stands; the boxes say where it stands, and name running
heads, captions and footnotes. Where a page or a box is not known, nothing is invented.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from docferry.model import BoundingBox, Element, ElementKind, Region
from docferry_pulse.aligning import Slot, letters, piece_text
from docferry_pulse.boxes import Entry, plain_category
from docferry_pulse.dialect import collapse_fillers
from docferry_pulse.ordering import OrderedPage
from docferry_pulse.pictures import PictureShelf
from docferry_pulse.tables import Grid, merge_boxes, read_cells

__all__ = ["Draft", "map_page"]

# The classes of the documents, and those that partners of the service met, without case and signs. Source:
# docs.runpulse.com/api-reference/bounding-boxes; github.com/morgan-pulse/ParseBench (read 2026-11-21).
KINDS = {
    "caption": ElementKind.CAPTION,
    "captions": ElementKind.CAPTION,
    "code": ElementKind.CODE,
    "footer": ElementKind.FOOTER,
    "footnote": ElementKind.FOOTNOTE,
    "footnotes": ElementKind.FOOTNOTE,
    "formula": ElementKind.FORMULA,
    "formulas": ElementKind.FORMULA,
    "equation": ElementKind.FORMULA,
    "equations": ElementKind.FORMULA,
    "header": ElementKind.HEADER,
    "listitem": ElementKind.LIST_ITEM,
    "listitems": ElementKind.LIST_ITEM,
    "pagefooter": ElementKind.FOOTER,
    "pageheader": ElementKind.HEADER,
    "pagenumber": ElementKind.PAGE_NUMBER,
    "pagenumbers": ElementKind.PAGE_NUMBER,
    "sectionheader": ElementKind.HEADING,
    "sectionheaders": ElementKind.HEADING,
    "title": ElementKind.HEADING,
    "titles": ElementKind.HEADING,
}
FURNITURE = frozenset({ElementKind.HEADER, ElementKind.FOOTER, ElementKind.PAGE_NUMBER})

TOP_BAND, BOTTOM_BAND = 0.1, 0.9
"""Between them, a "Header" heads a section and not the page. Source: github.com/morgan-pulse/ParseBench
(read 2026-11-21)."""

MIN_COVERED = 0.9
"""How much of a piece its entries must account for before they say what it is."""

MAX_LEVEL = 6


@dataclass(slots=True, kw_only=True)
class Draft:
    """An element on its way.

    Args:
        element: As far as it is known.
        is_caption_of_previous: Whether it came as the caption of the figure before it.
        n_blank_cells: How many blank cells were left out of its table.
    """

    element: Element
    is_caption_of_previous: bool = False
    n_blank_cells: int = 0


def map_page(
    page: OrderedPage, *, shelf: PictureShelf, footnote_ids: frozenset[str], numbers: Counter[int | None]
) -> Iterator[Draft]:
    """Map what stands on a page. No text is dropped, whatever its class.

    Args:
        page: The page.
        shelf: The pictures that were kept.
        footnote_ids: Ids of texts that are footnotes.
        numbers: By page, how many elements it has so far; counted on here.
    """
    for slot in page.slots:
        draft = _draft(slot, page.page, shelf, footnote_ids)
        if draft is None:
            continue
        regions = draft.element.regions
        stands_on = regions[0].page if regions else None
        numbers[stands_on] += 1
        on_page = "" if stands_on is None else f"p{stands_on}-"
        draft.element = replace(draft.element, id=f"{on_page}e{numbers[stands_on]}")
        yield draft


def _draft(slot: Slot, page: int | None, shelf: PictureShelf, footnote_ids: frozenset[str]) -> Draft | None:
    """The element of a slot, its id yet to come; None when there is nothing in it."""
    main = slot.entries[0] if slot.entries else None
    kind, level = _kind(slot, footnote_ids)
    grid = _grid(slot) if kind is ElementKind.TABLE else Grid()
    picture = shelf.find(_picture(slot))
    text = _text(slot, kind, has_table=grid.table is not None)
    is_seen = kind in {ElementKind.FIGURE, ElementKind.TABLE} and main is not None
    if not (text or grid.table is not None or picture is not None or is_seen):
        return None
    element = Element(
        id="-",
        kind=kind,
        text=text,
        level=level,
        regions=_regions(slot, page),
        provider_id=",".join(dict.fromkeys(entry.id for entry in slot.entries if entry.id)),
        raw_kind=main.category if main is not None else "",
        is_furniture=kind in FURNITURE,
        table=grid.table,
        image=picture,
        confidence=min((e.confidence for e in slot.entries if e.confidence is not None), default=None),
    )
    is_caption = slot.mark is not None and slot.mark.is_caption
    return Draft(element=element, is_caption_of_previous=is_caption, n_blank_cells=grid.n_blank_cells)


def _kind(slot: Slot, footnote_ids: frozenset[str]) -> tuple[ElementKind, int | None]:
    """What a thing is, and its level if it is a heading or a list item."""
    piece = slot.piece
    seen = _seen_kind(slot, footnote_ids)
    if piece is None:
        return seen or ElementKind.PARAGRAPH, None
    is_accounted_for = slot.covered >= MIN_COVERED * len(letters(piece_text(piece)))
    if seen is not None and is_accounted_for:
        is_furniture = seen in FURNITURE and piece.table is None
        says_more = piece.kind is ElementKind.PARAGRAPH and seen not in {*FURNITURE, ElementKind.TABLE}
        if is_furniture or says_more:
            return seen, None
    level = None if piece.level is None else min(piece.level, MAX_LEVEL)
    return piece.kind, level


def _seen_kind(slot: Slot, footnote_ids: frozenset[str]) -> ElementKind | None:
    """What the boxes call it; None for plain text and for classes that nobody knows."""
    if not slot.entries:
        return None
    entry = slot.entries[0]
    if footnote_ids.intersection(one.id for one in slot.entries):
        return ElementKind.FOOTNOTE
    if entry.is_image:
        return ElementKind.FIGURE
    if entry.is_table:
        return ElementKind.TABLE
    kind = KINDS.get(plain_category(entry.category))
    is_inside = entry.box is not None and TOP_BAND <= entry.box.top <= BOTTOM_BAND
    return ElementKind.HEADING if kind is ElementKind.HEADER and is_inside else kind


def _text(slot: Slot, kind: ElementKind, *, has_table: bool) -> str:
    """The text's own words; those of the boxes only for what the text does not have."""
    piece = slot.piece
    if piece is not None and piece.text:
        return piece.text if kind is ElementKind.CODE else collapse_fillers(piece.text)
    if has_table:
        return ""
    return collapse_fillers("\n".join(text for entry in slot.entries if (text := _entry_text(entry))))


def _entry_text(entry: Entry) -> str:
    if not entry.is_image:
        return entry.text
    # A picture's content is often nothing but its own id.
    caption = "" if letters(entry.text) == letters(entry.id) else entry.text
    return entry.description or caption


def _grid(slot: Slot) -> Grid:
    cells = next((entry.cells for entry in slot.entries if entry.cells), ())
    if slot.piece is not None and slot.piece.table is not None:
        return merge_boxes(slot.piece.table, cells)
    return read_cells(cells)


def _picture(slot: Slot) -> str:
    seen = next((entry.picture for entry in slot.entries if entry.picture), "")
    return seen or (slot.piece.image_address if slot.piece is not None else "")


def _regions(slot: Slot, page: int | None) -> tuple[Region, ...]:
    """Where it stands: one region for each box, and for a page without any the page."""
    boxes: dict[int, list[BoundingBox | None]] = {}
    for entry in slot.entries:
        number = page if entry.page is None else entry.page
        if number is not None:
            boxes.setdefault(number, []).append(entry.box)
    if not boxes:
        return () if page is None else (Region(page=page),)
    return tuple(
        Region(page=number, box=box) for number in sorted(boxes) for box in (_known(boxes[number]) or (None,))
    )


def _known(boxes: Sequence[BoundingBox | None]) -> tuple[BoundingBox, ...]:
    return tuple(dict.fromkeys(box for box in boxes if box is not None))
