"""Bring the bytes of a source to this machine.

Blocking work runs in worker threads. A cancelled caller does not wait for them; they notice and stop.
"""

import dataclasses
import io
import stat
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import anyio
import anyio.to_thread

from docferry.errors import SourceError, SourceNotFoundError
from docferry.sources.description import FileHints, describe_file
from docferry.sources.faults import (
    folder_error,
    missing_path_error,
    os_errors_as_source_errors,
    too_large_error,
    write_error,
)
from docferry.sources.sniff import read_sample
from docferry.sources.source import FileSystemPath, Source, Url
from docferry.sources.source_file import SourceFile
from docferry.sources.storing import PART_BYTES, Fingerprint, StoredFile

__all__ = ["open_source"]

Result = TypeVar("Result")

Prepare = Callable[[SourceFile], SourceFile]
IsAbandoned = Callable[[], bool]


class _AbandonedError(Exception):
    """Ends the work of a thread that nobody waits for any more; it reaches nobody."""


def _as_it_is(file: SourceFile) -> SourceFile:
    return file


@asynccontextmanager
async def open_source(
    source: Source,
    *,
    max_size_bytes: int | None = None,
    idle_timeout_seconds: float = 30.0,
    prepare: Prepare = _as_it_is,
) -> AsyncGenerator[SourceFile]:
    """Bring a source to this machine for the length of an `async with` block.

    A path is read in place and bytes stay in memory. A URL is streamed, and a file of a file system copied,
    to a temporary file that is deleted when the block ends. Memory does not grow with the size of the file.
    Proxies and certificates for URLs come from the usual environment variables; a failed download is not
    repeated here.

    Args:
        source: What to open.
        max_size_bytes: Larger sources are refused, downloads as soon as they prove larger; None for no limit.
        idle_timeout_seconds: How long a server may keep us waiting for a connection or for the next bytes.
        prepare: Called with the file in a worker thread, once it is there; what it returns is yielded, what
            it raises is raised. It may block. A cancelled caller waits for its end where the file is
            temporary.

    Yields:
        The file, hashed and sniffed, never empty. Whether a provider takes it is for `check_source_file`.

    Raises:
        SourceNotFoundError: There is nothing at that path or URL (HTTP 404, 410).
        EmptySourceError: There are no bytes.
        SourceTooLargeError: It exceeds `max_size_bytes`.
        CorruptSourceError: The server's compression of it is damaged.
        SourceError: It is a folder or no regular file, may not be read, or the server refuses it.
        RateLimitedError: The server asks for fewer requests (HTTP 429).
        UnavailableError: The server does not answer, breaks off, or cannot answer now (HTTP 5xx).
        ConfigurationError: The temporary folder cannot be used.
    """
    match source.origin:
        case Path() as path:
            yield await _in_thread(lambda stop: prepare(_file_at(path, source, max_size_bytes, stop)))
        case bytes() as data:
            yield await _in_thread(lambda _: prepare(_file_in_memory(data, source, max_size_bytes)))
        case FileSystemPath() as inner:
            async with _temporary_folder() as folder:
                with StoredFile(folder, max_size_bytes=max_size_bytes, name=source.name) as target:
                    await _in_thread(lambda stop: _copy(inner, target, stop))
                yield await _prepared(target, _hints_of(source), prepare)
        case Url() as url:
            async with _temporary_folder() as folder:
                with StoredFile(folder, max_size_bytes=max_size_bytes, name=source.name) as target:
                    found = await _download(url, target, idle_timeout_seconds)
                hints = dataclasses.replace(found, media_type=source.media_type or found.media_type)
                yield await _prepared(target, hints, prepare)


@asynccontextmanager
async def _temporary_folder() -> AsyncGenerator[Path]:
    folder = await anyio.to_thread.run_sync(_make_folder)
    try:
        yield Path(folder.name)
    finally:
        # Should this never be reached, the folder's own finaliser deletes it.
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(folder.cleanup)


def _make_folder() -> "tempfile.TemporaryDirectory[str]":
    try:
        return tempfile.TemporaryDirectory(prefix="docferry-", ignore_cleanup_errors=True)
    except OSError as error:
        raise write_error(error) from error


async def _in_thread(work: Callable[[IsAbandoned], Result]) -> Result:
    abandoned = threading.Event()
    try:
        return await anyio.to_thread.run_sync(work, abandoned.is_set, abandon_on_cancel=True)
    finally:
        abandoned.set()


def _parts(stream: BinaryIO, is_abandoned: IsAbandoned) -> Iterator[bytes]:
    while part := stream.read(PART_BYTES):
        yield part
        if is_abandoned():
            raise _AbandonedError


def _hints_of(source: Source) -> FileHints:
    return FileHints(media_type=source.media_type)


def _file_at(path: Path, source: Source, max_size_bytes: int | None, is_abandoned: IsAbandoned) -> SourceFile:
    name = source.name
    with os_errors_as_source_errors(name=name):
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise missing_path_error(path, name=name) from error
        except ValueError as error:  # a null character
            raise SourceNotFoundError("is not a valid path", source=name) from error
        if stat.S_ISDIR(status.st_mode):
            raise folder_error(name=name)
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("is a device, pipe or socket, not a file", source=name)
        _check_size(status.st_size, max_size_bytes, name)
        fingerprint = Fingerprint()
        with path.open("rb") as stream:
            sample = read_sample(stream, size_bytes=status.st_size)
            stream.seek(0)
            for part in _parts(stream, is_abandoned):
                fingerprint.update(part)
    return describe_file(
        name=name, sample=sample, fingerprint=fingerprint, content=path, hints=_hints_of(source)
    )


def _file_in_memory(data: bytes, source: Source, max_size_bytes: int | None) -> SourceFile:
    _check_size(len(data), max_size_bytes, source.name)
    fingerprint = Fingerprint()
    fingerprint.update(data)
    sample = read_sample(io.BytesIO(data), size_bytes=len(data))
    return describe_file(
        name=source.name, sample=sample, fingerprint=fingerprint, content=data, hints=_hints_of(source)
    )


def _check_size(size_bytes: int, max_size_bytes: int | None, name: str) -> None:
    if max_size_bytes is not None and size_bytes > max_size_bytes:
        raise too_large_error(size_bytes, max_size_bytes=max_size_bytes, name=name)


def _copy(inner: FileSystemPath, target: StoredFile, is_abandoned: IsAbandoned) -> None:
    with (
        os_errors_as_source_errors(name=target.name),
        inner.file_system.open(inner.path, "rb") as stream,
    ):
        for part in _parts(stream, is_abandoned):
            target.write(part)


async def _download(url: Url, target: StoredFile, idle_timeout_seconds: float) -> FileHints:
    from docferry.sources.download import download  # noqa: PLC0415 - importing the room stays light

    return await download(url.address, target=target, idle_timeout_seconds=idle_timeout_seconds)


async def _prepared(stored: StoredFile, hints: FileHints, prepare: Prepare) -> SourceFile:
    file = await _in_thread(lambda _: _stored_file(stored, hints))
    return await anyio.to_thread.run_sync(prepare, file)  # not abandoned: its folder must stay so long


def _stored_file(stored: StoredFile, hints: FileHints) -> SourceFile:
    with stored.path.open("rb") as stream:
        sample = read_sample(stream, size_bytes=stored.fingerprint.size_bytes)
    file = describe_file(
        name=stored.name, sample=sample, fingerprint=stored.fingerprint, content=stored.path, hints=hints
    )
    # Parsers that are handed a path look at its suffix.
    return dataclasses.replace(file, content=stored.path.rename(stored.path.with_suffix(file.suffix)))
