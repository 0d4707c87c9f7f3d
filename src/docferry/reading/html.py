"""HTML tables to cells. Whatever text stands beside the cells is handed back too, so that nothing is lost."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from docferry.model import Table, TableCell
from docferry.model.table import most_places
from docferry.reading.grids import make_table

__all__ = ["HtmlTable", "HtmlText", "is_html_tag", "read_html"]

MAX_COLUMN_SPAN = 1000  # as in the HTML standard
MAX_ROW_SPAN = 65_534  # as in the HTML standard; none reaches beyond the table

STRUCTURE = {"table", "tr", "td", "th", "thead", "tbody", "tfoot", "caption"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LINE_BREAKS = {"br", "p", "div", "li", "dt", "dd", "summary", "tr", *HEADINGS}

# Text such as "$a<b$" is no markup: only tags that a result can hold are taken for tags. They are tried in
# this order, and most of them are those of tables.
TAGS = (
    "td|tr|th|table|tbody|thead|tfoot|caption"
    "|a|abbr|annotation|article|b|bdi|bdo|big|blockquote|body|br|center|cite|code|col|colgroup|dd|del"
    "|details|dfn|div|dl|dt|em|figcaption|figure|font|h[1-6]|head|hr|html|i|img|ins|kbd|label|li|mark|math|mfrac"
    "|mi|mn|mo|mover|mroot|mrow|msqrt|mstyle|msub|msubsup|msup|mtable|mtd|mtext|mtr|munder|munderover|ol|p"
    "|picture|pre|q|s|samp|section|semantics|small|span|strike|strong|sub|summary|sup|tt|u|ul|var|wbr"
)
VALUE = r"\"[^\"]*\"|'[^']*'|[^\s<>\"']+"
ATTRIBUTE = re.compile(rf"([\w:-]+)\s*=\s*({VALUE})")
ATTRIBUTES = rf"(?:\s+(?:[\w:-]+\s*=\s*(?:{VALUE})|nowrap))*"
MARKUP = re.compile(
    rf"<(?:(?P<end>/?)(?P<tag>{TAGS})(?P<attributes>{ATTRIBUTES})\s*(?P<empty>/?)>|!--(?:(?!-->).)*-->)",
    re.IGNORECASE | re.DOTALL,
)
LONG_REFERENCE = re.compile(r"&#[0-9]{4000,};?")
"""Python makes no integer of much longer texts; no character has such a number."""

SPACES = re.compile(r"[^\S\n]+")
LINE_EDGES = re.compile(r" ?\n[ \n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlText:
    """Text outside the cells.

    Args:
        text: Plain text; the description of a picture.
        is_caption: Whether it is the caption of the table beside it.
        level: 1 to 6 for a heading, else None.
        is_figure: Whether it is a picture that stands alone; then its description may be empty.
        image_addresses: Addresses of the pictures in it, in order.
    """

    text: str
    is_caption: bool = False
    level: int | None = None
    is_figure: bool = False
    image_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlTable:
    """A table.

    Args:
        table: Its cells.
        image_addresses: Addresses of the pictures in its cells, in order; the cells have their descriptions.
    """

    table: Table
    image_addresses: tuple[str, ...] = ()


def read_html(html: str) -> tuple[HtmlText | HtmlTable, ...]:
    """Read the tables and the other text of a piece of HTML, in order.

    A table inside a cell becomes text of the cell. Missing end tags are supplied. Cells of a head section and
    `th` cells are header cells.

    Args:
        html: Any text; what is no markup is text.
    """
    reader = _Reader()
    place = 0
    for found in MARKUP.finditer(html):
        reader.take_text(html[place : found.start()])
        reader.take_markup(found)
        place = found.end()
    reader.take_text(html[place:])
    return reader.finish()


def is_html_tag(text: str) -> bool:
    """Whether a text in angle brackets is a tag or comment that a result can hold, and not part of a text."""
    return MARKUP.match(text) is not None


@dataclass(slots=True, kw_only=True)
class _Cell:
    row_span: int
    column_span: int
    is_header: bool
    text: str = ""


@dataclass(slots=True)
class _Grid:
    rows: list[list[_Cell]] = field(default_factory=list[list[_Cell]])
    images: list[str] = field(default_factory=list[str])


class _Reader:
    def __init__(self) -> None:
        self._pieces: list[HtmlText | HtmlTable] = []
        self._text: list[str] = []
        self._grid: _Grid | None = None
        self._cell: _Cell | None = None
        self._depth = 0
        self._is_head = False
        self._is_caption = False
        self._level: int | None = None
        self._pictures: list[tuple[str, str]] = []  # those in the text so far, as (description, address)

    def take_text(self, text: str) -> None:
        if text:
            self._text.append(_unescaped(text))

    def take_markup(self, found: re.Match[str]) -> None:
        end, name, attributes, empty = found.groups()
        if not name:  # a comment
            return
        tag = name.lower()
        if not end:
            self._begin(tag, attributes)
        if end or empty:
            self._end(tag)

    def _begin(self, tag: str, attributes: str) -> None:
        if tag == "img":
            self._take_image(_attributes(attributes))
        elif tag == "table":
            self._open_table()
        elif tag in STRUCTURE and self._depth == 1:
            self._open_part(tag, _attributes(attributes))
        elif tag in HEADINGS and not self._depth:
            self._flush()
            self._level = int(tag[1])
        elif tag in STRUCTURE or tag in LINE_BREAKS:
            self._text.append("\n" if tag in LINE_BREAKS else " ")

    def _end(self, tag: str) -> None:
        if tag == "table":
            self._close_table()
        elif tag in STRUCTURE and self._depth == 1:
            self._flush()
            self._is_head = self._is_head and tag != "thead"
            self._is_caption = False
        elif tag in HEADINGS and not self._depth:
            self._flush()
        elif tag in LINE_BREAKS:
            self._text.append("\n")

    def finish(self) -> tuple[HtmlText | HtmlTable, ...]:
        self._depth = min(self._depth, 1)
        self._close_table()
        self._flush()
        return tuple(self._pieces)

    def _open_table(self) -> None:
        self._depth += 1
        if self._depth == 1:
            self._flush()
            self._grid = _Grid()
        else:
            self._text.append("\n")

    def _close_table(self) -> None:
        self._depth = max(0, self._depth - 1)
        if self._depth or self._grid is None:
            self._text.append("\n")
            return
        self._flush()
        table = _place(self._grid.rows)
        if table is not None:
            self._pieces.append(HtmlTable(table=table, image_addresses=tuple(self._grid.images)))
        self._grid = None
        self._is_head = self._is_caption = False

    def _open_part(self, tag: str, attributes: dict[str, str]) -> None:
        self._flush()
        grid = self._grid or _Grid()
        if tag == "thead":
            self._is_head = True
        elif tag in {"tbody", "tfoot"}:
            self._is_head = False
        elif tag == "caption":
            self._is_caption = True
        elif tag == "tr":
            grid.rows.append([])
        else:
            if not grid.rows:
                grid.rows.append([])
            self._cell = _Cell(
                row_span=_span(attributes.get("rowspan"), zero_means=MAX_ROW_SPAN),
                column_span=min(_span(attributes.get("colspan"), zero_means=1), MAX_COLUMN_SPAN),
                is_header=tag == "th" or self._is_head,
            )
            grid.rows[-1].append(self._cell)

    def _take_image(self, attributes: dict[str, str]) -> None:
        description, address = attributes.get("alt", ""), attributes.get("src", "")
        self._text.append(description)
        if self._grid is None:
            self._pictures.append((description, address))
        elif address:
            self._grid.images.append(address)

    def _flush(self) -> None:
        """The text so far belongs to the open cell, or to nobody."""
        if self._cell is None and not self._text:
            self._level = None
            return
        text = _settled("".join(self._text))
        self._text.clear()
        if self._cell is not None:
            self._cell.text, self._cell = text, None
            return
        pictures, self._pictures = self._pictures, []
        level, self._level = self._level, None
        if pictures and _joined(text) == _joined("".join(description for description, _ in pictures)):
            for description, address in pictures:
                if description or address:
                    addresses = (address,) if address else ()
                    self._pieces.append(
                        HtmlText(text=description.strip(), is_figure=True, image_addresses=addresses)
                    )
        elif text:
            addresses = tuple(address for _, address in pictures if address)
            self._pieces.append(
                HtmlText(text=text, is_caption=self._is_caption, level=level, image_addresses=addresses)
            )


def _settled(text: str) -> str:
    """The text with single spaces, and none beside a line break."""
    if "\n" not in text:
        return " ".join(text.split())
    return LINE_EDGES.sub("\n", SPACES.sub(" ", text)).strip()


def _unescaped(text: str) -> str:
    return unescape(LONG_REFERENCE.sub("\ufffd", text)) if "&" in text else text


def _joined(text: str) -> str:
    return "".join(text.split())


def _attributes(text: str) -> dict[str, str]:
    """By name; one without a value is left out."""
    if not text:
        return {}
    return {
        name.lower(): _unescaped(value[1:-1] if value[0] in "\"'" else value)
        for name, value in ATTRIBUTE.findall(text)
    }


def _span(value: str | None, *, zero_means: int) -> int:
    digits = (value or "1").strip()[:6]
    if not (digits.isascii() and digits.isdecimal()):
        return 1
    return int(digits) or zero_means


def _place(rows: Sequence[Sequence[_Cell]]) -> Table | None:
    kept = [row for row in rows if row]
    if not kept:
        return None
    area = sum(cell.column_span * min(cell.row_span, len(kept)) for row in kept for cell in row)
    is_believable = area <= most_places(sum(map(len, kept)))
    return make_table(tuple(_placed(kept, respects_spans=is_believable)))


def _placed(rows: Sequence[Sequence[_Cell]], *, respects_spans: bool) -> Iterator[TableCell]:
    covered: set[tuple[int, int]] = set()
    for row_number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (row_number, column) in covered:
                column += 1
            row_span = min(cell.row_span, len(rows) - row_number) if respects_spans else 1
            column_span = cell.column_span if respects_spans else 1
            # HTML lets a cell run into one that hangs down from above; ours stops before it.
            free = next(
                (width for width in range(1, column_span) if (row_number, column + width) in covered),
                column_span,
            )
            if row_span > 1 or free > 1:
                covered.update(
                    (row_number + down, column + right) for down in range(row_span) for right in range(free)
                )
            yield TableCell(
                row=row_number,
                column=column,
                row_span=row_span,
                column_span=free,
                is_header=cell.is_header,
                text=cell.text,
            )
            column += free
