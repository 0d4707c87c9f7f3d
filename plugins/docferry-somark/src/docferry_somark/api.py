"""Speaks the service's protocol: builds requests, reads answers, never awaits.

All calls are POST; the API key is a field of the form. There is no way to cancel a task, to list tasks, or
to be called back.
Source: docs.somark.cn/api-reference (read 2026-11-21).
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from docferry.errors import (
    AuthenticationError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    ResultExpiredError,
    SourceError,
    TransientError,
)
from docferry.model import AccountStatus, Document, JobState, JobStatus, Limits, PageSelection, Receipt
from docferry.provider import (
    Asset,
    Exchange,
    FilePart,
    Keep,
    PayloadReader,
    PollAdvice,
    Request,
    ServiceIdentity,
    SubmitItem,
    scrub,
)
from docferry.reading.values import Raw, scalar_text
from docferry_somark.addresses import is_hosted
from docferry_somark.assets import list_assets
from docferry_somark.endpoint import Endpoint, resolve_endpoint
from docferry_somark.failures import PROVIDER, Asked, job_failure
from docferry_somark.fetching import fetch_archive, fetch_images
from docferry_somark.options import ParseMode, SomarkOptions
from docferry_somark.result import RESULT_PART, map_payload, no_output
from docferry_somark.statuses import Answer, status_of
from docferry_somark.wire import TaskAnswer, encode_form, read_outputs, read_task

__all__ = ["POLL_FLOOR_SECONDS", "SomarkApi", "make_api"]

logger = logging.getLogger("docferry.somark")

POLL_FLOOR_SECONDS = 3.0
"""The service recommends 3 to 5 s. Source: docs.somark.cn, async-submit.md (read 2026-11-21)."""

POLL_CEILING_SECONDS = 30.0

FIGURES = {
    "remaining_paid_pages": "paid pages left",
    "remaining_free_pages_today": "free pages left today",
    "remaining_free_pages_this_month": "free pages left this month",
    "dashboard_url": "dashboard",
}


@dataclass(slots=True, kw_only=True, eq=False)
class SomarkApi:
    """SoMark's job protocol, on one account.

    Args:
        endpoint: Where the service is, its key if it has one, and the options.
    """

    endpoint: Endpoint

    @property
    def options(self) -> SomarkOptions:
        """The options."""
        return self.endpoint.options

    @property
    def identity(self) -> ServiceIdentity:
        """The service at its address, on the account of the key."""
        return self.endpoint.identity

    @property
    def limits(self) -> Limits:
        """As published, or as the options say."""
        return Limits(
            max_size_bytes=self.options.max_size_bytes,
            max_pages=self.options.max_pages,
            concurrency=self.options.concurrency,
            requests_per_second=self.options.requests_per_second,
        )

    @property
    def poll_advice(self) -> PollAdvice:
        """Not below 3 s: whether polls count as requests of the account is documented nowhere."""
        return PollAdvice(floor_seconds=POLL_FLOOR_SECONDS, ceiling_seconds=POLL_CEILING_SECONDS)

    @property
    def batch_limit(self) -> int:
        """One file is one task."""
        return 1

    def batch_key(self, item: SubmitItem) -> str:
        """Every file is a batch of its own."""
        return item.data_id

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[Receipt, ...]]:
        """Upload one file: the request that costs money.

        A synchronous parse answers with the result, which is kept at once: it is paid for, and asking for it
        again may not be possible.

        Raises:
            DocferryError: Why the service refused it.
            InvalidResponseError: The answer does not say whether it was taken.
        """
        (item,) = items
        is_sync = self.options.mode is ParseMode.SYNC
        seconds = self.options.sync_timeout_seconds if is_sync else self.options.answer_timeout_seconds
        response = yield Request(
            method="POST",
            url=f"{self.endpoint.base_url}/parse/{self.options.mode}",
            form=encode_form(self.options, api_key=self.endpoint.api_key),
            files=(
                FilePart(
                    field="file",
                    file=item.file,
                    file_name=_upload_name(item.file.file_name),
                    media_type=item.file.media_type,
                ),
            ),
            commits=True,
            timeout_seconds=seconds,
        )
        answer = self.endpoint.read(response, Asked.SUBMIT)
        task = read_task(answer.envelope)
        if task.result:
            return ((yield from self._keep(answer, task, data_id=item.data_id)),)
        if task.has_error:
            raise job_failure(task.reason_code, task.reason, job_id=task.task_id, secret=self.endpoint.secret)
        if not task.task_id:
            raise InvalidResponseError(
                "the service took the document, but its answer lacks data.task_id", provider=PROVIDER
            )
        return (Receipt(remote_id=task.task_id),)

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about a task.

        Raises:
            RateLimitedError: Asked too often; the task goes on.
            JobNotFoundError: The service does not know the task.
            DocferryError: Why the service does not answer.
        """
        receipt = receipts[0]
        try:
            answer = yield from self.endpoint.ask(receipt)
        except (JobFailedError, SourceError) as error:
            # A business code that is a verdict on the document, in the place of a status.
            failed = JobStatus(receipt=receipt, state=JobState.FAILED, raw_state="", error=error)
            return (failed,) * len(receipts)
        return (status_of(answer, receipt, secret=self.endpoint.secret),) * len(receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Keep the answer as received, its pictures and its archive.

        A picture that cannot be had is left out: it must not lose the text, which is paid for. The document
        then carries a warning.

        Raises:
            InvalidResponseError: The task succeeded without any output.
            ResultExpiredError: The only output was the archive, and its address has run out.
        """
        receipt = status.receipt
        answer = (
            status.detail if isinstance(status.detail, Answer) else (yield from self.endpoint.ask(receipt))
        )
        yield from _save(answer, job_id=receipt.remote_id)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """The service has no way to stop a task."""
        yield from ()
        logger.debug("task %s cannot be cancelled: the service has no way", receipt.remote_id)
        return False

    def account(self) -> Exchange[AccountStatus]:
        """Ask how many pages are left. Private deployments have no such question.

        Raises:
            DocferryError: Why the service does not answer.
        """
        response = yield self.endpoint.question("/usage")
        try:
            data = self.endpoint.read(response, Asked.ACCOUNT).envelope.data
        except AuthenticationError:
            return AccountStatus(is_valid=False)
        except InvalidOptionsError:
            if is_hosted(self.endpoint.base_url):
                raise
            return AccountStatus(is_valid=None, figures=(("pages left", "not told at this address"),))
        return AccountStatus(is_valid=True, figures=tuple(_figures(data)))

    @property
    def save_to(self) -> Path | None:
        """Where the user wants pictures and archives."""
        return self.options.save_to

    def assets(self, payload: PayloadReader) -> Sequence[Asset]:
        """The pictures and the zip archive of a payload."""
        return list_assets(payload.payload)

    def map(self, payload: PayloadReader, *, pages: PageSelection | None, fingerprint: str) -> Document:
        """Map a payload.

        Args:
            payload: What `fetch` kept.
            pages: Has no effect: the service knows no page selection, so that docferry cuts the file before
                and puts page numbers back afterwards.
            fingerprint: The source's fingerprint.

        Raises:
            InvalidResponseError: It holds no output that can be read.
        """
        del pages
        return map_payload(payload, fingerprint=fingerprint)

    def _keep(self, answer: Answer, task: TaskAnswer, *, data_id: str) -> Exchange[Receipt]:
        """Save the result that came with the answer to the upload."""
        try:
            yield from _save(answer, job_id=task.task_id)
        except (InvalidResponseError, ResultExpiredError, TransientError):
            # Without its only output nothing is kept, so that the task is asked about like any other.
            if not task.task_id:
                raise
            logger.warning("the result of task %s came without its output, and is asked for", task.task_id)
        return Receipt(remote_id=task.task_id or data_id)


def make_api(options: SomarkOptions, *, environment: Mapping[str, str] | None = None) -> SomarkApi:
    """Make the protocol's side for these options: arguments first, then the environment, then cn.

    Args:
        options: The options.
        environment: Where to look for SOMARK_API_KEY and SOMARK_BASE_URL; the process's when None.

    Raises:
        MissingCredentialError: One of the vendor's own hosts is meant, and there is no key.
        InvalidOptionsError: SOMARK_BASE_URL is no address.
    """
    return SomarkApi(endpoint=resolve_endpoint(options, environment=environment))


def _save(answer: Answer, *, job_id: str) -> Exchange[None]:
    """Save the body as received, its archive and its pictures; nothing when there is no output."""
    outputs = read_outputs(read_task(answer.envelope).result)
    if outputs.is_empty:
        raise no_output(job_id)
    yield from fetch_archive(outputs, job_id=job_id)
    yield Keep(name=RESULT_PART, media_type="application/json", data=answer.body)
    yield from fetch_images(outputs, job_id=job_id)


def _upload_name(file_name: str) -> str:
    """A base name that every server takes. Its suffix counts: the service tells kinds of files by it."""
    name = re.split(r"[/\\]", file_name)[-1]
    path = PurePath(re.sub(r"[\s\"';<>|?*\x00-\x1f\x7f]+", "_", name).strip(".") or "document")
    # Only the longer of the two suffixes is documented.
    return path.with_suffix(".tiff").name if path.suffix.lower() == ".tif" else path.name


def _figures(data: Raw) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        text = scrub(scalar_text(value))
        if text:
            yield FIGURES.get(name, name.replace("_", " ")), text
