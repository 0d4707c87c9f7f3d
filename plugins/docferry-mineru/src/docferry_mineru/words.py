"""The service's words for kinds of blocks, of all its files and versions, and ours for them.

Source: opendatalab.github.io/MinerU/reference/output_files (read 2026-11-21); `mineru` 3.1.15, 3.4.5, 4.0.12.
"""

from functools import lru_cache

from docferry.model import ElementKind
from docferry_mineru.blocks import Block

__all__ = ["FURNITURE", "Family", "family_of", "kind_of"]

KINDS = {
    "abstract": ElementKind.PARAGRAPH,
    "algorithm": ElementKind.CODE,
    "algorithm_body": ElementKind.CODE,
    "aside_text": ElementKind.SIDEBAR,
    "caption": ElementKind.CAPTION,
    "chart": ElementKind.FIGURE,
    "chart_body": ElementKind.FIGURE,
    "chart_caption": ElementKind.CAPTION,
    "chart_footnote": ElementKind.FOOTNOTE,
    "code": ElementKind.CODE,
    "code_body": ElementKind.CODE,
    "code_caption": ElementKind.CAPTION,
    "code_footnote": ElementKind.FOOTNOTE,
    "discarded": ElementKind.SIDEBAR,
    "doc_title": ElementKind.TITLE,
    "equation": ElementKind.FORMULA,
    "equation_interline": ElementKind.FORMULA,
    "footer": ElementKind.FOOTER,
    "footnote": ElementKind.FOOTNOTE,
    "formula_number": ElementKind.FORMULA,
    "header": ElementKind.HEADER,
    "image": ElementKind.FIGURE,
    "image_body": ElementKind.FIGURE,
    "image_caption": ElementKind.CAPTION,
    "image_footnote": ElementKind.FOOTNOTE,
    "index": ElementKind.TOC,
    "interline_equation": ElementKind.FORMULA,
    "list": ElementKind.LIST_ITEM,
    "page_aside_text": ElementKind.SIDEBAR,
    "page_footer": ElementKind.FOOTER,
    "page_footnote": ElementKind.FOOTNOTE,
    "page_header": ElementKind.HEADER,
    "page_number": ElementKind.PAGE_NUMBER,
    "paragraph": ElementKind.PARAGRAPH,
    "paragraph_title": ElementKind.HEADING,
    "phonetic": ElementKind.PARAGRAPH,
    "ref_text": ElementKind.REFERENCE,
    "seal": ElementKind.STAMP,
    "table": ElementKind.TABLE,
    "table_body": ElementKind.TABLE,
    "table_caption": ElementKind.CAPTION,
    "table_footnote": ElementKind.FOOTNOTE,
    "text": ElementKind.PARAGRAPH,
    "title": ElementKind.HEADING,
    "vertical_text": ElementKind.PARAGRAPH,
}
FURNITURE = frozenset({ElementKind.HEADER, ElementKind.FOOTER, ElementKind.PAGE_NUMBER, ElementKind.SIDEBAR})
VISUAL = frozenset({ElementKind.FIGURE, ElementKind.STAMP})
OWN = frozenset({ElementKind.TABLE, ElementKind.CODE, ElementKind.FORMULA})
TOP, BOTTOM = 0.12, 0.88
"""Within these fractions of a page what is set apart is a running head or foot."""

Family = str
"""Kinds that different files may use for one block: "figure", "table", "code", "formula" or "text"."""


def kind_of(block: Block) -> ElementKind | None:
    """Our word for the kind of a block; None when the service's word is new."""
    kind = _known(block.kind)
    if kind is ElementKind.PARAGRAPH and block.level is not None:
        return ElementKind.HEADING
    if block.kind == "discarded":
        return _apart(block)
    return kind


def family_of(block: Block) -> Family:
    """The family of a block's kind."""
    kind = _known(block.kind)
    if kind in VISUAL:
        return ElementKind.FIGURE.value
    return kind.value if kind is not None and kind in OWN else "text"


def _apart(block: Block) -> ElementKind:
    """What a block is of which versions up to 2.7 only say that it is set apart."""
    if block.letters.isdecimal():
        return ElementKind.PAGE_NUMBER
    if block.box is not None and block.box.bottom <= TOP:
        return ElementKind.HEADER
    if block.box is not None and block.box.top >= BOTTOM:
        return ElementKind.FOOTER
    return ElementKind.SIDEBAR


@lru_cache(maxsize=256)
def _known(word: str) -> ElementKind | None:
    return KINDS.get("_".join(word.casefold().replace("-", " ").replace("_", " ").split()))
