"""Markdown to pieces of a document: headings, paragraphs, lists, tables, code, formulas and pictures.

Reads CommonMark with pipe tables, HTML tables, footnotes, struck text and TeX between dollar signs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from docferry.model import ElementKind, Table
from docferry.reading.html import HtmlTable, HtmlText, read_html
from docferry.reading.markdown_inline import InlineText, lone_pictures, plain_text
from docferry.reading.markdown_syntax import is_one_table, is_plain, parse_inline, parse_markdown
from docferry.reading.pipe_tables import read_table

__all__ = ["InlineText", "Piece", "read_inline", "read_markdown"]

LISTS = frozenset({"bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close"})
QUOTES = frozenset({"blockquote_open", "blockquote_close"})
LITERALS = {
    "fence": ElementKind.CODE,
    "code_block": ElementKind.CODE,
    "math_block": ElementKind.FORMULA,
}
HTML = frozenset({"html_block", "html_table"})
FORMULA_LANGUAGE = "math"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece, in reading order.

    Args:
        kind: What it is.
        text: Plain text; TeX for formulas; a description for pictures; empty for tables.
        level: 1 to 6 for headings, nesting depth from 1 for list items, else None.
        table: The cells of a table.
        image_address: Address of its (first) picture, or empty.
        raw_kind: What Markdown calls it, such as "fence" or "blockquote".
    """

    kind: ElementKind
    text: str = ""
    level: int | None = None
    table: Table | None = None
    image_address: str = ""
    raw_kind: str = ""


def read_inline(text: str) -> InlineText:
    """Read one passage of Markdown: emphasis, links, escapes, pictures and TeX, but no blocks.

    What begins like a heading or a list stays as it is. A link gives its text only, which is what stands on
    the page that the passage was read from.
    """
    if is_plain(text):
        return InlineText(text=text.strip())  # most passages, at a thousandth of the cost
    return plain_text(parse_inline(text), shows_addresses=False)


def read_markdown(text: str) -> tuple[Piece, ...]:
    """Read Markdown of any length into pieces; none has neither text nor a table nor a picture.

    List items carry their number as it is written, and no bullet sign; further paragraphs of an item are
    paragraphs. Links keep their address in brackets. Marks of emphasis, tags and comments go.
    """
    if is_one_table(text):
        pieces = _html_pieces(text, raw_kind="html_table")
    else:
        pieces = _Walk(*parse_markdown(text)).pieces()
    return tuple(piece for piece in pieces if piece.text or piece.table is not None or piece.image_address)


class _Walk:
    """One pass over the tokens of a Markdown text."""

    def __init__(self, tokens: Sequence[Token], lines: Sequence[str]) -> None:
        self._tokens = tokens
        self._lines = lines
        self._list_depth = 0
        self._quote_depth = 0
        self._item_number: str | None = None  # of the list item that has no text yet; empty for bullets

    def pieces(self) -> Iterator[Piece]:
        position = 0
        while position < len(self._tokens):
            token = self._tokens[position]
            if token.type == "inline":
                yield from self._text(self._tokens[position - 1], token)
            elif token.type == "table_open":
                end = _closing(self._tokens, position)
                yield self._table(self._tokens[position:end])
                position = end
            elif token.type in HTML:
                yield from _html_pieces(token.content, raw_kind=token.type)
            elif token.type in LITERALS:
                yield _literal(token)
            else:
                self._structure(token)
            position += 1

    def _structure(self, token: Token) -> None:
        """Keep track of lists and quotations."""
        if token.type in LISTS:
            self._list_depth += token.nesting
        elif token.type == "list_item_open":
            self._item_number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "list_item_close":
            self._item_number = None
        elif token.type in QUOTES:
            self._quote_depth += token.nesting

    def _text(self, opening: Token, token: Token) -> Iterator[Piece]:
        children = token.children or ()
        pictures = lone_pictures(children)
        if pictures and opening.type == "paragraph_open":
            for picture in pictures:
                yield Piece(
                    kind=ElementKind.FIGURE,
                    text=picture.description,
                    image_address=picture.address,
                    raw_kind="image",
                )
        else:
            yield self._passage(opening, plain_text(children))

    def _passage(self, opening: Token, inline: InlineText) -> Piece:
        address = next(iter(inline.image_addresses), "")
        kind, text, level, raw_kind = ElementKind.PARAGRAPH, inline.text, None, "paragraph"
        if opening.type == "heading_open":
            kind, level, raw_kind = ElementKind.HEADING, int(opening.tag[1:]), "heading"
        elif opening.type == "footnote_definition":
            kind, text = ElementKind.FOOTNOTE, f"[^{opening.info}]: {text}".strip()
            raw_kind = "footnote_definition"
        elif self._item_number is not None:
            kind, text = ElementKind.LIST_ITEM, self._item_number + text
            level, raw_kind = self._list_depth, "list_item"
            self._item_number = None
        elif self._quote_depth:
            raw_kind = "blockquote"
        return Piece(kind=kind, text=text, level=level, image_address=address, raw_kind=raw_kind)

    def _table(self, tokens: Sequence[Token]) -> Piece:
        opening = tokens[0]
        lines = self._lines[slice(*opening.map)] if opening.level == 0 and opening.map else ()
        table = read_table(tokens, lines=lines)
        return Piece(kind=ElementKind.TABLE, table=table, raw_kind="table")


def _closing(tokens: Sequence[Token], position: int) -> int:
    """Position of the token that closes the one given."""
    depth = 0
    for number in range(position, len(tokens)):
        depth += tokens[number].nesting
        if depth == 0:
            return number
    return len(tokens) - 1


def _literal(token: Token) -> Piece:
    is_formula = token.info.strip().lower() == FORMULA_LANGUAGE
    kind = ElementKind.FORMULA if is_formula else LITERALS[token.type]
    text = token.content.strip("\n")
    return Piece(kind=kind, text=text if text.strip() else "", raw_kind=token.type)


def _html_pieces(html: str, *, raw_kind: str) -> Iterator[Piece]:
    for found in read_html(html):
        if isinstance(found, HtmlTable):
            address = next(iter(found.image_addresses), "")
            yield Piece(
                kind=ElementKind.TABLE, table=found.table, image_address=address, raw_kind="html_table"
            )
        else:
            yield Piece(
                kind=_kind_of(found),
                text=found.text,
                level=found.level,
                image_address=next(iter(found.image_addresses), ""),
                raw_kind=raw_kind,
            )


def _kind_of(found: HtmlText) -> ElementKind:
    if found.is_caption:
        return ElementKind.CAPTION
    if found.is_figure:
        return ElementKind.FIGURE
    return ElementKind.PARAGRAPH if found.level is None else ElementKind.HEADING
