"""Puts text and boxes into one reading order: the text's, or the service's own where it gives one.

Entries that the text does not have, such as running heads and figures, take their place among the others by
the service's order, else by where they stand on the page.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from docferry.model import DocumentWarning, PageSelection
from docferry_pulse.aligning import FRINGE, Passage, Slot, letters
from docferry_pulse.boxes import Entry, plain_category
from docferry_pulse.dialect import Section
from docferry_pulse.paging import Numbering, selected_pages

__all__ = ["OrderedPage", "order"]

Passages = Sequence[tuple[int | None, Passage]]
"""Pages of the document, None for one that is not known, and what the text has for them."""

PREFIX = re.compile(r"\s*\d+[a-z]{1,2}-")
"""The service writes "0a-" and the like in front of some texts. Source: docs.runpulse.com/api-reference/
bounding-boxes, whose examples have both forms (read 2026-11-21)."""

MIN_PROOF = 8
"""Shorter texts are found on a wrong page by chance too often to prove how boxes count pages."""

HEADS = frozenset({"header", "pageheader"})
"""Classes that stand at the top of a page, without case and signs."""

MIN_SPLIT = 20
"""Letters of a text that may be looked for on the page before or after its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedPage:
    """What stands on one page, in reading order.

    Args:
        page: Number of the page in the document; None when it is not known.
        slots: The places in order.
    """

    page: int | None
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A whole result in reading order.

    Args:
        pages: Page by page.
        warnings: What is not known.
    """

    pages: tuple[OrderedPage, ...]
    warnings: tuple[DocumentWarning, ...] = ()


def order(
    sections: Sequence[Section],
    section_pages: Sequence[int | None],
    entries: Sequence[Entry],
    *,
    page_count: int | None,
    selection: PageSelection | None,
) -> Ordered:
    """Bring the sections of a text and the entries into one order.

    Args:
        sections: The sections of the text.
        section_pages: The page of each section in the document, or None.
        entries: What was seen on the pages.
        page_count: How many pages were processed, or None.
        selection: The pages that were asked for; None for all.
    """
    passages = _passages(sections, section_pages)
    entries = _clean(entries, [passage for _, passage in passages])
    numbering, entries = _renumbered(entries, passages, page_count=page_count, selection=selection)
    left = _align(entries, passages)
    if any(page is None for page, _ in passages):
        # The text says nothing of pages: what it lacks takes its place in it by the pages of the boxes.
        everything = [entry for rest in left.values() for entry in rest]
        left = dict[int | None, list[Entry]]({None: everything})
    pages = [
        OrderedPage(page=page, slots=tuple(_with_rest(passage.slots, left.pop(page, []))))
        for page, passage in passages
    ]
    pages += [
        OrderedPage(page=page, slots=tuple(_with_rest([], rest))) for page, rest in left.items() if rest
    ]
    known = sorted((page for page in pages if page.page is not None), key=lambda page: page.page or 0)
    nowhere = [page for page in pages if page.page is None]
    return Ordered(
        pages=(*known, *nowhere), warnings=(_ambiguous(),) if numbering is Numbering.UNKNOWN else ()
    )


def _passages(sections: Sequence[Section], pages: Sequence[int | None]) -> list[tuple[int | None, Passage]]:
    """One passage for each page; what stands behind the last mark may belong to the page before it."""
    slots: dict[int | None, list[Slot]] = {}
    for page, section in zip(pages, sections, strict=True):
        slots.setdefault(page, []).extend(Slot(mark=mark) for mark in section.marks)
    return [(page, Passage(held)) for page, held in slots.items()]


def _clean(entries: Sequence[Entry], passages: Sequence[Passage]) -> list[Entry]:
    """Entries with their texts without prefixes.

    A prefix is taken off where the text proves it to be one, and where most texts of the result have one:
    what looks like it may be the beginning of a word such as "3d-printed".
    """
    marked = [entry.marked_text for entry in entries if entry.marked_text and not entry.text]
    marked += [cell.text for entry in entries for cell in entry.cells if cell.text]
    n_prefixed = sum(PREFIX.match(text) is not None for text in marked)
    is_usual = n_prefixed * 2 > len(marked) or any(
        PREFIX.match(entry.marked_text) and not PREFIX.match(entry.text) for entry in entries if entry.text
    )

    def stripped(text: str) -> str:
        match = PREFIX.match(text)
        if match is None:
            return text
        rest = text[match.end() :].strip()
        has_whole, has_rest = (
            any(passage.has(letters(form)) for passage in passages) for form in (text, rest)
        )
        return rest if rest and not has_whole and (has_rest or is_usual) else text

    def cleaned(entry: Entry) -> Entry:
        cells = tuple(replace(cell, text=stripped(cell.text)) for cell in entry.cells)
        return replace(entry, text=entry.text or stripped(entry.marked_text), cells=cells)

    return [cleaned(entry) for entry in entries]


def _renumbered(
    entries: list[Entry],
    passages: Passages,
    *,
    page_count: int | None,
    selection: PageSelection | None,
) -> tuple[Numbering, list[Entry]]:
    """Entries with the pages of the document; without any where the service's number may mean either."""
    if selection is None:
        return Numbering.DOCUMENT, entries
    given = {entry.page for entry in entries if entry.page is not None}
    known = selected_pages(selection, page_count=page_count or max([len(passages), *given]))
    numbering = _numbering(entries, passages, given, known)
    if numbering is Numbering.DOCUMENT:
        return numbering, entries
    places = dict(enumerate(known, start=1)) if numbering is Numbering.PROCESSED else {}
    return numbering, [
        entry if entry.page is None else replace(entry, page=places.get(entry.page)) for entry in entries
    ]


def _numbering(
    entries: Sequence[Entry],
    passages: Passages,
    given: set[int],
    known: tuple[int, ...],
) -> Numbering:
    may_be_document = given <= set(known)
    may_be_processed = all(page <= len(known) for page in given)
    if may_be_document and (not may_be_processed or all(known[page - 1] == page for page in given)):
        return Numbering.DOCUMENT
    if may_be_processed and not may_be_document:
        return Numbering.PROCESSED
    by_page = dict(passages)
    proofs = {Numbering.DOCUMENT: 0, Numbering.PROCESSED: 0}
    for entry in entries:
        text = letters(entry.text)
        if entry.page is None or len(text) < MIN_PROOF:
            continue
        as_document = by_page.get(entry.page)
        as_processed = by_page.get(known[entry.page - 1]) if entry.page <= len(known) else None
        proofs[Numbering.DOCUMENT] += as_document is not None and as_document.has(text)
        proofs[Numbering.PROCESSED] += as_processed is not None and as_processed.has(text)
    if proofs[Numbering.DOCUMENT] == proofs[Numbering.PROCESSED]:
        return Numbering.UNKNOWN
    return max(proofs, key=lambda numbering: proofs[numbering])


def _ambiguous() -> DocumentWarning:
    return DocumentWarning(
        code="page_numbers_ambiguous",
        message="The numbers of pages in the boxes may count from the first page of the document or of those "
        "asked for: boxes that the text does not place are left out.",
    )


def _align(entries: Sequence[Entry], passages: Passages) -> dict[int | None, list[Entry]]:
    """Tie entries to slots; the rest by page, in the order given."""
    waiting = sorted(entries, key=lambda entry: (entry.place is None, entry.place or 0))
    for take in (_take_table, _take_whole, _take_figure, _take_inside):
        waiting = [entry for entry in waiting if not any(take(entry, one) for one in _own(entry, passages))]
    # A paragraph that runs over a page's end stands in the text on one of both pages.
    waiting = [
        entry
        for entry in waiting
        if not any(_take_split(entry, one) for one in _own(entry, passages, distance=1))
    ]
    rest: dict[int | None, list[Entry]] = {}
    for entry in waiting:
        rest.setdefault(entry.page, []).append(entry)
    return rest


def _own(entry: Entry, passages: Passages, *, distance: int = 0) -> list[Passage]:
    """The passages of the entry's page, or of all pages when one of both is not known."""
    return [
        passage
        for page, passage in passages
        if entry.page is None or page is None or abs(page - entry.page) <= distance
    ]


def _take_table(entry: Entry, passage: Passage) -> bool:
    cells = {text for cell in entry.cells if (text := letters(cell.text))}
    return entry.is_table and passage.take_table(entry, cells)


def _take_whole(entry: Entry, passage: Passage) -> bool:
    return passage.take_whole(entry, _texts(entry))


def _take_figure(entry: Entry, passage: Passage) -> bool:
    return entry.is_image and passage.take_figure(entry)


def _take_inside(entry: Entry, passage: Passage) -> bool:
    is_plain = not entry.is_image and not entry.is_table
    texts = _texts(entry)
    if plain_category(entry.category) in FRINGE:
        texts = [text for text in texts if len(text) >= MIN_PROOF]
    return is_plain and passage.take_inside(entry, texts)


def _take_split(entry: Entry, passage: Passage) -> bool:
    is_long = any(len(text) >= MIN_SPLIT for text in _texts(entry))
    return is_long and plain_category(entry.category) not in FRINGE and _take_inside(entry, passage)


def _texts(entry: Entry) -> list[str]:
    texts = (entry.description, entry.text) if entry.is_image else (entry.text,)
    return [text for given in texts if (text := letters(given))]


def _with_rest(slots: Sequence[Slot], rest: Iterable[Entry]) -> list[Slot]:
    """The slots in the service's order where it gives one, with the entries that the text does not have."""
    ordered = _by_place(slots)
    for entry in sorted(rest, key=_height):
        ordered.insert(_position(entry, ordered), Slot(entries=[entry]))
    return ordered


def _by_place(slots: Sequence[Slot]) -> list[Slot]:
    """Sorted by the service's own order; a piece without a place stays behind the one before it."""
    keys: list[int] = []
    for slot in slots:
        keys.append(slot.place if slot.place is not None else (keys[-1] if keys else -1))
    return [slots[index] for index in sorted(range(len(keys)), key=keys.__getitem__)]


def _height(entry: Entry) -> tuple[int, float]:
    """What comes first on a page: heads, then by height, then feet; and what has no box by its class."""
    category = plain_category(entry.category)
    if entry.box is not None:
        return 1, entry.box.top
    return (0 if category in HEADS else 2), 0.0


def _position(entry: Entry, slots: Sequence[Slot]) -> int:
    if entry.place is not None:
        before = [
            index for index, slot in enumerate(slots) if slot.place is not None and slot.place < entry.place
        ]
        if before:
            return before[-1] + 1
        if any(slot.place is not None for slot in slots):
            return 0
    below = next((index for index, slot in enumerate(slots) if _is_below(slot, entry)), len(slots))
    mine = [index for index, slot in enumerate(slots) if _page(slot) in {entry.page, None}]
    is_measured = entry.box is not None and any(other.box for slot in slots for other in slot.entries)
    if plain_category(entry.category) in HEADS and not is_measured:
        return mine[0] if mine else below
    return below


def _page(slot: Slot) -> int | None:
    return slot.entries[0].page if slot.entries else None


def _is_below(slot: Slot, entry: Entry) -> bool:
    """Whether a slot begins under the entry, so that the entry goes before it.

    What stands beside it, in another column, says nothing.
    """
    for other in slot.entries:
        if other.page is not None and entry.page is not None and other.page > entry.page:
            return True
        if other.box is None or entry.box is None or other.page != entry.page:
            continue
        is_beside = other.box.right <= entry.box.left or other.box.left >= entry.box.right
        if other.box.top >= entry.box.bottom - (entry.box.bottom - entry.box.top) / 2 and not is_beside:
            return True
    return False
