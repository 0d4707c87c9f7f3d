"""What the caller hands in, made uniform, before anything is opened."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from docferry.sources.naming import public_address, storable_text

__all__ = ["FileSystem", "FileSystemPath", "Source", "SourceInput", "Url"]

_NAME_DIGITS = 12


class FileSystem(Protocol):
    """The part of an fsspec file system that docferry uses."""

    def open(self, path: str, mode: str = "rb") -> Any:  # noqa: ANN401 - fsspec promises no binary file
        """Open a file for reading bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Url:
    """An http or https address. Its query may hold a signature and is kept out of names and messages."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileSystemPath:
    """A path inside an fsspec file system."""

    file_system: FileSystem = field(repr=False)
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing to parse.

    Args:
        name: The string the caller gave, a URL without its query; it becomes the metadata key `source` and
            is the identity under which a re-run finds its chunks again.
        origin: Where the bytes are.
        media_type: What the caller says it is, such as "text/markdown"; used where the content is text and
            the name does not say of which kind. Empty when nobody says.
    """

    name: str
    origin: Path | bytes | Url | FileSystemPath = field(repr=False)
    media_type: str = ""

    @classmethod
    def from_path(cls, path: str | os.PathLike[str]) -> "Source":
        """Name one file on this machine. Patterns and folders are for `expand_sources`."""
        return cls(name=storable_text(os.fspath(path)), origin=Path(path))

    @classmethod
    def from_bytes(cls, data: bytes, *, name: str = "", media_type: str = "") -> "Source":
        """Wrap a whole file that is in memory.

        Args:
            data: The bytes of the file, not a text to be encoded.
            name: What to call it, such as "report.pdf". When empty, the name is made from the content, so
                that the same bytes have the same name in every run.
            media_type: What it is said to be; see the class.
        """
        return cls(
            name=storable_text(name) or f"bytes-{hashlib.sha256(data).hexdigest()[:_NAME_DIGITS]}",
            origin=data,
            media_type=media_type,
        )

    @classmethod
    def from_url(cls, address: str) -> "Source":
        """Name a file on the web.

        Args:
            address: An http or https address. The source's name is the address without user, password, query
                and fragment, so two addresses that differ only there have the same name.
        """
        return cls(name=storable_text(public_address(address)), origin=Url(address))

    @classmethod
    def from_file_system(
        cls, file_system: FileSystem, path: str | os.PathLike[str], *, name: str = ""
    ) -> "Source":
        """Name one file of an fsspec file system, such as `fsspec.filesystem("s3")`.

        Args:
            file_system: Anything with `open(path, mode)`; it is called from worker threads.
            path: The file's path as that file system spells it.
            name: What to call it; the path when empty.
        """
        given = os.fspath(path)
        return cls(name=storable_text(name or given), origin=FileSystemPath(file_system, given))


SourceInput = str | os.PathLike[str] | bytes | BinaryIO | Source
"""What callers may hand in: a path, folder, glob pattern or URL, bytes, an open binary file, or a Source."""
