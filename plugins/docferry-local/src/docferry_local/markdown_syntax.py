"""The Markdown that is read: CommonMark, tables, struck text, formulas and footnote definitions."""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

__all__ = ["split_front_matter", "tokenizer"]

_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n"
    r"(?P<fields>(?:[\w.-]+[ \t]*:.*\n|[ \t#-].*\n|\n)+)"
    r"(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_FOOTNOTE = re.compile(r"\[\^(?P<label>[^\]\s]+)\]:[ \t]*")
_INLINE_FORMULA = re.compile(
    r"\$\$(?P<display>[^$]+)\$\$"
    r"|\$(?P<dollar>(?!\s)[^$\n]*[^$\s\\])\$(?!\d)"
    r"|\\\((?P<round>.+?)\\\)"
    r"|\\\[(?P<square>.+?)\\\]",
    re.DOTALL,
)
_BLOCK_FENCES = {"$$": "$$", "\\[": "\\]"}
_INTERRUPTING: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def tokenizer() -> MarkdownIt:
    """A parser whose tokens include `math_block`, `math_inline` and `footnote_definition`."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.block.ruler.before("fence", "math_block", _math_block, _INTERRUPTING)
    parser.block.ruler.before("reference", "footnote_definition", _footnote_definition, _INTERRUPTING)
    parser.inline.ruler.before("escape", "math_inline", _math_inline)
    return parser


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML fields between two lines of dashes at the very beginning, or nothing; and the rest."""
    match = _FRONT_MATTER.match(text)
    return (match["fields"].strip("\n"), text[match.end() :]) if match else ("", text)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
    first = _line(state, start).strip()
    closing = _BLOCK_FENCES.get(first[:2])
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
    if closing in rest:
        return None, start
    lines = [rest]
    for number in range(start + 1, end):
        line = _line(state, number).rstrip()
        lines.append(line.removesuffix(closing))
        if line.endswith(closing):
            return "\n".join(lines), number + 1
    return None, start


def _footnote_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    match = _FOOTNOTE.match(_line(state, start))
    if match is None or state.is_code_block(start):
        return False
    after = start + 1
    while after < end and _line(state, after).strip() and not _FOOTNOTE.match(_line(state, after)):
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


def _math_inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    if state.src[state.pos] not in "$\\":
        return False
    match = _INLINE_FORMULA.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = match[0]
    state.pos = match.end()
    return True
