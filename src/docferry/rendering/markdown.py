"""Elements and documents as Markdown.

Prose is written as it is: what looks like Markdown in a text stays so, because escapes would cost tokens and
break the way back from a passage to its element.
"""

import re

from docferry.model import Document, Element, ElementKind
from docferry.rendering.flow import join_blocks
from docferry.rendering.table_markdown import render_table_markdown

__all__ = ["element_body", "element_marks", "render_element", "render_markdown"]

_CODE = ElementKind.CODE
_FORMULA = ElementKind.FORMULA
_LIST_ITEM = ElementKind.LIST_ITEM
_USUAL_LEVEL = {ElementKind.TITLE: 1, ElementKind.HEADING: 2}
_MAX_LEVEL = 6
_MAX_DEPTH = 20  # of items in lists; deeper ones are written like these, because depths may be any numbers
_NUMBERED = re.compile(r"(?:\(?\w{1,4}[.)、]|[•◦‣▪–—*+-])\s")
_FENCES = re.compile(r"`{3,}")
_MATH_SIGNS = ("$", "\\[", "\\(", "\\begin")


def render_markdown(document: Document, *, includes_furniture: bool = False) -> str:
    """Write a document as Markdown, blocks apart by an empty line and list items by a newline.

    Args:
        document: The document.
        includes_furniture: Whether running heads, page numbers and the like are written too.

    Returns:
        Markdown without a newline at the end. A figure that has an asset becomes an image link to the asset's
        name, its description below. Headings without a level are written as level 2, titles as level 1.
    """
    return join_blocks(
        (element, _with_image(element))
        for element in document.elements
        if includes_furniture or not element.is_furniture
    )


def render_element(element: Element) -> str:
    """Write one element as Markdown: its marks around its body; empty when it has no text and no cells."""
    if element.table is not None and element.table.cells:
        return render_table_markdown(element.table)
    body = element_body(element)
    if not body:
        return ""
    opening, closing = element_marks(element)
    return f"{opening}{body}{closing}"


def element_body(element: Element) -> str:
    """An element's text without the white space around it; a heading's line breaks become spaces.

    Apart from that, every character stands at the same distance from the first as in the element's text.
    """
    if element.kind is _CODE:
        return element.text.strip("\r\n") if element.text.strip() else ""
    body = element.text.strip()
    if element.kind in _USUAL_LEVEL:
        return body.replace("\r", " ").replace("\n", " ")
    return body


def element_marks(element: Element, *, level: int | None = None) -> tuple[str, str]:
    """What stands before and after an element's body in Markdown.

    A heading has one `#` per level. A list item has two spaces per level below the first, down to level 20,
    and a bullet unless its text begins with a number or a bullet. Code stands in a fence longer than any in
    it. A formula stands between `$$`, unless its text brings its own signs.
    """
    kind = element.kind
    if kind in _USUAL_LEVEL:
        return "#" * min(level or element.level or _USUAL_LEVEL[kind], _MAX_LEVEL) + " ", ""
    if kind is _LIST_ITEM:
        bullet = "" if _NUMBERED.match(element.text.lstrip()) else "- "
        return "  " * (min(element.level or 1, _MAX_DEPTH) - 1) + bullet, ""
    if kind is _CODE:
        inner = _FENCES.findall(element.text) if "```" in element.text else ()
        fence = "`" * (max(map(len, inner), default=2) + 1)
        return f"{fence}\n", f"\n{fence}"
    if kind is _FORMULA and not element.text.lstrip().startswith(_MATH_SIGNS):
        return "$$\n", "\n$$"
    return "", ""


def _with_image(element: Element) -> str:
    text = render_element(element)
    if element.image is None or not element.image.asset_name:
        return text
    link = f"![]({element.image.asset_name})"
    return f"{link}\n\n{text}" if text else link
