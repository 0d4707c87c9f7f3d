"""From marked-up text to blocks on pages; pure. The README of this plugin describes the markup.

A block begins with a line that says what it is, or with a plain line, and takes the plain lines that follow,
up to an empty line; headings and furniture are one line. A backslash takes the meaning from a line's first
character.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from docferry.model import ElementKind

__all__ = ["Block", "Notice", "Sheet", "read_sheets"]

PAGE_BREAK = "==="
HEADING = re.compile(r"(?P<signs>#{1,6}) +(?P<text>\S.*)")
ITEM = re.compile(r"(?P<indent> *)(?:[-*] +|(?P<number>\d+\.) +)(?P<text>\S.*)")
DIRECTIVE = re.compile(r"@(?P<word>[a-z][a-z_]*)(?: +(?P<rest>.*))?")
ROW = re.compile(r"\|(?P<cells>.*)\|")
RULE = re.compile(r"[-: |]*-[-: |]*")

INDENT = 2
KINDS = {kind.value: kind for kind in ElementKind}
# A page's own facts, and what shall happen; everything else after an @ is a kind of element.
NOTICES = frozenset({"label", "warning", "error", "password"})
ONE_LINE = frozenset(
    {ElementKind.TITLE, ElementKind.HEADING, ElementKind.HEADER, ElementKind.FOOTER, ElementKind.PAGE_NUMBER}
)
KEEPS_LINES = frozenset({ElementKind.CODE, ElementKind.FORMULA})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A line that is no part of the text.

    Args:
        word: label, warning, error or password.
        rest: What follows it.
    """

    word: str
    rest: str


@dataclass(slots=True, kw_only=True)
class Block:
    """One element to be, while it is read.

    Args:
        kind: What it is.
        first_line: Number of its first line on the page, 0-based.
        lines: Its text.
        level: Of headings and list items.
        word: The word after the @ when it is not one of ours.
        rows: Texts of a table's cells.
        has_header: Whether the first row names the columns.
    """

    kind: ElementKind
    first_line: int
    lines: list[str] = field(default_factory=list[str])
    level: int | None = None
    word: str = ""
    rows: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    has_header: bool = False

    @property
    def text(self) -> str:
        """The text of the element; empty for tables."""
        return ("\n" if self.kind in KEEPS_LINES else " ").join(self.lines).strip()

    @property
    def takes_lines(self) -> bool:
        """Whether plain lines that follow belong to it."""
        return self.kind not in ONE_LINE and not self.rows

    @property
    def line_count(self) -> int:
        """How many lines it takes on the page."""
        return max(len(self.lines), len(self.rows) + self.has_header, 1)


@dataclass(slots=True, kw_only=True)
class Sheet:
    """One page of the text.

    Args:
        blocks: Its elements, in order.
        notices: Lines that are no part of the text, in order.
        line_count: How many lines it has, empty ones included.
    """

    blocks: list[Block] = field(default_factory=list[Block])
    notices: list[Notice] = field(default_factory=list[Notice])
    line_count: int = 0


def read_sheets(text: str) -> list[Sheet]:
    """Read marked-up text.

    Returns:
        The pages, at least one.
    """
    return [_read_sheet(lines) for lines in _pages(text)]


def _pages(text: str) -> Iterator[Sequence[str]]:
    for part in text.split("\f"):
        lines: list[str] = []
        for line in part.splitlines():
            if line.rstrip() == PAGE_BREAK:
                yield lines
                lines = []
            else:
                lines.append(line.rstrip())
        yield lines


def _read_sheet(lines: Sequence[str]) -> Sheet:
    sheet = Sheet(line_count=len(lines))
    open_block: Block | None = None
    for number, line in enumerate(lines):
        notice = _notice(line)
        if notice is not None:
            sheet.notices.append(notice)
        if notice is not None or not line.strip():
            open_block = None
            continue
        opened = _opened(line, number)
        row = ROW.fullmatch(line.strip())
        if row is not None and open_block is not None and open_block.rows:
            _add_row(open_block, row["cells"])
        elif opened is None and open_block is not None and open_block.takes_lines:
            open_block.lines.append(_plain(line, keeps_indent=open_block.kind in KEEPS_LINES))
        else:
            plain = Block(kind=ElementKind.PARAGRAPH, first_line=number, lines=[_plain(line)])
            open_block = opened or plain
            sheet.blocks.append(open_block)
    return sheet


def _notice(line: str) -> Notice | None:
    found = DIRECTIVE.fullmatch(line)
    if found is None or found["word"] not in NOTICES:
        return None
    return Notice(word=found["word"], rest=(found["rest"] or "").strip())


def _opened(line: str, number: int) -> Block | None:
    """The block that begins with a line that says what it is."""
    if found := HEADING.fullmatch(line):
        level = len(found["signs"])
        return Block(kind=ElementKind.HEADING, first_line=number, lines=[found["text"]], level=level)
    if found := ITEM.fullmatch(line):
        text = f"{found['number']} {found['text']}" if found["number"] else found["text"]
        level = len(found["indent"]) // INDENT + 1
        return Block(kind=ElementKind.LIST_ITEM, first_line=number, lines=[text], level=level)
    if found := ROW.fullmatch(line.strip()):
        return Block(kind=ElementKind.TABLE, first_line=number, rows=[_cells(found["cells"])])
    if found := DIRECTIVE.fullmatch(line):
        kind = KINDS.get(found["word"])
        return Block(
            kind=kind or ElementKind.PARAGRAPH,
            first_line=number,
            lines=[found["rest"]] if found["rest"] else [],
            level=1 if kind in (ElementKind.TITLE, ElementKind.HEADING, ElementKind.LIST_ITEM) else None,
            word="" if kind else found["word"],
        )
    return None


def _add_row(table: Block, cells: str) -> None:
    if RULE.fullmatch(cells) and len(table.rows) == 1 and not table.has_header:
        table.has_header = True
    else:
        table.rows.append(_cells(cells))


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.split("|"))


def _plain(line: str, *, keeps_indent: bool = False) -> str:
    stripped = line.lstrip()
    if stripped.startswith("\\"):
        return stripped[1:]
    return line if keeps_indent else stripped
