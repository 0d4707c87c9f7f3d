"""Markdown to pieces of a document: headings, paragraphs, lists, tables, code, formulas and pictures.

Reads CommonMark with pipe tables, HTML tables and TeX between dollar signs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from docferry.model import ElementKind, Table, TableCell
from docferry.reading.html import HtmlTable, is_html_tag, read_html

__all__ = ["InlineText", "Piece", "read_inline", "read_markdown"]

MAX_NESTING = 100
"""Lists and quotes inside each other; the parser leaves out what is deeper, and its own default is 20."""

PIPE = re.compile(r"(?<!\\)\|")
TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
MATH_BLOCKS = (("$$", "$$"), ("\\[", "\\]"))
MATH_SPANS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece, in reading order.

    Args:
        kind: What it is.
        text: Plain text; TeX for formulas; a description for pictures; empty for tables.
        level: 1 to 6 for headings, nesting depth from 1 for list items, else None.
        table: The cells of a table.
        image_address: Address of its picture, or empty.
    """

    kind: ElementKind
    text: str = ""
    level: int | None = None
    table: Table | None = None
    image_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineText:
    """One passage.

    Args:
        text: Plain text; TeX keeps its dollar signs; a picture's description stands in its place.
        image_addresses: Addresses of its pictures, in order.
    """

    text: str
    image_addresses: tuple[str, ...] = ()


def read_inline(text: str) -> InlineText:
    """Read one passage of Markdown: emphasis, links, escapes, pictures and TeX, but no blocks.

    What begins like a heading or a list stays as it is.
    """
    children = [child for token in _parser().parseInline(text) for child in token.children or ()]
    plain, images = _plain(children)
    return InlineText(text=plain, image_addresses=tuple(address for _, address in images if address))


def read_markdown(text: str) -> tuple[Piece, ...]:
    """Read Markdown of any length into pieces; none has neither text nor a table nor a picture."""
    pieces: list[Piece] = []
    for part, is_table in _split_tables(text.replace("\r\n", "\n").replace("\r", "\n")):
        if is_table:
            pieces += _html_pieces(part)
        elif part.strip():
            pieces += _Walk(part).pieces()
    return tuple(piece for piece in pieces if piece.text or piece.table is not None or piece.image_address)


def _split_tables(text: str) -> Iterator[tuple[str, bool]]:
    """Cut HTML tables out, because CommonMark would end them at the first blank line inside."""
    if "<table" not in text.lower():
        yield text, False
        return
    code = _code_ranges(text)
    start, depth, opened_at = 0, 0, 0
    for match in TABLE_TAG.finditer(text):
        if any(first <= match.start() < last for first, last in code):
            continue
        if not match.group(1):
            opened_at = opened_at if depth else match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield text[start:opened_at], False
                yield text[opened_at : match.end()], True
                start = match.end()
    if depth:
        yield text[start:opened_at], False
    yield text[opened_at if depth else start :], bool(depth)


def _code_ranges(text: str) -> list[tuple[int, int]]:
    """Where fenced code stands, in characters."""
    if "```" not in text and "~~~" not in text:
        return []
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    maps = [token.map for token in _parser().parse(text) if token.type == "fence" and token.map]
    return [(starts[first], starts[min(last, len(starts) - 1)]) for first, last in maps]


def _html_pieces(html: str) -> Iterator[Piece]:
    for found in read_html(html):
        if isinstance(found, HtmlTable):
            address = next(iter(found.image_addresses), "")
            yield Piece(kind=ElementKind.TABLE, table=found.table, image_address=address)
        else:
            kind = ElementKind.CAPTION if found.is_caption else ElementKind.PARAGRAPH
            yield Piece(kind=kind, text=found.text)


class _Walk:
    """One pass over the tokens of a Markdown text."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._tokens = _parser().parse(text)
        self._heading_level: int | None = None
        self._lists: list[int | None] = []  # number of the open item of each open list; None without numbers
        self._is_first_in_item = False
        self._rows: list[list[TableCell]] = []
        self._is_head = False
        self._is_table_read = False

    def pieces(self) -> Iterator[Piece]:
        for token in self._tokens:
            if token.type == "inline":
                yield from self._inline(token)
            elif token.type in {"fence", "code_block"}:
                yield Piece(kind=ElementKind.CODE, text=token.content.strip("\n"))
            elif token.type == "math_block":
                yield Piece(kind=ElementKind.FORMULA, text=token.content.strip())
            elif token.type == "html_block":
                yield from _html_pieces(token.content)
            elif token.type == "table_close":
                yield from self._table()
            elif token.type == "table_open" and token.level == 0 and token.map:
                self._rows = _pipe_rows(self._lines[slice(*token.map)])
                self._is_table_read = True
            else:
                self._step(token)

    def _step(self, token: Token) -> None:
        kind = token.type
        if kind == "heading_open":
            self._heading_level = int(token.tag[1:])
        elif kind == "heading_close":
            self._heading_level = None
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            is_numbered = kind == "ordered_list_open"
            self._lists.append(int(token.attrGet("start") or 1) - 1 if is_numbered else None)
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self._lists.pop()
        elif kind == "list_item_open":
            number = self._lists[-1]
            self._lists[-1] = None if number is None else number + 1
            self._is_first_in_item = True
        elif kind in {"thead_open", "thead_close"}:
            self._is_head = kind == "thead_open"
        elif kind == "tr_open" and not self._is_table_read:
            self._rows.append([])

    def _inline(self, token: Token) -> Iterator[Piece]:
        if self._is_table_read:
            return
        text, images = _plain(token.children or ())
        if self._rows:
            row = self._rows[-1]
            row.append(
                TableCell(row=len(self._rows) - 1, column=len(row), is_header=self._is_head, text=text)
            )
        elif self._heading_level is not None:
            yield Piece(kind=ElementKind.HEADING, text=text, level=self._heading_level)
        elif self._lists:
            yield self._item(text)
        elif images and _is_only_images(token.children or ()):
            for description, address in images:
                yield Piece(kind=ElementKind.FIGURE, text=description, image_address=address)
        else:
            yield Piece(kind=ElementKind.PARAGRAPH, text=text)

    def _item(self, text: str) -> Piece:
        number = self._lists[-1]
        if self._is_first_in_item and number is not None:
            text = f"{number}. {text}"
        self._is_first_in_item = False
        return Piece(kind=ElementKind.LIST_ITEM, text=text, level=len(self._lists))

    def _table(self) -> Iterator[Piece]:
        rows, self._rows = self._rows, []
        self._is_table_read = False
        cells = tuple(cell for row in rows for cell in row)
        if cells:
            table = Table(n_rows=len(rows), n_columns=max(len(row) for row in rows), cells=cells)
            yield Piece(kind=ElementKind.TABLE, table=table)


def _pipe_rows(lines: Sequence[str]) -> list[list[TableCell]]:
    """The rows of a pipe table with all their cells; the parser's own reading drops those beyond the head's.

    Args:
        lines: The table's lines; the second is the row of dashes.
    """
    rows: list[list[TableCell]] = []
    for line in (*lines[:1], *lines[2:]):
        cells = [cell.strip() for cell in PIPE.split(line.strip())]
        cells = cells[1:] if cells[0] == "" else cells
        cells = cells[:-1] if cells and cells[-1] == "" else cells
        rows.append(
            [
                TableCell(row=len(rows), column=column, is_header=not rows, text=_plain_cell(cell))
                for column, cell in enumerate(cells)
            ]
        )
    return rows


def _plain_cell(text: str) -> str:
    return read_inline(text.replace("\\|", "|")).text


def _plain(children: Sequence[Token]) -> tuple[str, list[tuple[str, str]]]:
    """Text without marks of emphasis and links, and the pictures as (description, address)."""
    parts: list[str] = []
    images: list[tuple[str, str]] = []
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif child.type == "image":
            description = _plain(child.children or ())[0]
            images.append((description, str(child.attrGet("src") or "")))
            parts.append(description)
        elif child.type == "html_inline" and is_html_tag(child.content):
            parts.append("\n" if child.content.lower().startswith("<br") else "")
        else:
            parts.append(child.content)
    return "".join(parts).strip(), images


def _is_only_images(children: Sequence[Token]) -> bool:
    return all(
        child.type in {"image", "softbreak", "hardbreak"} or not child.content.strip()
        for child in children
        if child.type in {"image", "text", "softbreak", "hardbreak", "code_inline", "math"}
    )


@cache
def _parser() -> MarkdownIt:
    # Definitions of links would swallow lines such as "[1]: Smith".
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table").disable("reference")
    parser.block.ruler.before("fence", "math_block", _math_block, {"alt": ["paragraph"]})
    parser.inline.ruler.before("escape", "math", _math)
    return parser


def _math_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    start = state.bMarks[start_line] + state.tShift[start_line]
    opening, closing = next((pair for pair in MATH_BLOCKS if state.src.startswith(pair[0], start)), ("", ""))
    if not opening:
        return False
    content: list[str] = []
    for line in range(start_line, end_line):
        first = start + len(opening) if line == start_line else state.bMarks[line]
        text = state.src[first : state.eMarks[line]].rstrip()
        if text.endswith(closing):
            content.append(text[: -len(closing)])
            break
        content.append(text)
    else:
        return False
    if closing in "\n".join(content):
        return False  # several spans on one line: a paragraph
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content = "\n".join(content)
        state.line = line + 1
    return True


def _math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    start = state.pos
    opening, closing = next((pair for pair in MATH_SPANS if state.src.startswith(pair[0], start)), ("", ""))
    if not opening:
        return False
    inside = start + len(opening)
    end = state.src.find(closing, inside, state.posMax)
    is_price = opening == "$" and (
        end <= inside
        or state.src[inside].isspace()
        or state.src[end - 1].isspace()
        or state.src[end + 1 : end + 2].isdigit()
    )
    if end <= inside or is_price:
        return False
    if not silent:
        token = state.push("math", "math", 0)
        token.content = state.src[start : end + len(closing)]
    state.pos = end + len(closing)
    return True
