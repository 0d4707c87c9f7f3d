"""Files that are not uploaded: those that the service has already, and those that it downloads itself."""

import hashlib

from docferry.errors import InvalidOptionsError
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile, Url, is_url, last_part, public_address
from docferry_extend.options import ExtendOptions
from docferry_extend.wire import FileReference

__all__ = ["by_reference", "extend_file", "reference_of"]

FILE_MARK = "extend-file:"


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


def by_reference(
    context: ParseContext, source: Source, reference: FileReference, *, trust_url: bool
) -> ParseContext:
    """The host's services for a source whose bytes never come here.

    What a file id stands for does not change, so its result is found again. What an address stands for may,
    so its result is found again only when the caller trusts it.

    Args:
        context: The host's services.
        source: The source.
        reference: The file.
        trust_url: Whether an address means the same document every time.
    """
    file = SourceFile.unseen(
        name=source.name, file_name=last_part(source.name), fingerprint=_fingerprint(reference)
    )
    return context.with_unseen(file, is_trusted=bool(reference.file_id) or trust_url)


def _fingerprint(reference: FileReference) -> str:
    """Stands in for the digest of bytes that nobody has seen: of the id, or the address without its query."""
    known = f"{FILE_MARK}{reference.file_id}" if reference.file_id else public_address(reference.url)
    return f"sha256:{hashlib.sha256(known.encode()).hexdigest()}"
