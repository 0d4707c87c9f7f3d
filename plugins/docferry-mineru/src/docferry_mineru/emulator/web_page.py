"""Web pages as Markdown, which the local provider reads: headings, paragraphs, items, tables and code."""

import re
from html.parser import HTMLParser

from docferry.rendering import markdown_table

__all__ = ["page_markdown"]

HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
BLOCKS = frozenset({*HEADINGS, "p", "li", "pre", "div", "td", "th", "blockquote", "title"})
SILENT = frozenset({"head", "script", "style", "noscript", "template"})
SPACES = re.compile(r"\s+")


def page_markdown(text: str) -> str:
    """The text of a web page as Markdown; attributes, links and pictures are left out."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_block()
    return "\n\n".join(reader.blocks) + "\n"


class _Reader(HTMLParser):
    """Collects blocks in the order in which they stand."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._tag = ""
        self._text: list[str] = []
        self._silent = 0
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - left out
        self._silent += tag in SILENT
        if tag in BLOCKS or tag in {"table", "tr"}:
            self.end_block()
            self._tag = tag
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        if tag in BLOCKS or tag == "table":
            self.end_block()
        if tag == "table" and self._rows:
            self.blocks.append(_table(self._rows))
            self._rows = []

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def end_block(self) -> None:
        """Finish what was begun."""
        raw, tag = "".join(self._text), self._tag
        self._text, self._tag = [], ""
        text = raw.strip("\n") if tag == "pre" else SPACES.sub(" ", raw).strip()
        if tag in {"td", "th"} and self._rows:
            self._rows[-1].append(text)
        elif text:
            self.blocks.append(_marked(tag, text))


def _table(rows: list[list[str]]) -> str:
    n_columns = max(map(len, rows))
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return markdown_table(lines, n_columns=n_columns)


def _marked(tag: str, text: str) -> str:
    if tag in HEADINGS:
        return f"{HEADINGS[tag]} {text}"
    if tag == "pre":
        return f"```\n{text}\n```"
    return f"- {text}" if tag == "li" else text
