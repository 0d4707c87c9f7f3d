"""Files that clients send, on disk: memory does not grow with their size."""

import hashlib
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import anyio.to_thread
from starlette.datastructures import UploadFile

from docferry.sources import SourceFile
from docferry.sources.sniff import read_sample, sniff_media_type

__all__ = ["Upload", "UploadStore", "base_name"]

PART_BYTES = 1024 * 1024
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was received whole.

    Args:
        path: Where it is; it may be gone once its job has ended.
        file_name: Its base name as sent.
        size_bytes: Its size.
        sha256: SHA-256 of its bytes, hexadecimal.
        media_type: What the bytes are, by content first and suffix second.
    """

    path: Path = field(repr=False)
    file_name: str
    size_bytes: int
    sha256: str
    media_type: str

    @property
    def suffix(self) -> str:
        """Suffix of the name, lower case with the dot, or empty."""
        return Path(self.file_name).suffix.lower()

    def as_source_file(self) -> SourceFile:
        """The file as the rooms below know it."""
        return SourceFile(
            name=self.file_name,
            file_name=self.file_name,
            media_type=self.media_type,
            size_bytes=self.size_bytes,
            fingerprint=f"sha256:{self.sha256}",
            content=self.path,
        )

    def discard(self) -> None:
        """Delete the file; nothing happens when it is gone."""
        self.path.unlink(missing_ok=True)


def base_name(file_name: str) -> str:
    """The last part of a name that may be a whole path, of any system."""
    return re.split(r"[/\\]", file_name)[-1]


class UploadStore:
    """A temporary folder of uploads, made when it is first needed; `close` deletes it."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    @property
    def folder(self) -> Path:
        """The folder, for what else must be deleted at the end."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="docferry-emulator-", ignore_cleanup_errors=True
            )
        return Path(self._folder.name)

    async def save_form_file(self, part: UploadFile) -> Upload:
        """Keep a file of a multipart form."""
        file_name = base_name(part.filename or "")
        return await anyio.to_thread.run_sync(self._copy, part.file, self._free_path(file_name), file_name)

    async def save_body(self, body: AsyncIterator[bytes], *, file_name: str) -> Upload:
        """Keep a body that is the file itself, as presigned uploads are."""
        path = self._free_path(file_name)
        digest, size = hashlib.sha256(), 0
        async with await anyio.open_file(path, "wb") as target:
            async for part in body:
                digest.update(part)
                size += len(part)
                await target.write(part)
        return await anyio.to_thread.run_sync(_describe, path, file_name, size, digest.hexdigest())

    def close(self) -> None:
        """Delete all files."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _free_path(self, file_name: str) -> Path:
        self._count += 1
        suffix = SUFFIX.search(file_name)
        return self.folder / f"upload-{self._count}{suffix[0].lower() if suffix else ''}"

    def _copy(self, source: BinaryIO, path: Path, file_name: str) -> Upload:
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as target:
            while part := source.read(PART_BYTES):
                digest.update(part)
                size += target.write(part)
        return _describe(path, file_name, size, digest.hexdigest())


def _describe(path: Path, file_name: str, size_bytes: int, sha256: str) -> Upload:
    with path.open("rb") as stream:
        head = read_sample(stream, size_bytes=size_bytes)
    return Upload(
        path=path,
        file_name=file_name,
        size_bytes=size_bytes,
        sha256=sha256,
        media_type=sniff_media_type(head, file_name=file_name),
    )
