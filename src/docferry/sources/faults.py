"""Errors of the machine, turned into errors of docferry, in one wording."""

import difflib
import os
from collections.abc import Generator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from docferry.errors import ConfigurationError, SourceError, SourceNotFoundError, SourceTooLargeError

__all__ = [
    "folder_error",
    "missing_path_error",
    "os_errors_as_source_errors",
    "source_error_from",
    "too_large_error",
    "write_error",
]

_MAX_NEIGHBOURS = 1000
_MAX_SUGGESTIONS = 3


def missing_path_error(path: Path, *, name: str) -> SourceNotFoundError:
    """Say that a path does not exist, and what its folder holds of a similar name."""
    folder = path.parent
    if not os.path.lexists(folder):
        return SourceNotFoundError(
            f"the folder {_quoted(folder)} does not exist", next_step=_lookup_advice(path), source=name
        )
    similar = _similar_names(folder, path.name)
    advice = f"did you mean {' or '.join(similar)}?" if similar else _lookup_advice(path)
    missing = "there is no such file or folder"
    what = "is a link to a file that does not exist" if path.is_symlink() else missing
    return SourceNotFoundError(what, next_step=advice, source=name)


def folder_error(*, name: str) -> SourceError:
    """Say that a folder stands where one file is wanted."""
    return SourceError(
        "is a folder, not a file", next_step="hand in the folder's name as a string or Path", source=name
    )


def too_large_error(size_bytes: int | None, *, max_size_bytes: int, name: str) -> SourceTooLargeError:
    """Say by how much a file exceeds a limit; a size of None is not known yet, but above the limit."""
    more = f"more than {max_size_bytes:,}"
    return SourceTooLargeError(
        f"has {more} bytes" if size_bytes is None else f"has {size_bytes:,} bytes, {more}",
        next_step="split the file, or choose a provider that takes larger ones",
        source=name,
    )


def write_error(error: OSError) -> ConfigurationError:
    """Say that the temporary folder cannot be used."""
    return ConfigurationError(
        f"the temporary folder cannot be written to: {_reason(error)}",
        next_step="make room there, or name another folder in TMPDIR",
    )


def source_error_from(error: OSError, *, name: str) -> SourceError:
    """Say why something cannot be opened, read or listed. Texts of foreign errors are not repeated."""
    match error:
        case FileNotFoundError():
            return SourceNotFoundError("there is no such file", next_step="check the path", source=name)
        case IsADirectoryError():
            return folder_error(name=name)
        case PermissionError():
            return SourceError(
                "may not be read by this user", next_step="give this user permission to read it", source=name
            )
        case _:
            return SourceError(f"cannot be read: {_reason(error)}", source=name)


@contextmanager
def os_errors_as_source_errors(*, name: str) -> Generator[None]:
    """Turn the OSErrors of opening and reading into SourceErrors."""
    try:
        yield
    except OSError as error:
        raise source_error_from(error, name=name) from error


def _reason(error: OSError) -> str:
    # The text of the error itself may hold an address with a signature: file systems put anything there.
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _lookup_advice(path: Path) -> str:
    text = str(path)
    if text.startswith(("http:", "https:")):
        return "give a URL as a string, not as a Path"
    if text.startswith("~"):
        return "replace ~ by the home folder: outside a shell it has no meaning"
    if not path.is_absolute():
        return f"check the path; relative paths start at {Path.cwd()}"
    return "check the path"


def _similar_names(folder: Path, wanted: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = {entry.name.lower(): entry.name for entry in islice(entries, _MAX_NEIGHBOURS)}
    except OSError:
        return []
    close = difflib.get_close_matches(wanted.lower(), sorted(names), n=_MAX_SUGGESTIONS)
    return [_quoted(folder / names[key]) for key in close if names[key] != wanted]


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
