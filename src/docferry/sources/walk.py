"""Find files below a folder by a pattern: lazily, in a fixed order, and without running in circles."""

import fnmatch
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["EVERYTHING", "FoundFile", "UnlistedFolder", "has_wildcard", "walk_files"]

EVERYTHING = ("**",)
"""The pattern of all files at any depth."""

_ANY_DEPTH = "**"
_OWNER_FILE = "~$"  # Microsoft Office keeps such a file beside an open document


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file below the folder; `relative` is its path from there, with slashes on every system."""

    relative: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedFolder:
    """A folder whose entries cannot be listed; `relative` is empty for the folder where the walk began."""

    relative: str
    error: OSError


def has_wildcard(text: str) -> bool:
    """Whether the text holds one of * ? [."""
    return any(character in text for character in "*?[")


def walk_files(folder: Path, *, pattern: tuple[str, ...]) -> Iterator[FoundFile | UnlistedFolder]:
    """Find the files that match.

    Links are followed, and each folder is entered once, however many links lead to it. Hidden files and
    folders (a dot in front) match only a part of the pattern that begins with a dot itself, and the owner
    files of Microsoft Office (~$ in front) only one that begins with a tilde.

    Args:
        folder: Where to begin.
        pattern: One part per level, with * ? and [ ] as in fnmatch. The part ** stands for any number of
            folders, and at the end for all files below.

    Yields:
        Files ordered by their relative paths compared part by part. Entries that are neither a file nor a
        link (sockets, pipes) are left out. A folder that cannot be listed stands in its place in the order.
    """
    walk = _Walk(pattern)
    found = walk.enter(folder, prefix="", states=walk.start)
    if found is not None:
        yield found
    while walk.levels:
        found = walk.step()
        if found is not None:
            yield found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """A folder under way: the entries still to come, and which parts of the pattern they may match."""

    prefix: str
    entries: Iterator[os.DirEntry[str]]
    states: frozenset[int]


class _Walk:
    """The folders from the start down to the one under way; a stack, because recursion would end at 1,000.

    A state is the index of a part of the pattern that the next name may match; the index after the last
    part means that the whole pattern has matched.
    """

    def __init__(self, pattern: tuple[str, ...]) -> None:
        self.pattern = pattern
        self.start = self._with_skipped_folders({0})
        self.levels: list[_Level] = []
        self.entered: set[tuple[int, int, frozenset[int]]] = set()

    def enter(self, folder: Path, *, prefix: str, states: frozenset[int]) -> UnlistedFolder | None:
        try:
            status = folder.stat()
            key = (status.st_dev, status.st_ino, states)
            if key in self.entered:
                return None
            self.entered.add(key)
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            return UnlistedFolder(relative=prefix.rstrip("/"), error=error)
        self.levels.append(_Level(prefix=prefix, entries=iter(entries), states=states))
        return None

    def step(self) -> FoundFile | UnlistedFolder | None:
        level = self.levels[-1]
        entry = next(level.entries, None)
        if entry is None:
            self.levels.pop()
            return None
        states = self._after(level.states, entry.name)
        is_match = len(self.pattern) in states
        relative = level.prefix + entry.name
        if _is_folder(entry):
            states -= {len(self.pattern)}
            return self.enter(Path(entry.path), prefix=f"{relative}/", states=states) if states else None
        if is_match and (entry.is_symlink() or entry.is_file()):
            return FoundFile(relative=relative, path=Path(entry.path))
        return None

    def _after(self, states: frozenset[int], name: str) -> frozenset[int]:
        after: set[int] = set()
        for state in states:
            part = self.pattern[state]
            if _is_hidden(name, part):
                continue
            if part == _ANY_DEPTH:
                after |= {state, state + 1} if state + 1 == len(self.pattern) else {state}
            elif fnmatch.fnmatch(name, part):
                after.add(state + 1)
        return self._with_skipped_folders(after)

    def _with_skipped_folders(self, states: set[int]) -> frozenset[int]:
        for state, part in enumerate(self.pattern[:-1]):
            if state in states and part == _ANY_DEPTH:
                states.add(state + 1)
        return frozenset(states)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_hidden(name: str, part: str) -> bool:
    if name.startswith("."):
        return not part.startswith(".")
    return name.startswith(_OWNER_FILE) and not part.startswith("~")
