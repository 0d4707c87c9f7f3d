"""Where a run of characters may be cut without taking a visible character apart.

The common rules of Unicode's extended grapheme clusters (UAX 29), written with the standard library: marks
and joiners stay with what they modify, as do skin tones, flags, Hangul syllables in parts and CR LF.
"""

import unicodedata

__all__ = ["is_grapheme_border", "last_grapheme_border"]

_JOINER = "\u200d"
_HANGUL_LEADS = range(0x1100, 0x1160)
_HANGUL_PARTS = range(0x1160, 0x1200)
_HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
_FLAGS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_LOW_SURROGATES = range(0xDC00, 0xE000)
_HIGH_SURROGATES = range(0xD800, 0xDC00)
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0d4d")


def last_grapheme_border(text: str, start: int, end: int) -> int:
    """The last border in text[start:end], `end` included; `start` when a single cluster fills it all."""
    position = min(end, len(text))
    while position > start and not is_grapheme_border(text, position, start):
        position -= 1
    return position


def is_grapheme_border(text: str, position: int, start: int = 0) -> bool:
    """Whether the text may be cut before the character at a position.

    Args:
        text: The text.
        position: Index of the character.
        start: A border known to be one; flags are counted in pairs from there.
    """
    if position <= start or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if after < "\u0300":
        return not (before == "\r" and after == "\n")
    if before == _JOINER or before in _VIRAMAS or _extends(after):
        return False
    first, second = ord(before), ord(after)
    if second in _FLAGS:
        return _flags_before(text, position, start) % 2 == 0
    return not (_is_syllable(first, second) or (first in _HIGH_SURROGATES and second in _LOW_SURROGATES))


def _extends(character: str) -> bool:
    code = ord(character)
    return (
        character == _JOINER
        or unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or code in _SKIN_TONES
        or code in _TAGS
        or character in "\u200c\uff9e\uff9f"
    )


def _is_syllable(first: int, second: int) -> bool:
    if second in _HANGUL_PARTS:
        return first in _HANGUL_LEADS or first in _HANGUL_PARTS or first in _HANGUL_SYLLABLES
    return first in _HANGUL_LEADS and (second in _HANGUL_LEADS or second in _HANGUL_SYLLABLES)


def _flags_before(text: str, position: int, start: int) -> int:
    first = position
    while first > start and ord(text[first - 1]) in _FLAGS:
        first -= 1
    return position - first
