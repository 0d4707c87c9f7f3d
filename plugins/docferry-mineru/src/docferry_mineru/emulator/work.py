"""From an uploaded file to its result: what the service looks at first, and the parse itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from docferry.emulation import EmulatedJob, JobFailure, ParsedFile, ServiceState, Upload, drop_last_pages
from docferry.errors import CorruptSourceError, EncryptedSourceError
from docferry.model import Document, Element, Limits
from docferry.sources import count_pages
from docferry_mineru.emulator.archive import Bundle, make_bundle
from docferry_mineru.emulator.quirks import AGENT_LIMITS, MineruQuirks
from docferry_mineru.emulator.request import FileRequest
from docferry_mineru.emulator.web_page import page_markdown
from docferry_mineru.emulator.words import message_of

__all__ = ["Finding", "Job", "Workshop", "dashed"]

Job = EmulatedJob[FileRequest]

ODD_TYPES = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
"""Types whose content must be what the name says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the service found out about a file before it parses it.

    Args:
        pages: Number of pages that will be parsed.
        chosen: Those pages, 1-based; None for all.
        failure: Why it will not be parsed, or None.
    """

    pages: int = 1
    chosen: tuple[int, ...] | None = None
    failure: JobFailure | None = None


class Workshop:
    """Parses files and keeps the results until the service ends.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        write: Keeps the result of a task. It may block.
    """

    def __init__(
        self,
        state: ServiceState[FileRequest],
        quirks: MineruQuirks,
        *,
        write: Callable[[Job, Bundle, Upload], None],
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._write = write

    def look_at(self, upload: Upload, request: FileRequest) -> Finding:
        """Look at a file before it is parsed. Blocks."""
        code = self._refused(upload, request)
        if code:
            return _failed(code)
        if self._state.settings.canned_pages is not None:
            return self._chosen(self._state.settings.canned_pages, request)
        try:
            return self._chosen(count_pages(upload.as_source_file()) or 1, request)
        except (CorruptSourceError, EncryptedSourceError) as error:
            return Finding(failure=JobFailure(error=error))

    def work_on(self, job: Job, upload: Upload, finding: Finding) -> ParsedFile:
        """Parse a file, and write its result. Blocks.

        Raises:
            DocferryError: It cannot be parsed.
        """
        parsed = self._parse(upload, job.request)
        if finding.chosen is not None:
            document = _cut(parsed.document, finding.chosen, keeps_numbers=job.request.keeps_numbers)
            parsed = replace(parsed, document=document)
        complete = drop_last_pages(parsed, job.plan.dropped_pages) if job.plan.dropped_pages else parsed
        self._write(job, make_bundle(complete, self._quirks), upload)
        return parsed

    def _parse(self, upload: Upload, request: FileRequest) -> ParsedFile:
        parser, is_canned = self._state.parser, self._state.settings.canned_pages is not None
        if not request.is_web_page or is_canned:
            return parser.parse(upload, has_table_pictures=not request.is_agent)
        path = upload.path.with_suffix(".md")
        path.write_text(page_markdown(upload.path.read_text(encoding="utf-8", errors="replace")), "utf-8")
        try:
            as_text = replace(upload, path=path, media_type="text/markdown")
            return parser.parse(as_text, has_table_pictures=False)
        finally:
            path.unlink()

    def _refused(self, upload: Upload, request: FileRequest) -> str:
        """The code with which a file is refused, or empty."""
        limits = self._limits(request)
        wanted = ODD_TYPES.get(request.suffix)
        if upload.size_bytes == 0:
            return "-60004"
        if limits.max_size_bytes is not None and upload.size_bytes > limits.max_size_bytes:
            return "-30001" if request.is_agent else "-60005"
        if not request.is_readable:
            return "-30002" if request.is_agent else "-60002"
        is_canned = self._state.settings.canned_pages is not None
        return "" if is_canned or wanted in {None, upload.media_type} else "-60003"

    def _chosen(self, page_count: int, request: FileRequest) -> Finding:
        choice = request.choice
        chosen = None if choice is None else choice(page_count)
        pages = page_count if chosen is None else len(chosen)
        limits = self._limits(request)
        if limits.max_pages is not None and pages > limits.max_pages:
            code = "-30003" if request.is_agent else "-60006"
            words = f"{message_of(code)} ({pages} of {limits.max_pages} pages)"
            return _failed(code, words, pages=pages)
        if not pages:
            return _failed("-30004" if request.is_agent else "-10002", "the page range holds no page")
        return Finding(pages=pages, chosen=chosen)

    def _limits(self, request: FileRequest) -> Limits:
        if not request.is_agent:
            return self._state.limits
        return replace(
            AGENT_LIMITS,
            max_size_bytes=self._quirks.agent_max_size_bytes or None,
            max_pages=self._quirks.agent_max_pages or None,
        )


def dashed(digits: str) -> str:
    """32 hexadecimal digits as a uuid is written."""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _failed(code: str, message: str = "", *, pages: int = 1) -> Finding:
    return Finding(pages=pages, failure=JobFailure(code=code, message=message))


def _cut(document: Document, chosen: tuple[int, ...], *, keeps_numbers: bool) -> Document:
    """Only those pages. They are numbered anew from 1 where they are cut out before the engine sees them."""
    numbers = {number: number if keeps_numbers else place for place, number in enumerate(chosen, start=1)}
    pages = tuple(
        replace(page, number=numbers[page.number]) for page in document.pages if page.number in numbers
    )
    moved = (_moved(element, numbers) for element in document.elements)
    return replace(document, pages=pages, elements=tuple(element for element in moved if element is not None))


def _moved(element: Element, numbers: dict[int, int]) -> Element | None:
    if not element.regions:
        return element
    regions = tuple(
        replace(region, page=numbers[region.page]) for region in element.regions if region.page in numbers
    )
    return replace(element, regions=regions) if regions else None
