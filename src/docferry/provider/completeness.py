"""Whether a document has the pages that its source has."""

from dataclasses import replace

from docferry.errors import InvalidResponseError
from docferry.model import PAGES_UNKNOWN, Document, DocumentWarning, Page, PageSelection, Region
from docferry.sources import SourceFile, count_pages

__all__ = ["check_pages", "expected_page_count", "lacks_pages"]


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


def lacks_pages(document: Document, expected: int | None) -> bool:
    """Whether pages are missing, as far as that is known."""
    return expected is not None and len(document.pages) < expected and not _is_running_text(document)


def check_pages(document: Document, expected: int | None) -> Document:
    """Refuse a document with pages missing; add a warning to one with pages too many.

    A document of running text, which says itself that it knows nothing of pages, gets those of the file.

    Raises:
        InvalidResponseError: It has fewer pages than expected.
    """
    found = len(document.pages)
    if expected is None:
        return document
    if found <= expected and _is_running_text(document):
        return _with_pages(document, expected)
    if found == expected:
        return document
    if lacks_pages(document, expected):
        raise InvalidResponseError(
            f"the result has {found} of {expected} pages",
            next_step="ask the service, or have it parsed anew with --refresh, which is paid for again",
            provider=document.provider,
        )
    warning = DocumentWarning(
        code="more_pages_than_expected",
        message=f"the result has {found} pages, the file {expected}",
    )
    return replace(document, warnings=(*document.warnings, warning))


def _is_running_text(document: Document) -> bool:
    return any(warning.code == PAGES_UNKNOWN for warning in document.warnings)


def _with_pages(document: Document, count: int) -> Document:
    """Running text with as many pages as the file has: of one page, everything stands on it."""
    document = replace(document, pages=tuple(Page(number=number) for number in range(1, count + 1)))
    if count > 1:
        return document
    there = (Region(page=1),)
    return replace(
        document,
        elements=tuple(
            element if element.regions else replace(element, regions=there) for element in document.elements
        ),
        warnings=tuple(warning for warning in document.warnings if warning.code != PAGES_UNKNOWN),
    )
