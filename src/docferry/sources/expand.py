"""From what the caller hands in to single sources, lazily and in order."""

import errno
import inspect
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from docferry.errors import EmptySourceError, SourceError, SourceNotFoundError
from docferry.sources.faults import missing_path_error, source_error_from
from docferry.sources.naming import is_url, public_address, storable_text, suffix_of
from docferry.sources.source import Source, SourceInput
from docferry.sources.walk import EVERYTHING, UnlistedFolder, has_wildcard, walk_files

__all__ = ["expand_sources"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_MAX_PATH_CHARACTERS = 4096
_WHAT_TO_GIVE = "give a path, folder, glob pattern, URL, bytes, binary file object or Source"

Expanded = Iterator[Source | SourceError]


def expand_sources(
    inputs: SourceInput | Iterable[SourceInput], *, suffixes: frozenset[str]
) -> Iterator[Source | SourceError]:
    """Expand folders, glob patterns and everything else a caller may hand in.

    Nothing is looked at before its turn comes, so the inputs may be an endless generator. Looking at folders
    and reading file objects blocks: call this from a worker thread.

    Args:
        inputs: One input or many.
            A string or PathLike names a file, or a folder, which stands for all files in it, at any depth,
            whose suffix is in `suffixes`. Links are followed, hidden files and folders (a dot in front) and
            the owner files of Microsoft Office (~$ in front) are left out.
            A string with * ? or [ that is not the name of a file stands for the files that match; ** stands
            for any number of folders. Matches are files, not folders, and are not filtered by suffix.
            A string that begins with http:// or https:// is a URL.
            Bytes are the content of a file. So is a binary file object, from its start to its end if it can
            seek, wherever it stands; if it belongs to a file on this machine, only the path is taken.
            A Source passes as it is, and so does an error that stands in the place of one.
        suffixes: Lower case with the dot: what counts in a folder. A file named by the caller always counts.

    Yields:
        Sources in the order of the inputs, those of a folder or pattern ordered by path, part by part.
        Duplicates stay. The name of a source is the string given; for files found it is the folder as given
        and the relative path with slashes; a URL loses user, password, query and fragment. An input that
        gives no source gives an error in its place:
        SourceNotFoundError (no such path, nothing matches), EmptySourceError (no file that counts in the
        folder), SourceError (not readable, or not an input at all).
    """
    for item in _each(inputs):
        yield from _expand(item, suffixes)


def _each(inputs: object) -> Iterable[object]:
    is_one = isinstance(inputs, (str, bytes, bytearray, memoryview, os.PathLike, Source))
    is_many = not is_one and not hasattr(inputs, "read") and isinstance(inputs, Iterable)
    return cast("Iterable[object]", inputs) if is_many else (cast("object", inputs),)


def _expand(item: object, suffixes: frozenset[str]) -> Expanded:
    match item:
        case Source() | SourceError():  # an error stands in the place of a source
            yield item
        case bytes():
            yield Source.from_bytes(item)
        case bytearray() | memoryview():
            yield Source.from_bytes(bytes(cast("bytearray", item)))
        case str():
            yield from _expand_text(item, suffixes)
        case os.PathLike():
            path = cast("os.PathLike[str]", item)
            yield from _expand_path(os.fsdecode(path), suffixes, is_literal=True)
        case _ if hasattr(item, "read"):
            yield _from_file_object(cast("BinaryIO", item))
        case _:
            yield SourceError(f"a {type(item).__name__} is not a source", next_step=_WHAT_TO_GIVE)


def _expand_text(text: str, suffixes: frozenset[str]) -> Expanded:
    if not text.strip():
        yield SourceNotFoundError("the name is empty", next_step=_WHAT_TO_GIVE)
    elif is_url(text):
        yield Source.from_url(text)
    elif _SCHEME.match(text):
        scheme = text.partition(":")[0]
        yield SourceError(
            f"addresses that begin with {scheme}:// are not read directly",
            next_step=f'use Source.from_file_system(fsspec.filesystem("{scheme}"), path)',
            source=public_address(text),
        )
    elif "\n" in text or len(text) > _MAX_PATH_CHARACTERS:
        yield _not_a_path(text)
    else:
        yield from _expand_path(text, suffixes, is_literal=not has_wildcard(text))


def _expand_path(given: str, suffixes: frozenset[str], *, is_literal: bool) -> Expanded:
    path = Path(given)
    name = storable_text(given)
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        if is_literal:
            yield missing_path_error(path, name=name)
        else:
            yield from _expand_pattern(given)
    except ValueError:  # a null character
        yield SourceNotFoundError("is not a valid path", next_step="check the path", source=name)
    except OSError as error:
        is_too_long = error.errno == errno.ENAMETOOLONG
        yield _not_a_path(given) if is_too_long else source_error_from(error, name=name)
    else:
        yield from _expand_folder(given, suffixes) if is_folder else (Source(name=name, origin=path),)


def _not_a_path(text: str) -> SourceNotFoundError:
    # Most likely a document handed in instead of its name, and messages hold no text of documents.
    return SourceNotFoundError(
        f"a string of {len(text):,} characters is not a path",
        next_step="for text itself use Source.from_bytes(text.encode(), name=...)",
    )


def _expand_folder(given: str, suffixes: frozenset[str]) -> Expanded:
    left_out: set[str] = set()
    is_empty = True
    prefix = given if given.endswith(("/", os.sep)) else f"{given}/"
    for found in walk_files(Path(given), pattern=EVERYTHING):
        name = storable_text(f"{prefix}{found.relative}")
        if isinstance(found, UnlistedFolder):
            is_empty = False
            yield source_error_from(found.error, name=name)
        elif suffix_of(found.path.name) in suffixes:
            is_empty = False
            yield Source(name=name, origin=found.path)
        else:
            left_out.add(suffix_of(found.path.name) or "none")
    if is_empty:
        kinds = f"; the suffixes there are {_listed(left_out)}" if left_out else ""
        yield EmptySourceError(
            f"the folder holds no document that can be read{kinds}",
            next_step=f"hand in a folder with documents ({_listed(suffixes)}), or name the files themselves",
            source=storable_text(given),
        )


def _expand_pattern(given: str) -> Expanded:
    prefix, pattern = _split_pattern(given)
    is_empty = True
    folder = Path(prefix)
    for found in walk_files(folder, pattern=pattern) if folder.is_dir() else ():
        is_empty = False
        name = storable_text(f"{prefix}{found.relative}")
        if isinstance(found, UnlistedFolder):
            yield source_error_from(found.error, name=name)
        else:
            yield Source(name=name, origin=found.path)
    if is_empty:
        place = "" if Path(given).is_absolute() else f"; relative patterns start at {Path.cwd()}"
        yield SourceNotFoundError(
            "no file has that name or matches that pattern",
            next_step=f"check the pattern{place}",
            source=storable_text(given),
        )


def _split_pattern(given: str) -> tuple[str, tuple[str, ...]]:
    """Split a pattern into the folder in front, as given with its last slash, and the parts to match."""
    separators = r"[/\\]" if os.sep == "\\" else "/"
    first_wildcard = min(given.find(character) for character in "*?[" if character in given)
    ends = [match.end() for match in re.finditer(separators, given[:first_wildcard])]
    start = ends[-1] if ends else 0
    return given[:start], tuple(part for part in re.split(separators, given[start:]) if part)


def _from_file_object(stream: BinaryIO) -> Source | SourceError:
    name = _name_of(stream)
    path = _path_behind(stream)
    if path is not None:
        return Source(name=storable_text(name), origin=path)
    try:
        data = _read_from_start(stream)
    except (OSError, ValueError):  # ValueError: it is closed
        return SourceError(
            "the file object cannot be read", next_step="hand it in open for reading", source=name
        )
    if isinstance(data, (bytes, bytearray)):
        return Source.from_bytes(bytes(data), name=name)
    return SourceError(
        "the file object does not give bytes",
        next_step='open the file in binary mode, as in open(path, "rb")',
        source=name,
    )


def _name_of(stream: object) -> str:
    name = getattr(stream, "name", None)
    return name if isinstance(name, str) else ""


def _path_behind(stream: BinaryIO) -> Path | None:
    """The path of a plain open file; then its bytes need not be held in memory.

    Only for what `open(path, "rb")` returns: a gzip file, say, also has the name and number of a file, but
    other bytes.
    """
    if type(stream) is not io.BufferedReader or not isinstance(getattr(stream, "raw", None), io.FileIO):
        return None
    path = Path(_name_of(stream))
    try:
        status = os.fstat(stream.fileno())
        is_same = os.path.samestat(status, path.stat())
    except (OSError, ValueError):
        return None
    return path if is_same and stat.S_ISREG(status.st_mode) else None


def _read_from_start(stream: BinaryIO) -> object:
    if inspect.iscoroutinefunction(stream.read):
        return None
    if not (hasattr(stream, "seekable") and stream.seekable()):
        return stream.read()
    position = stream.tell()
    stream.seek(0)
    data = stream.read()
    stream.seek(position)
    return data


def _listed(suffixes: Iterable[str]) -> str:
    return ", ".join(sorted(suffixes))
