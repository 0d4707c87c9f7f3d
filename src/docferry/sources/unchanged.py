"""Reads a file on the understanding that it is still the one that was hashed.

What is paid for is remembered under the file's fingerprint, so a file that was written to meanwhile must not
be sent under it.
"""

import hashlib
import io
import os
from typing import BinaryIO, cast

from docferry.errors import SourceError
from docferry.sources.faults import os_errors_as_source_errors
from docferry.sources.source_file import SourceFile
from docferry.sources.storing import PART_BYTES

__all__ = ["check_unchanged", "open_unchanged"]


def open_unchanged(file: SourceFile) -> BinaryIO:
    """Open a file for reading once from its start to its end; the caller closes.

    The bytes are hashed on the way, and the last of them come out only if they are those of the fingerprint:
    a request that is fed from here never goes out whole with another content. Errors of the disk are
    SourceErrors, also while reading.

    Raises:
        SourceError: On opening or reading: it cannot be read, or was changed since it was hashed.
    """
    if isinstance(file.content, bytes):
        return io.BytesIO(file.content)
    with os_errors_as_source_errors(name=file.name):
        return cast("BinaryIO", _Witness(file, file.content.open("rb")))


def check_unchanged(file: SourceFile) -> None:
    """Read a file to its end to see whether it is still the one that was hashed; blocks.

    Raises:
        SourceError: It cannot be read, or was changed.
    """
    with open_unchanged(file) as stream:
        while stream.read(PART_BYTES):
            pass


class _Witness(io.BufferedIOBase):
    """Hands out a file's bytes, and the last ones only when all of them are those that were hashed."""

    def __init__(self, file: SourceFile, stream: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._stream = stream
        self._begin()

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes, though only to the start and, to measure it, to the end."""
        return True

    def tell(self) -> int:
        """How many bytes were handed out, or the size after going to the end."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to the start, or to the end to measure it; reading goes on only from the start."""
        if offset or whence not in (os.SEEK_SET, os.SEEK_END):
            raise io.UnsupportedOperation("only the start and the end are places to go to")
        if whence == os.SEEK_END:
            self._position = self._file.size_bytes
        else:
            with os_errors_as_source_errors(name=self._file.name):
                self._stream.seek(0)
            self._begin()
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes.

        Raises:
            SourceError: The file cannot be read, or was changed.
        """
        left = self._file.size_bytes - self._position
        if not left or size == 0:
            return b""
        with os_errors_as_source_errors(name=self._file.name):
            part = self._stream.read(left if size is None or size < 0 else min(size, left))
            is_cut_short = not part
            is_at_end = len(part) == left
            has_more = is_at_end and bool(self._stream.read(1))
        self._digest.update(part)
        is_another = is_at_end and f"sha256:{self._digest.hexdigest()}" != self._file.fingerprint
        if is_cut_short or has_more or is_another:
            raise SourceError(
                "was changed since it was first read",
                next_step="parse it again once nobody writes to it",
                source=self._file.name,
            )
        self._position += len(part)
        return part

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()

    def _begin(self) -> None:
        self._position = 0
        self._digest = hashlib.sha256()
