"""Count the pages of a file and cut some of them out. This blocks: call it from worker threads."""

import dataclasses
import io

from docferry.errors import SourceError, UnsupportedSourceError
from docferry.model import PageSelection
from docferry.sources.pdfium import Pdf, new_pdf, open_pdf
from docferry.sources.source_file import SourceFile

__all__ = ["count_pages", "slice_pages"]

_PDF = "application/pdf"


def count_pages(file: SourceFile, *, password: str | None = None) -> int | None:
    """Number of pages of a PDF, or None for other files; known already where somebody has counted them.

    Args:
        file: The file.
        password: Its password, if it needs one.

    Raises:
        EncryptedSourceError: It needs a password, or another one.
        CorruptSourceError: It is damaged, or cut short so that pages are missing.
    """
    if file.media_type != _PDF:
        return None
    if file.page_count is not None and password is None:
        return file.page_count
    with open_pdf(file, password=password) as document:
        return len(document)


def slice_pages(
    file: SourceFile, *, pages: PageSelection, password: str | None = None
) -> tuple[SourceFile, tuple[int, ...]]:
    """Cut pages out of a PDF.

    Args:
        file: The PDF.
        pages: The pages wanted. Pages beyond the end of the document are left out, as long as one is there.
        password: The document's password, if it needs one; the part needs none.

    Returns:
        A PDF in memory that holds only those pages, and for each of them its 1-based number in the whole
        document, ascending. The pages keep rotation, boxes and annotations; outline, form data and layers of
        the whole are left behind. The fingerprint stays that of the whole. When the selection covers all
        pages and there is no password, the PDF is the file itself.

    Raises:
        UnsupportedSourceError: The file is no PDF.
        SourceError: The selection has no page of the document.
        EncryptedSourceError: It needs a password, or another one.
        CorruptSourceError: It is damaged.
    """
    if file.media_type != _PDF:
        raise UnsupportedSourceError(
            f"pages can only be selected from a PDF, and this is {file.media_type}",
            next_step="leave the page selection out",
            source=file.name,
        )
    with open_pdf(file, password=password) as document:
        page_numbers = _selected(pages, page_count=len(document), name=file.name)
        if len(page_numbers) == len(document) and password is None:
            return file, page_numbers
        content = _copy_of(document, page_numbers)
    part = dataclasses.replace(
        file,
        content=content,
        size_bytes=len(content),
        part=str(pages),
        page_count=len(page_numbers),
    )
    return part, page_numbers


def _selected(pages: PageSelection, *, page_count: int, name: str) -> tuple[int, ...]:
    selected = tuple(pages.within(page_count))
    if not selected:
        has = "1 page" if page_count == 1 else f"{page_count} pages"
        raise SourceError(
            f"has {has}, and the selection {pages} is behind them",
            next_step=f"select from 1-{page_count}",
            source=name,
        )
    return selected


def _copy_of(document: Pdf, page_numbers: tuple[int, ...]) -> bytes:
    # Importing into a new document takes along what the pages refer to; deleting the others would not
    # make the file smaller.
    buffer = io.BytesIO()
    part = new_pdf()
    try:
        part.import_pages(document, [number - 1 for number in page_numbers])
        part.save(buffer)
    finally:
        part.close()
    return buffer.getvalue()
