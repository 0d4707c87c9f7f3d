"""Puts right where liteparse cuts paragraphs apart or takes their first line for a heading; pure."""

import re
from dataclasses import replace

from docferry.model import BoundingBox, Element, ElementKind, Region
from docferry.reading.captions import is_caption_start
from docferry.reading.scripts import is_cjk
from docferry_local.mapping import MappedElement, MappedPage

__all__ = ["LARGER", "mend_paragraphs"]

LARGER = 0.6
"""Points by which the font of a heading with a rank of its own exceeds running text."""

_SENTENCE = re.compile(r"[^\W\d]{4,}[.!?]\s+\S|[。！？；]\s*\S|[\u4e00-\u9fff][.,;]\s")
_END = re.compile(r"[.!?:;。！？：；]['\"”’)\]）」]*$")
_ENUMERATION = re.compile(r"[(（]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)）、]\s|[①-⑳■•]")
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3040-\u30ff\u4e00-\u9fff]{2,}")
_HEADING_SIZE = 1.2  # times the size of running text: larger lines are headings whatever their face
_MOST_LINES = 2
_LONGEST_HEADING = 120  # characters
_TIGHT = 0.3  # heights of a line between two lines of one paragraph, at most
_FULL_LINE = 0.03  # fraction of the page's width that a full line may be short
_FLUSH = 0.005  # fraction of the page's width


def mend_paragraphs(page: MappedPage, *, body_size: float) -> MappedPage:
    """Take back false headings, make headings of large lines of code, and join cut paragraphs.

    Args:
        page: The page.
        body_size: Font size of the document's running text, in points.
    """
    elements: list[MappedElement] = []
    for number, mapped in enumerate(page.elements):
        following = page.elements[number + 1] if number + 1 < len(page.elements) else None
        right = _right_kind(mapped, following, body_size)
        if elements and _goes_on(elements[-1], right):
            elements[-1] = _joined(elements[-1], right)
        else:
            elements.append(right)
    return replace(page, elements=tuple(elements))


def _right_kind(mapped: MappedElement, following: MappedElement | None, body_size: float) -> MappedElement:
    element = mapped.element
    is_large = (mapped.font_size or 0.0) > body_size + LARGER
    if element.kind is ElementKind.HEADING and not is_large and _is_prose(mapped, following):
        return mapped.changed(kind=ElementKind.PARAGRAPH, level=None)
    if is_large and element.kind is ElementKind.CODE and mapped.line_count == 1:
        return mapped.changed(kind=ElementKind.HEADING, level=1)
    if element.kind is ElementKind.PARAGRAPH and _is_large_line(mapped, body_size):
        return mapped.changed(kind=ElementKind.HEADING, level=1)
    return mapped


def _is_large_line(mapped: MappedElement, body_size: float) -> bool:
    """Whether a line is a heading by its size alone; liteparse misses those of one word."""
    text = mapped.element.text
    return (
        body_size > 0
        and (mapped.font_size or 0.0) >= _HEADING_SIZE * body_size
        and mapped.element.raw_kind == "paragraph"
        and mapped.is_upright
        and 0 < mapped.line_count <= _MOST_LINES
        and len(text) <= _LONGEST_HEADING
        and _WORD.search(text) is not None
        and not _END.search(text)
        and not is_caption_start(text)
    )


def _is_prose(mapped: MappedElement, following: MappedElement | None) -> bool:
    """Whether a heading has a sentence end in it, or is a full line that goes on in the next."""
    if _SENTENCE.search(mapped.element.text):
        return True
    if following is None or following.element.kind is not ElementKind.PARAGRAPH or mapped.line_count != 1:
        return False
    return _fills_line_above(mapped, following)


def _goes_on(before: MappedElement, after: MappedElement) -> bool:
    """Whether a paragraph is the rest of the one before."""
    elements = (before.element, after.element)
    if any(element.kind is not ElementKind.PARAGRAPH or element.is_furniture for element in elements):
        return False
    if (
        before.font_size is None
        or after.font_size is None
        or abs(before.font_size - after.font_size) > LARGER
    ):
        return False
    if _END.search(before.element.text) or _ENUMERATION.match(after.element.text):
        return False
    return not is_caption_start(before.element.text) and _fills_line_above(before, after)


def _fills_line_above(before: MappedElement, after: MappedElement) -> bool:
    """Whether one ends with a full line and the other begins right below it, flush left."""
    last, first, rest = before.last_line, after.first_line, after.box
    if last is None or first is None or rest is None:
        return False
    is_right_below = abs(first.top - last.bottom) < _TIGHT * (last.bottom - last.top)
    is_flush = abs(first.left - rest.left) <= _FLUSH and first.left < last.right
    return is_right_below and is_flush and last.right >= rest.right - _FULL_LINE


def _joined(before: MappedElement, after: MappedElement) -> MappedElement:
    left, right = before.element, after.element
    is_tight = left.text.endswith("-") or (is_cjk(left.text[-1]) and is_cjk(right.text[0]))
    changed = before.changed(
        text=left.text + ("" if is_tight else " ") + right.text,
        regions=(*left.regions[:-1], *_joined_regions(left, right)),
    )
    return replace(changed, last_line=after.last_line, line_count=before.line_count + after.line_count)


def _joined_regions(left: Element, right: Element) -> tuple[Region, ...]:
    """The last region of one and the first of the other as one, and the rest of the other."""
    last, first = left.regions[-1], right.regions[0]
    if last.box is None or first.box is None:
        return (last, *right.regions)
    return (Region(page=last.page, box=BoundingBox.union((last.box, first.box))), *right.regions[1:])
