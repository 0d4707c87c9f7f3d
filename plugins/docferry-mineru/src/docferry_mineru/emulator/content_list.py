"""The two content lists of the engine: a flat one, and one by pages.

Boxes are thousandths of the page, made of the whole numbers in the layout: in the vendor's own outputs
(3.1.15, read 2026-11-22) each edge is cut, not rounded. Discarded blocks stand behind the others of their
page.
Source: opendatalab/MinerU docs/en/reference/output_files.md at 3.4.4 (read 2026-11-21).
"""

import re
from collections.abc import Callable, Iterable, Sequence

from docferry_mineru.emulator.blocks import Block, BlockPage, Part

__all__ = ["content_list", "content_list_v2", "list_text"]

NO_IMAGE = "images/"
"""What stands for the picture of a table that another took in (opendatalab/MinerU#5200)."""

SPAN = re.compile(r"span=(?!1\D)")

Item = dict[str, object]


def content_list(pages: Sequence[BlockPage], *, backend: str) -> list[Item]:
    """The flat list.

    Args:
        pages: The document.
        backend: pipeline or vlm: pipeline writes lists as text.
    """
    return [
        {**_flat(block, backend=backend), "bbox": page.thousandths(block.box), "page_idx": page.index}
        for page in pages
        for block in (*page.body, *page.discarded)
    ]


def content_list_v2(pages: Sequence[BlockPage]) -> list[list[Item]]:
    """The list by pages; a page without blocks is an empty list."""
    return [
        [{**_typed(block), "bbox": page.thousandths(block.box)} for block in (*page.body, *page.discarded)]
        for page in pages
    ]


def list_text(block: Block) -> str:
    """The items of a list as the engine joins them."""
    return "  \n".join(item.text for item in block.items)


def _flat(block: Block, *, backend: str) -> Item:
    if block.is_discarded:
        return {"type": block.kind, "text": block.text}
    is_list = block.kind == "ref_text" or (block.kind == "list" and backend == "vlm")
    if is_list and not block.is_tail:
        sub_type = "ref_text" if block.kind == "ref_text" else "text"
        return {"type": "list", "sub_type": sub_type, "list_items": _texts(block.items)}
    make = FLAT.get(block.kind)
    return make(block) if make else {"type": "text", "text": list_text(block) or block.text}


def _flat_title(block: Block) -> Item:
    return {"type": "text", "text": block.text, "text_level": block.level}


def _flat_equation(block: Block) -> Item:
    text = f"$$\n{block.text}\n$$" if block.text else ""
    return {"type": "equation", "img_path": block.image, "text": text, "text_format": "latex"}


def _flat_code(block: Block) -> Item:
    return {
        "type": "code",
        "sub_type": "code",
        "code_caption": _texts(block.captions),
        "code_body": f"```\n{block.text}\n```",
    }


def _flat_picture(block: Block) -> Item:
    name = block.kind
    item: Item = {
        "type": name,
        "img_path": NO_IMAGE if block.is_tail else block.image,
        f"{name}_caption": _texts(block.captions),
        f"{name}_footnote": _texts(block.footnotes),
    }
    if name == "table":
        item["table_body"] = block.html
    elif block.is_seal:
        item["sub_type"] = "seal"
    return item


FLAT: dict[str, Callable[[Block], Item]] = {
    "title": _flat_title,
    "equation": _flat_equation,
    "code": _flat_code,
    "table": _flat_picture,
    "image": _flat_picture,
}


def _typed(block: Block) -> Item:
    make = TYPED.get(block.kind)
    if make is not None:
        return make(block)
    name = NAMES_OF_DISCARDED[block.kind]
    return {"type": name, "content": {f"{name}_content": _spans(block.text)}}


def _title(block: Block) -> Item:
    return {"type": "title", "content": {"title_content": _spans(block.text), "level": block.level or 1}}


def _paragraph(block: Block) -> Item:
    return {"type": "paragraph", "content": {"paragraph_content": _spans(block.text)}}


def _list(block: Block) -> Item:
    items = [{"item_type": "text", "item_content": _spans(item.text)} for item in block.items]
    list_type = "reference_list" if block.kind == "ref_text" else "text_list"
    return {"type": "list", "content": {"list_type": list_type, "list_items": items}}


def _equation(block: Block) -> Item:
    content = {
        "math_content": block.text,
        "math_type": "latex",
        "image_source": {"path": block.image or NO_IMAGE},
    }
    return {"type": "equation_interline", "content": content}


def _picture(block: Block) -> Item:
    name = block.kind
    content: Item = {
        "image_source": {"path": NO_IMAGE if block.is_tail else block.image},
        f"{name}_caption": _caption_spans(block.captions),
        f"{name}_footnote": _caption_spans(block.footnotes),
    }
    if name == "table":
        content["html"] = block.html
        content["table_type"] = "complex_table" if SPAN.search(block.html) else "simple_table"
        content["table_nest_level"] = 1
    return {"type": name, "content": content}


def _code(block: Block) -> Item:
    content = {
        "code_caption": _caption_spans(block.captions),
        "code_content": [{"type": "text", "content": block.text}],
        "code_language": "txt",
    }
    return {"type": "code", "content": content}


TYPED: dict[str, Callable[[Block], Item]] = {
    "title": _title,
    "text": _paragraph,
    "list": _list,
    "ref_text": _list,
    "equation": _equation,
    "table": _picture,
    "image": _picture,
    "code": _code,
}
NAMES_OF_DISCARDED = {
    "header": "page_header",
    "footer": "page_footer",
    "page_number": "page_number",
    "aside_text": "page_aside_text",
    "page_footnote": "page_footnote",
}


def _spans(text: str) -> list[Item]:
    return [{"type": "text", "content": text}] if text else []


def _caption_spans(parts: Iterable[Part]) -> list[Item]:
    return [span for part in parts for span in _spans(part.text)]


def _texts(parts: Iterable[Part]) -> list[str]:
    return [part.text for part in parts]
