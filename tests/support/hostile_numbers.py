"""Payloads in which each number in turn is something else: numbers of a service may be anything."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docferry.errors import DocferryError
from docferry.model import Document, encode_document
from docferry.rendering import render_element, render_markdown, render_table_html, render_text

__all__ = ["HOSTILE", "letters_of", "mutations", "sweep"]

resource = pytest.importorskip("resource")  # Windows has none

DIGITS = "9" * 5000
SENTINEL = 987_654_321_123
"""Stands in the JSON for an integer that Python does not make of text."""

HOSTILE: tuple[object, ...] = (
    *(-1, 0, 2.5, 1e9, 10**20, 1e308, -1e308, 5e-324, float("nan")),
    *("7", "x", DIGITS, None, True, SENTINEL),
)

MOST_BYTES = 2**30
"""More than the process has anyway, so that a test that eats memory ends before the machine does."""


def mutations(value: object) -> Iterator[tuple[str, bytes]]:
    """The JSON of a value with each of its numbers in turn replaced by each hostile value.

    Yields:
        Which number became what, and the bytes.
    """
    for path in list(_numbers(value, ())):
        for hostile in HOSTILE:
            changed = _replaced(value, path, hostile)
            text = json.dumps(changed).replace(str(SENTINEL), DIGITS)
            name = "DIGITS" if hostile in (DIGITS, SENTINEL) else repr(hostile)
            yield f"{'.'.join(map(str, path))} = {name}", text.encode()


def sweep(
    value: object,
    map_body: Callable[[bytes], Document],
    *,
    texts: tuple[str, ...] = (),
    may_fail: bool = False,
) -> None:
    """Map all mutations of a payload: each becomes a document with all its texts, in bounded memory.

    Args:
        value: A payload that maps.
        map_body: Maps its bytes.
        texts: What must stand in every document, whatever becomes of the numbers.
        may_fail: Whether an error of ours will do as well.
    """
    failed: list[str] = []
    for name, body in mutations(value):
        try:
            with _bounded(name):
                document = map_body(body)
                written = _written(document)
        except DocferryError as error:
            failed.append(f"{name}: {error}")
            continue
        held = letters_of(written)
        lost = [text for text in texts if letters_of(text) not in held]
        assert not lost, f"{name} loses {lost}"
    assert may_fail or not failed, "\n".join(failed)


def letters_of(text: str) -> str:
    """Letters and digits of a text."""
    return re.sub(r"[\W_]+", "", text)


def _written(document: Document) -> str:
    """All that a document says; it can also be kept and written in every form."""
    encoded = encode_document(document)
    assert all(word not in encoded for word in (":NaN", ":Infinity", ":-Infinity"))
    tables = [element.table for element in document.elements if element.table is not None]
    return "\n".join(
        (
            render_markdown(document, includes_furniture=True),
            render_text(document, includes_furniture=True),
            *map(render_table_html, tables),
            *(render_element(element) for element in document.elements),
        )
    )


@contextmanager
def _bounded(name: str) -> Iterator[None]:
    usual = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_bytes_held() + MOST_BYTES, usual[1]))
    try:
        yield
    except MemoryError as error:
        raise AssertionError(f"{name} takes all memory") from error
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, usual)


def _bytes_held() -> int:
    """What the process has of what the limit counts."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("needs Linux's /proc")
    held = re.search(r"VmData:\s+(\d+) kB", status.read_text())
    assert held is not None
    return int(held[1]) * 1024


def _numbers(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, (*path, key))
    elif isinstance(value, list):
        is_box = len(value) > 1 and all(isinstance(inner, int | float) for inner in value)
        for place, inner in enumerate(value[:2] if is_box else value):  # the others are no other story
            yield from _numbers(inner, (*path, place))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def _replaced(value: object, path: tuple[str | int, ...], new: object) -> object:
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return value | {first: _replaced(value[first], tuple(rest), new)}
    assert isinstance(value, list)
    return [_replaced(inner, tuple(rest), new) if n == first else inner for n, inner in enumerate(value)]
