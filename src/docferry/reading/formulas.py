"""Formulas as results write them."""

__all__ = ["bare_formula"]

MARKS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))


def bare_formula(text: str) -> str:
    """TeX without the marks around it; what is more than one formula, or none, stays as it is."""
    text = text.strip()
    for opening, closing in MARKS:
        inner = text[len(opening) : -len(closing)]
        if text.startswith(opening) and text.endswith(closing) and inner.strip() and closing not in inner:
            return inner.strip()
    return text
