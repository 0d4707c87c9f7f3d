"""Lines and spans become passages."""

import pytest
from mineru_results import span

from docferry_mineru.passages import bare_code, bare_item, join_lines, join_spans


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["High water", "at noon."], "High water at noon."),
        (["High wa-", "ter"], "High water"),
        (["North-", "South"], "North-South"),
        (["in 1914-", "1918"], "in 1914-1918"),
        (["高水位", "在中午"], "高水位在中午"),
        (["高水位", "at noon"], "高水位 at noon"),
        (["a", "", " b "], "a b"),
        ([], ""),
    ],
)
def test_lines_are_joined_as_their_script_wants(lines, expected):
    assert join_lines(lines) == expected


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        (
            [span("Counts were "), span("verified", style=["bold"]), span(" twice.")],
            "Counts were verified twice.",
        ),
        ([span("where "), span("x_1", "equation_inline"), span("is small")], "where $x_1$ is small"),
        ([span("where "), span("x_1", "inline_equation"), span(", too")], "where $x_1$, too"),
        ([span([span("the "), span("notes")], "hyperlink", url="https://example.org")], "the notes"),
        ([span("print()", "code_inline")], "print()"),
        ([span("a **bold** word", "md")], "a bold word"),
        ([span("něco", "unheard-of")], "něco"),
        ([{"type": "hyperlink", "children": [span("link")]}], "link"),
        (["bare", None, 3], "bare3"),
        ([span("", "equation_inline"), span("x")], "x"),
    ],
)
def test_spans_keep_their_own_spaces(spans, expected):
    assert join_spans(spans) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```lua\nprint(1)\n```", "print(1)"),
        ("```\na\n\n  b\n```\n", "a\n\n  b"),
        ("print(1)\n", "print(1)"),
        ("```txt\n```", ""),
        ("see ```x``` there", "see ```x``` there"),
    ],
)
def test_code_loses_its_fence(text, expected):
    assert bare_code(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- first", "first"),
        ("• first", "first"),
        ("1. first", "1. first"),
        ("-5 degrees", "-5 degrees"),
        (" x", "x"),
    ],
)
def test_items_lose_their_bullets_and_keep_their_numbers(text, expected):
    assert bare_item(text) == expected
