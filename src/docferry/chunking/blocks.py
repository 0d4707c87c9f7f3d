"""Which neighbours belong together: lists, captions with their figures, formulas with their text."""

import re
from collections.abc import Sequence
from itertools import pairwise

from docferry.chunking.parts import Part
from docferry.model import ElementKind
from docferry.rendering import separator

__all__ = ["tie_blocks"]

_PARAGRAPH = ElementKind.PARAGRAPH
_LIST_ITEM = ElementKind.LIST_ITEM
_CAPTION = ElementKind.CAPTION
_FORMULA = ElementKind.FORMULA
_CAPTIONED = frozenset({ElementKind.FIGURE, ElementKind.TABLE, ElementKind.CODE})
_LED_IN = frozenset({_LIST_ITEM, _FORMULA, ElementKind.CODE, ElementKind.TABLE, ElementKind.FIGURE})
_CONTINUES_FORMULA = re.compile(r"[a-z,;]|Where\b|With\b|其中|式中|这里|即")
_FARTHEST_CAPTION = 4  # parts between a caption and what it names


def tie_blocks(parts: Sequence[Part]) -> None:
    """Set the separator of each part, and whether it is tied to the part before it.

    Tied are: what follows a heading; list items; a caption and its figure, table or code with whatever
    stands between; a formula, the paragraph that introduces it and the one that goes on with it; and a list,
    table or code with the paragraph before it that ends with a colon.
    """
    has_links = bool(parts[0].element.caption_of)
    for before, part in pairwise(parts):
        kind = part.element.kind
        kind_before = before.element.kind
        has_links = has_links or bool(part.element.caption_of)
        if kind is _PARAGRAPH and kind_before is _PARAGRAPH:
            continue
        part.separator = separator(kind_before, kind)
        part.is_tied = before.is_heading or _is_block(before, part)
    if has_links:
        _tie_captions(parts)


def _is_block(before: Part, part: Part) -> bool:
    kind, kind_before = part.element.kind, before.element.kind
    if kind is _LIST_ITEM and kind_before is _LIST_ITEM:
        return True
    if kind in _LED_IN and kind_before is _PARAGRAPH:
        return kind is _FORMULA or before.text.endswith((":", "："))
    if kind_before is _FORMULA:
        return kind is _FORMULA or _CONTINUES_FORMULA.match(part.text) is not None
    if kind is _CAPTION:
        return kind_before in _CAPTIONED and not part.element.caption_of
    return kind_before is _CAPTION and kind in _CAPTIONED and not before.element.caption_of


def _tie_captions(parts: Sequence[Part]) -> None:
    places = {part.element.id: index for index, part in enumerate(parts)}
    for picture in (
        (companion.id, index) for index, part in enumerate(parts) for companion in part.companions
    ):
        places.setdefault(*picture)
    for index, part in enumerate(parts):
        target = places.get(part.element.caption_of, index)
        first, last = sorted((index, target))
        between = parts[first + 1 : last + 1]
        if last - first <= _FARTHEST_CAPTION and not any(piece.is_heading for piece in between):
            for piece in between:
                piece.is_tied = True
