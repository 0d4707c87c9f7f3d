"""Which page of the document a part of the result is about.

When only some pages were asked for, the marks in the text count from the first page processed. Whether the
boxes do is documented nowhere: the text tells, by which page it is found on. Where nothing tells, no page
is invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from docferry.model import DocumentWarning, PageSelection
from docferry_pulse.dialect import Section

__all__ = ["Numbering", "SectionPages", "number_sections", "selected_pages"]


class Numbering(StrEnum):
    """How the boxes count pages."""

    DOCUMENT = "document"  # as in the whole document
    PROCESSED = "processed"  # from the first page that was asked for
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPages:
    """The pages of the sections of a text.

    Args:
        pages: For each section its page in the document; None where that is not known.
        warnings: What is not known.
    """

    pages: tuple[int | None, ...]
    warnings: tuple[DocumentWarning, ...] = ()


def selected_pages(selection: PageSelection | None, *, page_count: int) -> tuple[int, ...]:
    """The document's pages that a result of so many pages is about, ascending."""
    if selection is None:
        return tuple(range(1, page_count + 1))
    return selection.first(page_count)


def number_sections(
    sections: Sequence[Section], *, page_count: int | None, selection: PageSelection | None
) -> SectionPages:
    """Find the pages of sections.

    Args:
        sections: The sections of the text.
        page_count: How many pages were processed, or None.
        selection: The pages that were asked for; None for all.
    """
    closed = [section for section in sections if section.is_closed]
    if not closed:
        only = selected_pages(selection, page_count=1) if page_count == 1 else ()
        return SectionPages(pages=(only or (None,)) * len(sections))
    numbers = [section.number or place for place, section in enumerate(closed, start=1)]
    n_open = len(sections) - len(closed)
    if n_open and len(closed) < (page_count or 0):
        numbers.append(numbers[-1] + 1)  # the last page has no mark
        n_open -= 1
    known = selected_pages(selection, page_count=page_count or len(numbers))
    pages = _placed(numbers, known, page_count, is_selection=selection is not None)
    if pages is None:
        return SectionPages(pages=(None,) * len(sections), warnings=(_unclear(),))
    return SectionPages(pages=(*pages, *pages[-1:] * n_open))


def _placed(
    numbers: list[int], known: tuple[int, ...], page_count: int | None, *, is_selection: bool
) -> tuple[int, ...] | None:
    """The document's pages that the numbers in the marks mean; None when that is not clear."""
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        return None
    if not is_selection:
        return tuple(numbers)
    is_whole = len(numbers) in {page_count or len(numbers), len(known)}
    if is_whole and numbers == list(range(1, len(numbers) + 1)) and len(numbers) <= len(known):
        return known[: len(numbers)]
    return tuple(numbers) if set(numbers) <= set(known) else None


def _unclear() -> DocumentWarning:
    return DocumentWarning(
        code="page_marks_unclear",
        message="The marks of pages in the text do not fit the pages that were asked for: passages without "
        "a box have no page.",
    )
