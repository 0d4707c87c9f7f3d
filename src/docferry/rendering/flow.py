"""How the texts of elements follow one another."""

from collections.abc import Iterable

from docferry.model import Element, ElementKind

__all__ = ["join_blocks", "separator"]

_LIST_ITEM = ElementKind.LIST_ITEM


def separator(before: ElementKind, after: ElementKind) -> str:
    """What stands between two elements: a newline inside a list, an empty line elsewhere."""
    return "\n" if before is _LIST_ITEM and after is _LIST_ITEM else "\n\n"


def join_blocks(blocks: Iterable[tuple[Element, str]]) -> str:
    """Put the texts of elements one after another; elements without text leave no trace."""
    parts: list[str] = []
    before: ElementKind | None = None
    for element, text in blocks:
        if not text:
            continue
        if before is not None:
            parts.append(separator(before, element.kind))
        parts.append(text)
        before = element.kind
    return "".join(parts)
