"""How much of a row of texts fits into a budget."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Fill", "search"]


@dataclass(frozen=True, slots=True)
class Fill:
    """How far a budget reaches.

    Args:
        end: Index after the last text that fits.
        tokens: Tokens of the lead and those texts.
    """

    end: int
    tokens: int


def search(  # noqa: PLR0913 - the bounds of a search and its two questions, all named
    *,
    first: int,
    limit: int,
    budget: int,
    guess: int,
    measure: Callable[[int], int],
    propose: Callable[[int, int], int],
) -> Fill:
    """Find an end that fits while the next one does not.

    Args:
        first: Where the texts begin.
        limit: The largest end.
        budget: Tokens there are.
        guess: The end to look at first.
        measure: Tokens up to an end.
        propose: From an end and its tokens, the end to look at next.

    Returns:
        The end and its tokens; the end is `first` when nothing fits.
    """
    fits = Fill(first, 0)
    fails = limit + 1
    end = min(max(guess, first + 1), limit)
    while fits.end + 1 < fails:
        tokens = measure(end)
        if tokens <= budget:
            fits = Fill(end, tokens)
        else:
            fails = end
        end = min(max(propose(end, tokens), fits.end + 1), fails - 1)
    return fits
