"""How a caption is told from prose, in every format."""

import re

from docferry.model import ElementKind

__all__ = ["caption_kind", "is_caption_start"]

LONGEST_CAPTION = 400
"""Characters; a longer paragraph is none."""

_CAPTION = re.compile(
    r"(?P<word>Figure|Fig\.|Table|Tab\.|Chart|Abb\.|Abbildung|Tabelle|Tableau|Figura|Tabla|图表|图|圖|表)"
    r"\s*(?P<number>[A-Z]?\d+(?:[.\-–]\d+)*|[IVXLC]+\b)\s*(?P<mark>[.:：。．|—–-]?)",
    re.IGNORECASE,
)
_FIGURE_WORDS = ("fig", "abb", "图", "圖", "chart")
_LONGEST_UNMARKED = 100  # characters, for "Table 2 Results" without a mark after the number
_SENTENCE_END = re.compile(r"[.。;；!?！？]\s*(?:$|\D)")


def is_caption_start(text: str) -> bool:
    """Whether the text begins like a caption: a word for figure or table, and a number."""
    return _CAPTION.match(text) is not None


def caption_kind(text: str, *, is_near: bool) -> ElementKind | None:
    """FIGURE or TABLE if the text can be the caption of one; None if it reads as prose.

    Args:
        text: A paragraph.
        is_near: Whether a figure or table is right beside it. Then "Table 2 Results" will do.
    """
    match = _CAPTION.match(text)
    if match is None or len(text) > LONGEST_CAPTION:
        return None
    is_label = len(text) <= _LONGEST_UNMARKED and not _SENTENCE_END.search(text)
    if not match["mark"] and not (is_near and is_label):
        return None
    is_figure = match["word"].lower().startswith(_FIGURE_WORDS)
    return ElementKind.FIGURE if is_figure else ElementKind.TABLE
