"""From the inline tokens of Markdown to plain text that keeps everything a reader sees."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from docferry.reading.html import is_html_tag
from docferry.reading.scripts import is_cjk

__all__ = ["InlineText", "Picture", "lone_pictures", "plain_text"]

HARD_BREAK = "\v"  # stands for a line break that was meant, until the others are gone
BREAK_TAG = re.compile(r"<br\b", re.IGNORECASE)
ATTRIBUTE = re.compile(r"\b(alt|src)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
BESIDE_PICTURES = frozenset({"softbreak", "hardbreak", "link_open", "link_close"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineText:
    """One passage.

    Args:
        text: Plain text; TeX keeps its dollar signs; a picture's description stands in its place.
        image_addresses: Addresses of its pictures, in order.
    """

    text: str
    image_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as a text mentions it.

    Args:
        description: Its description, else its title, else empty.
        address: Where it is.
    """

    description: str
    address: str


def plain_text(children: Sequence[Token], *, shows_addresses: bool = True) -> InlineText:
    """The plain text of inline tokens.

    Emphasis loses its marks; code and formulas stay as they are; links give their text and, unless that is
    the address, the address in brackets. Line breaks that are not meant become spaces, and nothing between
    Chinese or Japanese characters.

    Args:
        children: The tokens.
        shows_addresses: Whether links give their address.
    """
    parts: list[str] = []
    addresses: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        if child.type == "link_open":
            links.append((str(child.attrGet("href") or ""), len(parts)))
        elif child.type == "link_close" and links:
            address, start = links.pop()
            parts.append(_address(address, "".join(parts[start:])) if shows_addresses else "")
        elif (picture := _picture(child)) is not None:
            parts.append(picture.description)
            addresses.append(picture.address)
        else:
            parts.append(_text(child))
    found = tuple(address for address in addresses if address)
    return InlineText(text=_without_soft_breaks("".join(parts)), image_addresses=found)


def lone_pictures(children: Sequence[Token]) -> tuple[Picture, ...]:
    """The pictures of a paragraph that holds nothing else; none if it does."""
    visible = [
        child
        for child in children
        if child.type not in BESIDE_PICTURES and (child.type != "text" or child.content.strip())
    ]
    pictures = [_picture(child) for child in visible]
    found = tuple(picture for picture in pictures if picture is not None)
    return found if len(found) == len(visible) else ()


def _picture(token: Token) -> Picture | None:
    if token.type == "image":
        description = plain_text(token.children or ()).text
        return Picture(
            description=description or str(token.attrGet("title") or ""),
            address=str(token.attrGet("src") or ""),
        )
    if token.type == "html_inline" and token.content[:4].lower() == "<img" and is_html_tag(token.content):
        given = {
            name.lower(): two or one or bare for name, two, one, bare in ATTRIBUTE.findall(token.content)
        }
        return Picture(description=given.get("alt", ""), address=given.get("src", ""))
    return None


def _text(token: Token) -> str:
    if token.type == "softbreak":
        return "\n"
    if token.type == "hardbreak":
        return HARD_BREAK
    if token.type == "html_inline" and is_html_tag(token.content):
        return HARD_BREAK if BREAK_TAG.match(token.content) else ""
    return token.content


def _address(address: str, text: str) -> str:
    is_shown = not address or address.startswith("#") or address in (text, f"mailto:{text}")
    return "" if is_shown else f" ({address})"


def _without_soft_breaks(text: str) -> str:
    """Join lines with a space, but Chinese and Japanese ones without."""
    if "\n" not in text and HARD_BREAK not in text:
        return text.strip()
    joined: list[str] = []
    for line in text.split("\n"):
        part = line.strip(" ")
        if joined and part:
            joined.append("" if is_cjk(joined[-1][-1]) and is_cjk(part[0]) else " ")
        if part:
            joined.append(part)
    return "\n".join(line.strip() for line in "".join(joined).split(HARD_BREAK)).strip()
