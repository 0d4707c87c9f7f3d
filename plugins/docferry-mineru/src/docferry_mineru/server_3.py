"""Servers of version 3: one file, one task, below /tasks.

Source: the package mineru 3.4.5, cli/fast_api.py (read 2026-11-22).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from docferry.model import AccountStatus, JobState, JobStatus, Receipt
from docferry.provider import Exchange, FilePart, Request, SubmitItem, scrub
from docferry.reading.values import Raw, scalar_text
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.failures import Asked
from docferry_mineru.form import form_fields
from docferry_mineru.items import upload_name
from docferry_mineru.options import MineruOptions
from docferry_mineru.parts import About, Dialect
from docferry_mineru.probing import Facts
from docferry_mineru.server_archive import fetch_archive
from docferry_mineru.server_failures import ServerReader
from docferry_mineru.storage import keep_about

__all__ = ["Server3"]

WORDS = {
    "pending": JobState.PENDING,
    "queued": JobState.PENDING,
    "processing": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
}

FIGURES = {
    "version": "version",
    "queued_tasks": "tasks waiting",
    "processing_tasks": "tasks under way",
    "max_concurrent_requests": "tasks at once at most",
    "task_retention_seconds": "seconds until a result is deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server3:
    """Speaks with a server of version 3.

    Args:
        endpoint: Where it is; such servers know no keys, but what stands in front of one may.
        options: The options.
    """

    endpoint: Endpoint
    options: MineruOptions

    def submit(self, item: SubmitItem, facts: Facts) -> Exchange[Receipt]:
        """Hand in a file.

        Raises:
            InvalidOptionsError: The pages wanted are not one range counted from the front.
            DocferryError: Why the server refused it.
        """
        del facts
        response = yield Request(
            method="POST",
            url=f"{self.endpoint.base_url}/tasks",
            headers=self.endpoint.headers,
            form=form_fields(self.options, item, dialect=Dialect.SERVER_3),
            files=(
                FilePart(
                    field="files",
                    file=item.file,
                    file_name=upload_name(item.file),
                    media_type=item.file.media_type,
                ),
            ),
            commits=True,
            reads_errors=True,
            timeout_seconds=self.options.upload_timeout_seconds,
        )
        return Receipt(remote_id=self._reader.read_task_id(response), item_id=Dialect.SERVER_3.value)

    def poll(self, receipt: Receipt) -> Exchange[JobStatus]:
        """Ask about a task. The addresses that the answer has are those of the server behind any proxy."""
        response = yield self._get(f"tasks/{receipt.remote_id}")
        task = self._reader.read(response, Asked.POLL, job_id=receipt.remote_id)
        word = scalar_text(task.get("status")).strip()
        state = WORDS.get(word.casefold())
        has_failed = state is JobState.FAILED
        return JobStatus(
            receipt=receipt,
            state=state or JobState.RUNNING,
            raw_state=scrub(word, self.endpoint.secret),
            is_known=state is not None,
            error=self._reader.task_error("", scalar_text(task.get("error")), job_id=receipt.remote_id)
            if has_failed
            else None,
        )

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Save the zip archive."""
        job_id = status.receipt.remote_id
        yield from fetch_archive(
            self.endpoint,
            f"tasks/{job_id}/result",
            job_id=job_id,
            timeout_seconds=self.options.upload_timeout_seconds,
        )
        yield keep_about(About(dialect=Dialect.SERVER_3))

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """Such servers have no way to stop a task."""
        del receipt
        yield from ()
        return False

    def account(self, facts: Facts) -> Exchange[AccountStatus]:
        """What the server has under way."""
        del facts
        response = yield self._get("health")
        health = self._reader.read(response, Asked.POLL)
        return AccountStatus(is_valid=True, figures=tuple(_figures(health)))

    @property
    def _reader(self) -> ServerReader:
        return ServerReader(secret=self.endpoint.secret)

    def _get(self, path: str) -> Request:
        return Request(
            method="GET",
            url=f"{self.endpoint.base_url}/{path}",
            headers=self.endpoint.headers,
            timeout_seconds=self.options.answer_timeout_seconds,
            weight=0,
        )


def _figures(health: Raw) -> Iterator[tuple[str, str]]:
    for name, label in FIGURES.items():
        if scalar_text(health.get(name)):
            yield label, scalar_text(health.get(name))
