"""The output of a finished run, as received: chunks of blocks, pages, recognised words.

Reading is tolerant: the shape of results drifts with the version of the engine, under one version of the API.
Source: extend-ai 1.20.0 and 0.2.0 on PyPI, types/{chunk,block,*_details,parse_run_output*}.py (read
2026-11-22).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from docferry.reading.values import (
    Raw,
    integer_of,
    is_mapping,
    items_of,
    mapping_of,
    number_of,
    page_index_of,
    page_number_of,
    scalar_text,
    text_of,
)

__all__ = ["Block", "Box", "Details", "Output", "OutputChunk", "OutputPage", "OutputWord", "read_output"]

MAX_NESTING = 40
"""Blocks inside blocks; what is deeper becomes text of the block around it."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in the space of the block's page, origin top left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is known of a block because of its type. Often nothing.

    Args:
        row: Row of a table cell, 0-based; None when it is none or nobody says.
        column: Column of a table cell, 0-based.
        image_url: Signed address of its picture, or empty.
        decoded_value: What a barcode says, or empty.
        latex: A formula as LaTeX, or empty.
    """

    row: int | None = None
    column: int | None = None
    image_url: str = ""
    decoded_value: str = ""
    latex: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block.

    Args:
        id: The service's id; not promised to be unique.
        parent_id: Id of the block that it belongs to, or empty.
        kind: The service's word.
        content: Text, Markdown, HTML or a description.
        page: Number of its page, 1-based; None when the block does not say.
        page_size: Width and height of its page, in the unit of the box; None when it does not say.
        sheet: Number of its sheet, 1-based, in a workbook; None for other files.
        sheet_name: Name of its sheet, or empty.
        box: Where it stands on its page; None when missing or unreadable.
        confidence: Mean certainty of its words, 0 to 1, or None.
        details: What is known because of its type.
        children: Blocks inside it, such as the cells of a table.
    """

    id: str = ""
    parent_id: str = ""
    kind: str = ""
    content: str = ""
    page: int | None = None
    page_size: tuple[float, float] | None = None
    sheet: int | None = None
    sheet_name: str = ""
    box: Box | None = None
    confidence: float | None = None
    details: Details = Details()
    children: tuple["Block", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputChunk:
    """One of the service's chunks.

    Args:
        first_page: First page it covers, or None.
        last_page: Last page it covers, or None.
        content: All its text.
        blocks: Its blocks in reading order.
    """

    first_page: int | None = None
    last_page: int | None = None
    content: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPage:
    """What the output says of a page, besides its blocks.

    Args:
        number: Its number, 1-based.
        width: True width in points before it was turned; None when unknown.
        height: True height in points before it was turned.
        dpi: Dots per inch of the boxes on it; None when unknown.
        is_turned: Whether it was turned to its side, so that width and height change places.
    """

    number: int
    width: float | None = None
    height: float | None = None
    dpi: float | None = None
    is_turned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputWord:
    """A recognised word or line.

    Args:
        text: What it says.
        page: Number of its page, or None.
        box: Where it stands, in the space of the page.
        confidence: Certainty, 0 to 1, or None.
        block_id: Id of the block that it is part of, or empty.
    """

    text: str
    page: int | None
    box: Box | None
    confidence: float | None
    block_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The output of a run.

    Args:
        chunks: The chunks in order.
        pages: What is known of pages; empty when nothing is said.
        media_type: What the file was, or empty.
        words: Recognised words, when they were asked for.
        lines: Recognised lines, when they were asked for.
    """

    chunks: tuple[OutputChunk, ...] = ()
    pages: tuple[OutputPage, ...] = ()
    media_type: str = ""
    words: tuple[OutputWord, ...] = ()
    lines: tuple[OutputWord, ...] = ()


def read_output(output: Raw) -> Output:
    """Read the object that holds the chunks: `output` of a run, the run itself, or a body of its own."""
    metadata, ocr = mapping_of(output.get("metadata")), mapping_of(output.get("ocr"))
    return Output(
        chunks=tuple(_chunk(item) for item in items_of(output.get("chunks"))),
        pages=tuple(_pages(metadata.get("pages"))),
        media_type=scalar_text(metadata.get("originalMimeType")).strip().lower(),
        words=tuple(_words(ocr.get("words"))),
        lines=tuple(_words(ocr.get("lines"))),
    )


def _chunk(item: object) -> OutputChunk:
    raw = item if is_mapping(item) else {"content": item}
    metadata = mapping_of(raw.get("metadata"))
    span = mapping_of(metadata.get("pageRange"))
    first = page_number_of(span.get("start")) or page_number_of(metadata.get("pageNumber"))
    last = page_number_of(span.get("end")) or first
    return OutputChunk(
        first_page=first,
        last_page=last if first is not None and last is not None and last >= first else first,
        content=text_of(raw.get("content")),
        blocks=tuple(_block(block, depth=0) for block in items_of(raw.get("blocks"))),
    )


def _block(item: object, *, depth: int) -> Block:
    raw = item if is_mapping(item) else {"content": item}
    metadata = mapping_of(raw.get("metadata"))
    page, sheet = mapping_of(metadata.get("page")), mapping_of(metadata.get("sheet"))
    sheet_index = page_index_of(sheet.get("index"))
    children = raw.get("children")
    is_deepest = depth >= MAX_NESTING
    return Block(
        id=scalar_text(raw.get("id")).strip(),
        parent_id=scalar_text(raw.get("parentBlockId")).strip(),
        kind=scalar_text(raw.get("type")).strip(),
        content=text_of(children if is_deepest and children else raw.get("content")),
        page=page_number_of(page.get("number")) or page_number_of(metadata.get("pageNumber")),
        page_size=_size(page),
        sheet=sheet_index + 1 if sheet_index is not None else None,
        sheet_name=scalar_text(sheet.get("name")).strip(),
        box=_box(raw.get("boundingBox")) or _box_around(raw.get("polygon")),
        confidence=_certainty(metadata.get("avgOcrConfidence")),
        details=_details(raw.get("details")),
        children=() if is_deepest else tuple(_block(child, depth=depth + 1) for child in items_of(children)),
    )


def _details(value: object) -> Details:
    raw = mapping_of(value)
    return Details(
        row=_index(raw.get("rowIndex", raw.get("row_index"))),
        column=_index(raw.get("columnIndex", raw.get("column_index"))),
        image_url=scalar_text(raw.get("imageUrl", raw.get("image_url"))).strip(),
        decoded_value=scalar_text(raw.get("decodedValue", raw.get("decoded_value"))).strip(),
        latex=scalar_text(raw.get("latex")).strip(),
    )


def _pages(value: object) -> Iterator[OutputPage]:
    for item in items_of(value):
        raw = mapping_of(item)
        number = page_number_of(raw.get("number"))
        if number is None:
            continue
        size = _size({"width": raw.get("originalPageWidth"), "height": raw.get("originalPageHeight")})
        dpi = number_of(raw.get("dpi"))
        turned = integer_of(raw.get("rotationApplied")) or 0
        yield OutputPage(
            number=number,
            width=size[0] if size else None,
            height=size[1] if size else None,
            dpi=dpi if dpi is not None and dpi > 0 else None,
            is_turned=turned % 180 != 0,
        )


def _words(value: object) -> Iterator[OutputWord]:
    for item in items_of(value):
        raw = mapping_of(item)
        text = text_of(raw.get("content")).strip()
        if text:
            yield OutputWord(
                text=text,
                page=page_number_of(raw.get("pageNumber")),
                box=_box(raw.get("boundingBox")),
                confidence=_certainty(raw.get("confidence")),
                block_id=scalar_text(raw.get("blockId")).strip(),
            )


def _box(value: object) -> Box | None:
    raw = mapping_of(value)
    left, top = number_of(raw.get("left")), number_of(raw.get("top"))
    right, bottom = number_of(raw.get("right")), number_of(raw.get("bottom"))
    width, height = number_of(raw.get("width")), number_of(raw.get("height"))
    if left is None or top is None:
        return None
    right = left + width if right is None and width is not None else right
    bottom = top + height if bottom is None and height is not None else bottom
    return None if right is None or bottom is None else (left, top, right, bottom)


def _box_around(polygon: object) -> Box | None:
    points = [mapping_of(item) for item in items_of(polygon)]
    xs = [x for point in points if (x := number_of(point.get("x"))) is not None]
    ys = [y for point in points if (y := number_of(point.get("y"))) is not None]
    return (min(xs), min(ys), max(xs), max(ys)) if xs and ys else None


def _size(page: Raw) -> tuple[float, float] | None:
    width, height = number_of(page.get("width")), number_of(page.get("height"))
    if width is None or height is None or width <= 0 or height <= 0:
        return None
    return width, height


def _index(value: object) -> int | None:
    number = integer_of(value)
    return number if number is not None and number >= 0 else None


def _certainty(value: object) -> float | None:
    number = number_of(value)
    return None if number is None else min(max(number, 0.0), 1.0)
