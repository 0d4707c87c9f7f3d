"""The text of a result: Markdown with a mark behind each page, plain and with ids."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docferry.model import Element, ElementKind
from docferry.rendering import render_element, render_table_html

__all__ = ["PageText", "write_markdown", "write_page"]

# What begins like a mark of Markdown is escaped, as in genuine output.
NUMBER = re.compile(r"^(\s*\d+)([.)])(?=\s)", re.MULTILINE)
SIGN = re.compile(r"^(\s*)([#>+*-])(?=\s)", re.MULTILINE)
NOT_IN_TEXT = frozenset({ElementKind.HEADER, ElementKind.PAGE_NUMBER})
"""Left out of the text; printed feet stay, as in genuine output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text of one page.

    Args:
        number: Position of the page among those processed, 1-based.
        blocks: Its blocks in order.
    """

    number: int
    blocks: tuple[str, ...]


def write_markdown(pages: Sequence[PageText], *, has_marks: bool) -> str:
    """The text of all pages, with a mark behind each."""
    texts: list[str] = []
    for page in pages:
        text = "\n\n".join(page.blocks)
        texts.append(f"{text}\n\n<!-- PageBreak [{page.number}] -->\n" if has_marks else text)
    return "\n\n".join(texts)


def write_page(
    elements: Sequence[Element], *, number: int, ids: Mapping[str, str], is_marked: bool
) -> PageText:
    """The text of a page.

    Args:
        elements: What stands on it, in order.
        number: Position of the page among those processed.
        ids: The service's ids by element id.
        is_marked: Whether tags with the ids stand around the blocks.
    """
    blocks = [
        f'<div data-bb-text-id="{ids.get(element.id, "")}">\n\n{text}\n\n</div>' if is_marked else text
        for element in elements
        if element.kind not in NOT_IN_TEXT and (text := _block(element, ids))
    ]
    return PageText(number=number, blocks=tuple(blocks))


def _block(element: Element, ids: Mapping[str, str]) -> str:
    match element.kind:
        case ElementKind.TABLE if element.table is not None:
            return render_table_html(element.table)
        case ElementKind.FIGURE:
            return f'<figure id="{ids.get(element.id, "")}">\n{element.text.strip()}\n</figure>'
        case ElementKind.PARAGRAPH | ElementKind.FOOTER | ElementKind.CAPTION | ElementKind.FOOTNOTE:
            return _escaped(element.text.strip())
        case _:
            return render_element(element)


def _escaped(text: str) -> str:
    return SIGN.sub(r"\1\\\2", NUMBER.sub(r"\1\\\2", text))
