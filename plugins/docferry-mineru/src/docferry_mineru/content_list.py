"""content_list.json: a flat list of blocks with Markdown in their text.

Each block names its page. The blocks that are kept apart from the running text (running heads, page numbers)
stand at the end of their page. Blocks without text are the places of paragraphs joined into earlier ones.
Source: opendatalab.github.io/MinerU/reference/output_files (read 2026-11-21); fields of 2.x to 4.0.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from docferry.reading import bare_formula, read_inline
from docferry.reading.values import Raw, count_of, is_mapping, items_of, page_index_of, scalar_text, text_of
from docferry_mineru.blocks import Block, Form, Item, Note, WirePage
from docferry_mineru.boxes import THOUSANDTHS
from docferry_mineru.passages import bare_code, bare_item

__all__ = ["APART", "indented_items", "leftover_text", "notes_of", "read_content_list"]

APART = frozenset({"header", "footer", "page_number", "aside_text", "page_footnote", "discarded"})
"""Words for what the service keeps apart from the running text."""

NOT_TEXT = frozenset(
    {
        "anchor",
        "angle",
        "attribute",
        "bbox",
        "cell_merge",
        "code_language",
        "continues_prev",
        "guess_lang",
        "ilevel",
        "image_base64",
        "image_path",
        "image_source",
        "image_url",
        "img_path",
        "index",
        "is_numbered_style",
        "item_type",
        "level",
        "list_type",
        "math_type",
        "page_idx",
        "poly",
        "score",
        "style",
        "styles",
        "sub_type",
        "table_nest_level",
        "table_type",
        "text_format",
        "text_level",
        "type",
        "url",
    }
)
"""Fields that describe text."""

INDENT = 4
"""Spaces that count as one level where a list gives no better measure."""


def read_content_list(value: object) -> Form | None:
    """Read the parsed file; None when it is something else."""
    if not isinstance(value, list):
        return None
    items = [item for item in items_of(cast("object", value)) if is_mapping(item)]
    if not items or not any("type" in item and "layout_dets" not in item for item in items):
        return None
    pages: dict[int, list[Block]] = {}
    index = 0
    for item in items:
        given = page_index_of(item.get("page_idx"))
        index = index if given is None else given
        pages.setdefault(index, []).append(_block(item))
    return Form(
        name="content_list",
        pages=tuple(WirePage(index=index, blocks=tuple(blocks)) for index, blocks in sorted(pages.items())),
        names_blank_pages=False,
    )


def _block(item: Raw) -> Block:
    kind = scalar_text(item.get("type"))
    items = tuple(indented_items(item.get("list_items")))
    return Block(
        kind="ref_text" if kind == "list" and item.get("sub_type") == "ref_text" else _visual(kind, item),
        text=_text(kind, item),
        level=count_of(item.get("text_level")),
        box=THOUSANDTHS.box(item.get("bbox")),
        items=items,
        table=text_of(item.get("table_body")).strip(),
        image=_image(item.get("img_path")),
        captions=notes_of(item, "_caption"),
        footnotes=notes_of(item, "_footnote"),
        is_apart=kind in APART,
    )


def _visual(kind: str, item: Raw) -> str:
    """The kind, or what a picture is said to show."""
    sub_type = scalar_text(item.get("sub_type"))
    return sub_type if (kind, sub_type) in {("image", "seal"), ("code", "algorithm")} else kind


def _image(value: object) -> str:
    path = scalar_text(value).strip()
    return "" if path.endswith("/") else path  # "images/" stands for no picture


def _text(kind: str, item: Raw) -> str:
    if kind == "equation":
        return bare_formula(text_of(item.get("text")))
    body = ""
    if kind == "code":
        body = bare_code(text_of(item.get("code_body")))
    elif kind in {"image", "chart"}:
        body = text_of(item.get("content")).strip()
    elif "text" not in item:
        body = leftover_text(item, known=("list_items", "table_body"))
    text = read_inline(text_of(item.get("text"))).text
    return f"{body}\n{text}".strip("\n")


def leftover_text(item: Raw, *, known: Sequence[str] = ()) -> str:
    """The text of the fields that nobody knows, so that a new kind of block keeps its text.

    Args:
        item: The block.
        known: Fields that are read elsewhere.
    """
    texts = (
        text_of(value).strip()
        for name, value in item.items()
        if name not in NOT_TEXT and name not in known and not name.endswith(("_caption", "_footnote"))
    )
    return "\n".join(text for text in texts if text)


def notes_of(item: Raw, ending: str) -> tuple[Note, ...]:
    """The captions or footnotes in the fields with that ending, each of which is a list of Markdown texts."""
    found = (value for name, value in item.items() if name.endswith(ending) for value in items_of(value))
    texts = (read_inline(text_of(value)).text for value in found)
    return tuple(Note(text=text) for text in texts if text)


def indented_items(value: object) -> Iterator[Item]:
    """Items of a list given as lines of Markdown: indentation is their depth."""
    open_indents: list[int] = []
    for line in (text_of(entry).expandtabs(INDENT) for entry in items_of(value)):
        text = read_inline(bare_item(line)).text
        if not text:
            continue
        indent = len(line) - len(line.lstrip())
        while open_indents and indent <= open_indents[-1]:
            open_indents.pop()
        open_indents.append(indent)
        yield Item(text=text, level=len(open_indents))
