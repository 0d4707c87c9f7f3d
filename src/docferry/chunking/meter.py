"""Exact token counts of joined texts, from counts of their parts.

The encodings cl100k_base and o200k_base first cut a text into words with a pattern that reads from left to
right and never looks back. Where such a word ends in every context, the count of the whole is the sum of the
counts of both sides. Known borders of that kind stand before a space that follows anything but white space,
and before a line break or Chinese punctuation that follows a letter of certain scripts. After a line break
that ends a text a border stands too, unless the next text begins with white space or, for o200k_base, with a
slash. At every other place `gap` gives the difference.

A tokenizer without known borders is counted over whole texts.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docferry.chunking.settings import Tokenizer
from docferry.chunking.tokens import TiktokenTokenizer

__all__ = ["UNCLEAN", "Meter", "Pace", "closing_marks", "is_clean", "last_border"]

_LETTERS = "0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
_BORDER = re.compile(rf"\S(?= )|[{_LETTERS}](?=[\n、。，！：；？])")
_MOST_MARKS = 8
_CLOSING = re.compile(
    rf"[0-9A-Za-z\u4e00-\u9fff]([!-/:-@\[-`{{-~’”…。，、；：！？）》」]{{0,{_MOST_MARKS}}})\Z"
)
_WINDOW = 96  # characters that are searched for a border
UNCLEAN = frozenset(
    "/\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
) | frozenset(map(chr, range(0x2000, 0x200B)))
"""White space, and the slash: a text that begins so may change the tokens before it."""
_FIRST_PACE = 3.0
_LONGEST_KEPT = 4000  # characters
_MOST_KEPT = 2048  # texts


@dataclass(slots=True)
class Pace:
    """How many characters make a token, as last seen. It only decides how much is counted at a time.

    Args:
        characters: Characters per token.
    """

    characters: float


class Meter:
    """Counts tokens, and remembers the counts of short texts.

    Args:
        tokenizer: What defines a token.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._count = tokenizer.count
        self.is_additive = isinstance(tokenizer, TiktokenTokenizer) and tokenizer.is_additive
        self._count_each: Callable[[Sequence[str]], list[int]] = (
            tokenizer.count_each if isinstance(tokenizer, TiktokenTokenizer) else self._count_in_turn
        )
        self.pace = Pace(_FIRST_PACE)
        self._kept: dict[str, int] = {}

    def count(self, text: str) -> int:
        """Number of tokens of a text that may be asked for again."""
        if len(text) > _LONGEST_KEPT:
            return self._count(text)
        known = self._kept.get(text)
        if known is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            known = self._kept[text] = self._count(text)
        return known

    def count_once(self, text: str) -> int:
        """Number of tokens of a text that is not expected again."""
        return self._count(text)

    def count_each(self, texts: Sequence[str], *, leads: Sequence[str] = ()) -> list[int]:
        """Number of tokens of each text. The counts of leads, which will be asked for, are remembered."""
        new = [lead for lead in dict.fromkeys(leads) if lead not in self._kept]
        counts = self._count_each([*texts, *new]) if texts or new else []
        self._kept.update(zip(new, counts[len(texts) :], strict=True))
        return counts[: len(texts)]

    def _count_in_turn(self, texts: Sequence[str]) -> list[int]:
        return [self._count(text) for text in texts]

    def joined(self, lead: str, text: str) -> int:
        """Number of tokens of the lead and the text together; the lead is expected again."""
        if not lead:
            return self._count(text)
        if not self.is_additive:
            return self._count(lead + text)
        return self.count(lead) + self.gap(lead, text) + self._count(text)

    def gap(self, before: str, after: str) -> int:
        """How many tokens two texts have together beyond the sum of their own.

        `before` may be the end of a longer text, if it begins at a border.
        """
        if not before or is_clean(before[-1], after):
            return 0
        tail = before[last_border(before) :]
        head = after[: _first_border(after)]
        return self.count(tail + head) - self.count(tail) - self.count(head)


def is_clean(end: str, after: str) -> bool:
    """Whether a border stands between a text with that end and the text after it."""
    return end[-1:] == "\n" and after[:1] not in UNCLEAN


def last_border(text: str) -> int:
    """Index of the last border known in a text; 0 when none is found near its end."""
    space = text.rfind(" ", 1)
    if space > 0 and not text[space - 1].isspace():
        return space
    last = 0
    for found in _BORDER.finditer(text, max(len(text) - _WINDOW, 0)):
        last = found.end()
    return last


def closing_marks(text: str) -> str | None:
    """The punctuation that a text ends with, if a letter or digit is before it: there a border stands."""
    found = _CLOSING.search(text, max(len(text) - _MOST_MARKS - 1, 0))
    return found.group(1) if found else None


def _first_border(text: str) -> int:
    found = _BORDER.search(text, 0, _WINDOW)
    return found.end() if found else len(text)
