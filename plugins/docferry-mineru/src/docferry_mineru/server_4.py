"""Servers of version 4.0: one file, one task, below /v1.

Source: the package mineru 4.0.12, parser/task_api.py and parser/api_server.py (read 2026-11-22).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from docferry.errors import AuthenticationError, InvalidOptionsError, JobFailedError
from docferry.model import AccountStatus, Cost, JobState, JobStatus, Receipt
from docferry.provider import Exchange, Request, SubmitItem, scrub
from docferry.reading.values import Raw, items_of, mapping_of, page_count_of, scalar_text
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.failures import PROVIDER, Asked
from docferry_mineru.formats import TIERED_SUFFIXES
from docferry_mineru.items import upload_name
from docferry_mineru.options import MineruOptions, OcrMode, Tier
from docferry_mineru.page_ranges import PageRanges
from docferry_mineru.parameters import ranges_of
from docferry_mineru.parts import About, Dialect
from docferry_mineru.probing import Facts
from docferry_mineru.server_archive import fetch_archive
from docferry_mineru.server_failures import ServerReader
from docferry_mineru.storage import keep_about

__all__ = ["Server4"]

FORMATS = ("markdown", "middle_json", "structured_content", "zip")
CONFLICT = 409

WORDS = {
    "queued": JobState.PENDING,
    "running": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "partial": JobState.FAILED,  # of several files, some; a task of ours has one
    "canceled": JobState.CANCELLED,
    "cancelled": JobState.CANCELLED,
}

FIGURES = {
    "pages_processed": "pages parsed",
    "files_processed": "files parsed",
    "jobs_created": "tasks made",
    "max_pages_per_file": "pages of a file at most",
    "max_file_size_bytes": "bytes of a file at most",
    "max_concurrent_jobs": "tasks at once at most",
    "max_file_retention_days": "days until a result is deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server4:
    """Speaks with a server of version 4.0.

    Args:
        endpoint: Where it is, and its key, if it has one.
        options: The options.
    """

    endpoint: Endpoint
    options: MineruOptions

    def submit(self, item: SubmitItem, facts: Facts) -> Exchange[Receipt]:
        """Hand in a file as the body of the request, its parameters in the query.

        Raises:
            InvalidOptionsError: The server does not offer the tier.
            DocferryError: Why the server refused it.
        """
        query = urlencode(self._query(item, facts), doseq=True)
        response = yield Request(
            method="POST",
            url=f"{self.endpoint.base_url}/v1/tasks?{query}",
            headers={**self.endpoint.headers, "Content-Type": "application/octet-stream"},
            upload=item.file,
            commits=True,
            reads_errors=True,
            timeout_seconds=self.options.upload_timeout_seconds,
        )
        return Receipt(remote_id=self._reader.read_task_id(response), item_id=Dialect.SERVER_4.value)

    def poll(self, receipt: Receipt) -> Exchange[JobStatus]:
        """Ask about a task."""
        response = yield self._request("GET", f"v1/tasks/{receipt.remote_id}")
        return self._status(self._reader.read(response, Asked.POLL, job_id=receipt.remote_id), receipt)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Save the zip archive."""
        job_id = status.receipt.remote_id
        yield from fetch_archive(
            self.endpoint,
            f"v1/tasks/{job_id}/result?response_format=zip",
            job_id=job_id,
            timeout_seconds=self.options.upload_timeout_seconds,
        )
        yield keep_about(_about(mapping_of(status.detail)))

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Stop a task; False when it has ended already."""
        response = yield self._request("DELETE", f"v1/tasks/{receipt.remote_id}")
        if response.is_success or response.status == CONFLICT:
            return response.is_success
        raise self._reader.failure(response, Asked.POLL, job_id=receipt.remote_id)

    def account(self, facts: Facts) -> Exchange[AccountStatus]:
        """What the server allows and has done."""
        response = yield self._request("GET", "v1/usage")
        try:
            usage = self._reader.read(response, Asked.POLL)
        except AuthenticationError:
            return AccountStatus(is_valid=False)
        return AccountStatus(is_valid=True, figures=(("version", facts.version), *_figures(usage)))

    @property
    def _reader(self) -> ServerReader:
        return ServerReader(secret=self.endpoint.secret)

    def _query(self, item: SubmitItem, facts: Facts) -> dict[str, object]:
        query: dict[str, object] = {
            "filename": upload_name(item.file),
            "ocr_mode": (OcrMode.OCR if self.options.is_ocr else self.options.ocr_mode).value,
            "output_formats": FORMATS,
        }
        tier = self._tier(item, facts)
        ranges = ranges_of(item)
        if tier is not None:
            query["tier"] = tier.value
        if ranges is not None:
            query["page_range"] = ranges.server_4
        return query

    def _tier(self, item: SubmitItem, facts: Facts) -> Tier | None:
        """The tier to ask for; only PDFs and pictures have one."""
        offered = frozenset(facts.tiers)
        if item.file.suffix not in TIERED_SUFFIXES:
            return self.options.tier
        if self.options.tier is not None and offered and self.options.tier.value not in offered:
            raise InvalidOptionsError(
                f"the server does not offer the tier {self.options.tier}",
                next_step=f"set the option tier to one that it offers: {', '.join(sorted(offered))}",
            )
        # A server that has nothing else refuses a PDF for which it is not asked by name.
        return (
            Tier.FLASH
            if self.options.tier is None and tuple(offered) == (Tier.FLASH.value,)
            else self.options.tier
        )

    def _status(self, task: Raw, receipt: Receipt) -> JobStatus:
        word = scalar_text(task.get("status")).strip()
        state = WORDS.get(word.casefold())
        file = mapping_of(next(iter(items_of(task.get("files"))), None))
        total = _page_count(scalar_text(file.get("page_range")))
        has_succeeded = state is JobState.SUCCEEDED
        return JobStatus(
            receipt=receipt,
            state=state or JobState.RUNNING,
            raw_state=scrub(word, self.endpoint.secret),
            is_known=state is not None,
            pages_total=total,
            error=self._error(state, file, receipt),
            cost=Cost(pages=total) if has_succeeded and total else None,
            detail=file if has_succeeded else None,
        )

    def _error(self, state: JobState | None, file: Raw, receipt: Receipt) -> Exception | None:
        if state is JobState.CANCELLED:
            return JobFailedError("the task was cancelled", provider=PROVIDER, job_id=receipt.remote_id)
        if state is not JobState.FAILED:
            return None
        error = mapping_of(file.get("error"))
        return self._reader.task_error(
            scalar_text(error.get("code")), scalar_text(error.get("message")), job_id=receipt.remote_id
        )

    def _request(self, method: str, path: str) -> Request:
        return Request(
            method=method,
            url=f"{self.endpoint.base_url}/{path}",
            headers=self.endpoint.headers,
            timeout_seconds=self.options.answer_timeout_seconds,
            weight=0,
        )


def _about(file: Raw) -> About:
    parse = mapping_of(file.get("parse"))
    return About(
        dialect=Dialect.SERVER_4,
        version=scalar_text(parse.get("parser_version")),
        file_name=scalar_text(file.get("name")),
        pages_total=_page_count(scalar_text(file.get("page_range"))),
    )


def _page_count(page_range: str) -> int | None:
    """How many pages "1-5,8" are; a finished task names those that it parsed."""
    try:
        ranges = PageRanges.parse(page_range).ranges
    except ValueError:
        return None
    if any(first < 1 for first, _ in ranges):
        return None
    return page_count_of(sum(last - first + 1 for first, last in ranges))


def _figures(usage: Raw) -> Iterator[tuple[str, str]]:
    for group in ("limits", "current"):
        for name, value in mapping_of(usage.get(group)).items():
            if scalar_text(value):
                yield FIGURES.get(name, name.replace("_", " ")), scalar_text(value)
