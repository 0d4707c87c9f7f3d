"""From a kept payload to a document, and what a reader should know of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from docferry.errors import InvalidOptionsError
from docferry.model import Document, DocumentWarning, Element, Page, PageSelection
from docferry.provider import PayloadReader
from docferry.reading import decode_image, take_images
from docferry_pulse.boxes import picture_addresses, read_entries
from docferry_pulse.dialect import Section, read_sections
from docferry_pulse.failures import PROVIDER
from docferry_pulse.linking import link_captions
from docferry_pulse.mapping import Draft, map_page
from docferry_pulse.ordering import Ordered, order
from docferry_pulse.paging import number_sections, selected_pages
from docferry_pulse.parts import no_output, read_kept
from docferry_pulse.pictures import PictureShelf
from docferry_pulse.wire import Extraction, get, read_extraction

__all__ = ["all_pictures", "map_payload"]

MAX_WARNING_LENGTH = 200
OTHER_RESULTS = {"split_output": "split", "schema_output": "extract_schema"}


def map_payload(payload: PayloadReader, *, pages: PageSelection | None, fingerprint: str) -> Document:
    """Map what was fetched.

    Args:
        payload: The parts that fetching kept.
        pages: The pages that were asked for; None for all.
        fingerprint: The source's fingerprint.

    Raises:
        InvalidResponseError: It holds no result that can be read.
        InvalidOptionsError: It is the result of another operation than a parse.
    """
    answer = read_kept(payload)
    for mark, function in OTHER_RESULTS.items():
        if get(answer.result, mark) is not None:
            raise InvalidOptionsError(
                "this job is no parse, so there is no document",
                next_step=f"call docferry_pulse.{function} again: it finds the result",
            )
    extraction = read_extraction(answer.result)
    if extraction.is_empty and extraction.page_count is None:
        raise no_output(answer.job_id)
    shelf = PictureShelf(addresses=all_pictures(extraction), payload=payload.payload)
    ordered, warnings = _ordered(extraction, pages)
    drafts = _drafts(ordered, shelf, extraction)
    document = Document(
        source_fingerprint=fingerprint,
        provider=PROVIDER,
        pages=tuple(Page(number=number) for number in _page_numbers(extraction, ordered, drafts, pages)),
        elements=tuple(draft.element for draft in drafts),
    )
    notes = (
        *warnings,
        *ordered.warnings,
        *_service_warnings(extraction.warnings),
        *_gaps(document),
        *_blanks(drafts),
    )
    return replace(document, warnings=notes)


def all_pictures(extraction: Extraction) -> tuple[str, ...]:
    """The addresses of all pictures of a result once: of its figures, and those inside its text.

    Of the addresses in the text only pictures that stand there whole count. Others may lead anywhere: they
    come from the document.
    """
    inside = (address for address in take_images(extraction.markdown)[1] if decode_image(address) is not None)
    return tuple(dict.fromkeys((*picture_addresses(extraction.boxes), *inside)))


def _ordered(
    extraction: Extraction, selection: PageSelection | None
) -> tuple[Ordered, tuple[DocumentWarning, ...]]:
    sections = _sections(extraction)
    numbered = number_sections(sections, page_count=extraction.page_count, selection=selection)
    ordered = order(
        sections,
        numbered.pages,
        read_entries(extraction.boxes),
        page_count=extraction.page_count,
        selection=selection,
    )
    return ordered, numbered.warnings


def _sections(extraction: Extraction) -> tuple[Section, ...]:
    """The pages of the text: by its own marks, else by the chunks that are one a page."""
    sections = read_sections(extraction.markdown)
    texts = extraction.page_texts
    if any(section.is_closed for section in sections) or len(texts) != extraction.page_count:
        return sections
    return tuple(
        Section(
            number=number,
            is_closed=True,
            marks=tuple(mark for section in read_sections(text) for mark in section.marks),
        )
        for number, text in enumerate(texts, start=1)
    )


def _drafts(ordered: Ordered, shelf: PictureShelf, extraction: Extraction) -> list[Draft]:
    drafts: list[Draft] = []
    numbers: Counter[int | None] = Counter()
    for page in ordered.pages:
        mapped = list(map_page(page, shelf=shelf, footnote_ids=extraction.footnote_ids, numbers=numbers))
        link_captions(mapped)
        drafts += mapped
    return drafts


def _page_numbers(
    extraction: Extraction, ordered: Ordered, drafts: Sequence[Draft], selection: PageSelection | None
) -> list[int]:
    """All pages processed, whether or not anything stands on them, and those that the boxes name besides."""
    named = {page.page for page in ordered.pages if page.page is not None}
    named |= {region.page for draft in drafts for region in draft.element.regions}
    processed = selected_pages(selection, page_count=extraction.page_count or (0 if named else 1))
    return sorted(named | set(processed))


def _service_warnings(texts: Sequence[str]) -> Iterator[DocumentWarning]:
    for text in texts:
        yield DocumentWarning(code="service_warning", message=" ".join(text.split())[:MAX_WARNING_LENGTH])


def _gaps(document: Document) -> Iterator[DocumentWarning]:
    if len(document.pages) > 1 and any(not element.regions for element in document.elements):
        yield DocumentWarning(
            code="pages_unknown",
            message="Of some passages, nothing says on which page they stand.",
        )
    lacking = [element for element in document.elements if _lacks_image(element)]
    if lacking:
        yield DocumentWarning(
            code="images_missing",
            message="Some pictures could not be downloaded.",
            pages=_pages_of(lacking),
        )


def _blanks(drafts: Sequence[Draft]) -> Iterator[DocumentWarning]:
    emptied = [draft for draft in drafts if draft.n_blank_cells]
    if emptied:
        count = sum(draft.n_blank_cells for draft in emptied)
        yield DocumentWarning(
            code="blank_cells_left_out",
            message=f"Rows and columns without any text were left out of huge tables: {count} cells.",
            pages=_pages_of([draft.element for draft in emptied]),
        )


def _pages_of(elements: Sequence[Element]) -> tuple[int, ...]:
    return tuple(sorted({region.page for element in elements for region in element.regions}))


def _lacks_image(element: Element) -> bool:
    return element.image is not None and not element.image.asset_name
