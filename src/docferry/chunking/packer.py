"""Parts into chunks: as much of a section as fits, blocks whole where that is possible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from docferry.chunking.fill import Fill
from docferry.chunking.meter import Meter
from docferry.chunking.overlap import overlap_of
from docferry.chunking.parts import Draft, Part, join_parts
from docferry.chunking.prefix import Prefixes
from docferry.chunking.sections import section_starts
from docferry.chunking.settings import ChunkSettings
from docferry.chunking.strip import Strip
from docferry.chunking.table_cutter import TableCutter
from docferry.chunking.text_cutter import TextCutter
from docferry.errors import InvalidOptionsError

__all__ = ["pack_sections"]

_WORTH_FILLING = 4  # the start of a long part goes behind what is there if a quarter of the budget is left


def pack_sections(
    parts: Sequence[Part], *, settings: ChunkSettings, meter: Meter, prefixes: Prefixes
) -> Iterator[Draft]:
    """Pack parts into chunks that hold one section each, or a piece of one.

    A chunk takes blocks while they fit. A block that does not fit goes whole into the next chunk; one that is
    longer than a chunk is cut between its parts, and a part that is longer than a chunk is cut by its cutter.

    Args:
        parts: Parts with their ties set.
        settings: The budget and the overlap.
        meter: Counts.
        prefixes: Writes heading paths.

    Yields:
        Drafts in reading order.
    """
    starts = [*section_starts(parts, joins_pages=settings.joins_pages), len(parts)]
    leads = [prefixes.of(parts[first].path) for first in starts[:-1]]
    strip = _strip(parts, starts, leads, meter, settings.max_tokens)
    for prefix, (first, limit) in zip(leads, pairwise(starts), strict=True):
        tokens = strip.total_if_short(first, limit, lead=prefix)
        if tokens <= settings.max_tokens:
            yield Draft(parts[first:limit], prefix, strip.text(first, limit), tokens)
            continue
        section = _Section(parts, strip, settings, meter, prefixes, first, limit)
        while not section.is_done:
            yield from section.advance()


def _strip(
    parts: Sequence[Part], starts: Sequence[int], leads: Sequence[str], meter: Meter, budget: int
) -> Strip:
    """The parts' texts; nothing stands after the last one of a section, since no chunk goes on behind it."""
    separators = [part.separator for part in parts]
    for start in starts[:-1]:
        separators[start] = ""
    texts = [part.text for part in parts]
    tables = [index for index, part in enumerate(parts) if part.element.table is not None]
    return Strip(meter, texts, [*separators[1:], ""], budget=budget, leads=leads, tables=tables)


@dataclass(slots=True)
class _Section:
    """The packing of one section. `carried` is what the next chunk begins with before `at`."""

    parts: Sequence[Part]
    strip: Strip
    settings: ChunkSettings
    meter: Meter
    prefixes: Prefixes
    at: int
    limit: int
    carried: tuple[Part, ...] = ()
    carried_tokens: int = field(default=0)
    """Tokens of a chunk of the carried parts; 0 when they are an overlap, which makes no chunk alone."""

    @property
    def is_done(self) -> bool:
        return self.at == self.limit and not self.carried_tokens

    def advance(self) -> Iterator[Draft]:
        """Make the next chunk, or several when a part has to be cut."""
        if self.at == self.limit:
            yield self._draft(self.at, self.carried_tokens)
            self.carried_tokens = 0
            return
        lead = self._lead()
        fill = self.strip.fill(self.at, lead=lead, budget=self.settings.max_tokens, limit=self.limit)
        if fill.end == self.limit:
            yield self._draft(self.limit, fill.tokens)
            self._go_to(self.limit)
            return
        cut = self._block_start(fill.end)
        if self._has_content(cut) and self._block_fits(cut):
            yield self._closed(cut, fill, lead)
        elif self._has_overlap() and cut == self.at and not self._is_long(fill.end):
            self.carried = ()
        elif self._has_content(fill.end) and not self._is_long(fill.end):
            yield self._closed(fill.end, fill, lead)
        else:
            yield from self._cut_part(fill, lead)

    def _lead(self) -> str:
        """What stands in front of the part at `at`."""
        first = self.carried[0] if self.carried else self.parts[self.at]
        lead = self.prefixes.of(first.path)
        if self.carried:
            lead += join_parts(self.carried) + self.parts[self.at].separator
        return lead

    def _has_content(self, end: int) -> bool:
        return end > self.at or self.carried_tokens > 0

    def _has_overlap(self) -> bool:
        return bool(self.carried) and not self.carried_tokens

    def _block_start(self, index: int) -> int:
        """The last place up to an index where a block begins; `at` when there is none."""
        while index > self.at and self.parts[index].is_tied:
            index -= 1
        return index

    def _block_fits(self, first: int) -> bool:
        """Whether the block that begins there fits into a chunk of its own."""
        if self.parts[first].is_tied:
            return False
        end = first + 1
        while end < self.limit and self.parts[end].is_tied:
            end += 1
        lead = self.prefixes.of(self.parts[first].path)
        return self.strip.clearly_fits(first, end, lead=lead) or self._fresh_fill(first, end).end == end

    def _is_long(self, index: int) -> bool:
        """Whether a part does not even fit into a chunk of its own."""
        return self._fresh_fill(index, index + 1).end == index

    def _fresh_fill(self, first: int, limit: int) -> Fill:
        lead = self.prefixes.of(self.parts[first].path)
        return self.strip.fill(first, lead=lead, budget=self.settings.max_tokens, limit=limit)

    def _closed(self, end: int, fill: Fill, lead: str) -> Draft:
        """The chunk that ends before a part, at most as far as the fill."""
        if end == self.at:
            tokens = self.carried_tokens
        else:
            tokens = fill.tokens if end == fill.end else self.strip.total(self.at, end, lead=lead)
        draft = self._draft(end, tokens)
        self._go_to(end)
        self._overlap_with(draft)
        return draft

    def _draft(self, end: int, tokens: int) -> Draft:
        parts = (*self.carried, *self.parts[self.at : end])
        return Draft(parts, self.prefixes.of(parts[0].path), join_parts(parts), tokens)

    def _go_to(self, index: int) -> None:
        self.at = index
        self.carried = ()
        self.carried_tokens = 0

    def _overlap_with(self, draft: Draft) -> None:
        if self.settings.overlap_tokens:
            overlap = overlap_of(draft.parts[-1], tokens=self.settings.overlap_tokens, meter=self.meter)
            self.carried = (overlap,) if overlap else ()

    def _cut_part(self, fill: Fill, lead: str) -> Iterator[Draft]:
        """Cut the part that the fill ended before, which is longer than a chunk."""
        part = self.parts[fill.end]
        settings = self.settings
        cutter = (
            TextCutter(part, self.meter, settings.max_tokens)
            if part.element.table is None or not part.element.table.cells
            else TableCutter(
                part, self.meter, settings.table_format, settings.max_tokens, known=self.strip.lines
            )
        )
        if self._has_content(fill.end):
            yield self._closed_with_start(cutter, fill, lead)
        self.at = fill.end + 1
        prefix = self.prefixes.of(part.path)
        while not cutter.is_done:
            self.carried_tokens = 0
            lead = prefix + "".join(piece.text + cutter.separator for piece in self.carried)
            cut = cutter.next(lead=lead, budget=settings.max_tokens, is_forced=True)
            if cut is None:
                self._give_up(cutter)
                continue
            self.carried = (*self.carried, cut.part)
            self.carried_tokens = cut.tokens
            if not cutter.is_done:
                draft = Draft(self.carried, prefix, join_parts(self.carried), cut.tokens)
                self.carried = ()
                self._overlap_with(draft)
                yield draft

    def _give_up(self, cutter: TextCutter | TableCutter) -> None:
        """Nothing fits: perhaps without the overlap."""
        if self.carried or cutter.is_done:
            self.carried = ()
            return
        raise InvalidOptionsError(
            f"one character needs more tokens than a budget of {self.settings.max_tokens} has",
            next_step="raise max_tokens",
        )

    def _closed_with_start(self, cutter: TextCutter | TableCutter, fill: Fill, lead: str) -> Draft:
        """Close the chunk, with the start of the long part in it if there is room worth using."""
        settings = self.settings
        content = (*self.carried, *self.parts[self.at : fill.end])
        tokens = fill.tokens if fill.end > self.at else self.carried_tokens
        if (settings.max_tokens - tokens) * _WORTH_FILLING >= settings.max_tokens:
            before = (
                f"{lead}{self.strip.text(self.at, fill.end)}{cutter.separator}"
                if fill.end > self.at
                else lead
            )
            is_forced = content[-1].is_heading and isinstance(cutter, TextCutter)
            cut = cutter.next(lead=before, budget=settings.max_tokens, is_forced=is_forced)
            if cut is not None:
                content, tokens = (*content, cut.part), cut.tokens
        draft = Draft(content, self.prefixes.of(content[0].path), join_parts(content), tokens)
        self._go_to(fill.end)
        self._overlap_with(draft)
        return draft
