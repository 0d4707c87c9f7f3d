"""From blocks on pages to the document model; pure."""

from collections.abc import Iterable, Iterator, Sequence

from docferry.model import (
    BoundingBox,
    Document,
    DocumentWarning,
    Element,
    ElementKind,
    Page,
    Region,
    Table,
    TableCell,
)
from docferry_echo.markup import Block, Notice, Sheet

__all__ = ["HEIGHT", "WIDTH", "map_sheets"]

WIDTH, HEIGHT = 600.0, 800.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 540.0, 40.0, 760.0
FEWEST_LINES = 40
"""A page with fewer lines has lines of this height; one with more has lower ones."""

FURNITURE = frozenset({ElementKind.HEADER, ElementKind.FOOTER, ElementKind.PAGE_NUMBER})
CAPTIONED = frozenset({ElementKind.TABLE, ElementKind.FIGURE})


def map_sheets(sheets: Iterable[tuple[int, Sheet]], *, fingerprint: str, has_boxes: bool) -> Document:
    """Make the document of pages with their numbers.

    Args:
        sheets: Page numbers, 1-based in the whole text and ascending, and the pages.
        fingerprint: Of the source.
        has_boxes: Whether elements say where on the page they stand.
    """
    numbered = tuple(sheets)
    return Document(
        source_fingerprint=fingerprint,
        provider="echo",
        pages=tuple(
            Page(number=number, width=WIDTH, height=HEIGHT, label=_label(sheet.notices))
            for number, sheet in numbered
        ),
        elements=tuple(
            element for number, sheet in numbered for element in _elements(number, sheet, has_boxes=has_boxes)
        ),
        warnings=tuple(warning for number, sheet in numbered for warning in _warnings(number, sheet)),
    )


def _label(notices: Iterable[Notice]) -> str:
    return next((notice.rest for notice in notices if notice.word == "label"), "")


def _warnings(number: int, sheet: Sheet) -> Iterator[DocumentWarning]:
    for notice in sheet.notices:
        if notice.word == "warning":
            code, _, message = notice.rest.partition(" ")
            yield DocumentWarning(
                code=code or "echo",
                message=message.strip() or "The text asks for a warning.",
                pages=(number,),
            )


def _elements(number: int, sheet: Sheet, *, has_boxes: bool) -> Iterator[Element]:
    captioned = _captioned(sheet.blocks)
    pitch = (BOTTOM - TOP) / max(sheet.line_count, FEWEST_LINES)
    for position, block in enumerate(sheet.blocks):
        box = _box(block, pitch)
        is_table = block.kind is ElementKind.TABLE and bool(block.rows)
        yield Element(
            id=_id(number, position),
            kind=block.kind,
            text="" if is_table else block.text,
            level=block.level,
            regions=(Region(page=number, box=box if has_boxes else None),),
            raw_kind=block.word,
            is_furniture=block.kind in FURNITURE,
            caption_of=_id(number, captioned[position]) if position in captioned else "",
            table=_table(block, box, has_boxes=has_boxes) if is_table else None,
        )


def _id(number: int, position: int) -> str:
    # Counted within the page: a changed page changes only its own ids.
    return f"p{number}-e{position + 1}"


def _captioned(blocks: Sequence[Block]) -> dict[int, int]:
    """For captions the table or figure they belong to: the one right before, else the one right after."""
    found: dict[int, int] = {}
    for position, block in enumerate(blocks):
        if block.kind is ElementKind.CAPTION:
            neighbours = (position - 1, position + 1)
            target = next(
                (n for n in neighbours if 0 <= n < len(blocks) and blocks[n].kind in CAPTIONED), None
            )
            if target is not None:
                found[position] = target
    return found


def _box(block: Block, pitch: float) -> BoundingBox:
    top = TOP + block.first_line * pitch
    return _bounded(LEFT, top, RIGHT, top + block.line_count * pitch)


def _bounded(left: float, top: float, right: float, bottom: float) -> BoundingBox:
    return BoundingBox.from_absolute(
        left=left, top=top, right=right, bottom=bottom, width=WIDTH, height=HEIGHT
    )


def _table(block: Block, box: BoundingBox, *, has_boxes: bool) -> Table:
    n_rows, n_columns = len(block.rows), max(len(row) for row in block.rows)
    height = (box.bottom - box.top) * HEIGHT / n_rows
    width = (RIGHT - LEFT) / n_columns

    def cell_box(row: int, column: int) -> BoundingBox:
        left, top = LEFT + column * width, box.top * HEIGHT + row * height
        return _bounded(left, top, left + width, top + height)

    cells = tuple(
        TableCell(
            row=row,
            column=column,
            is_header=block.has_header and row == 0,
            text=text,
            box=cell_box(row, column) if has_boxes else None,
        )
        for row, texts in enumerate(block.rows)
        for column, text in enumerate(texts)
    )
    return Table(n_rows=n_rows, n_columns=n_columns, cells=cells)
