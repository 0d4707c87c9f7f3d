"""What stands where: the shapes of `bounding_boxes`, as received.

Entries come in groups by class, in a plain list, or in `ordered_elements` alone. Classes that nobody knows
stay under their own name; the word-level `Words` and the marks of forms are left out, because the same text
stands in the other classes.
Source: docs.runpulse.com/api-reference/bounding-boxes in two ages, and the API definition in pulse-python-sdk
1.0.17 (read 2026-11-21 and 2026-11-22).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from docferry.model import BoundingBox
from docferry.reading.values import (
    Raw,
    integer_of,
    is_mapping,
    items_of,
    mapping_of,
    number_of,
    parse_json,
    scalar_text,
    text_of,
)
from docferry_pulse.wire import get, is_list, page_of

__all__ = ["Cell", "Entry", "picture_addresses", "plain_category", "read_entries"]

NOT_ENTRIES = frozenset({"words", "selectionmarks", "markdownwithids", "definednames", "orderedelements"})
"""Classes that are no pieces of the text, without case and signs."""

TABLES = frozenset({"table", "tables"})
IMAGES = frozenset({"image", "images", "figure", "figures", "picture", "pictures", "chart", "charts"})

POLYGON = 8
RECTANGLE = 4
LARGEST_FRACTION = 1.5
"""Larger coordinates are no fractions of the page, whatever was promised."""

THOUSANDTHS = 1000.0
"""One user met coordinates from 0 to 1000. Source: github.com/morgan-pulse/ParseBench (read 2026-11-21)."""

ID_MENTION = re.compile(r"\bdata-bb-[\w-]*id\s*=\s*[\"']([^\"']+)[\"']")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table.

    Args:
        place: First row and first column, 0-based; None when either is not known.
        row_span: Rows covered.
        column_span: Columns covered.
        is_header: Whether it names a row or column.
        text: Its text, perhaps with the service's prefix.
        box: Where it stands, or None.
    """

    place: tuple[int, int] | None
    row_span: int = 1
    column_span: int = 1
    is_header: bool = False
    text: str = ""
    box: BoundingBox | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that the service saw on a page.

    Args:
        category: The service's word for its class.
        id: The service's id, such as "txt-3", or empty.
        text: Its text without the prefix, or empty when only the other is known.
        marked_text: Its text, perhaps with a prefix of digits, letters and a dash.
        page: The page that it names, 1-based; None when it names none. Of some pages only, it may count
            from the first page asked for.
        box: Where on the page, or None.
        confidence: 0 to 1, or None.
        place: Where it stands in the service's own order; None when the service gives none.
        cells: The cells of a table.
        description: What a figure shows, in words, or empty.
        picture: Address of its picture, or empty.
    """

    category: str
    id: str = ""
    text: str = ""
    marked_text: str = ""
    page: int | None = None
    box: BoundingBox | None = None
    confidence: float | None = None
    place: int | None = None
    cells: tuple[Cell, ...] = field(default=(), repr=False)
    description: str = ""
    picture: str = field(default="", repr=False)

    @property
    def is_table(self) -> bool:
        """Whether it is a table."""
        return plain_category(self.category) in TABLES

    @property
    def is_image(self) -> bool:
        """Whether it is a figure, chart or picture."""
        return plain_category(self.category) in IMAGES


def plain_category(category: str) -> str:
    """A class without case and signs: "Page Number" and "page_number" are one."""
    return re.sub(r"[\W_]+", "", category.casefold())


def read_entries(boxes: object) -> tuple[Entry, ...]:
    """Read all entries, class by class, each with its place in the service's order if it has one."""
    if is_list(boxes):
        return tuple(_list_entries(boxes))
    if not is_mapping(boxes):
        return ()
    ordered = items_of(get(boxes, "ordered_elements"))
    entries = [
        _entry(category, item, place=None)
        for category, group in boxes.items()
        if plain_category(category) not in NOT_ENTRIES and is_list(group)
        for item in items_of(group)
        if is_mapping(item)
    ]
    if not entries:
        return tuple(_list_entries(ordered))
    return _placed(entries, ordered, text_of(get(boxes, "markdown_with_ids")))


def picture_addresses(boxes: object) -> tuple[str, ...]:
    """The addresses of all pictures once, in the order of the entries."""
    groups = [group for group in boxes.values() if is_list(group)] if is_mapping(boxes) else [boxes]
    addresses = (
        scalar_text(get(item, "image_url")).strip()
        for group in groups
        for item in items_of(group)
        if is_mapping(item)
    )
    return tuple(dict.fromkeys(address for address in addresses if address))


def _list_entries(items: object) -> Iterator[Entry]:
    for place, item in enumerate(items_of(items)):
        if is_mapping(item):
            words = ("source_category", "category", "label", "type")
            category = next(
                (word for name in words if (word := scalar_text(get(item, name)).strip())), "Text"
            )
            if plain_category(category) not in NOT_ENTRIES:
                yield _entry(category, item, place=place)


def _placed(entries: list[Entry], ordered: list[object], marked: str) -> tuple[Entry, ...]:
    """Give entries their places in the service's order: its list, or the ids in its marked text."""
    places: dict[object, int] = {}
    for place, item in enumerate(ordered):
        if is_mapping(item):
            for key in _keys(_entry("", item, place=None)):
                places.setdefault(key, place)
    if not places:
        for place, match in enumerate(ID_MENTION.finditer(marked)):
            places.setdefault(match.group(1), place)
    return tuple(
        replace(entry, place=next((places[key] for key in _keys(entry) if key in places), None))
        for entry in entries
    )


def _keys(entry: Entry) -> Iterator[object]:
    """What tells that an entry of the order is this one: its id, or its place on the page and its text."""
    if entry.id:
        yield entry.id
    if entry.box is not None:
        yield entry.page, entry.box, entry.text or entry.marked_text


def _entry(category: str, raw: Raw, *, place: int | None) -> Entry:
    info = mapping_of(get(raw, "table_info"))
    location = mapping_of(info.get("location"))
    page = page_of(raw)
    return Entry(
        category=category,
        id=scalar_text(raw.get("id")).strip() or scalar_text(info.get("id")).strip(),
        text=text_of(get(raw, "original_content")).strip(),
        marked_text=_first_text(raw, "content", "text"),
        page=(page_of(info) or page_of(location)) if page is None else page,
        box=_first_box(raw, info, location),
        confidence=_confidence(raw, info),
        place=place,
        cells=tuple(_cells(raw)),
        description=_first_text(raw, "description"),
        picture=scalar_text(get(raw, "image_url")).strip(),
    )


def _first_text(raw: Raw, *names: str) -> str:
    return next((text for name in names if (text := text_of(get(raw, name)).strip())), "")


def _confidence(raw: Raw, info: Raw) -> float | None:
    found = (
        number_of(value)
        for value in (get(raw, "average_word_confidence"), raw.get("confidence"), info.get("confidence"))
    )
    return next((number for number in found if number is not None and 0 <= number <= 1), None)


def _first_box(*holders: Raw) -> BoundingBox | None:
    for holder in holders:
        for name in ("bounding_box", "bbox_normalized", "bbox", "coordinates"):
            box = _box(get(holder, name), holder)
            if box is not None:
                return box
        inner = mapping_of(holder.get("location"))
        if inner and (box := _box(inner.get("coordinates"), inner)) is not None:
            return box
    return None


def _box(value: object, holder: Raw) -> BoundingBox | None:
    """A box as fractions of the page; None for anything that is no rectangle."""
    value = parse_json(value) if isinstance(value, str) else value
    points = _named_edges(value) if is_mapping(value) else [number_of(item) for item in items_of(value)]
    edges = _edges(points)
    if edges is None:
        return None
    width, height = number_of(get(holder, "page_width")), number_of(get(holder, "page_height"))
    if max(edges) <= LARGEST_FRACTION:
        width = height = 1.0
    elif width is None or height is None or width <= 0 or height <= 0:
        width = height = THOUSANDTHS
    left, top, right, bottom = edges
    box = BoundingBox.from_absolute(
        left=left, top=top, right=right, bottom=bottom, width=width, height=height
    )
    return box if box.left < box.right and box.top < box.bottom else None


def _named_edges(value: Mapping[str, object]) -> list[float | None]:
    left, top = number_of(value.get("left", value.get("x"))), number_of(value.get("top", value.get("y")))
    width, height = number_of(value.get("width")), number_of(value.get("height"))
    if left is not None and top is not None and width is not None and height is not None:
        return [left, top, left + width, top + height]
    return [number_of(value.get(name)) for name in ("x1", "y1", "x2", "y2")]


def _edges(points: list[float | None]) -> tuple[float, float, float, float] | None:
    known = [point for point in points if point is not None]
    if len(known) != len(points) or len(points) not in {RECTANGLE, POLYGON}:
        return None
    across, down = known[::2], known[1::2]  # a polygon may be skewed: its outer edges count
    return min(across), min(down), max(across), max(down)


def _cells(raw: Raw) -> Iterator[Cell]:
    for item in items_of(get(raw, "cell_data")):
        if not is_mapping(item):
            continue
        position, properties = mapping_of(item.get("position")), mapping_of(item.get("properties"))
        row = _first_index(position, item, "row", "row_index")
        column = _first_index(position, item, "column", "col", "column_index")
        yield Cell(
            place=None if row is None or column is None else (row, column),
            row_span=_span(properties, item, "spans_rows", "row_span", "rowspan"),
            column_span=_span(properties, item, "spans_columns", "column_span", "colspan"),
            is_header=_is_header(item, properties),
            text=_first_text(item, "original_content", "text", "content"),
            box=_first_box(item),
        )


def _first_index(first: Raw, second: Raw, *names: str) -> int | None:
    found = (integer_of(get(holder, name)) for holder in (first, second) for name in names)
    return next((number for number in found if number is not None and number >= 0), None)


def _span(properties: Raw, item: Raw, *names: str) -> int:
    """How many rows or columns are covered; some write a list of the columns covered, or true."""
    for holder in (properties, item):
        for name in names:
            value = get(holder, name)
            count = len(items_of(value)) if is_list(value) else integer_of(value)
            if count is not None and count > 1:
                return min(count, 1000)
    return 1


def _is_header(item: Raw, properties: Raw) -> bool:
    words = " ".join(
        scalar_text(holder.get(name)) for holder in (item, properties) for name in ("type", "kind")
    )
    return (
        get(item, "is_header") is True or get(properties, "is_header") is True or "header" in words.casefold()
    )
