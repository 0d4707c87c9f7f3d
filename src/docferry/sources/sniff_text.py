"""Which kind of text a text is."""

import re

from docferry.sources.media_types import is_text, media_type_of_suffix

__all__ = ["text_media_type"]

_LOOKED_AT_CHARACTERS = 4096
_SKIPPED = re.compile(r"(?:\s+|﻿|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_SVG = re.compile(r"<svg[\s>]|<!doctype\s+svg", re.IGNORECASE)
# How a page begins that lacks its outer tags. Markdown may begin so too.
_HTML_FRAGMENT = re.compile(
    r"<(?:head|body|title|meta|script|style|table|div|p|h[1-6]|ul|ol|span|font|iframe)[\s>/]", re.IGNORECASE
)


def text_media_type(text: str, *, suffix: str) -> str:
    """Name the kind of a text by its beginning, then by its suffix; "text/plain" when neither knows."""
    beginning = text[:_LOOKED_AT_CHARACTERS]
    promised = media_type_of_suffix(suffix)
    return _marked(beginning) or (promised if is_text(promised) else _guessed(beginning))


def _marked(beginning: str) -> str:
    start = beginning.lstrip("﻿ \t\r\n")
    if start.startswith("{\\rtf"):
        return "application/rtf"
    if start.startswith("%!PS"):
        return "application/postscript"
    body = beginning[_end_of_preamble(beginning) :]
    if _HTML.match(body):
        return "text/html"
    if _SVG.match(body):
        return "image/svg+xml"
    return "application/xml" if start.startswith("<?xml") else ""


def _guessed(beginning: str) -> str:
    body = beginning[_end_of_preamble(beginning) :]
    return "text/html" if _HTML_FRAGMENT.match(body) else "text/plain"


def _end_of_preamble(beginning: str) -> int:
    found = _SKIPPED.match(beginning)
    return found.end() if found else 0
