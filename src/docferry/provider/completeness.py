"""Whether a document has the pages that its source has."""

from dataclasses import replace

from docferry.errors import InvalidResponseError
from docferry.model import Document, DocumentWarning, PageSelection
from docferry.sources import SourceFile, count_pages

__all__ = ["check_pages", "expected_page_count"]


def expected_page_count(
    file: SourceFile, pages: PageSelection | None, *, password: str | None = None
) -> int | None:
    """How many pages a result must have; None when the file's pages cannot be counted here.

    Args:
        file: The file.
        pages: The pages wanted, or None for all.
        password: The document's password, if it needs one.

    Raises:
        SourceError: The file is damaged or locked.
    """
    count = count_pages(file, password=password)
    if count is None or pages is None:
        return count
    return sum(1 for _page in pages.within(count))


def check_pages(document: Document, expected: int | None) -> Document:
    """Refuse a document with pages missing; add a warning to one with pages too many.

    Raises:
        InvalidResponseError: It has fewer pages than expected.
    """
    found = len(document.pages)
    if expected is None or found == expected:
        return document
    if found < expected:
        raise InvalidResponseError(f"the result has {found} of {expected} pages", provider=document.provider)
    warning = DocumentWarning(
        code="more_pages_than_expected",
        message=f"the result has {found} pages, the file {expected}",
    )
    return replace(document, warnings=(*document.warnings, warning))
