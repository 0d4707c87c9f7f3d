"""From one block of liteparse to the elements it stands for; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from liteparse.types import LayoutBlock, LayoutCell, TextItem

from docferry.model import ElementKind, Table, TableCell
from docferry.reading.captions import is_caption_start
from docferry.reading.grids import make_table
from docferry.reading.scripts import is_cjk
from docferry_local.alignment import AlignedText, lines_of, plain_text, squeeze
from docferry_local.areas import Area, column_areas, wide_gaps

__all__ = ["Part", "block_text", "read_block"]

_KINDS: Mapping[str, ElementKind] = {
    "heading": ElementKind.HEADING,
    "paragraph": ElementKind.PARAGRAPH,
    "list_item": ElementKind.LIST_ITEM,
    "code": ElementKind.CODE,
    "table": ElementKind.TABLE,
    "grid_fallback": ElementKind.CODE,
    "figure": ElementKind.FIGURE,
}

_RELATION = re.compile(r"[=≈≠≤≥<>∝≡→]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FUNCTION_NAMES = frozenset({"sin", "cos", "tan", "log", "exp", "lim", "max", "min", "det", "mod", "var"})
_LONGEST_FORMULA = 160  # characters
_BIGGER = 1.1  # times the size of the lines after it: a first line of code that is its heading
_LEADERS = re.compile(r"(?:[.·…]\s?){6,}")
_CODE_SIGN = re.compile(r"[{};=#]|//|\(\)|^\s*[$>]", re.MULTILINE)
_CHINESE_PROSE_SHARE = 0.2  # of the characters
_LONGEST_CELL = 600  # characters
_MOST_OF_A_PAGE = 0.4  # of its height
_INSET = 12.0  # points by which a centred caption stands in from the paragraph after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An element on the way: still without an id and its place in the reading order.

    Args:
        kind: What it is.
        raw_kind: liteparse's word for it; "text_item" or "text" for what was in no block.
        text: Its text.
        level: Level of a heading; indent of a list item, in liteparse's steps from 0.
        items: The text items it was made of.
        areas: Where it stands, one area for each column; empty when not known.
        provider_id: liteparse's id of a picture.
        table: Its cells.
    """

    kind: ElementKind
    raw_kind: str
    text: str = ""
    level: int | None = None
    items: Sequence[TextItem] = ()
    areas: tuple[Area, ...] = ()
    provider_id: str = ""
    table: Table | None = None


def block_text(block: LayoutBlock) -> str:
    """All text of a block, without marks, in its own order."""
    if block.lines is not None:
        return "\n".join(block.lines)
    if block.kind == "table":
        return " ".join(cell.text for row in _rows(block) for cell in row)
    text = block.text or ""
    if block.kind not in ("paragraph", "list_item"):
        return text
    text = plain_text(text)
    return f"{block.marker} {text}" if block.ordered and block.marker else text


def read_block(block: LayoutBlock, aligned: AlignedText, *, width: float, height: float) -> Iterator[Part]:
    """The elements that a block stands for: mostly one, none for rules and empty blocks.

    Args:
        block: The block.
        aligned: Its text, as given by `block_text`, with the text items it comes from.
        width: Width of the page in points.
        height: Height of the page in points.
    """
    if block.kind == "table" and _is_prose_table(block, page_height=height):
        yield from _cells_as_paragraphs(block, aligned)
    elif block.kind == "table":
        yield _table_part(block, aligned, width=width, height=height)
    elif block.kind == "figure":
        yield Part(
            kind=ElementKind.FIGURE,
            raw_kind=block.kind,
            areas=_block_areas(block),
            provider_id=block.id or "",
        )
    elif aligned.squeezed:
        yield from _text_parts(block, aligned)


def _block_areas(block: LayoutBlock) -> tuple[Area, ...]:
    return (Area.of(block.bbox),) if block.bbox else ()


def _text_parts(block: LayoutBlock, aligned: AlignedText) -> Iterator[Part]:
    kind = _KINDS.get(block.kind, ElementKind.PARAGRAPH)
    pieces = list(_pieces(kind, aligned, 0, len(aligned.squeezed)))
    for number, (start, end) in enumerate(pieces):
        if kind is not ElementKind.CODE:
            better = _better_kind(kind, aligned.cleaned(start, end))
        elif number < len(pieces) - 1:
            better = ElementKind.HEADING
        else:
            better = _better_kind(kind, aligned.lines(start, end))
        yield _text_part(block, better, aligned, start=start, end=end)


def _text_part(block: LayoutBlock, kind: ElementKind, aligned: AlignedText, *, start: int, end: int) -> Part:
    items = aligned.items_between(start, end)
    return Part(
        kind=kind,
        raw_kind=block.kind,
        text=aligned.lines(start, end) if kind is ElementKind.CODE else aligned.cleaned(start, end),
        level=_level(block, kind),
        items=items,
        areas=column_areas(items) if items and aligned.is_complete else _block_areas(block),
    )


def _pieces(kind: ElementKind, aligned: AlignedText, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a block, or a part of it, into what should have been blocks: positions in the squeezed text."""
    lines = lines_of(aligned.items_between(start, end)) if aligned.is_complete else []
    cuts: list[int] = []
    if len(lines) > 1 and kind is ElementKind.CODE:
        cuts = [1] if _is_title_of_code(lines) else []
    elif len(lines) > 1 and kind in (ElementKind.PARAGRAPH, ElementKind.HEADING):
        cuts = [1] if _is_centred_caption(aligned.text, lines) else wide_gaps(lines)
    starts = [start, *(aligned.start_of(lines[cut][0]) for cut in cuts)]
    yield from zip(starts, [*starts[1:], end], strict=True)


def _is_centred_caption(text: str, lines: Sequence[Sequence[TextItem]]) -> bool:
    """Whether the first line is a centred caption that liteparse has joined to the paragraph after it."""
    if not is_caption_start(text):
        return False
    first, rest = Area.around(lines[0]), Area.around(item for line in lines[1:] for item in line)
    return first.left >= rest.left + _INSET and first.right <= rest.right - _INSET


def _is_title_of_code(lines: Sequence[Sequence[TextItem]]) -> bool:
    """Whether the first line is set larger than all lines after it: a heading in typewriter face."""
    sizes = [max(item.font_size or item.height for item in line) for line in lines]
    return sizes[0] >= _BIGGER * max(sizes[1:])


def _level(block: LayoutBlock, kind: ElementKind) -> int | None:
    if kind is ElementKind.HEADING:
        return min(max(block.level or 1, 1), 6)
    if kind is ElementKind.LIST_ITEM:
        return block.level or 0
    return None


def _better_kind(kind: ElementKind, text: str) -> ElementKind:
    """Put right what liteparse takes formulas, tables of contents and some Chinese prose for."""
    if kind in (ElementKind.HEADING, ElementKind.PARAGRAPH):
        if _is_formula(text):
            return ElementKind.FORMULA
        if _LEADERS.search(text):
            return ElementKind.TOC
    if kind is ElementKind.CODE and _is_chinese_prose(text):
        return ElementKind.PARAGRAPH
    return kind


def _is_formula(text: str) -> bool:
    """Whether a short text with a relation in it has no words but names of functions."""
    if len(text) > _LONGEST_FORMULA or not _RELATION.search(text):
        return False
    left, right = _RELATION.split(text, maxsplit=1)
    words = [word.lower() for word in _WORD.findall(text)]
    return bool(left.strip() and right.strip()) and all(word in _FUNCTION_NAMES for word in words)


def _is_chinese_prose(text: str) -> bool:
    # A run of text has one font name, that of its first characters: Chinese prose that begins with a word
    # in a typewriter face looks like code to liteparse.
    characters = squeeze(text)
    share = sum(map(is_cjk, characters)) / len(characters)
    return share >= _CHINESE_PROSE_SHARE and not _CODE_SIGN.search(text)


def _rows(block: LayoutBlock) -> list[list[LayoutCell]]:
    header = [block.header] if _has_header(block) else []
    return [row for row in [*header, *(block.rows or [])] if row is not None]


def _has_header(block: LayoutBlock) -> bool:
    return bool(block.header) and any(cell.text.strip() for cell in block.header or ())


def _is_prose_table(block: LayoutBlock, *, page_height: float) -> bool:
    """Whether a table is a page of columns: it covers most of the page and a cell holds paragraphs."""
    longest = max((len(cell.text) for row in _rows(block) for cell in row), default=0)
    covered = block.bbox.height / page_height if block.bbox else 0
    return longest > _LONGEST_CELL and covered > _MOST_OF_A_PAGE


def _cells_as_paragraphs(block: LayoutBlock, aligned: AlignedText) -> Iterator[Part]:
    position = 0
    for cell in (cell for row in _rows(block) for cell in row if cell.text.strip()):
        begin, position = position, position + len(squeeze(cell.text))
        for start, end in _pieces(ElementKind.PARAGRAPH, aligned, begin, position):
            yield _text_part(block, ElementKind.PARAGRAPH, aligned, start=start, end=end)


def _table_part(block: LayoutBlock, aligned: AlignedText, *, width: float, height: float) -> Part:
    rows = _rows(block)
    cells: list[TableCell] = []
    position = 0
    for row_number, row in enumerate(rows):
        for column_number, cell in enumerate(row):
            start, position = position, position + len(squeeze(cell.text))
            if not cell.text.strip():
                continue
            cells.append(
                TableCell(
                    row=row_number,
                    column=column_number,
                    is_header=row_number == 0 and _has_header(block),
                    text=aligned.cleaned(start, position),
                    box=Area.of(cell.bbox).on_page(width=width, height=height) if cell.bbox else None,
                )
            )
    return Part(
        kind=ElementKind.TABLE,
        raw_kind=block.kind,
        items=aligned.items,
        areas=_block_areas(block),
        table=make_table(cells, n_rows=len(rows), n_columns=max((len(row) for row in rows), default=0)),
    )
