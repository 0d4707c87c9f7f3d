"""content_list_v2.json: a list of pages, each a list of blocks whose text is a list of spans.

The vendor calls it unstable, so it is read by the endings of field names rather than by kind.
Source: opendatalab.github.io/MinerU/reference/output_files (read 2026-11-21).
"""

from collections.abc import Iterator
from typing import cast

from docferry.reading import bare_formula
from docferry.reading.values import (
    NOTHING,
    Raw,
    count_of,
    integer_of,
    is_mapping,
    items_of,
    mapping_of,
    scalar_text,
    text_of,
)
from docferry_mineru.blocks import Block, Form, Item, Note, WirePage
from docferry_mineru.boxes import THOUSANDTHS
from docferry_mineru.content_list import leftover_text
from docferry_mineru.passages import bare_code, bare_item, join_spans, span_text

__all__ = ["read_content_list_v2"]

APART = frozenset(
    {"page_header", "page_footer", "page_number", "page_aside_text", "page_footnote", "discarded"}
)
CODE = frozenset({"code", "algorithm"})
BODIES = ("content", "math_content")
MAX_LEVEL = 20
"""Deeper lists are not believed."""


def read_content_list_v2(value: object) -> Form | None:
    """Read the parsed file; None when it is something else."""
    if not isinstance(value, list):
        return None
    pages = items_of(cast("object", value))
    if not pages or not all(isinstance(page, list) for page in pages):
        return None
    items = [[item for item in items_of(page) if is_mapping(item)] for page in pages]
    if any(items) and not any("content" in item for page in items for item in page):
        return None
    return Form(
        name="content_list_v2",
        pages=tuple(
            WirePage(index=index, blocks=tuple(map(_block, blocks))) for index, blocks in enumerate(items)
        ),
    )


def _block(item: Raw) -> Block:
    kind = scalar_text(item.get("type"))
    given = item.get("content")
    content = given if is_mapping(given) else NOTHING
    return Block(
        kind=_kind(kind, item, content),
        text=_text(kind, content) if content else join_spans(items_of(given)),
        level=count_of(content.get("level")),
        box=THOUSANDTHS.box(item.get("bbox")),
        items=tuple(_items(content.get("list_items"), depth=1)),
        table=text_of(content.get("html")).strip(),
        image=_image(content),
        captions=tuple(_notes(content, "_caption")),
        footnotes=tuple(_notes(content, "_footnote")),
        is_apart=kind in APART,
    )


def _kind(kind: str, item: Raw, content: Raw) -> str:
    if kind == "list" and content.get("list_type") == "reference_list":
        return "ref_text"
    return "seal" if kind == "image" and item.get("sub_type") == "seal" else kind


def _image(content: Raw) -> str:
    path = scalar_text(mapping_of(content.get("image_source")).get("path")).strip()
    return "" if path.endswith("/") else path


def _text(kind: str, content: Raw) -> str:
    names = [name for name in content if name in BODIES or name.endswith("_content")]
    texts = (join_spans(items_of(content[name])) for name in names)
    text = "\n".join(text for text in texts if text)
    if kind in CODE:
        return bare_code("".join(span_text(span) for name in names for span in items_of(content[name])))
    if "math_content" in content:
        return bare_formula(text)
    return text or leftover_text(content, known=("list_items", "html"))


def _notes(content: Raw, ending: str) -> Iterator[Note]:
    for name, value in content.items():
        if name.endswith(ending) and (text := join_spans(items_of(value))):
            yield Note(text=text)


def _items(value: object, *, depth: int) -> Iterator[Item]:
    for entry in items_of(value):
        item = entry if is_mapping(entry) else {"item_content": entry}
        inner = item.get("list_items") or item.get("children")
        level = min(max(integer_of(item.get("ilevel")) or 0, 0), MAX_LEVEL) + depth
        content = item.get("item_content", item.get("content"))
        body = join_spans(items_of(content)) or leftover_text(
            item, known=("list_items", "children", "prefix")
        )
        text = bare_item(f"{scalar_text(item.get('prefix'))} {body}".strip())
        if body:
            yield Item(text=text, level=level)
        yield from _items(inner, depth=depth + 1)
