"""Sources that the service downloads itself: nothing is opened here, and the address stands for the bytes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from docferry.ledger import fingerprint_url
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile
from docferry.sources.source import Url
from docferry_pulse.options import PulseOptions

__all__ = ["by_address"]

UNSEEN = "application/octet-stream"
"""What is known of a file that nobody has looked at."""


def by_address(source: Source, options: PulseOptions, context: ParseContext) -> tuple[str, ParseContext]:
    """The address to hand to the service, and a context that does not download the source.

    Returns:
        An empty address and the context as it is, when the source is none or is to be uploaded.
    """
    if not options.send_url or not isinstance(source.origin, Url):
        return "", context
    address = source.origin.address
    unseen = SourceFile(
        name=source.name,
        file_name=unquote(PurePosixPath(urlsplit(address).path).name) or "document",
        media_type=UNSEEN,
        size_bytes=0,
        fingerprint=fingerprint_url(address),
        content=b"",
    )

    @asynccontextmanager
    async def unopened(_source: Source) -> AsyncGenerator[SourceFile]:
        yield unseen

    # Without trust, what an earlier run got for the address is not taken: the document may have changed.
    jobs = context.jobs if options.trust_url else replace(context.jobs, refreshes=True)
    return address, replace(context, opener=unopened, jobs=jobs)
