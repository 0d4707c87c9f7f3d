"""Bytes on their way: hashed, counted, and written to a file, part by part."""

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

from docferry.sources.faults import too_large_error, write_error

__all__ = ["PART_BYTES", "Fingerprint", "StoredFile"]

PART_BYTES = 256 * 1024
"""How many bytes are in memory at a time. Larger parts leave the processor's cache before they are hashed."""


class Fingerprint:
    """SHA-256 and length of the bytes seen so far."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._digest = hashlib.sha256()

    def update(self, part: bytes) -> None:
        """Take the next bytes into account."""
        self._digest.update(part)
        self.size_bytes += len(part)

    def __str__(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"


class StoredFile:
    """A file being written, and what went into it so far. Use it in a `with` block, which closes it.

    Args:
        folder: Where to make it; it is called "document".
        max_size_bytes: The most it takes; None for no limit.
        name: Name of the source.

    Raises:
        ConfigurationError: The file cannot be made.
    """

    def __init__(self, folder: Path, *, max_size_bytes: int | None, name: str) -> None:
        self.path = folder / "document"
        self.name = name
        self.max_size_bytes = max_size_bytes
        self.fingerprint = Fingerprint()
        try:
            self._file = self.path.open("wb")
        except OSError as error:
            raise write_error(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
        except OSError as close_error:
            # What a failed write left in the buffer fails again here; the first error says it already.
            if error is None:
                raise write_error(close_error) from close_error

    def write(self, part: bytes) -> None:
        """Add bytes; blocks.

        Raises:
            SourceTooLargeError: There are more than the limit allows.
            ConfigurationError: The disk does not take them.
        """
        self.fingerprint.update(part)
        if self.max_size_bytes is not None and self.fingerprint.size_bytes > self.max_size_bytes:
            raise too_large_error(None, max_size_bytes=self.max_size_bytes, name=self.name)
        try:
            self._file.write(part)
        except OSError as error:
            raise write_error(error) from error

    def check_announced_size(self, size_bytes: int) -> None:
        """Refuse a file before its first byte.

        Raises:
            SourceTooLargeError: It is going to be above the limit.
        """
        if self.max_size_bytes is not None and size_bytes > self.max_size_bytes:
            raise too_large_error(size_bytes, max_size_bytes=self.max_size_bytes, name=self.name)
