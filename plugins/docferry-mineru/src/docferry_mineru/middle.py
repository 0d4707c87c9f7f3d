"""middle.json, which the cloud calls layout.json, of 2.x and 3.x: blocks, lines and spans with boxes.

Boxes are in the unit of the page's size. A paragraph that was joined from two places has all its lines in its
first block; the other one is left without lines.
Source: opendatalab.github.io/MinerU/reference/output_files (read 2026-11-21).
"""

from collections.abc import Iterable, Iterator, Sequence

from docferry.model import BoundingBox
from docferry.reading import bare_formula
from docferry.reading.values import (
    Raw,
    count_of,
    is_mapping,
    items_of,
    mapping_of,
    number_of,
    page_index_of,
    scalar_text,
    text_of,
)
from docferry_mineru.blocks import Block, Form, Item, Note, WirePage
from docferry_mineru.boxes import BoxScale, page_scale
from docferry_mineru.content_list import leftover_text
from docferry_mineru.passages import bare_code, bare_item, join_lines, join_spans, span_text

__all__ = ["read_legacy_middle"]

CAPTION, FOOTNOTE = "_caption", "_footnote"
LISTS = frozenset({"list", "index", "ref_text"})
KNOWN = (
    "lines",
    "blocks",
    "bbox_fs",
    "page_num",
    "page_size",
    "lines_deleted",
    "cross_page",
    "is_list_start_line",
)
MAX_DEPTH = 20


def read_legacy_middle(value: object) -> Form | None:
    """Read the parsed file; None when it is something else."""
    if not is_mapping(value) or not isinstance(value.get("pdf_info"), list):
        return None
    pages: dict[int, WirePage] = {}
    behind = 0
    for place, raw in enumerate(items_of(value["pdf_info"])):
        page = _page(mapping_of(raw), place)
        index = page.index if page.index not in pages else behind
        behind = max(behind, index + 1)
        pages[index] = WirePage(index=index, width=page.width, height=page.height, blocks=page.blocks)
    return Form(name="middle", pages=tuple(pages[index] for index in sorted(pages)))


def _page(raw: Raw, place: int) -> WirePage:
    scale = page_scale(raw.get("page_size"))
    index = page_index_of(raw.get("page_idx"))
    running = items_of(raw.get("para_blocks")) or items_of(raw.get("preproc_blocks"))
    apart = items_of(raw.get("discarded_blocks"))
    return WirePage(
        index=place if index is None else index,
        width=scale and scale.width,
        height=scale and scale.height,
        blocks=(
            *(_block(mapping_of(block), scale) for block in running),
            *(_block(mapping_of(block), scale, is_apart=True) for block in apart),
        ),
    )


def _block(raw: Raw, scale: BoxScale | None, *, is_apart: bool = False) -> Block:
    kind = scalar_text(raw.get("type"))
    inner = [item for item in items_of(raw.get("blocks")) if is_mapping(item)]
    items: tuple[Item, ...] = ()
    notes: dict[str, tuple[Note, ...]] = {}
    if kind in LISTS:
        items, bodies = tuple(_list_items(raw, inner, scale)), list[Raw]()
    else:
        notes = {ending: tuple(_notes(inner, ending, scale)) for ending in (CAPTION, FOOTNOTE)}
        bodies = [item for item in inner if not scalar_text(item.get("type")).endswith((CAPTION, FOOTNOTE))]
        bodies = bodies or [raw]
    spans = [span for body in bodies for span in _spans(body)]
    table = _first(spans, "html") if kind == "table" else ""
    return Block(
        kind=_kind(kind, raw),
        text="" if table else _text(kind, raw, bodies, spans),
        level=count_of(raw.get("level")),
        box=_box(raw, scale),
        items=items,
        table=table,
        image=_first(spans, "image_path", "img_path"),
        captions=notes.get(CAPTION, ()),
        footnotes=notes.get(FOOTNOTE, ()),
        is_apart=is_apart,
        confidence=_confidence(raw.get("score")),
    )


def _kind(kind: str, raw: Raw) -> str:
    sub_type = scalar_text(raw.get("sub_type"))
    if kind == "list" and sub_type == "ref_text":
        return "ref_text"
    return sub_type if (kind, sub_type) in {("image", "seal"), ("code", "algorithm")} else kind


def _text(kind: str, raw: Raw, bodies: list[Raw], spans: list[Raw]) -> str:
    if kind in LISTS:
        return ""
    if kind in {"image", "chart", "table"}:
        texts = (text_of(span.get("content")).strip() for span in spans)
        return "\n".join(text for text in texts if text)
    if kind == "interline_equation":
        return bare_formula("\n".join(text_of(span.get("content")).strip() for span in spans))
    if kind == "code":
        return bare_code("\n".join(_line_text(line) for body in bodies for line in _lines(body)))
    texts = (_body_text(body) for body in bodies)
    return "\n".join(text for text in texts if text) or leftover_text(raw, known=KNOWN)


def _body_text(body: Raw) -> str:
    return join_lines(_line_text(line) for line in _lines(body)) or join_spans(items_of(body.get("content")))


def _lines(block: Raw) -> Iterator[Raw]:
    return (line for line in items_of(block.get("lines")) if is_mapping(line))


def _spans(block: Raw) -> Iterator[Raw]:
    return (span for line in _lines(block) for span in items_of(line.get("spans")) if is_mapping(span))


def _line_text(line: Raw) -> str:
    """The text of a line. Spans with boxes have no spaces of their own; those of office files do."""
    spans = items_of(line.get("spans"))
    if any(is_mapping(span) and "bbox" in span for span in spans):
        return join_lines(map(span_text, spans))
    return join_spans(spans)


def _notes(inner: Iterable[Raw], ending: str, scale: BoxScale | None) -> Iterator[Note]:
    for block in inner:
        if scalar_text(block.get("type")).endswith(ending) and (text := _body_text(block)):
            yield Note(text=text, box=_box(block, scale))


def _list_items(raw: Raw, inner: Sequence[Raw], scale: BoxScale | None, *, depth: int = 1) -> Iterator[Item]:
    """Items in blocks of their own, lists in lists included; else lines, of which some begin an item."""
    for block in inner:
        nested = [item for item in items_of(block.get("blocks")) if is_mapping(item)]
        text = bare_item(_body_text(block))
        if text:
            yield Item(text=text, level=depth, box=_box(block, scale))
        if nested and depth < MAX_DEPTH:
            yield from _list_items(block, nested, scale, depth=depth + 1)
    if not inner:
        for group in _grouped(_lines(raw)):
            if text := bare_item(join_lines(map(_line_text, group))):
                yield Item(text=text, level=depth, box=_union(group, scale))


def _union(lines: Sequence[Raw], scale: BoxScale | None) -> BoundingBox | None:
    """The box around lines; None when one of them stands on the next page: its box is of that page."""
    if any(mapping_of(span).get("cross_page") for line in lines for span in items_of(line.get("spans"))):
        return None
    boxes = [box for line in lines if (box := _box(line, scale))]
    return BoundingBox.union(boxes) if boxes else None


def _grouped(lines: Iterable[Raw]) -> Iterator[list[Raw]]:
    group: list[Raw] = []
    for line in lines:
        if group and line.get("is_list_start_line"):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _box(raw: Raw, scale: BoxScale | None) -> BoundingBox | None:
    return scale.box(raw.get("bbox")) if scale else None


def _first(spans: Iterable[Raw], *names: str) -> str:
    for span in spans:
        for name in names:
            if value := text_of(span.get(name)).strip():
                return value
    return ""


def _confidence(value: object) -> float | None:
    number = number_of(value)
    return number if number is not None and 0 <= number <= 1 else None
