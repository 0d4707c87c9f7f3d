"""The heading path in front of a passage, shortened where it takes too much of the budget."""

from docferry.chunking.meter import Meter
from docferry.chunking.settings import ChunkSettings, Split

__all__ = ["Prefixes"]

_SHARE = 4  # the prefix takes at most a quarter of the budget
_CUT_SIGN = "…"


class Prefixes:
    """Writes prefixes, each path once.

    Args:
        settings: Say what a prefix looks like.
        meter: Counts.
        source_name: Stands for `{source}`.
    """

    def __init__(self, settings: ChunkSettings, meter: Meter, source_name: str) -> None:
        self._settings = settings
        self._meter = meter
        self._source_name = source_name
        self._template = settings.prefix_template if settings.includes_headings else ""
        self._limit = settings.max_tokens // _SHARE if settings.split is Split.CHUNK else None
        self._written: dict[tuple[str, ...], str] = {}

    def of(self, path: tuple[str, ...]) -> str:
        """The prefix of a passage below these headings, with the empty line after it; or nothing.

        A prefix that is too long loses its outermost headings first, then the end of what is left; a sign
        shows either.
        """
        if not self._template:
            return ""
        written = self._written.get(path)
        if written is None:
            written = self._written[path] = self._write(path)
        return written

    def _write(self, path: tuple[str, ...]) -> str:
        limit = self._limit
        prefix = self._filled(path)
        if limit is None or self._fits(prefix, limit):
            return prefix
        for first in range(1, len(path)):
            prefix = self._filled((_CUT_SIGN, *path[first:]))
            if self._fits(prefix, limit):
                return prefix
        return self._shortened(prefix.rstrip("\n"), limit)

    def _fits(self, prefix: str, limit: int) -> bool:
        # A token of these encodings has at least one byte, so that short prefixes need no count.
        if self._meter.is_additive and len(prefix.encode(errors="surrogatepass")) <= limit:
            return True
        return self._meter.count(prefix) <= limit

    def _filled(self, path: tuple[str, ...]) -> str:
        headings = self._settings.heading_separator.join(path)
        text = self._template.format(headings=headings, source=self._source_name).strip()
        return f"{text}\n\n" if text else ""

    def _shortened(self, prefix: str, limit: int) -> str:
        words = prefix.split(" ")
        kept = len(words) - 1
        while kept > 0:
            text = " ".join(words[:kept]) + f"{_CUT_SIGN}\n\n"
            count = self._meter.count(text)
            if count <= limit:
                return text
            kept = min(kept - 1, kept * limit // count)
        return self._shortened_by_characters(words[0], limit)

    def _shortened_by_characters(self, word: str, limit: int) -> str:
        kept = len(word)
        while kept > 0:
            text = f"{word[:kept]}{_CUT_SIGN}\n\n"
            count = self._meter.count(text)
            if count <= limit:
                return text
            kept = min(kept - 1, kept * limit // count)
        return ""
