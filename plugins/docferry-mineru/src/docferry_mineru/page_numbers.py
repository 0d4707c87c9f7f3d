"""Page numbers of the whole document from those in a result."""

from collections.abc import Iterable

from docferry.model import PageSelection

__all__ = ["number_pages"]


def number_pages(
    indexes: Iterable[int], *, selection: PageSelection | None, counts_absolutely: bool
) -> dict[int, int]:
    """The number of each page, 1-based, by its index in the result.

    The service cuts the selected pages out before it reads them, so that the indexes count from the first of
    them; 4.0 keeps the document's own. A result with more pages than were selected is of the whole document.
    Source: `mineru` 3.4.4, mineru/cli/common.py, and 4.0.12 (read 2026-11-21); the cloud says nothing of it.

    Args:
        indexes: The indexes in the result, from 0.
        selection: The pages that were asked for; None for all.
        counts_absolutely: Whether the result keeps the document's own numbers.
    """
    wanted = sorted(set(indexes))
    if not wanted:
        return {}
    if selection is None or counts_absolutely:
        return {index: index + 1 for index in wanted}
    numbers = selection.first(wanted[-1] + 1)
    if len(numbers) <= wanted[-1]:
        return {index: index + 1 for index in wanted}
    return {index: numbers[index] for index in wanted}
