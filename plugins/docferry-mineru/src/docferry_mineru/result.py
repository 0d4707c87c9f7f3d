"""From a kept payload to a document: which of its files is read, and what a reader should know of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from docferry.errors import InvalidResponseError
from docferry.model import PAGES_UNKNOWN, Document, DocumentWarning, Element, Page, PageSelection
from docferry.provider import PayloadReader
from docferry.reading import elements_of, read_markdown
from docferry_mineru.blocks import Form, WirePage
from docferry_mineru.bundle import PROVIDER, Bundle, open_bundle
from docferry_mineru.filling import fill
from docferry_mineru.images import ImageShelf
from docferry_mineru.mapping import FindImage, map_blocks
from docferry_mineru.page_numbers import number_pages
from docferry_mineru.parts import ABOUT_PART, read_about
from docferry_mineru.placing import place_apart

__all__ = ["map_payload"]

NEARLY_ALL = 0.95
"""A better file that holds less than this share of what another one holds has lost something."""


def map_payload(payload: PayloadReader, *, fingerprint: str, pages: PageSelection | None = None) -> Document:
    """Map what was fetched: the best of its files, filled from the others; else its Markdown.

    Args:
        payload: The parts that fetching kept.
        fingerprint: The source's fingerprint.
        pages: The pages that were asked for; None for all. Pages have their numbers in the whole document.

    Raises:
        InvalidResponseError: It holds no output that can be read.
    """
    with ExitStack() as stack:
        bundle = open_bundle(payload, stack)
        shelf = ImageShelf(payload=payload.payload, archive=bundle.archive)
    form = _best(bundle.forms)
    page_count = _page_count(payload)
    if form is not None and (form.weight or not (bundle.markdown or "").strip()):
        filled = fill(form, (other for other in bundle.forms if other is not form))
        document = _map_form(filled, shelf.find, selection=pages, page_count=page_count)
    elif bundle.markdown is not None:
        document = _map_markdown(bundle, shelf.find, selection=pages, page_count=page_count)
    else:
        raise InvalidResponseError(
            "the result has no output: neither a content list nor middle.json nor Markdown that can be read",
            next_step="report the job id to the service",
            provider=PROVIDER,
        )
    warnings = (*document.warnings, *bundle.warnings, *_missing_images(document.elements))
    return replace(document, source_fingerprint=fingerprint, warnings=warnings)


def _best(forms: Sequence[Form]) -> Form | None:
    most = max((form.weight for form in forms), default=0)
    return next((form for form in forms if form.weight >= NEARLY_ALL * most), None)


def _page_count(payload: PayloadReader) -> int | None:
    if payload.payload.part(ABOUT_PART) is None:
        return None
    return read_about(payload.read(ABOUT_PART)).pages_total


def _map_form(
    form: Form, find_image: FindImage, *, selection: PageSelection | None, page_count: int | None
) -> Document:
    found = {page.index: page for page in form.pages}
    indexes = set(found)
    if not form.names_blank_pages:
        # Such a file does not speak of pages without text, and they are pages all the same.
        indexes.update(range(max(max(found, default=-1) + 1, page_count or 0)))
    numbers = number_pages(indexes, selection=selection, counts_absolutely=form.counts_absolutely)
    wire_pages = [
        (numbers[index], place_apart(found.get(index) or WirePage(index=index))) for index in sorted(numbers)
    ]
    return Document(
        source_fingerprint="",
        provider=PROVIDER,
        pages=tuple(Page(number=number, width=page.width, height=page.height) for number, page in wire_pages),
        elements=map_blocks([(number, page.blocks) for number, page in wire_pages], find_image),
    )


def _map_markdown(
    bundle: Bundle, find_image: FindImage, *, selection: PageSelection | None, page_count: int | None
) -> Document:
    """Map running text. Only in a document of one page is it known where a passage stands."""
    numbers = _all_numbers(selection, page_count)
    page = next(iter(numbers.values())) if len(numbers) == 1 and page_count == 1 else None
    message = "The result is Markdown without pages: nothing says on which page a passage stands."
    return Document(
        source_fingerprint="",
        provider=PROVIDER,
        pages=tuple(Page(number=number) for number in numbers.values()),
        elements=elements_of(read_markdown(bundle.markdown or ""), page=page, find_image=find_image),
        warnings=() if page is not None else (DocumentWarning(code=PAGES_UNKNOWN, message=message),),
    )


def _all_numbers(selection: PageSelection | None, page_count: int | None) -> Mapping[int, int]:
    return number_pages(range(page_count or 1), selection=selection, counts_absolutely=False)


def _missing_images(elements: Sequence[Element]) -> Iterator[DocumentWarning]:
    missing = [element for element in elements if element.image is not None and not element.image.asset_name]
    if missing:
        yield DocumentWarning(
            code="images_missing",
            message="Some pictures are not in the result.",
            pages=tuple(sorted({region.page for element in missing for region in element.regions})),
        )
