"""Reads a zip archive that a service sent, without trusting it.

Members with absolute paths, "..", links or passwords count as not there. Sizes, number of members and the
ratio of compression are bounded, so that a small archive cannot fill the memory. Nothing is ever extracted
to disk under a name from the archive.
"""

import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from docferry.errors import InvalidResponseError

__all__ = ["Archive", "check_archive", "open_archive"]

MAX_MEMBERS = 20_000
MAX_TOTAL_BYTES = 2 * 1024**3
MAX_MEMBER_BYTES = 512 * 1024**2
MAX_RATIO = 200
RATIO_MATTERS_BYTES = 1024 * 1024  # text of a few lines compresses as well as any bomb

ENCRYPTED = 0x1
LINK = 0o120000
KIND_MASK = 0o170000

PART_BYTES = 128 * 1024
"""How much of a member is in memory while it is looked through."""

BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The members of an archive that may be read.

    Args:
        names: Their names, with forward slashes, in the archive's order.
    """

    names: tuple[str, ...]
    _provider: str = field(repr=False)
    _file: zipfile.ZipFile = field(repr=False)
    _members: dict[str, zipfile.ZipInfo] = field(repr=False)

    def size(self, name: str) -> int:
        """Size of a member in bytes.

        Raises:
            KeyError: There is no such member.
        """
        return self._members[name].file_size

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """Open a member: `with archive.open(name) as stream`. It never gives more bytes than `size` says.

        Raises:
            KeyError: There is no such member.
            InvalidResponseError: It is damaged; raised where that comes to light, at the latest at its end.
        """
        member = self._members[name]
        try:
            with self._file.open(member) as stream:
                yield cast("BinaryIO", stream)
        except BROKEN as error:
            raise _damaged("a member cannot be read", provider=self._provider) from error

    def read(self, name: str) -> bytes:
        """The bytes of a member.

        Raises:
            KeyError: There is no such member.
            InvalidResponseError: It is damaged.
        """
        with self.open(name) as stream:
            return stream.read()


def check_archive(stream: BinaryIO, *, skips: Callable[[str], bool] | None = None) -> None:
    """Read every member of an archive to its end: a `PartCheck` for `Request.checks`.

    Memory does not grow with the archive. Members that nobody may read are not looked at.

    Args:
        stream: The archive's bytes; must be seekable.
        skips: Whether a member of that name is read by nobody, so that it costs no time and its damage does
            no harm; None for no member. A damaged one is still told of when it is read after all.

    Raises:
        InvalidResponseError: It is no archive, was cut short, a member is damaged, or it exceeds the bounds.
    """
    archive = open_archive(stream)
    for name in archive.names:
        if skips is not None and skips(name):
            continue
        with archive.open(name) as member:
            while member.read(PART_BYTES):
                pass


def open_archive(stream: BinaryIO, *, provider: str = "") -> Archive:
    """Open an archive; the caller keeps the stream open while it reads, and closes it.

    Args:
        stream: The archive's bytes; must be seekable.
        provider: Whose result it is, for errors; empty where whoever raises them on knows.

    Raises:
        InvalidResponseError: It is no archive, or exceeds the bounds.
    """
    try:
        archive = zipfile.ZipFile(stream)  # closing the stream is the caller's
        members = archive.infolist()
    except BROKEN as error:
        raise _damaged("it is no zip archive, or not a whole one", provider=provider) from error
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise _damaged("it is larger than any result", provider=provider)
    readable = {member.filename: member for member in members if _is_readable(member)}
    if any(_is_bomb(member) for member in readable.values()):
        raise _damaged("a member is larger than any result", provider=provider)
    return Archive(names=tuple(readable), _provider=provider, _file=archive, _members=readable)


def _is_readable(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    steps = {*name.split("/")} - {"", "."}
    is_link = (member.external_attr >> 16) & KIND_MASK == LINK
    is_inside = bool(steps) and not name.startswith("/") and ".." not in steps
    return (
        is_inside
        and ":" not in name
        and "\\" not in name
        and not is_link
        and not member.is_dir()
        and not member.flag_bits & ENCRYPTED
    )


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    is_dense = member.file_size > MAX_RATIO * max(member.compress_size, 1)
    return member.file_size > MAX_MEMBER_BYTES or (is_dense and member.file_size > RATIO_MATTERS_BYTES)


def _damaged(what: str, *, provider: str) -> InvalidResponseError:
    return InvalidResponseError(
        f"the archive of the result cannot be used: {what}",
        next_step="fetch the result again",
        provider=provider,
    )
