"""The results of version 4.0: middle_json with spans, and structured_content with ready texts.

Boxes are fractions of the page. Source: the package mineru 4.0.12 (read 2026-11-22).
"""

from collections.abc import Mapping, Sequence

from docferry_mineru.emulator.archive import Bundle, as_data_uri
from docferry_mineru.emulator.blocks import Block, BlockPage, Part

__all__ = ["VERSION_4", "middle_json", "structured_content"]

VERSION_4 = "4.0.12"

Item = dict[str, object]


def middle_json(bundle: Bundle, *, suffix: str, tier: str, has_files: bool) -> Item:
    """The envelope `docvortex.middle`.

    Args:
        bundle: What the parse came to.
        suffix: Suffix of the file, with the dot.
        tier: The tier.
        has_files: Whether pictures are files beside it.
    """
    pages = [
        {
            "page_idx": page.index,
            "blocks": [
                {**_middle_block(block, index, has_files=has_files), "bbox": _fractions(block)}
                for index, block in enumerate(_in_order(page))
            ],
        }
        for page in bundle.pages
    ]
    return {
        **_head(bundle.pages, suffix=suffix, tier=tier),
        "pages": pages,
        "is_full_document": True,
        "schema": "docvortex.middle",
        "schema_version": "2.0",
    }


def structured_content(bundle: Bundle, *, suffix: str, tier: str, has_files: bool) -> Item:
    """The same pages with each block's content as a text.

    Args:
        bundle: What the parse came to.
        suffix: Suffix of the file, with the dot.
        tier: The tier.
        has_files: Whether pictures are files beside it.
    """
    pictures = {
        name: name if has_files else as_data_uri(name, data) for name, data in bundle.pictures.items()
    }
    pages = [
        {
            "page_idx": page.index,
            "blocks": [
                {**_structured_block(block, pictures), "bbox": _fractions(block)} for block in _in_order(page)
            ],
        }
        for page in bundle.pages
    ]
    return {"pages": pages, **_head(bundle.pages, suffix=suffix, tier=tier), "is_full_document": True}


def _head(pages: Sequence[BlockPage], *, suffix: str, tier: str) -> Item:
    sizes = [
        {"page_idx": page.index, "width_pt": float(page.width), "height_pt": float(page.height)}
        for page in pages
    ]
    return {
        "metadata": {
            "file_suffix": suffix.lstrip("."),
            "producer": {"name": "mineru", "version": VERSION_4},
            "document": {"page_count": len(pages), "page_count_kind": "physical"},
        },
        "extensions": {
            "mineru": {"tier": tier, "parse_mode": "txt"},
            "docvortex_layout": {"version": 1, "pages": sizes},
        },
    }


def _in_order(page: BlockPage) -> list[Block]:
    """Running heads stand before the text in this version, feet behind it."""
    heads = [block for block in page.discarded if block.kind == "header"]
    body = [block for block in page.body if not block.is_tail]
    return [*heads, *body, *(block for block in page.discarded if block.kind != "header")]


def _type(block: Block) -> str:
    return "paragraph_title" if block.kind == "title" else block.kind


def _middle_block(block: Block, index: int, *, has_files: bool) -> Item:
    item: Item = {"type": _type(block), "index": index}
    if block.level:
        item["level"] = block.level
    if block.kind in {"table", "image", "code"}:
        body: Item = {"type": f"{block.kind}_body", "index": index, "content": block.html or block.text}
        if block.image and has_files:
            body["image_path"] = block.image
        item["content"] = [
            *(_part(part, f"{block.kind}_caption", index) for part in block.captions),
            {**body, "bbox": _fractions(block)},
            *(_part(part, f"{block.kind}_footnote", index) for part in block.footnotes),
        ]
    elif block.items:
        item["content"] = [{"type": "text", "content": _spans(part.text)} for part in block.items]
    else:
        item["content"] = block.text if block.kind == "equation" else _spans(block.text)
    return item


def _structured_block(block: Block, pictures: Mapping[str, str]) -> Item:
    item: Item = {"type": _type(block)}
    if block.level:
        item["level"] = block.level
    item["content"] = block.html or "\n".join(part.text for part in block.items) or block.text
    if block.kind in {"table", "image", "code"}:
        item["captions"] = [part.text for part in block.captions]
        item["footnotes"] = [part.text for part in block.footnotes]
    if block.image in pictures:
        item["image_source"] = pictures[block.image]
    return item


def _part(part: Part, kind: str, index: int) -> Item:
    box = [round(edge, 3) for edge in part.box.as_tuple()]
    return {"type": kind, "index": index, "bbox": box, "content": _spans(part.text)}


def _spans(text: str) -> list[Item]:
    return [{"type": "text", "content": text}] if text else []


def _fractions(block: Block) -> list[float]:
    return [round(edge, 3) for edge in block.box.as_tuple()]
