"""The Markdown that is read: CommonMark, tables, struck text, TeX, footnote definitions and HTML tables.

HTML tables are cut out beforehand, because CommonMark would end them at the first blank line inside; a line
of their own with a sign that no text holds stands in their place.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

__all__ = ["is_plain", "parse_inline", "parse_markdown", "split_front_matter"]

MAX_NESTING = 100
"""Lists and quotes inside each other. The parser leaves out the text of what is deeper."""

TOO_DEEP = re.compile(r"^((?:[ \t]*[>*+-]){45})(?:[ \t]*[>*+-])+", re.MULTILINE)
"""Deeper ones are made shallower, so that no text is left out."""

FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n"
    r"(?P<fields>(?:[\w.-]+[ \t]*:.*\n|[ \t#-].*\n|\n)+)"
    r"(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
FOOTNOTE = re.compile(r"\[\^(?P<label>[^\]\s]+)\]:[ \t]*")
LABEL = re.compile(r"\[([^\[\]\n]+)\]")
DEFINITION = re.compile(r"\[(?P<label>[^\[\]\n]+)\]:[ \t]*(?P<address><|\S*[./#:@]\S)")
MATH_FENCES = {"$$": "$$", "\\[": "\\]"}
MATH_SPANS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
MATH_STARTS = ("$", "\\")
MARKS = re.compile(r"[\\`*_\[<&$~]")
INTERRUPTING: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}

TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
TABLE_ROW = re.compile(r"<tr\b", re.IGNORECASE)
CODE_FENCE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<mark>`{3,}|~{3,})(?P<info>[^\n]*)$", re.MULTILINE
)
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
MARKS_OF_CODE = re.compile(r"[`~\r\ufdd0]")
CUT = "\ufdd0"  # no character, by the Unicode standard
PLACE = re.compile(rf"\s*{CUT}(\d+)\s*")


def parse_markdown(text: str) -> tuple[list[Token], list[str]]:
    """The tokens of a text, and the lines that their `map` counts.

    Besides those of CommonMark and its tables there are `math_block` and, inside text, `math_inline`;
    `footnote_definition` with the label as its `info`; `html_table` with the table's HTML as its content.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(CUT, "\ufffd")
    tables: list[str] = []
    parts: list[str] = []
    for part, is_table in _cut_tables(TOO_DEEP.sub(r"\1", text)):
        if is_table:
            # Only a blank line ends a block of HTML.
            parts.append(f"\n\n{CUT}{len(tables)}\n\n")
            tables.append(part)
        else:
            parts.append(part)
    text = "".join(parts)
    tokens = _parser().parse(text, {"tables": tables})
    for token in tokens if tables else ():
        if token.type == "html_block" and CUT in token.content:  # <pre> and comments go on after blank lines
            token.content = PLACE.sub(lambda match: tables[int(match[1])], token.content)
    return tokens, text.split("\n")


def parse_inline(text: str) -> list[Token]:
    """The tokens of one passage, read without any blocks."""
    return [child for token in _parser().parseInline(text) for child in token.children or ()]


def is_plain(text: str) -> bool:
    """Whether a passage has no line breaks and none of the marks of Markdown: it says just what it says."""
    return MARKS.search(text) is None and "\n" not in text


def is_one_table(text: str) -> bool:
    """Whether a text is an HTML table and nothing else, so that no rule of Markdown touches it."""
    return (
        text[:6].lower() == "<table"
        and text[-8:].lower() == "</table>"
        and [match[1] for match in TABLE_TAG.finditer(text)] == ["", "/"]
        and MARKS_OF_CODE.search(text) is None
        and TOO_DEEP.search(text) is None
    )


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML fields between two lines of dashes at the very beginning, or nothing; and the rest."""
    match = FRONT_MATTER.match(text)
    return (match["fields"].strip("\n"), text[match.end() :]) if match else ("", text)


def _cut_tables(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, each with whether it is an HTML table."""
    start, depth, opened_at = 0, 0, 0
    for match in _table_tags(text):
        if not match.group(1):
            opened_at = opened_at if depth else match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield text[start:opened_at], False
                yield text[opened_at : match.end()], True
                start = match.end()
    # A table that is never closed takes the rest, if it is one.
    if depth and TABLE_ROW.search(text, opened_at, opened_at + 1000):
        yield text[start:opened_at], False
        yield text[opened_at:], True
    else:
        yield text[start:], False


def _table_tags(text: str) -> Iterator["re.Match[str]"]:
    """Opening and closing tags of tables outside code."""
    if "<table" not in text.lower():
        return
    code = sorted([*_fenced(text), *(match.span() for match in CODE_SPAN.finditer(text))])
    starts = [start for start, _ in code]
    for match in TABLE_TAG.finditer(text):
        place = bisect_right(starts, match.start()) - 1
        if place < 0 or code[place][1] <= match.start():
            yield match


def _fenced(text: str) -> Iterator[tuple[int, int]]:
    """Where fenced code stands, in characters."""
    opened: re.Match[str] | None = None
    for match in CODE_FENCE.finditer(text):
        mark = match["mark"]
        if opened is None:
            opened = None if mark[0] in match["info"] and mark[0] == "`" else match
        elif mark[0] == opened["mark"][0] and len(mark) >= len(opened["mark"]) and not match["info"].strip():
            yield opened.start(), match.end()
            opened = None
    if opened is not None:
        yield opened.start(), len(text)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    parser.block.ruler.before("table", "html_table", _html_table, INTERRUPTING)
    parser.block.ruler.before("fence", "math_block", _math_block, INTERRUPTING)
    parser.block.ruler.before("reference", "footnote_definition", _footnote_definition, INTERRUPTING)
    parser.block.ruler.at("reference", _reference)
    parser.inline.ruler.before("escape", "math_inline", _math_inline)
    parser.core.ruler.before("inline", "plain_passages", _plain_passages)
    parser.core.ruler.at("inline", _marked_passages)
    return parser


def _plain_passages(state: StateCore) -> None:
    """Passages without any marks are their own text: most are, and reading them is what takes long."""
    for token in state.tokens:
        if token.type == "inline" and MARKS.search(token.content) is None and "  \n" not in token.content:
            token.children = [Token(type="text", tag="", nesting=0, content=token.content)]


def _marked_passages(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and not token.children:
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _first(state: StateBlock, line: int) -> str:
    """The first character of a line; empty for a blank one. Rules are asked about every line of the text."""
    place = state.bMarks[line] + state.tShift[line]
    return state.src[place] if place < state.eMarks[line] else ""


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _html_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001, FBT001 - markdown-it's signature
    if _first(state, start) != CUT:
        return False
    if not silent:
        line = _line(state, start)
        token = state.push("html_table", "table", 0)
        token.content = state.env["tables"][int(line[1:])]
        token.map = [start, start + 1]
        state.line = start + 1
    return True


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    if _first(state, start) not in MATH_STARTS:
        return False
    first = _line(state, start).strip()
    closing = MATH_FENCES.get(first[:2])
    if closing is None or state.is_code_block(start):
        return False
    content, after = _formula(state, first[2:], closing, start, end)
    if content is None:
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content = content.strip()
        token.map = [start, after]
        state.line = after
    return True


def _formula(state: StateBlock, rest: str, closing: str, start: int, end: int) -> tuple[str | None, int]:
    """The formula that begins with the rest of a line, and the number of the line after it."""
    if rest.endswith(closing) and rest != closing:
        return rest.removesuffix(closing), start + 1
    # Where one search came to the end in vain, those behind it would too.
    unclosed = state.env.setdefault("unclosed", {})
    if closing in rest or unclosed.get((closing, end), end) <= start:
        return None, start
    lines = [rest]
    for number in range(start + 1, end):
        line = _line(state, number).rstrip()
        lines.append(line.removesuffix(closing))
        if line.endswith(closing):
            return "\n".join(lines), number + 1
    unclosed[closing, end] = start
    return None, start


def _footnote_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    match = FOOTNOTE.match(_line(state, start)) if _first(state, start) == "[" else None
    if match is None or state.is_code_block(start):
        return False
    after = start + 1
    while after < end and (line := _line(state, after)).strip() and not FOOTNOTE.match(line):
        if line.startswith(CUT):
            break
        after += 1
    if not silent:
        lines = [_line(state, number) for number in range(start, after)]
        token = state.push("footnote_definition", "", 0)
        token.info = match["label"]
        token.map = [start, after]
        content = state.push("inline", "", 0)
        content.content = "\n".join([lines[0][match.end() :], *lines[1:]]).strip()
        content.children = []
        state.line = after
    return True


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """Take a definition of a link as one only when it is used, and is an address.

    Lines such as "[1]: Smith" are the text of a bibliography, and would vanish.
    """
    match = DEFINITION.match(_line(state, start)) if _first(state, start) == "[" else None
    if match is None:
        return False
    if "labels" not in state.env:
        state.env["labels"] = Counter(label.casefold() for label in LABEL.findall(state.src))
    is_used = state.env["labels"][match["label"].casefold()] > 1
    is_new = normalizeReference(match["label"]) not in state.env.get("references", {})
    return is_used and is_new and reference(state, start, end, silent)


def _math_inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    start = state.pos
    if state.src[start] not in "$\\":
        return False
    opening, closing = next((pair for pair in MATH_SPANS if state.src.startswith(pair[0], start)), ("", ""))
    inside = start + len(opening)
    if not opening or inside > _last(state, closing):
        return False
    end = state.src.find(closing, inside, state.posMax)
    if end <= inside or (opening == "$" and _is_price(state.src, inside, end)):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = state.src[start : end + len(closing)]
    state.pos = end + len(closing)
    return True


def _is_price(text: str, inside: int, end: int) -> bool:
    """Whether dollar signs around that passage are not those of a formula, as in "$5 or $6"."""
    return (
        text[inside].isspace()
        or text[end - 1].isspace()
        or text[end - 1] == "\\"
        or text[end + 1 : end + 2].isdigit()
    )


def _last(state: StateInline, closing: str) -> int:
    """Where a sign stands last in the passage; looked for once."""
    found = state.env.setdefault("last", {})
    known, place = found.get(closing, (None, -1))
    if known is not state.src:
        place = state.src.rfind(closing)
        found[closing] = (state.src, place)
    return place
