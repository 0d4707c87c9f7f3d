"""Sources that the service downloads itself: nothing is opened here, and the address stands for the bytes."""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from docferry.ledger import fingerprint_url
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile, Url
from docferry_pulse.options import PulseOptions

__all__ = ["by_address"]


def by_address(source: Source, options: PulseOptions, context: ParseContext) -> ParseContext:
    """A context that does not download the source; as it is, when that is to be uploaded."""
    if not options.send_url or not isinstance(source.origin, Url):
        return context
    address = source.origin.address
    file = SourceFile.unseen(
        name=source.name,
        file_name=unquote(PurePosixPath(urlsplit(address).path).name),
        fingerprint=fingerprint_url(address),
        address=address,
    )
    return context.with_unseen(file, is_trusted=options.trust_url)
