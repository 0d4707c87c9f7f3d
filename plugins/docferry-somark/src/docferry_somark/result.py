"""From a kept payload to a document: which of its outputs is read, and what a reader should know of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import PurePosixPath

from docferry.errors import InvalidResponseError
from docferry.model import Document, DocumentWarning, Element
from docferry.provider import Archive, PayloadReader, open_archive
from docferry.reading import document_of
from docferry_somark.dialect import read_dialect
from docferry_somark.images import ARCHIVE_PART, ImageShelf
from docferry_somark.mapping import PROVIDER, map_pages
from docferry_somark.wire import Envelope, Outputs, read_envelope, read_outputs, read_pages, read_task

__all__ = ["RESULT_PART", "map_payload", "no_output"]

RESULT_PART = "result.json"


def map_payload(payload: PayloadReader, *, fingerprint: str) -> Document:
    """Map what was fetched: its JSON pages, else those in the archive, else Markdown from either.

    Args:
        payload: The parts that fetching kept.
        fingerprint: The source's fingerprint.

    Raises:
        InvalidResponseError: It holds no output that can be read.
    """
    envelope = _read_body(payload)
    task = read_task(envelope)
    outputs = read_outputs(task.result)
    with ExitStack() as stack:
        archive, warnings = _open_archive(payload, outputs, stack)
        shelf = ImageShelf(outputs=outputs, payload=payload.payload, archive=archive)
        outputs = _completed(outputs, archive)
    if outputs.pages and (_has_content(outputs) or not outputs.markdown):
        document = map_pages(outputs.pages, shelf, fingerprint=fingerprint)
    elif outputs.markdown is not None:
        document = document_of(
            read_dialect(outputs.markdown),
            fingerprint=fingerprint,
            provider=PROVIDER,
            page_count=task.page_count,
            find_image=shelf.find,
        )
    elif outputs.pages is not None:
        document = map_pages((), shelf, fingerprint=fingerprint)
    else:
        raise no_output(task.task_id)
    notes = (*warnings, *_service_warnings(envelope), *_gaps(document, task.page_count))
    return replace(document, warnings=(*document.warnings, *notes))


def no_output(job_id: str) -> InvalidResponseError:
    """The error for a task that succeeded and returned nothing."""
    return InvalidResponseError(
        "the result has no output: neither json nor markdown nor a zip that can be read",
        next_step="ask for json in output_formats; if it was asked for, report the task id to the service",
        provider=PROVIDER,
        job_id=job_id,
    )


def _read_body(payload: PayloadReader) -> Envelope:
    if payload.payload.part(RESULT_PART) is None:
        return Envelope(code=None, message="")
    envelope = read_envelope(payload.read(RESULT_PART))
    if envelope is None:
        raise InvalidResponseError("the kept result is not a JSON object", provider=PROVIDER)
    return envelope


def _open_archive(
    payload: PayloadReader, outputs: Outputs, stack: ExitStack
) -> tuple[Archive | None, tuple[DocumentWarning, ...]]:
    if payload.payload.part(ARCHIVE_PART) is None:
        return None, ()
    try:
        return open_archive(stack.enter_context(payload.open(ARCHIVE_PART)), provider=PROVIDER), ()
    except InvalidResponseError:
        if outputs.pages is None and outputs.markdown is None:
            raise
    message = "The zip archive cannot be read; pictures that are only in it are missing."
    return None, (DocumentWarning(code="archive_unreadable", message=message),)


def _completed(outputs: Outputs, archive: Archive | None) -> Outputs:
    """Take from the archive what the result itself does not hold. Its layout is documented nowhere."""
    if archive is None or outputs.pages:
        return outputs
    for name in _named(archive, ".json"):
        pages = read_pages(archive.read(name))
        if pages:
            return replace(outputs, pages=pages)
    texts = _named(archive, ".md")
    if outputs.markdown is None and texts:
        largest = max(texts, key=archive.size)
        return replace(outputs, markdown=archive.read(largest).decode("utf-8-sig", errors="replace"))
    return outputs


def _named(archive: Archive, suffix: str) -> list[str]:
    return [name for name in archive.names if PurePosixPath(name).suffix.lower() == suffix]


def _has_content(outputs: Outputs) -> bool:
    return any(block.content or block.image for page in outputs.pages or () for block in page.blocks)


def _service_warnings(envelope: Envelope) -> Iterator[DocumentWarning]:
    for text in envelope.warnings:
        yield DocumentWarning(code="service_warning", message=" ".join(text.split())[:200])


def _gaps(document: Document, page_count: int | None) -> Iterator[DocumentWarning]:
    numbers = {page.number for page in document.pages}
    absent = tuple(number for number in range(1, (page_count or 0) + 1) if number not in numbers)
    if absent:
        yield DocumentWarning(
            code="pages_missing",
            message=f"The service counts {page_count} pages and returned {len(numbers)}.",
            pages=absent,
        )
    if any(_lacks_image(element) for element in document.elements):
        yield DocumentWarning(
            code="images_missing",
            message="Some pictures could not be downloaded.",
            pages=tuple(
                sorted(
                    {
                        region.page
                        for element in document.elements
                        if _lacks_image(element)
                        for region in element.regions
                    }
                )
            ),
        )


def _lacks_image(element: Element) -> bool:
    return element.image is not None and not element.image.asset_name
