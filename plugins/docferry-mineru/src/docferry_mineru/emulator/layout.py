"""The engine's inner results: layout.json with boxes in the page's unit, and the model's raw finds.

Source: opendatalab/MinerU docs/en/reference/output_files.md at 3.4.4 (read 2026-11-21).
"""

from collections.abc import Sequence

from docferry.model import BoundingBox
from docferry_mineru.emulator.blocks import Block, BlockPage, Part

__all__ = ["VERSION", "layout", "model_output"]

VERSION = "3.4.4"
DOTS_PER_POINT = 200 / 72
"""The pipeline looks at pages of 200 dots per inch."""

TYPES = {"equation": "interline_equation"}
LABELS = {
    "title": (17, "paragraph_title"),
    "table": (21, "table"),
    "image": (14, "image"),
    "equation": (8, "display_formula"),
    "header": (12, "header"),
    "footer": (9, "footer"),
    "page_number": (16, "number"),
}

Item = dict[str, object]


def layout(pages: Sequence[BlockPage], *, backend: str, version: str = VERSION) -> Item:
    """The envelope of 2.x to 3.x, which the cloud writes too.

    Args:
        pages: The document.
        backend: pipeline, vlm, hybrid or office.
        version: Version of the engine.
    """
    return {
        "pdf_info": [_page(page) for page in pages],
        "_backend": backend,
        "_version_name": version,
    }


def model_output(pages: Sequence[BlockPage], *, backend: str) -> list[object]:
    """What the model found: pixels for the pipeline, fractions for vlm."""
    return [_found_by_vlm(page) if backend == "vlm" else _found_by_pipeline(page) for page in pages]


def _page(page: BlockPage) -> Item:
    blocks = _Blocks(page)
    return {
        "preproc_blocks": [blocks.make(block, index) for index, block in enumerate(page.body, start=1)],
        "page_idx": page.index,
        "page_size": [page.width, page.height],
        "discarded_blocks": [
            blocks.make(block, index) for index, block in enumerate(page.discarded, start=1)
        ],
        "para_blocks": [blocks.make(block, index) for index, block in enumerate(page.body, start=1)],
    }


class _Blocks:
    """Writes the blocks of a page.

    Args:
        page: The page.
    """

    def __init__(self, page: BlockPage) -> None:
        self._page = page

    def make(self, block: Block, index: int) -> Item:
        """Write one block; its type's own shape decides whether it holds lines or further blocks."""
        if block.kind in {"table", "image", "code"}:
            return self._outer(block, index)
        if block.kind in {"list", "ref_text"}:
            return self._list(block, index)
        kind = TYPES.get(block.kind, block.kind)
        span_type = kind if kind == "interline_equation" else "text"
        written = self._leaf(kind, block.box, span_type, block.text, index)
        if block.level:
            written["level"] = block.level
        if block.is_tail:
            written |= {"lines": [], "lines_deleted": True}
        return written

    def _outer(self, block: Block, index: int) -> Item:
        name = block.kind
        parts = [self._leaf(f"{name}_caption", part.box, "text", part.text, index) for part in block.captions]
        parts.append(self._body(block, index))
        parts += [
            self._leaf(f"{name}_footnote", part.box, "text", part.text, index) for part in block.footnotes
        ]
        return {"type": name, "bbox": self._page.edges(block.box), "blocks": parts, "index": index}

    def _body(self, block: Block, index: int) -> Item:
        name, box = block.kind, self._page.edges(block.box)
        span: Item = {"bbox": box, "type": name if name != "code" else "text"}
        if name == "code":
            span["content"] = block.text
        if name == "table":
            span["html"] = block.html
        if block.image:
            span["image_path"] = block.image.removeprefix("images/")
        body: Item = {
            "bbox": box,
            "type": f"{name}_body",
            "index": index,
            "lines": [] if block.is_tail else [{"bbox": box, "spans": [span]}],
        }
        return {**body, "lines_deleted": True} if block.is_tail else body

    def _list(self, block: Block, index: int) -> Item:
        items = [self._item(part, index) for part in block.items]
        sub_type = "ref_text" if block.kind == "ref_text" else "text"
        return {
            "type": "list",
            "bbox": self._page.edges(block.box),
            "sub_type": sub_type,
            "index": index,
            "blocks": items,
        }

    def _item(self, part: Part, index: int) -> Item:
        return self._leaf("text", part.box, "text", part.text, index)

    def _leaf(self, kind: str, place: BoundingBox, span_type: str, text: str, index: int) -> Item:
        box = self._page.edges(place)
        span: Item = {"bbox": box, "type": span_type, "content": text, "score": 1.0}
        return {"bbox": box, "type": kind, "index": index, "lines": [{"bbox": box, "spans": [span]}]}


def _found_by_pipeline(page: BlockPage) -> Item:
    width, height = round(page.width * DOTS_PER_POINT), round(page.height * DOTS_PER_POINT)
    found: list[Item] = []
    for index, block in enumerate((*page.body, *page.discarded), start=1):
        number, label = LABELS.get(block.kind, (22, "text"))
        left, top, right, bottom = block.box.as_tuple()
        box = [round(left * width), round(top * height), round(right * width), round(bottom * height)]
        found.append({"cls_id": number, "label": label, "score": 0.9, "bbox": box, "index": index})
    return {"layout_dets": found, "page_info": {"page_no": page.index, "width": width, "height": height}}


def _found_by_vlm(page: BlockPage) -> list[Item]:
    return [
        {
            "type": block.kind,
            "bbox": [round(edge, 3) for edge in block.box.as_tuple()],
            "angle": 0,
            "content": block.html or block.text,
        }
        for block in (*page.body, *page.discarded)
    ]
