"""Spans and lines to passages of plain text: how the pieces of a paragraph are put together."""

import re
from collections.abc import Iterable

from docferry.reading import bare_formula, read_inline
from docferry.reading.values import Raw, is_mapping, items_of, scalar_text, text_of

__all__ = ["bare_code", "bare_item", "join_lines", "join_spans", "span_text"]

# Han, kana, Hangul and their punctuation: no space between two lines.
WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
)
HYPHENS = ("-", "\u2010", "\u00ad")
FORMULAS = frozenset({"equation_inline", "inline_equation", "interline_equation", "equation"})
BULLET = re.compile(r"[-*+•◦▪‣·–]\s+")
FENCE = re.compile(r"\s*(`{3,}|~{3,})[^\n`]*\n(.*?)\n?\s*\1\s*", re.DOTALL)


def span_text(span: object) -> str:
    """The text of one span; TeX stands between dollar signs."""
    if not is_mapping(span):
        return text_of(span)
    kind = scalar_text(span.get("type"))
    content = _content(span)
    if kind in FORMULAS:
        formula = bare_formula(scalar_text(content))
        return f"${formula}$" if formula else ""
    if kind == "md":
        return read_inline(text_of(content)).text
    if isinstance(content, str):
        return text_of(content)
    return join_spans(items_of(content))


def _content(span: Raw) -> object:
    for key in ("content", "children", "text", "latex", "html"):
        if value := span.get(key):
            return value
    return ""


def join_spans(spans: Iterable[object]) -> str:
    """The text of spans that carry their own spaces; beside a formula a missing one is supplied."""
    text, follows_formula = "", False
    for span in spans:
        part = span_text(span)
        if follows_formula and part[:1].isalnum() and not WIDE.match(part):
            text += " "
        text += part
        follows_formula = bool(part) and is_mapping(span) and scalar_text(span.get("type")) in FORMULAS
    return text.strip()


def join_lines(lines: Iterable[str]) -> str:
    """Put lines of one paragraph together: words cut at a hyphen are joined, others parted by a space."""
    text = ""
    for line in (line.strip() for line in lines):
        if not line:
            continue
        if not text:
            text = line
        elif text.endswith(HYPHENS) and text[-2:-1].isalpha() and line[0].islower():
            text = text[:-1] + line
        elif text.endswith(HYPHENS) or (WIDE.match(text[-1]) and WIDE.match(line)):
            text += line
        else:
            text += f" {line}"
    return text


def bare_code(text: str) -> str:
    """Code without the fence around it."""
    match = FENCE.fullmatch(text)
    return (match.group(2) if match else text).strip("\n").rstrip()


def bare_item(text: str) -> str:
    """The text of a list item without its bullet sign."""
    text = text.strip()
    return BULLET.sub("", text, count=1) if BULLET.match(text) else text
