"""structured_content of 4.0: the pages of middle_json, with the content of each block as ready Markdown.

Source: `mineru` 4.0.12 (the published package, read 2026-11-22).
"""

from docferry.model import ElementKind
from docferry.reading import bare_formula, read_inline, read_markdown
from docferry.reading.values import Raw, count_of, is_mapping, items_of, scalar_text, text_of
from docferry_mineru.blocks import Block, Form, Item, Note
from docferry_mineru.boxes import FRACTIONS
from docferry_mineru.content_list import leftover_text
from docferry_mineru.middle_v4 import form_of
from docferry_mineru.passages import bare_code, bare_item

__all__ = ["read_structured"]

LISTS = frozenset({"list", "index"})
VERBATIM = frozenset({"image", "chart"})


def read_structured(value: object) -> Form | None:
    """Read the parsed file; None when it is something else."""
    if not is_mapping(value) or not isinstance(value.get("pages"), list) or "schema_version" in value:
        return None
    return form_of(value, name="structured_content", read_block=_block)


def _block(raw: Raw) -> Block:
    kind = scalar_text(raw.get("type"))
    content = text_of(raw.get("content"))
    is_table = kind == "table"
    items = _items(content) if kind in LISTS else ()
    sub_type = scalar_text(raw.get("sub_type"))
    return Block(
        kind=sub_type if sub_type in {"seal", "algorithm", "ref_text"} else kind,
        text="" if is_table or items else _text(kind, content, raw),
        level=count_of(raw.get("level")),
        box=FRACTIONS.box(raw.get("bbox")),
        items=items,
        table=content.strip() if is_table else "",
        image=scalar_text(raw.get("image_source")).strip(),
        captions=_notes(raw.get("captions")),
        footnotes=_notes(raw.get("footnotes")),
        continues=raw.get("continues_prev") is True,
    )


def _text(kind: str, content: str, raw: Raw) -> str:
    if kind == "code":
        return bare_code(content)
    if kind == "equation":
        return bare_formula(content)
    if kind in VERBATIM:
        return content.strip()
    return read_inline(content).text or leftover_text(raw, known=("content", "captions", "footnotes"))


def _items(content: str) -> tuple[Item, ...]:
    return tuple(
        Item(
            text=bare_item(piece.text),
            level=(piece.level if piece.kind is ElementKind.LIST_ITEM else None) or 1,
        )
        for piece in read_markdown(content)
        if piece.text
    )


def _notes(value: object) -> tuple[Note, ...]:
    notes: list[Note] = []
    for item in items_of(value):
        raw = item if is_mapping(item) else {"content": item}
        if text := read_inline(text_of(raw.get("content"))).text:
            notes.append(Note(text=text, box=FRACTIONS.box(raw.get("bbox"))))
    return tuple(notes)
