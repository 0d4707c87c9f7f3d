"""The blocking side of parsing a PDF: drives liteparse, a batch of pages at a time, in one worker thread."""

import os
import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from liteparse.parser import LiteParse
from liteparse.types import ParseError, ParseResult

from docferry.errors import CorruptSourceError, EncryptedSourceError, SourceError
from docferry.model import PageSelection
from docferry.sources import SourceFile
from docferry_local.mapping import MappedPage, map_page
from docferry_local.options import LocalOptions

__all__ = ["PdfReader", "ReadPages"]

# A process that forks while liteparse is at work leaves liteparse's lock taken in the child for ever. So a
# fork waits until the batch under way is done.
_FORK_GATE = threading.Lock()
os.register_at_fork(
    before=_FORK_GATE.acquire, after_in_parent=_FORK_GATE.release, after_in_child=_FORK_GATE.release
)

_HEADER_BYTES = 1024  # PDFium looks for the header of a PDF this far
_ALL_PAGES = 2**31 - 1  # liteparse stops after 1,000 pages unless told otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPages:
    """What was read of a document; nothing of liteparse's own objects is kept.

    Args:
        pages: The pages read, ascending.
        failed: Numbers of the pages that could not be read.
        total_pages: Pages of the whole document.
    """

    pages: Sequence[MappedPage]
    failed: Sequence[int]
    total_pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """A batch of pages in our words; `page_count` counts those that failed as well."""

    pages: list[MappedPage]
    page_count: int
    total_pages: int


def _mapped(result: ParseResult) -> _Batch:
    return _Batch(
        pages=[map_page(page) for page in result.pages],
        page_count=len(result.pages) + len(result.page_errors),
        total_pages=result.total_pages,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfReader:
    """Reads one file. Everything liteparse opens stays in the thread that calls `read`: it must not leave it.

    Args:
        file: The PDF.
        options: The options of this provider.
        report: Told the pages done and the pages wanted after each batch.
        is_stopped: Asked before each batch; once true, reading ends with the pages read so far.
    """

    file: SourceFile
    options: LocalOptions
    report: Callable[[int, int], object] = field(repr=False)
    is_stopped: Callable[[], bool] = field(repr=False)

    def read(self, pages: PageSelection | None) -> ReadPages:
        """Read the pages wanted; blocks until they are done.

        Args:
            pages: The pages wanted; None for all.

        Raises:
            EncryptedSourceError: A password is needed, or another one.
            CorruptSourceError: The file cannot be read.
            SourceError: None of the pages wanted is there.
        """
        self._check_header()
        content = self._content()
        with self._errors_explained():
            if pages is None:
                return self._collected(self._all_batches(content), None)
            with _FORK_GATE:
                total_pages = self._parser(target_pages="1").parse(content).total_pages
            wanted = list(pages.within(total_pages))
            if not wanted:
                raise SourceError(
                    f"pages {pages} were selected, but the document ends with page {total_pages}",
                    next_step="select pages that are there",
                    source=self.file.name,
                )
            return self._collected(self._selected_batches(content, wanted), wanted)

    def _check_header(self) -> None:
        # liteparse converts pictures and other files it knows; only PDF is promised here.
        with self.file.open() as stream:
            if b"%PDF-" not in stream.read(_HEADER_BYTES):
                raise self._explained("no header")

    def _content(self) -> Path | bytes:
        # liteparse goes by the suffix of a path: it refuses unknown ones, and calls LibreOffice for some.
        content = self.file.content
        if isinstance(content, Path) and content.suffix.lower() != ".pdf":
            return self.file.read_bytes()
        return content

    def _all_batches(self, content: Path | bytes) -> Iterator[_Batch]:
        with _FORK_GATE:
            batches = self._parser().parse_batches(content, self.options.batch_pages)
        while True:
            with _FORK_GATE:
                batch = next(batches, None)
            if batch is None:
                return
            mapped = _mapped(batch.result)
            del batch  # so that only one batch of liteparse's objects is there at any time
            yield mapped

    def _selected_batches(self, content: Path | bytes, wanted: Sequence[int]) -> Iterator[_Batch]:
        step = self.options.batch_pages
        for start in range(0, len(wanted), step):
            numbers = ",".join(map(str, wanted[start : start + step]))
            with _FORK_GATE:
                result = self._parser(target_pages=numbers).parse(content)
            yield _mapped(result)

    def _collected(self, batches: Iterator[_Batch], selected: Sequence[int] | None) -> ReadPages:
        pages: list[MappedPage] = []
        pages_done, total_pages = 0, 0
        wanted: Sequence[int] = ()
        for batch in batches:
            if self.is_stopped():
                break
            total_pages = batch.total_pages
            wanted = range(1, total_pages + 1) if selected is None else selected
            pages += batch.pages
            pages_done += batch.page_count
            self.report(pages_done, len(wanted))
        found = {page.page.number for page in pages}
        failed = [number for number in wanted if number not in found]
        return ReadPages(pages=pages, failed=failed, total_pages=total_pages)

    def _parser(self, *, target_pages: str | None = None) -> LiteParse:
        password = self.options.password
        return LiteParse(
            ocr_enabled=False,  # the default is True, and fetches its data from the network
            output_format="text",  # only the blocks and text items are read
            extract_blocks=True,
            extract_links=False,
            extract_content_bounds=True,
            include_complexity=True,  # says which pages are scans, whatever is stamped on them
            keep_headers_footers=True,
            continue_on_page_error=True,
            max_pages=_ALL_PAGES,
            quiet=True,
            password=password.get_secret_value() if password else None,
            target_pages=target_pages,
        )

    @contextmanager
    def _errors_explained(self) -> Generator[None]:
        try:
            yield
        except ParseError as error:
            # The frames of the traceback hold liteparse's session, which must not reach another thread.
            traceback.clear_frames(error.__traceback__)
            raise self._explained(str(error)) from error

    def _explained(self, reason: str) -> SourceError:
        if "password" in reason and self.options.password is not None:
            return EncryptedSourceError(
                "the password given does not open the document",
                next_step="correct the option password",
                source=self.file.name,
            )
        if "password" in reason or "security handler" in reason:
            return EncryptedSourceError(
                "the document is encrypted",
                next_step="give the option password",
                source=self.file.name,
            )
        return CorruptSourceError(
            "the PDF is damaged, cut short, or no PDF at all",
            next_step="open it in a viewer, and repair or replace it",
            source=self.file.name,
        )
