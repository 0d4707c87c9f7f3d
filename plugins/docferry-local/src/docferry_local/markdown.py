"""Markdown to a document: one page without boxes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from markdown_it.token import Token

from docferry.errors import EmptySourceError
from docferry.model import Document, Element, ElementKind, Page, Region, Table, TableCell
from docferry.sources import SourceFile
from docferry_local.captions import caption_kind
from docferry_local.markdown_inline import image_text, inline_text
from docferry_local.markdown_syntax import split_front_matter, tokenizer
from docferry_local.text import decode_text

__all__ = ["parse_markdown"]

_COMMENTS = re.compile(r"<!--.*?-->", re.DOTALL)
_LISTS = ("bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close")
_LITERAL_KINDS = {
    "fence": ElementKind.CODE,
    "code_block": ElementKind.CODE,
    "math_block": ElementKind.FORMULA,
    "html_block": ElementKind.PARAGRAPH,
}


def parse_markdown(file: SourceFile) -> Document:
    """Parse a Markdown file: CommonMark with tables, struck text, formulas, footnotes and front matter.

    Args:
        file: The opened source.

    Raises:
        CorruptSourceError: The bytes are no text.
        EmptySourceError: There is nothing but white space.
    """
    text, warnings = decode_text(file.read_bytes(), name=file.name)
    fields, body = split_front_matter(text)
    reader = _Reader()
    if fields:
        reader.add(ElementKind.OTHER, fields, raw_kind="front_matter")
    reader.read(tokenizer().parse(body))
    if not reader.elements:
        raise EmptySourceError("the file holds no text", source=file.name)
    return Document(
        source_fingerprint=file.fingerprint,
        provider="local",
        pages=(Page(number=1),),
        elements=tuple(_with_captions(reader.elements)),
        warnings=warnings,
    )


@dataclass(slots=True)
class _Reader:
    """Turns block tokens into elements, one after the other."""

    elements: list[Element] = field(default_factory=list[Element])
    list_depth: int = 0
    quote_depth: int = 0
    item_number: str | None = None  # of the list item that has no text yet; empty for bullets

    def add(
        self,
        kind: ElementKind,
        text: str,
        *,
        raw_kind: str,
        level: int | None = None,
        table: Table | None = None,
    ) -> None:
        """Append an element."""
        self.elements.append(
            Element(
                id=f"p1-e{len(self.elements) + 1}",
                kind=kind,
                text=text,
                level=level,
                regions=(Region(page=1),),
                raw_kind=raw_kind,
                table=table,
            )
        )

    def read(self, tokens: Sequence[Token]) -> None:
        """Read the tokens of a whole text."""
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "table_open":
                end = _closing(tokens, position)
                self.add(ElementKind.TABLE, "", raw_kind="table", table=_table(tokens[position:end]))
                position = end
            elif token.type == "inline":
                self._text(tokens[position - 1], token)
            elif token.type in _LITERAL_KINDS:
                self._literal(token)
            else:
                self._structure(token)
            position += 1

    def _structure(self, token: Token) -> None:
        """Keep track of lists and quotations."""
        if token.type in _LISTS:
            self.list_depth += token.nesting
        elif token.type == "list_item_open":
            self.item_number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "list_item_close":
            self.item_number = None
        elif token.type in ("blockquote_open", "blockquote_close"):
            self.quote_depth += token.nesting

    def _text(self, opening: Token, token: Token) -> None:
        children = token.children or []
        if opening.type == "heading_open":
            self._heading(opening, inline_text(children))
        elif opening.type == "footnote_definition":
            note = f"[^{opening.info}]: {inline_text(children)}"
            self.add(ElementKind.FOOTNOTE, note, raw_kind="footnote_definition")
        elif pictures := _pictures(children):
            for picture in pictures:
                self.add(ElementKind.FIGURE, image_text(picture), raw_kind="image")
        elif text := inline_text(children):
            self._paragraph(text)

    def _heading(self, opening: Token, text: str) -> None:
        if text:
            level = int(opening.tag.removeprefix("h"))
            self.add(ElementKind.HEADING, text, raw_kind="heading", level=level)

    def _paragraph(self, text: str) -> None:
        if self.item_number is None:
            raw_kind = "blockquote" if self.quote_depth else "paragraph"
            self.add(ElementKind.PARAGRAPH, text, raw_kind=raw_kind)
            return
        text = self.item_number + text
        self.item_number = None
        self.add(ElementKind.LIST_ITEM, text, raw_kind="list_item", level=self.list_depth)

    def _literal(self, token: Token) -> None:
        kind = _LITERAL_KINDS[token.type]
        text = token.content.strip("\n")
        if token.type == "html_block":
            text = _COMMENTS.sub("", text).strip()
        if token.info.strip().lower() == "math":
            kind = ElementKind.FORMULA
        if text.strip():
            self.add(kind, text, raw_kind=token.type)


def _closing(tokens: Sequence[Token], position: int) -> int:
    """Position of the token that closes the one given."""
    depth = 0
    for number in range(position, len(tokens)):
        depth += tokens[number].nesting
        if depth == 0:
            return number
    return len(tokens) - 1


def _pictures(children: Sequence[Token]) -> list[Token]:
    """The pictures of a paragraph that holds nothing else."""
    visible = [
        token
        for token in children
        if token.type not in ("softbreak", "hardbreak", "link_open", "link_close") and token.content != " "
    ]
    return visible if visible and all(token.type == "image" for token in visible) else []


def _table(tokens: Sequence[Token]) -> Table:
    cells: list[TableCell] = []
    row, column, width = -1, 0, 0
    for token, content in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.type == "tr_open":
            row, column = row + 1, 0
        elif token.type in ("th_open", "td_open"):
            text = inline_text(content.children or [])
            if text:
                is_header = token.type == "th_open"
                cells.append(TableCell(row=row, column=column, is_header=is_header, text=text))
            column += 1
            width = max(width, column)
    return Table(n_rows=row + 1, n_columns=width, cells=tuple(cells))


def _with_captions(elements: Sequence[Element]) -> Iterator[Element]:
    """Tie paragraphs such as "Table 1: Fares" to the table or figure before or after them."""
    for number, element in enumerate(elements):
        if element.kind is not ElementKind.PARAGRAPH:
            yield element
            continue
        beside = [*elements[max(number - 1, 0) : number], *elements[number + 1 : number + 2]]
        kind = caption_kind(element.text, is_near=bool(beside))
        target = next((other for other in reversed(beside) if other.kind is kind), None)
        if target is None:
            yield element
        else:
            yield replace(element, kind=ElementKind.CAPTION, caption_of=target.id)
