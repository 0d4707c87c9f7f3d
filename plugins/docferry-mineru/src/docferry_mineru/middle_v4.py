"""middle_json of 4.0: blocks with spans, and blocks in blocks; boxes are fractions of the page.

Pages keep their numbers when only some of them were asked for. A block may say that it continues the one of
its kind before it; both keep their own content.
Source: the schema "docvortex.middle" 2.0, as `mineru` 4.0.12 writes it (its package, read 2026-11-22).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

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
from docferry_mineru.boxes import FRACTIONS
from docferry_mineru.content_list import leftover_text
from docferry_mineru.passages import bare_code, bare_item, join_spans

__all__ = ["form_of", "read_middle_v4"]

SCHEMA = "docvortex.middle"
LISTS = frozenset({"list", "index", "ref_text"})
BODIES = ("_body", "_caption", "_footnote")
MAX_DEPTH = 20

PageSizes = dict[int, tuple[float, float]]
"""Width and height in points by index of the page."""


def read_middle_v4(value: object) -> Form | None:
    """Read the parsed file; None when it is something else."""
    if not is_mapping(value) or not isinstance(value.get("pages"), list):
        return None
    if value.get("schema") != SCHEMA or not scalar_text(value.get("schema_version")).startswith("2."):
        return None
    return form_of(value, name="middle_json", read_block=_block)


def form_of(value: Raw, *, name: str, read_block: Callable[[Raw], Block]) -> Form:
    """The form of a file of 4.0.

    Args:
        value: The parsed file.
        name: Which file it is.
        read_block: Reads one block of it.
    """
    sizes = _page_sizes(value)
    pages = (
        WirePage(
            index=index,
            width=sizes.get(index, (None, None))[0],
            height=sizes.get(index, (None, None))[1],
            blocks=tuple(read_block(mapping_of(block)) for block in items_of(raw.get("blocks"))),
        )
        for index, raw in _pages(value)
    )
    return Form(name=name, pages=tuple(pages), counts_absolutely=True)


def _pages(value: Raw) -> list[tuple[int, Raw]]:
    """The pages with their indexes, ascending; one without an index, or with a taken one, comes last."""
    pages: dict[int, Raw] = {}
    behind = 0
    for raw in items_of(value.get("pages")):
        page = mapping_of(raw)
        index = page_index_of(page.get("page_idx"))
        if index is None or index in pages:
            index = behind
        behind = max(behind, index + 1)
        pages[index] = page
    return sorted(pages.items(), key=lambda pair: pair[0])


def _page_sizes(value: Raw) -> PageSizes:
    """Sizes of the pages, which office files and web pages do not have."""
    layout = mapping_of(mapping_of(value.get("extensions")).get("docvortex_layout"))
    sizes: PageSizes = {}
    for page in map(mapping_of, items_of(layout.get("pages"))):
        index = page_index_of(page.get("page_idx"))
        width, height = number_of(page.get("width_pt")), number_of(page.get("height_pt"))
        if index is not None and width and height and min(width, height) > 0:
            sizes[index] = (width, height)
    return sizes


def _block(raw: Raw) -> Block:
    kind = scalar_text(raw.get("type"))
    content = raw.get("content")
    inner = [item for item in items_of(content) if is_mapping(item)]
    if kind in LISTS and any(isinstance(item.get("content"), list) for item in inner):
        return replace(_plain(kind, raw), text="", items=tuple(_list_items(inner)))
    if any(scalar_text(item.get("type")).endswith(BODIES) for item in inner):
        return _visual(kind, raw, inner)
    return _plain(kind, raw)


def _plain(kind: str, raw: Raw) -> Block:
    content = raw.get("content")
    text = join_spans(items_of(content)) or leftover_text(raw, known=("index", "content"))
    return Block(
        kind="ref_text" if kind == "list" and raw.get("sub_type") == "ref_text" else kind,
        text=bare_formula(text) if kind == "equation" else text,
        level=count_of(raw.get("level")),
        box=FRACTIONS.box(raw.get("bbox")),
        image=_image(raw),
        continues=raw.get("continues_prev") is True,
    )


def _visual(kind: str, raw: Raw, inner: Sequence[Raw]) -> Block:
    """A picture, table, chart or piece of code: one body, and captions and footnotes around it."""
    bodies = [item for item in inner if not scalar_text(item.get("type")).endswith(BODIES[1:])]
    texts = [_body_text(kind, body.get("content")) for body in bodies]
    text = "\n".join(text for text in texts if text)
    sub_type = scalar_text(raw.get("sub_type"))
    return Block(
        kind=sub_type if sub_type in {"seal", "algorithm"} else kind,
        text="" if kind == "table" else text,
        box=FRACTIONS.box(raw.get("bbox"))
        or next((FRACTIONS.box(body.get("bbox")) for body in bodies), None),
        table=text if kind == "table" else "",
        image=next((image for body in bodies if (image := _image(body))), ""),
        captions=tuple(_notes(inner, "_caption")),
        footnotes=tuple(_notes(inner, "_footnote")),
        continues=raw.get("continues_prev") is True,
    )


def _body_text(kind: str, content: object) -> str:
    if isinstance(content, str):
        return bare_code(text_of(content)) if kind == "code" else text_of(content).strip()
    return join_spans(items_of(content))


def _notes(inner: Sequence[Raw], ending: str) -> Iterator[Note]:
    for item in inner:
        if scalar_text(item.get("type")).endswith(ending):
            text = join_spans(items_of(item.get("content")))
            if text:
                yield Note(text=text, box=FRACTIONS.box(item.get("bbox")))


def _list_items(inner: Sequence[Raw], *, depth: int = 1) -> Iterator[Item]:
    for item in inner:
        nested = [child for child in items_of(item.get("content")) if is_mapping(child)]
        if scalar_text(item.get("type")) in LISTS and depth < MAX_DEPTH:
            yield from _list_items(nested, depth=depth + 1)
        elif text := bare_item(join_spans(items_of(item.get("content")))):
            yield Item(text=text, level=depth, box=FRACTIONS.box(item.get("bbox")))


def _image(raw: Raw) -> str:
    given = (raw.get(name) for name in ("image_path", "image_url", "image_base64"))
    return next((text for value in given if (text := scalar_text(value).strip())), "")
