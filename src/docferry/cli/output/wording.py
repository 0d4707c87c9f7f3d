"""Strings made fit for one line of a terminal."""

import re

__all__ = ["excerpt", "plural", "printable", "shown_name"]


_FOREIGN_JOB = re.compile(r"[a-z0-9_-]{2,}:[^/\\][^\\]*")
"""The name of a job that was started elsewhere on a source that nobody has at hand."""


def printable(text: str) -> str:
    """The text with everything that could move the cursor or change colours written as an escape."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def excerpt(text: str, *, max_characters: int) -> str:
    """The beginning of a text on one line, without characters that do not print."""
    # Twice the length is enough to look at: white space is collapsed.
    words = text[: 2 * max_characters].split()
    line = "".join(character for character in " ".join(words) if character.isprintable())
    return line[:max_characters]


def shown_name(source: str) -> str:
    """The last part of a source's name, for places with little room; all of one that is no path."""
    if _FOREIGN_JOB.fullmatch(source):
        return printable(source)
    return printable(source.replace("\\", "/").rstrip("/").rpartition("/")[2]) or "?"


def plural(count: int, noun: str) -> str:
    """A count with its noun, such as "1 page" or "1,200 pages"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
