"""From the inline tokens of Markdown to plain text that keeps everything a reader sees."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

from docferry_local.writing import is_cjk

__all__ = ["image_text", "inline_text"]

_TAG = re.compile(r"</?(?P<name>[a-zA-Z][\w-]*)[^>]*>|<!--.*?-->", re.DOTALL)
_ALT = re.compile(r"\balt\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')", re.IGNORECASE)
# Anything else in angle brackets, such as the T of Vec<T>, is more likely text than HTML.
_HTML_NAMES = frozenset(
    re.findall(
        r"\w+",
        """a abbr b bdi bdo big br center cite code data del details dfn div em font i img ins kbd label mark
        p pre q s samp small span strike strong sub summary sup time tt u var wbr""",
    )
)


def inline_text(tokens: Sequence[Token]) -> str:
    """The plain text of inline tokens.

    Emphasis loses its marks; code and formulas stay as they are; pictures give their description; links give
    their text and, unless that is the address, the address in brackets.

    Args:
        tokens: The children of an inline token.
    """
    text = ""
    links: list[tuple[str, int]] = []
    for token in tokens:
        if token.type == "link_open":
            links.append((str(token.attrGet("href") or ""), len(text)))
        elif token.type == "link_close" and links:
            address, start = links.pop()
            text += _address(address, text[start:])
        elif token.type == "softbreak":
            text += "\n"
        else:
            text += _token_text(token)
    return _without_soft_breaks(text)


def image_text(token: Token) -> str:
    """What a picture says: its description, else its title, else its address."""
    description = inline_text(token.children or [])
    return description or str(token.attrGet("title") or token.attrGet("src") or "")


def _token_text(token: Token) -> str:
    if token.type == "image":
        return image_text(token)
    if token.type == "hardbreak":
        return _HARD_BREAK
    if token.type == "html_inline":
        return _html_text(token.content)
    return token.content


_HARD_BREAK = "\v"  # stands for a line break that was meant, until the others are gone


def _html_text(tag: str) -> str:
    match = _TAG.fullmatch(tag)
    if match is None or (match["name"] and match["name"].lower() not in _HTML_NAMES):
        return tag
    name = (match["name"] or "").lower()
    if name == "br":
        return _HARD_BREAK
    alt = _ALT.search(tag) if name == "img" else None
    return (alt["double"] or alt["single"] or "") if alt else ""


def _address(address: str, text: str) -> str:
    is_shown = address in (text, f"mailto:{text}") or not address or address.startswith("#")
    return "" if is_shown else f" ({address})"


def _without_soft_breaks(text: str) -> str:
    """Join lines with a space, but Chinese and Japanese ones without."""
    joined = ""
    for line in text.split("\n"):
        part = line.strip(" ")
        is_tight = bool(joined and part) and is_cjk(joined[-1]) and is_cjk(part[0])
        joined += ("" if is_tight or not joined or not part else " ") + part
    return "\n".join(line.strip() for line in joined.split(_HARD_BREAK)).strip()
