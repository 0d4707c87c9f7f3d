"""Which pages of a document are wanted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count, islice

__all__ = ["PageSelection"]


@dataclass(frozen=True, slots=True)
class PageSelection:
    """A set of pages, as inclusive 1-based ranges that ascend and do not touch.

    Args:
        ranges: Pairs (first, last). A last of None means to the end, and only the last range may have it.

    Raises:
        ValueError: The ranges are empty, not ascending, or touch; `parse` and `of` put ranges right first.
    """

    ranges: tuple[tuple[int, int | None], ...]

    def __post_init__(self) -> None:
        before = -1
        for position, (first, last) in enumerate(self.ranges):
            is_final = position == len(self.ranges) - 1
            if first <= before + 1 or first < 1 or (last is None and not is_final):
                raise ValueError(f"not a page selection: {self.ranges}")
            before = first if last is None else last
            if before < first:
                raise ValueError(f"not a page selection: {self.ranges}")
        if not self.ranges:
            raise ValueError("a page selection names at least one page")

    @classmethod
    def of(cls, pages: Iterable[int]) -> "PageSelection":
        """Make a selection of single pages, in any order."""
        return cls(_merged([(page, page) for page in pages]))

    @classmethod
    def parse(cls, text: str) -> "PageSelection":
        """Read a selection such as "1-3,7,10-".

        Raises:
            ValueError: The text is not a list of pages and ranges; the message says what is expected.
        """
        try:
            return cls(_merged([_read_range(part) for part in text.split(",")]))
        except ValueError as error:
            raise ValueError(f"'{text}' is not a page selection such as 1-3,7,10-") from error

    def __contains__(self, page: int) -> bool:
        return any(first <= page and (last is None or page <= last) for first, last in self.ranges)

    def __str__(self) -> str:
        """The canonical text, which `parse` reads."""
        return ",".join(
            str(first) if first == last else f"{first}-{'' if last is None else last}"
            for first, last in self.ranges
        )

    @property
    def page_count(self) -> int | None:
        """How many pages it names; None when it has no end."""
        count = 0
        for first, last in self.ranges:
            if last is None:
                return None
            count += last - first + 1
        return count

    def within(self, page_count: int) -> Iterator[int]:
        """The selected pages of a document with that many pages, ascending."""
        for first, last in self.ranges:
            yield from range(first, min(page_count, page_count if last is None else last) + 1)

    def first(self, n_pages: int) -> tuple[int, ...]:
        """Its first pages, ascending, of a document that is as long as it takes; all if they are fewer.

        Args:
            n_pages: How many at most.
        """
        return tuple(islice(chain.from_iterable(map(_pages, self.ranges)), n_pages))


def _pages(ends: tuple[int, int | None]) -> Iterable[int]:
    first, last = ends
    return count(first) if last is None else range(first, last + 1)


def _read_range(part: str) -> tuple[int, int | None]:
    first, dash, last = part.strip().partition("-")
    if not dash:
        return int(first), int(first)
    return int(first), int(last) if last.strip() else None


def _merged(ranges: list[tuple[int, int | None]]) -> tuple[tuple[int, int | None], ...]:
    merged: list[tuple[int, int | None]] = []
    for first, last in sorted(ranges, key=lambda item: item[0]):
        if last is not None and last < first:
            raise ValueError(f"{first}-{last} runs backwards")
        if merged and (merged[-1][1] is None or first <= merged[-1][1] + 1):
            start, end = merged[-1]
            merged[-1] = (start, None if end is None or last is None else max(end, last))
        else:
            merged.append((first, last))
    return tuple(merged)
