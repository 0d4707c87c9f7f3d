"""Page ranges as the service reads them: `2,4-6`, and from the end: `2--2`.

Source: mineru.net/apiManage/docs (read 2026-11-21).
"""

import re
from collections.abc import Callable

from docferry_mineru.emulator.words import BadParameterError

__all__ = ["PageChoice", "read_page_range", "read_page_ranges", "read_server_ranges"]

PART = re.compile(r"\s*(-?\d+)\s*(?:-\s*(-?\d+)\s*)?")
SERVER_PART = re.compile(r"\s*(r?)(\d+)(?:-(r?)(\d+))?\s*")
ONE_RANGE = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?")

PageChoice = Callable[[int], tuple[int, ...]]
"""From a document's number of pages to the pages chosen, 1-based and ascending."""


def read_page_ranges(text: str) -> PageChoice:
    """Read a list of pages and ranges; a number below 0 counts from the end.

    Raises:
        BadParameterError: It is none.
    """
    parts = [PART.fullmatch(part) for part in text.split(",")]
    if not all(parts):
        raise BadParameterError(f"page_ranges: {text!r} is not a list such as 2,4-6")
    ends = [(int(part[1]), int(part[2] or part[1])) for part in parts if part]
    if any(0 in pair for pair in ends):
        raise BadParameterError("page_ranges: pages count from 1")

    def choose(page_count: int) -> tuple[int, ...]:
        chosen = {
            page
            for first, last in ends
            for page in range(_absolute(first, page_count), _absolute(last, page_count) + 1)
            if 1 <= page <= page_count
        }
        return tuple(sorted(chosen))

    return choose


def read_page_range(text: str) -> PageChoice:
    """Read one page or one range, which is all that the agent API takes.

    Raises:
        BadParameterError: It is neither.
    """
    found = ONE_RANGE.fullmatch(text)
    if found is None or int(found[1]) < 1 or int(found[2] or found[1]) < int(found[1]):
        raise BadParameterError(f"page_range: {text!r} is not one page or one range", code="-30004")
    first, last = int(found[1]), int(found[2] or found[1])
    return lambda page_count: tuple(range(first, min(last, page_count) + 1))


def read_server_ranges(text: str) -> PageChoice:
    """Read a list as servers of version 4.0 take it: `r1` is the last page.

    Raises:
        BadParameterError: It is none.
    """
    parts = [SERVER_PART.fullmatch(part) for part in text.split(",")]
    if not all(parts):
        raise BadParameterError(f"Invalid page range: {text}")
    signed = [
        f"{'-' if part[1] else ''}{part[2]}-{'-' if part[3] else ''}{part[4]}"
        if part[4]
        else f"{'-' if part[1] else ''}{part[2]}"
        for part in parts
        if part
    ]
    return read_page_ranges(",".join(signed))


def _absolute(page: int, page_count: int) -> int:
    return page if page > 0 else page_count + 1 + page
