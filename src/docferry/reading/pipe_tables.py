"""Tables of Markdown to cells."""

import itertools
import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from docferry.model import Table, TableCell
from docferry.reading.grids import make_table
from docferry.reading.markdown_inline import plain_text
from docferry.reading.markdown_syntax import parse_inline

__all__ = ["read_table"]

PIPE = re.compile(r"(?<!\\)\|")
HEADS = ("th_open", "td_open")


def read_table(tokens: Sequence[Token], *, lines: Sequence[str]) -> Table:
    """Read a table.

    Args:
        tokens: From `table_open` to before `table_close`.
        lines: The table's lines, of which the second is the row of dashes; empty when it stands inside
            something else. The parser leaves out cells beyond the head's, which are read from here.
    """
    rows: list[list[str]] = []
    for token, content in itertools.pairwise(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in HEADS:
            rows[-1].append(plain_text(content.children or ()).text)
    for row, line in zip(rows, (*lines[:1], *lines[2:]), strict=False):
        if line.count("|") >= len(row):
            row.extend(_plain(cell) for cell in _cells(line)[len(row) :])
    n_columns = max(len(row) for row in rows) or 1
    return make_table(tuple(_placed(rows)), n_rows=len(rows), n_columns=n_columns)


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in PIPE.split(line.strip())]
    cells = cells[1:] if cells[0] == "" else cells
    return cells[:-1] if cells and cells[-1] == "" else cells


def _plain(cell: str) -> str:
    return plain_text(parse_inline(cell.replace("\\|", "|"))).text


def _placed(rows: Sequence[Sequence[str]]) -> Iterator[TableCell]:
    """The cells that say something; those of the first row are the head."""
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                yield TableCell(row=number, column=column, is_header=number == 0, text=text)
