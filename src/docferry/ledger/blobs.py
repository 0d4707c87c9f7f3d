"""Files named by the SHA-256 of their bytes. Which of them are wanted is for the caller to know."""

import contextlib
import errno
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Callable, Collection, Generator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

from docferry.errors import ConfigurationError
from docferry.ledger.trouble import Advice, Trouble
from docferry.model import PayloadPart

__all__ = ["BlobFolder", "BlobMark", "BlobWriter", "PayloadCorruptError", "delete_file"]

Result = TypeVar("Result")

PRIVATE_FOLDER = 0o700
BlobMark = tuple[int, int]
"""Inode and time of last change in nanoseconds: tells one file from another that took its place."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DIGEST = re.compile(r"[0-9a-f]{64}")


class PayloadCorruptError(RuntimeError):
    """A part of a payload is missing or damaged; it was dropped, and the service may still have it.

    Internal to the engine. It is no KeyError on purpose: a plugin that looks for an optional part must not
    take a damaged one for an absent one.

    Args:
        name: Name of the part.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"the cached part '{name}' is missing or damaged")
        self.name = name

    def __reduce__(self) -> tuple[type["PayloadCorruptError"], tuple[str]]:
        return PayloadCorruptError, (self.name,)


class BlobFolder:
    """The folders `blobs` and `temp` within a cache folder; nothing else in there is ever touched.

    Args:
        folder: The cache folder.
        advice: The next steps for a person when it cannot be read or written.
    """

    def __init__(self, folder: Path, *, advice: Advice) -> None:
        self.folder = folder
        self._advice = advice

    @contextlib.contextmanager
    def guard(self) -> Generator[None]:
        """Turns errors of the disk into ConfigurationError."""
        try:
            yield
        except OSError as error:
            trouble = Trouble.DISK if error.errno in _FULL else Trouble.OTHER
            raise ConfigurationError(
                f"the payload cache {self.folder} cannot be used: {error.strerror or type(error).__name__}",
                next_step=self._advice.against(trouble),
            ) from error

    def open_temporary(self) -> tuple[BinaryIO, Path]:
        """A new file that only its owner may read, for `move_in` to make a blob of."""
        folder = self.folder / "temp"
        descriptor, name = _in_folders(
            lambda: tempfile.mkstemp(dir=folder, suffix=".part"), self.folder, folder
        )
        return os.fdopen(descriptor, "wb"), Path(name)

    def move_in(self, path: Path, digest: str) -> BlobMark:
        """Make a complete temporary file a blob, in place of a file of the same digest.

        Doing so twice does no harm.
        """
        target = self._path(digest)
        try:
            self.put_in(path, target)
        except (PermissionError, FileNotFoundError):
            # Windows, while somebody reads the file; or it was moved before. Its bytes are the same.
            if not target.exists():
                raise
            path.unlink(missing_ok=True)
        return _mark(target.stat())

    def put_in(self, path: Path, target: Path) -> None:
        """Move a temporary file to its place, two folders below the cache folder."""
        _in_folders(lambda: path.replace(target), self.folder, target.parent.parent, target.parent)

    def probe(self) -> None:
        """Write a file and delete it."""
        stream, path = self.open_temporary()
        stream.close()
        delete_file(path)

    def open(self, digest: str) -> io.BufferedReader:
        """Open a blob for reading.

        Raises:
            FileNotFoundError: It is not there.
        """
        return self._path(digest).open("rb")

    def size(self, digest: str) -> int | None:
        """Size of a blob in bytes, None when it is not there."""
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def mark(self, digest: str) -> BlobMark | None:
        """The mark of a blob, None when it is not there."""
        try:
            return _mark(self._path(digest).stat())
        except FileNotFoundError:
            return None

    def mark_of_open(self, stream: io.BufferedReader) -> BlobMark:
        """The mark of the file behind an open stream."""
        return _mark(os.fstat(stream.fileno()))

    def verify(self, stream: io.BufferedReader, part: PayloadPart) -> None:
        """Read an open blob through, and go back to its start.

        Raises:
            PayloadCorruptError: Its bytes are not those of the part.
        """
        if hashlib.file_digest(stream, "sha256").hexdigest() != part.digest:
            raise PayloadCorruptError(part.name)
        stream.seek(0)

    def delete(self, digests: Collection[str]) -> None:
        """Delete blobs that are there."""
        for digest in digests:
            delete_file(self._path(digest))

    def remove_strays(self, known: Collection[str], *, older_than: float) -> int:
        """Delete temporary files, and blobs that are not known, last changed before that time.

        Returns:
            How many.
        """
        count = 0
        for path in [*self.folder.glob("temp/*"), *self.folder.glob("blobs/*/*")]:
            if path.name not in known and _is_older(path, older_than):
                delete_file(path)
                count += 1
        return count

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"not a SHA-256 digest: {digest!r}")
        return self.folder / "blobs" / digest[:2] / digest


class BlobWriter:
    """Writes one part of a payload; made by `PayloadStore.writer`. One thread at a time.

    Args:
        folder: Where to.
        name: Name of the part.
        media_type: Its media type; may be set until the part is sealed.
        keeper: Called by `finish` with the temporary file and the part, to make the file a blob.
    """

    def __init__(
        self,
        folder: BlobFolder,
        *,
        name: str,
        media_type: str,
        keeper: Callable[[Path, PayloadPart], None],
    ) -> None:
        self.media_type = media_type
        self._folder = folder
        self._name = name
        self._keeper = keeper
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._part: PayloadPart | None = None
        self._is_finished = False
        self._is_discarded = False
        with folder.guard():
            self._stream, self._path = folder.open_temporary()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.discard()
        elif not self._is_discarded:
            self.finish()

    @property
    def size_bytes(self) -> int:
        """Bytes written so far."""
        return self._size_bytes

    @property
    def part(self) -> PayloadPart:
        """The part, once it is sealed or finished.

        Raises:
            RuntimeError: It is neither.
        """
        if self._part is None:
            raise RuntimeError(f"the part '{self._name}' is not sealed")
        return self._part

    def write(self, *parts: bytes) -> None:
        """Append bytes."""
        for data in parts:
            with self._folder.guard():
                self._stream.write(data)
            self._hash.update(data)
            self._size_bytes += len(data)

    def check(self, look: Callable[[BinaryIO], None]) -> None:
        """Have a function look at what was written so far; what it raises is raised.

        Args:
            look: Gets the bytes as a stream that it may seek in, and does not close it.
        """
        with self._folder.guard():
            self._stream.flush()
            stream = self._path.open("rb")
        with stream:
            look(stream)

    def seal(self) -> PayloadPart:
        """Put the bytes on the disk, with nothing to follow; sealing twice does no harm.

        Raises:
            RuntimeError: The part was discarded.
        """
        if self._is_discarded:
            raise RuntimeError(f"the part '{self._name}' was discarded")
        if self._part is None:
            with self._folder.guard():
                self._stream.flush()
                os.fsync(self._stream.fileno())
                self._stream.close()
            self._part = PayloadPart(
                name=self._name,
                media_type=self.media_type,
                size_bytes=self._size_bytes,
                digest=self._hash.hexdigest(),
            )
        return self._part

    def finish(self) -> PayloadPart:
        """Seal the part and keep it for good; finishing twice does no harm.

        Raises:
            RuntimeError: The part was discarded.
        """
        return self.finish_by(self._keeper)

    def finish_by(self, keeper: Callable[[Path, PayloadPart], None]) -> PayloadPart:
        """Finish the part by another keeper than its own: one that is in the midst of a transaction.

        Raises:
            RuntimeError: The part was discarded.
        """
        if self._is_finished:
            return self.part
        try:
            part = self.seal()
            keeper(self._path, part)
            self._is_finished = True
        finally:
            self.discard()
        return part

    def discard(self) -> None:
        """Delete what was written, unless it is finished."""
        if not self._is_finished and not self._is_discarded:
            self._is_discarded, self._part = True, None
            with contextlib.suppress(OSError):  # a full disk, once more; the file is deleted all the same
                self._stream.close()
            delete_file(self._path)


def _in_folders(act: Callable[[], Result], *folders: Path) -> Result:
    """Do something in folders, which are made when they turn out to be missing."""
    with contextlib.suppress(FileNotFoundError):
        return act()
    # One by one, because mkdir gives the mode to the last folder only.
    for folder in folders:
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return act()


def _mark(status: os.stat_result) -> BlobMark:
    return status.st_ino, status.st_mtime_ns


def _is_older(path: Path, time: float) -> bool:
    try:
        return path.stat().st_mtime < time
    except FileNotFoundError:  # another process was faster
        return False


def delete_file(path: Path) -> None:
    """Delete a file of the cache folder, if it is there."""
    # Windows does not delete an open file: a blob becomes a stray and goes later, and a manifest counts as
    # none once its parts are gone.
    with contextlib.suppress(FileNotFoundError, PermissionError):
        path.unlink()
