"""Files that are not uploaded: those that the service has already, and those that it downloads itself."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from docferry.errors import InvalidOptionsError
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile, Url
from docferry.sources.naming import is_url, last_part, public_address
from docferry_extend.options import ExtendOptions
from docferry_extend.wire import FileReference

__all__ = ["by_reference", "extend_file", "reference_of"]

FILE_MARK = "extend-file:"
NOT_AT_HAND = "application/octet-stream"
"""The kind of a file that nobody has looked into: its pages are not counted here."""


def extend_file(file_id: str, *, name: str = "") -> Source:
    """A source for a file that is at the service already, such as one of an earlier upload.

    Args:
        file_id: The service's id of it ("file_...").
        name: What to call the source in metadata, such as "report.pdf"; the id when empty.

    Raises:
        InvalidOptionsError: The id is empty.
    """
    given = file_id.strip()
    if not given:
        raise InvalidOptionsError(
            "the id of a file at the service is empty", next_step="give one such as file_..."
        )
    return Source(name=name or given, origin=Url(f"{FILE_MARK}{given}"))


def reference_of(source: Source, options: ExtendOptions) -> FileReference | None:
    """How to name a source to the service; None for one that is uploaded."""
    if not isinstance(source.origin, Url):
        return None
    address = source.origin.address
    if address.startswith(FILE_MARK):
        return FileReference(file_id=address.removeprefix(FILE_MARK))
    if options.sends_urls and is_url(address):
        return FileReference(url=address, name=last_part(source.name))
    return None


def by_reference(context: ParseContext, reference: FileReference, *, trust_url: bool) -> ParseContext:
    """The host's services for a source whose bytes never come here.

    What a file id stands for does not change, so its result is found again. What an address stands for may,
    so its result is found again only when the caller trusts it.

    Args:
        context: The host's services.
        reference: The file.
        trust_url: Whether an address means the same document every time.
    """

    @asynccontextmanager
    async def described(source: Source) -> AsyncGenerator[SourceFile]:
        yield SourceFile(
            name=source.name,
            file_name=last_part(source.name) or "document",
            media_type=NOT_AT_HAND,
            size_bytes=0,
            fingerprint=_fingerprint(reference),
            content=b"",
        )

    is_fixed = bool(reference.file_id) or trust_url
    jobs = context.jobs if is_fixed else replace(context.jobs, refreshes=True)
    return replace(context, opener=described, jobs=jobs)


def _fingerprint(reference: FileReference) -> str:
    """Stands in for the digest of bytes that nobody has seen: of the id, or the address without its query."""
    known = f"{FILE_MARK}{reference.file_id}" if reference.file_id else public_address(reference.url)
    return f"sha256:{hashlib.sha256(known.encode()).hexdigest()}"
