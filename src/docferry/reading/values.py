"""Typed readings of JSON values that may be anything: the value, or what stands for its absence.

For the wire shapes of services, which may send another type than they document.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias, TypeGuard, cast

__all__ = [
    "MOST_PAGES",
    "NOTHING",
    "Raw",
    "count_of",
    "integer_of",
    "is_mapping",
    "items_of",
    "mapping_of",
    "number_of",
    "page_count_of",
    "page_index_of",
    "page_number_of",
    "parse_json",
    "scalar_text",
    "text_of",
]

Raw: TypeAlias = Mapping[str, object]
"""A JSON object as received."""

NOTHING: Raw = {}

MOST_PAGES = 100_000
"""More pages than any document has: a service that counts more of them has said nothing."""

MOST_DIGITS = 4000
"""Python makes no integer of much longer texts; as a number, such a one is out of all range anyway."""

LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def is_mapping(value: object) -> TypeGuard[Raw]:
    """Whether it is an object."""
    return isinstance(value, dict)


def parse_json(text: str | bytes) -> object:
    """The value of a JSON text; None when it is none, or nested deeper than can be read.

    An integer of thousands of digits becomes text.
    """
    try:
        return _parsed(text)
    except (ValueError, RecursionError):
        return None


def mapping_of(value: object) -> Raw:
    """The object, or an empty one."""
    return value if is_mapping(value) else NOTHING


def items_of(value: object) -> list[object]:
    """The items of a list; a single value counts as a list of one, null as an empty one."""
    if isinstance(value, list):
        return cast("list[object]", value)
    return [] if value is None else [value]


def text_of(value: object) -> str:
    """The text in a value: itself, a number's digits, or the texts inside a list or object, one a line."""
    if isinstance(value, str):
        # A lone surrogate is legal in JSON and cannot be written anywhere.
        return value if value.isascii() else LONE_SURROGATE.sub("\ufffd", value)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    return "\n".join(_leaves(value))


def scalar_text(value: object) -> str:
    """The text of a string or number; empty for lists and objects."""
    if isinstance(value, str):
        return text_of(value)
    return "" if isinstance(value, (dict, list)) else text_of(value)


def number_of(value: object) -> float | None:
    """A finite number, also one written as text; None for anything else."""
    if not isinstance(value, (int, float, str)) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def integer_of(value: object) -> int | None:
    """A whole number, also one written as text; None for anything else."""
    number = number_of(value)
    return int(number) if number is not None and number == int(number) else None


def count_of(value: object) -> int | None:
    """A whole number from 1; None for anything else."""
    number = integer_of(value)
    return number if number is not None and number > 0 else None


def page_number_of(value: object) -> int | None:
    """The number of a page, 1-based; None for what no page of any document can have: it was not said."""
    number = count_of(value)
    return number if number is not None and number <= MOST_PAGES else None


def page_index_of(value: object) -> int | None:
    """The index of a page, 0-based; None for what no page of any document can have."""
    index = integer_of(value)
    return index if index is not None and 0 <= index < MOST_PAGES else None


def page_count_of(value: object) -> int | None:
    """How many pages a document has: at least 1; None for more than any document has, and anything else."""
    return page_number_of(value)


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:  # one long integer is no reason to lose everything around it
        return json.loads(text, parse_int=_integer_or_digits)


def _integer_or_digits(digits: str) -> int | str:
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def _leaves(value: object) -> Iterator[str]:
    stack: list[object] = [value]
    while stack:
        item = stack.pop()
        if is_mapping(item):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(cast("list[object]", item)))
        elif text := text_of(item):
            yield text
