"""Pages by the cloud's notation: "2,4-6" and, counted from the end, "2--2".

The one form that every dialect's own notation is made from.
Source: mineru.net/apiManage, page_ranges; mineru 4.0.12, page_range (read 2026-11-21).
"""

import re
from dataclasses import dataclass

from docferry.model import PageSelection

__all__ = ["PageRanges"]

RANGE = re.compile(r"(-?[1-9][0-9]{0,6})(?:-(-?[1-9][0-9]{0,6}))?")
LAST = 99_999
"""What the servers of versions 2 and 3 take for the last page."""


@dataclass(frozen=True, slots=True)
class PageRanges:
    """Pages of a document in the order in which they stand there.

    Args:
        ranges: Pairs (first, last), both included, counted from 1, or from -1 at the end of the document.
    """

    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str) -> "PageRanges":
        """Read the notation; spaces count for nothing.

        Raises:
            ValueError: It is not that notation, or a range runs backwards.
        """
        return cls(tuple(_read(part) for part in re.sub(r"\s", "", text).split(",")))

    @classmethod
    def of(cls, selection: PageSelection) -> "PageRanges":
        """The same pages as docferry's own selection."""
        return cls(tuple((first, -1 if last is None else last) for first, last in selection.ranges))

    def __str__(self) -> str:
        """The cloud's notation."""
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in self.ranges)

    @property
    def is_one_run(self) -> bool:
        """Whether it is a single range counted from the front: all that some services can take."""
        return len(self.ranges) == 1 and self.ranges[0][0] > 0 and (self.ranges[0][1] > 0 or self._is_open)

    @property
    def server_4(self) -> str:
        """The notation of servers of version 4, where r1 is the last page."""
        return ",".join(
            _from_end(first) if first == last else f"{_from_end(first)}-{_from_end(last)}"
            for first, last in self.ranges
        )

    @property
    def zero_based(self) -> tuple[int, int]:
        """The first and last page counted from 0, both included, of a single run.

        Raises:
            ValueError: It is not a single run counted from the front.
        """
        if not self.is_one_run:
            raise ValueError("not a single run of pages counted from the front")
        first, last = self.ranges[0]
        return first - 1, LAST if last == -1 else last - 1

    @property
    def selection(self) -> PageSelection | None:
        """The pages as docferry's own selection, to number the pages of a result.

        None where a page counted from the end begins a range, or ends one before the last: only the length
        of the document could tell its number. None as well for ranges that overlap or do not ascend: nobody
        says what the services make of them.
        """
        try:
            return PageSelection(tuple((first, None if last < 0 else last) for first, last in self._joined))
        except ValueError:
            return None

    @property
    def _joined(self) -> tuple[tuple[int, int], ...]:
        """The ranges, those that touch made one."""
        joined: list[tuple[int, int]] = []
        for first, last in self.ranges:
            if joined and first == joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
        return tuple(joined)

    @property
    def _is_open(self) -> bool:
        return self.ranges[-1][1] == -1


def _read(part: str) -> tuple[int, int]:
    match = RANGE.fullmatch(part)
    if match is None:
        raise ValueError(f"'{part}' is no page and no range of pages")
    first = int(match[1])
    last = first if match[2] is None else int(match[2])
    if (first > 0) == (last > 0) and last < first:
        raise ValueError(f"'{part}' runs backwards")
    return first, last


def _from_end(page: int) -> str:
    return f"r{-page}" if page < 0 else str(page)
