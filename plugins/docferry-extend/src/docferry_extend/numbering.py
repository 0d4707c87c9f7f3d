"""Which page of the document a page number of a result means, when only some pages were asked for.

No document of the service's says whether the pages of a selection keep their numbers or count from 1 anew.
The numbers of a whole result tell, except in rare cases; then nothing is invented.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from docferry.model import PageSelection

__all__ = ["Numbering", "number_pages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """From numbers in the result to pages of the document.

    Args:
        pages: The page that each number means.
        is_ambiguous: Whether the numbers can be read in two ways; `pages` is then empty.
    """

    pages: Mapping[int, int]
    is_ambiguous: bool = False


def number_pages(
    seen: Iterable[int], selection: PageSelection | None, *, page_count: int | None
) -> Numbering:
    """Find out what the numbers of a result mean.

    Args:
        seen: All page numbers in the result.
        selection: The pages that were asked for, or None for all.
        page_count: How many pages the service says it parsed; None when it does not say.
    """
    numbers = sorted(set(seen))
    as_they_are = Numbering(pages={number: number for number in numbers})
    if selection is None or not numbers:
        return as_they_are
    wanted = selection.first(numbers[-1])
    are_kept = all(number in selection for number in numbers)
    are_anew = numbers[-1] <= len(wanted)
    if not are_anew:
        return as_they_are
    anew = {number: wanted[number - 1] for number in numbers}
    if not are_kept:
        return Numbering(pages=anew)
    is_whole = len(numbers) == (selection.page_count or page_count)
    if is_whole or anew == as_they_are.pages:
        return as_they_are
    return Numbering(pages={}, is_ambiguous=True)
