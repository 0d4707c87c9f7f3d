"""Running heads, page numbers and other text that belongs to the pages rather than to the document; pure.

liteparse classifies none of it, so it is recognised by what makes it furniture: the same text, digits aside,
stands at the same place of several pages, or a number at the edge of the page counts them.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from docferry.model import BoundingBox, ElementKind
from docferry_local.mapping import MappedElement, MappedPage

__all__ = ["furniture_kinds", "page_number_text"]

_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:page|seite|pagina|página|p\.|s\.|第)?\s*"
    r"(?P<number>\d{1,4}|[ivxlcdm]{1,7})"
    r"\s*(?:页|頁|ページ)?\s*(?:(?:of|von|de|/|共)\s*\d{1,4}\s*(?:页|頁)?)?[-–—\s]*",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}

_TOP_EDGE = 0.13  # fractions of the page's height
_BOTTOM_EDGE = 0.87
_SIDE_EDGE = 0.1  # fraction of its width
_SAME_PLACE = 0.02  # fraction of the height by which a repeated line may move
_RULE_DISTANCE = 0.03  # fraction of the height between a running head and the rule below it
_RULE_OVERLAP = 0.006  # by which the rule may cut into the head's box
_HEIGHT_STEPS = 250  # rules at the same step of the height belong together
_NEIGHBOURS = 4  # pages: left and right pages, and the first of a chapter, may have heads of their own
_TITLE_SIZE = 1.15  # times the size of running text: larger lines are titles of slides, not running heads
_REPEATS_OF_HEADING = 3
_HEAD_AND_FOOT = frozenset({ElementKind.HEADER, ElementKind.FOOTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A line at the edge of a page."""

    page_index: int
    page_number: int
    label: str
    kind: ElementKind
    box: BoundingBox | None
    mapped: MappedElement


def furniture_kinds(pages: Sequence[MappedPage], *, body_size: float) -> Mapping[str, ElementKind]:
    """Find the furniture of a document.

    Args:
        pages: Its pages, ascending.
        body_size: Font size of its running text, in points.

    Returns:
        By element id: HEADER, FOOTER, PAGE_NUMBER, or SIDEBAR for text along the left and right edges.
    """
    candidates = [
        candidate
        for index, page in enumerate(pages)
        for candidate in _candidates(index, page, body_size=body_size)
    ]
    found = {
        candidate.mapped.element.id: candidate.kind
        for candidate in (*_repeated(candidates), *_ruled(pages, candidates))
    }
    for candidate in _page_numbers(candidates):
        found[candidate.mapped.element.id] = ElementKind.PAGE_NUMBER
    inside = {element_id for page in pages for element_id in _inside(page, found)}
    spared = inside | _all_there_is(pages, found)
    return {element_id: kind for element_id, kind in found.items() if element_id not in spared}


def page_number_text(text: str) -> str:
    """The number in a page number such as "- 7 -" or "Page 7 of 9"; empty if the text is something else."""
    match = _PAGE_NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    return match["number"] if match else ""


def _candidates(index: int, page: MappedPage, *, body_size: float) -> Iterator[_Candidate]:
    for mapped in page.elements:
        element = mapped.element
        if element.table or not element.text:
            continue
        kind = _edge(mapped)
        is_large = mapped.font_size is not None and mapped.font_size > _TITLE_SIZE * body_size
        if kind is not None and not (is_large and not page_number_text(element.text)):
            yield _Candidate(
                page_index=index,
                page_number=page.page.number,
                label=page.page.label,
                kind=kind,
                box=mapped.box,
                mapped=mapped,
            )


def _edge(mapped: MappedElement) -> ElementKind | None:
    """The kind of furniture that text at this place would be, or None in the middle of the page."""
    box = mapped.box
    if box is None:
        return ElementKind.FOOTER if mapped.element.raw_kind == "text" else None
    if not mapped.is_upright:
        return ElementKind.SIDEBAR if box.right <= _SIDE_EDGE or box.left >= 1 - _SIDE_EDGE else None
    return _edge_of(box)


def _edge_of(box: BoundingBox) -> ElementKind | None:
    if box.bottom <= _TOP_EDGE:
        return ElementKind.HEADER
    return ElementKind.FOOTER if box.top >= _BOTTOM_EDGE else None


def _signature(candidate: _Candidate) -> str:
    text = unicodedata.normalize("NFKC", candidate.mapped.element.text).casefold()
    return re.sub(r"\d+", "#", "".join(text.split()))


def _repeated(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Lines that stand at the same place of a page nearby, with the same text but for digits."""
    groups: defaultdict[tuple[ElementKind, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.box is not None and not page_number_text(candidate.mapped.element.text):
            groups[candidate.kind, _signature(candidate)].append(candidate)
    for group in groups.values():
        for candidate in group:
            nearby = [other for other in group if _is_repeat(candidate, other)]
            is_heading = candidate.mapped.element.kind is ElementKind.HEADING
            if nearby and not (is_heading and len(group) < _REPEATS_OF_HEADING):
                yield candidate


def _is_repeat(one: _Candidate, other: _Candidate) -> bool:
    distance = abs(one.page_index - other.page_index)
    if not 0 < distance <= _NEIGHBOURS or one.box is None or other.box is None:
        return False
    return abs(one.box.top - other.box.top) <= _SAME_PLACE


def _ruled(pages: Sequence[MappedPage], candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Lines above a rule that at least three pages have at the same height; their text may change."""
    ruled: defaultdict[int, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        rule = _rule_below(candidate, pages[candidate.page_index].rules)
        if rule is not None:
            ruled[round(rule * _HEIGHT_STEPS)].append(candidate)
    for alike in ruled.values():
        if len({candidate.page_index for candidate in alike}) >= _REPEATS_OF_HEADING:
            yield from alike


def _rule_below(candidate: _Candidate, rules: Sequence[float]) -> float | None:
    if candidate.kind is not ElementKind.HEADER or candidate.box is None:
        return None
    bottom = candidate.box.bottom - _RULE_OVERLAP
    return next((rule for rule in rules if 0 <= rule - bottom <= _RULE_DISTANCE), None)


def _inside(page: MappedPage, found: Mapping[str, ElementKind]) -> Iterator[str]:
    """What only looks like a running head or foot, because other text stands between it and the edge."""
    text = [
        (mapped.box, mapped.element.id)
        for mapped in page.elements
        if mapped.box and mapped.is_upright and mapped.element.kind is not ElementKind.FIGURE
    ]
    ordinary = [box for box, element_id in text if element_id not in found]
    for box, element_id in text:
        kind = _edge_of(box)
        if kind is ElementKind.HEADER and any(other.bottom <= box.top for other in ordinary):
            yield element_id
        if kind is ElementKind.FOOTER and any(other.top >= box.bottom for other in ordinary):
            yield element_id


def _all_there_is(pages: Sequence[MappedPage], found: Mapping[str, ElementKind]) -> set[str]:
    """What only looks like running heads and feet, because most pages have no other text than that."""
    texts = [
        {mapped.element.id for mapped in page.elements if mapped.element.text or mapped.element.table}
        for page in pages
    ]
    bare = [ids for ids in texts if ids and ids <= found.keys()]
    if 2 * len(bare) <= sum(1 for ids in texts if ids):
        return set()
    return {element_id for element_id, kind in found.items() if kind in _HEAD_AND_FOOT}


def _page_numbers(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Numbers at the edge that count the pages: equal to the page's number or label, or always as far off."""
    numbered = [
        (candidate, text)
        for candidate in candidates
        if (text := page_number_text(candidate.mapped.element.text))
    ]
    offsets = Counter(_value(text) - candidate.page_number for candidate, text in numbered)
    for candidate, text in numbered:
        value = _value(text)
        if (
            candidate.box is None
            or value == candidate.page_number
            or text == candidate.label
            or offsets[value - candidate.page_number] > 1
        ):
            yield candidate


def _value(text: str) -> int:
    if text.isdecimal():
        return int(text)
    digits = [_ROMAN[letter] for letter in text.lower()]
    return sum(
        -digit if digit < following else digit
        for digit, following in zip(digits, [*digits[1:], 0], strict=True)
    )
