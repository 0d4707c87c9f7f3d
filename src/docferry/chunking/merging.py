"""Small chunks into their neighbours."""

from collections.abc import Iterable, Iterator, Sequence

from docferry.chunking.meter import Meter
from docferry.chunking.parts import Draft, Part, join_parts
from docferry.chunking.prefix import Prefixes
from docferry.chunking.settings import ChunkSettings

__all__ = ["merge_small"]


def merge_small(
    drafts: Iterable[Draft], *, settings: ChunkSettings, meter: Meter, prefixes: Prefixes
) -> Iterator[Draft]:
    """Join each draft below the least size with the one before or after it, if both fit together.

    A draft that fits nowhere is given the last blocks of the one before it, as long as that one keeps the
    least size.

    Args:
        drafts: Drafts that may be joined, in reading order.
        settings: The budget and the least size.
        meter: Counts.
        prefixes: Writes heading paths.

    Yields:
        Drafts in reading order.
    """
    merger = _Merger(settings, meter, prefixes)
    kept: Draft | None = None
    for draft in drafts:
        if kept is None:
            kept = draft
            continue
        first, second = merger.merge(kept, draft)
        if second is not None:
            yield first
        kept = second or first
    if kept is not None:
        yield kept


class _Merger:
    def __init__(self, settings: ChunkSettings, meter: Meter, prefixes: Prefixes) -> None:
        self._least = settings.min_tokens
        self._most = settings.max_tokens
        self._joins_pages = settings.joins_pages
        self._meter = meter
        self._prefixes = prefixes

    def merge(self, first: Draft, second: Draft) -> tuple[Draft, Draft | None]:
        is_apart = first.parts[-1].page != second.parts[0].page and not self._joins_pages
        if is_apart or min(first.tokens, second.tokens) >= self._least:
            return first, second
        own = [part for part in second.parts if not _is_overlap(part)]
        both = self._draft([*first.parts, *own])
        if both.tokens <= self._most:
            return both, None
        if second.tokens < self._least:
            return self._shifted(first, second, own)
        return first, second

    def _shifted(self, first: Draft, second: Draft, own: Sequence[Part]) -> tuple[Draft, Draft]:
        """Both with the border moved up, if that makes neither too small or too large."""
        for border in range(len(first.parts) - 1, 0, -1):
            if first.parts[border].is_tied:
                continue
            lower = self._draft([*first.parts[border:], *own])
            if lower.tokens > self._most:
                break
            upper = self._draft(first.parts[:border])
            if min(lower.tokens, upper.tokens) >= self._least:
                return upper, lower
        return first, second

    def _draft(self, parts: Sequence[Part]) -> Draft:
        prefix = self._prefixes.of(parts[0].path)
        text = join_parts(parts)
        return Draft(parts, prefix, text, self._meter.count_once(prefix + text))


def _is_overlap(part: Part) -> bool:
    return part.spans is not None and all(span[6] for span in part.spans)
