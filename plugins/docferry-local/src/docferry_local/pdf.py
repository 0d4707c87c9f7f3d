"""PDF to a document: waits for its turn, reads off the event loop, and says what went less than well."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import anyio
from anyio.lowlevel import RunVar

from docferry.errors import CorruptSourceError, NeedsOcrError
from docferry.model import Document, DocumentWarning, Element, ElementKind, PageSelection
from docferry.provider import ParseContext
from docferry.sources import Source, SourceFile
from docferry_local.document import assemble
from docferry_local.options import LocalOptions
from docferry_local.reading import PdfReader, ReadPages

__all__ = ["parse_pdf"]

# liteparse holds one lock around PDFium. Documents queue here, on the loop, instead of each holding a worker
# thread that waits for that lock. One limiter per event loop, because a limiter belongs to its loop.
_turns: RunVar[anyio.CapacityLimiter] = RunVar("docferry_local_turns")


PICTURE_PERCENT = 50
"""From this share of the page on, pictures are taken for the page's content."""

FEW_CHARACTERS = 100
"""Less text than this beside such pictures is a stamp or a caption."""


async def parse_pdf(
    file: SourceFile,
    *,
    source: Source,
    pages: PageSelection | None,
    options: LocalOptions,
    context: ParseContext,
) -> Document:
    """Parse a PDF.

    One document at a time is parsed in a process; others wait their turn. A cancelled parse stops after the
    batch under way. Memory beyond the result does not grow with the number of pages.

    Args:
        file: The opened source, with media type application/pdf.
        source: The source, for progress.
        pages: The pages wanted; None for all.
        options: The options of this provider.
        context: The host's services.

    Raises:
        EncryptedSourceError: A password is needed, or another one.
        CorruptSourceError: The file cannot be read, or none of its pages.
        NeedsOcrError: None of the pages has a text layer.
        SourceError: None of the pages wanted is there.
    """
    loop = asyncio.get_running_loop()

    def report(pages_done: int, pages_total: int) -> None:
        tell = partial(context.report, source, pages_done=pages_done, pages_total=pages_total)
        loop.call_soon_threadsafe(tell)

    # The thread outlives a cancelled caller; this is how it learns that nobody waits any more.
    stopped = threading.Event()
    reader = PdfReader(file=file, options=options, report=report, is_stopped=stopped.is_set)
    try:
        async with _turn():
            read = await context.run_in_thread(reader.read, pages)
        _check_readable(file, read)
        document_pages, elements = await context.run_in_thread(assemble, read.pages)
    finally:
        stopped.set()
    return Document(
        source_fingerprint=file.fingerprint,
        provider="local",
        pages=document_pages,
        elements=elements,
        warnings=(*_warnings(read, pages), *_picture_warnings(read, elements)),
    )


def _turn() -> anyio.CapacityLimiter:
    try:
        return _turns.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(1)
        _turns.set(limiter)
        return limiter


def _check_readable(file: SourceFile, read: ReadPages) -> None:
    if not read.pages:
        raise CorruptSourceError(
            f"none of {len(read.failed)} pages can be read" if read.failed else "the PDF has no pages",
            next_step="open it in a viewer, and repair or replace it",
            source=file.name,
        )
    if any(page.has_text for page in read.pages):
        return
    count = "its only page has no" if len(read.pages) == 1 else f"none of {len(read.pages)} pages has a"
    look = ", and nothing is drawn there" if all(page.is_blank for page in read.pages) else ""
    raise NeedsOcrError(
        f"{count} text layer{look}",
        next_step="parse it with a provider that reads scans, see `docferry providers`",
        source=file.name,
    )


def _warnings(read: ReadPages, pages: PageSelection | None) -> Iterator[DocumentWarning]:
    silent = [page.page.number for page in read.pages if not page.has_text and not page.is_blank]
    if silent:
        yield DocumentWarning(
            code="pages_without_text",
            message=f"{_counted(silent)} no text layer: what is written there, if anything, is missing.",
            pages=tuple(silent),
        )
    if read.failed:
        yield DocumentWarning(
            code="pages_failed",
            message=f"{_counted(read.failed)} not been parsed, because the file is damaged there.",
            pages=tuple(read.failed),
        )
    if pages is not None and _ends_after(pages, read.total_pages):
        yield DocumentWarning(
            code="pages_not_there",
            message=f"Pages {pages} were selected, but the document ends with page {read.total_pages}.",
        )


def _picture_warnings(read: ReadPages, elements: Sequence[Element]) -> Iterator[DocumentWarning]:
    """Scans with a stamp, a running head or a page number on top have text, but not what is on the page."""
    covered: Counter[int] = Counter()
    written: Counter[int] = Counter()
    for element in elements:
        for region in element.regions:
            if element.kind is ElementKind.FIGURE and region.box is not None:
                box = region.box
                covered[region.page] += round(100 * (box.right - box.left) * (box.bottom - box.top))
            elif not element.is_furniture:
                written[region.page] += len(element.text)
    pictures = [
        page.page.number
        for page in read.pages
        if page.has_text
        and written[page.page.number] < FEW_CHARACTERS
        and (page.is_scan or covered[page.page.number] >= PICTURE_PERCENT)
    ]
    if pictures:
        yield DocumentWarning(
            code="pages_mostly_pictures",
            message=f"{_counted(pictures)} little text beside a picture: what is written in that is missing.",
            pages=tuple(pictures),
        )


def _ends_after(pages: PageSelection, total_pages: int) -> bool:
    return any((first if last is None else last) > total_pages for first, last in pages.ranges)


def _counted(pages: Sequence[int]) -> str:
    return f"Page {pages[0]} has" if len(pages) == 1 else f"{len(pages)} pages have"
