"""Bodies on their way: files to a server, and answers from it, in parts that are worth a way to a thread."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import BinaryIO

import anyio.to_thread

from docferry.provider.faults import Fault, TransportFault
from docferry.sources import SourceFile, open_unchanged

__all__ = ["gathered", "grouped", "read_body", "stream_file"]

PART_BYTES = 1024 * 1024


async def read_body(parts: AsyncIterator[bytes], *, limit: int) -> bytes:
    """A whole body, in memory.

    Raises:
        TransportFault: It is longer than the limit.
    """
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > limit:
            raise TransportFault(Fault.UNREADABLE, "ResponseTooLarge")
    return bytes(body)


async def gathered(parts: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """The same bytes in groups of about a megabyte, because each goes to a thread and back."""
    group: list[bytes] = []
    size = 0
    async for part in parts:
        group.append(part)
        size += len(part)
        if size >= PART_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


async def stream_file(file: SourceFile) -> AsyncIterator[bytes]:
    """The bytes of a file.

    Raises:
        SourceError: It cannot be read, or was changed since it was hashed; its last bytes are then not given.
    """
    stream, part = await anyio.to_thread.run_sync(_begin, file)
    try:
        left = file.size_bytes - len(part)
        yield part
        while left and (part := await anyio.to_thread.run_sync(stream.read, PART_BYTES)):
            left -= len(part)
            yield part
    finally:
        stream.close()


def _begin(file: SourceFile) -> tuple[BinaryIO, bytes]:
    """Open a file and read its beginning: in one go, because every way to a thread and back costs."""
    with ExitStack() as stack:
        stream = stack.enter_context(open_unchanged(file))
        beginning = stream.read(PART_BYTES)
        stack.pop_all()
        return stream, beginning


def grouped(form: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """The values of each field of a form, in order."""
    fields: dict[str, list[str]] = {}
    for name, value in form:
        fields.setdefault(name, []).append(value)
    return fields
