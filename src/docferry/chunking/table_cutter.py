"""Cuts a table that is longer than a chunk: between rows, with the header above every piece."""

from collections.abc import Mapping

from docferry.chunking.fill import Fill
from docferry.chunking.meter import Meter
from docferry.chunking.parts import Cut, Part
from docferry.chunking.row_places import RowPlaces
from docferry.chunking.settings import TableFormat
from docferry.chunking.spans import PackedSpan
from docferry.chunking.strip import Strip
from docferry.chunking.table_rows import TableRows
from docferry.chunking.text_cutter import TextRun
from docferry.model import ElementKind

__all__ = ["TableCutter"]

_HEADER_SHARE = 3  # a header that takes more than a third of the budget is not repeated


class TableCutter:
    """Cuts a part that is a table.

    Rows that a cell spans stay together while they fit. A row that does not fit becomes prose, one cell after
    the other under the names of its columns.

    Args:
        part: The part; its companions are further parts of the same table.
        meter: Counts.
        table_format: How tables are written.
        budget: Tokens of a chunk, which decide whether the header is worth repeating.
        known: Tokens of lines with their line breaks, where they are known.
    """

    def __init__(
        self, part: Part, meter: Meter, table_format: TableFormat, budget: int, *, known: Mapping[str, int]
    ) -> None:
        elements = [part.element, *(element for element in part.companions if element.table is not None)]
        self._part = part
        self._meter = meter
        self._rows = TableRows(elements, table_format, text=part.text if len(elements) == 1 else "")
        self._places = RowPlaces(elements)
        self._n_header = self._rows.n_header
        above, below, _ = self._rows.frame(self._n_header, n_header=self._n_header)
        self._below_cost = meter.count(below) + 1 if below else 0
        if meter.count(above + below) * _HEADER_SHARE > budget:
            self._n_header = 0
        self._at = self._n_header
        self._budget = budget
        self._known = known
        self._strip = self._lines()
        self._is_header_due = self._n_header > 0
        self._row: TextRun | None = None
        self._is_first = True

    @property
    def is_done(self) -> bool:
        """Whether no row is left."""
        return self._at == len(self._rows)

    @property
    def separator(self) -> str:
        """What stands between the piece before and the next one."""
        return self._part.separator if self._is_first else "\n\n"

    def next(self, *, lead: str, budget: int, is_forced: bool) -> Cut | None:
        """Cut off the next piece; None when nothing is left, or no row fits and nothing is forced."""
        while not self.is_done:
            if self._row is None:
                fill = self._reach(lead, budget, is_forced=is_forced)
                if fill.end > self._at:
                    return self._rows_up_to(fill)
                if not is_forced:
                    return None
                if self._is_header_due:
                    header = self._header_alone(lead, budget)
                    if header is not None:
                        return header
                    continue
                self._row = TextRun(
                    self._rows.row_text(self._at), ElementKind.PARAGRAPH, self._meter, budget=self._budget
                )
            if not self._row.is_done:
                return self._row_piece(self._row, lead, budget, is_forced=is_forced)
            self._row = None  # a row of many empty cells has no text to show
            self._at += 1
        return None

    def _header_alone(self, lead: str, budget: int) -> Cut | None:
        """The header in a piece of its own, when the first row below it is to become prose."""
        self._is_header_due = False
        text = self._rows.render(0, self._n_header, n_header=0)
        tokens = self._meter.joined(lead, text)
        if tokens > budget:
            self._at = self._n_header = 0
            return None
        span = (0, len(text), self._part.element.id, 0, self._n_header, True, False)
        return Cut(self._piece(text, (span,), 0, self._n_header), tokens)

    def _lines(self) -> Strip:
        lines = self._rows.lines
        return Strip(self._meter, lines, ["\n"] * len(lines), budget=self._budget, known=self._known)

    def _reach(self, lead: str, budget: int, *, is_forced: bool) -> Fill:
        """The rows that fit, up to the end of a group of tied rows where that is possible."""
        fill = self._fill(lead, budget)
        whole = self._group_end(fill.end)
        if whole > self._at or fill.end == self._at or not is_forced:
            return fill if whole == fill.end else self._fill(lead, budget, limit=whole)
        self._rows.loosen(self._at)
        self._strip = self._lines()
        return self._fill(lead, budget)

    def _group_end(self, end: int) -> int:
        """The last place up to a row where no cell reaches into the row below."""
        tied = self._rows.is_tied
        while self._at < end < len(tied) and tied[end]:
            end -= 1
        return end

    def _fill(self, lead: str, budget: int, *, limit: int | None = None) -> Fill:
        """Rows up to a limit that fit with their header, and the tokens of the lead and the piece."""
        above, below, first = self._rows.frame(self._at, n_header=self._n_header)
        limit = len(self._rows) if limit is None else limit
        if first > self._at:
            return self._fill_without_header(lead, above, budget, limit)
        fill = self._strip.fill(first, lead=lead + above, budget=budget - self._below_cost, limit=limit)
        if not below or fill.end == first:
            return fill
        text = self._rows.render(first, fill.end, n_header=self._n_header)
        tokens = self._meter.joined(lead, text)
        return Fill(fill.end, tokens) if tokens <= budget else self._fill(lead, budget, limit=fill.end - 1)

    def _fill_without_header(self, lead: str, above: str, budget: int, limit: int) -> Fill:
        """As `_fill`, where the first row stands above the rule."""
        first = self._at + 1
        tokens = self._meter.joined(lead, above.rstrip("\n"))
        if tokens > budget or limit < first:
            return Fill(self._at, tokens)
        fill = self._strip.fill(first, lead=lead + above, budget=budget, limit=limit)
        return Fill(first, tokens) if fill.end == first else fill

    def _rows_up_to(self, fill: Fill) -> Cut:
        first, self._at = self._at, fill.end
        text = self._rows.render(first, fill.end, n_header=self._n_header)
        spans = self._rows.spans(first, fill.end, n_header=self._n_header, is_repeat=not self._is_header_due)
        piece = self._piece(text, spans, first, fill.end)
        self._is_header_due = False
        return Cut(piece, fill.tokens)

    def _row_piece(self, run: TextRun, lead: str, budget: int, *, is_forced: bool) -> Cut | None:
        passage = run.next(lead=lead, budget=budget, is_forced=is_forced)
        if passage is None:
            return None
        text = run.text[passage.start : passage.end]
        ((element, row, _, _),) = self._rows.stretches(self._at, self._at + 1)
        span = (0, len(text), element.id, row, row + 1, True, False)
        piece = self._piece(text, (span,), self._at, self._at + 1)
        if run.is_done:
            self._row = None
            self._at += 1
        return Cut(piece, passage.tokens)

    def _piece(self, text: str, spans: tuple[PackedSpan, ...], first: int, end: int) -> Part:
        piece = Part(text, self._part.element, self._part.path, self._part.page)
        piece.spans = spans
        piece.regions = self._places.of(self._rows.stretches(first, end))
        piece.separator = self.separator
        self._is_first = False
        return piece
