"""The agent: the cloud's light service without a token, for small files; its results are Markdown.

Source: mineru-open-sdk 0.2.5, _flash_api.py and client.py; mineru.net/doc/docs/index_en (read 2026-11-21).
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

from docferry.errors import DocferryError
from docferry.model import AccountStatus, JobStatus, Limits, Receipt
from docferry.provider import Exchange, ItemAnswer, Keep, PollAdvice, Request, SubmitItem
from docferry.provider.addresses import is_sendable
from docferry.reading import take_images
from docferry.reading.values import scalar_text
from docferry_mineru.checking import refusal
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.failures import Asked, Reader, lacking
from docferry_mineru.formats import AGENT_SUFFIXES
from docferry_mineru.items import upload_name
from docferry_mineru.options import MineruOptions
from docferry_mineru.parameters import agent_fields
from docferry_mineru.parts import IMAGES_FOLDER, MARKDOWN_PART, About, Dialect
from docferry_mineru.statuses import TaskAnswer, read_task, status_of
from docferry_mineru.storage import Storage, keep_about

__all__ = ["AgentService"]

MAX_SIZE_BYTES = 10 * 1024 * 1024
"""Source: mineru.net/doc/docs/index_en (read 2026-11-21)."""

MAX_IMAGES = 500
DOCUMENTS_AT_ONCE = 4


@dataclass(slots=True, kw_only=True, eq=False)
class AgentService:
    """The cloud's light service.

    Args:
        endpoint: Where it is.
        options: The options.
    """

    endpoint: Endpoint
    options: MineruOptions

    protocol_version = "agent-v1"

    @property
    def limits(self) -> Limits:
        """As published, or as the options say. The service counts requests by network address."""
        options = self.options
        return Limits(
            max_size_bytes=options.max_size_bytes or MAX_SIZE_BYTES,
            max_pages=options.max_pages,
            concurrency=options.concurrency or DOCUMENTS_AT_ONCE,
            requests_per_second=options.files_per_minute / 60 if options.files_per_minute else None,
        )

    @property
    def poll_advice(self) -> PollAdvice:
        """The vendor's own clients ask every 2 s to 30 s."""
        return PollAdvice(floor_seconds=2.0, ceiling_seconds=30.0)

    @property
    def batch_limit(self) -> int:
        """One file is one task."""
        return 1

    def batch_key(self, item: SubmitItem) -> str:
        """Every file is a batch of its own."""
        return item.data_id

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[ItemAnswer, ...]]:
        """Hand in one file or address.

        Raises:
            RateLimitedError: Too many requests from this network address.
            DocferryError: Why the service refused it.
        """
        (item,) = items
        error = refusal(item, AGENT_SUFFIXES, service="MinerU's agent")
        if error is not None:
            return (error,)
        if item.file.address:
            return ((yield from self._link(item)),)
        return ((yield from self._upload(item)),)

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about a task.

        Raises:
            RateLimitedError: Asked too often; the task goes on.
            JobNotFoundError: The service does not know the task.
            DocferryError: Why the service does not answer.
        """
        task = yield from self._ask(receipts[0])
        return tuple(status_of(task, receipt, reader=Reader()) for receipt in receipts)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Save the Markdown and the pictures beside it. A picture that cannot be had is left out.

        Raises:
            ResultExpiredError: The service no longer keeps the result.
            DocferryError: Why there is no result now.
        """
        receipt = status.receipt
        task = status.detail if isinstance(status.detail, TaskAnswer) else None

        def ask() -> Exchange[TaskAnswer | None]:
            return (yield from self._ask(receipt))

        task, response = yield from self._storage.download(task, ask=ask, part="", job_id=receipt.remote_id)
        yield Keep(name=MARKDOWN_PART, media_type="text/markdown", data=response.body)
        for name, address in _images(response.body, task.result_url):
            yield from _save_image(name, address)
        yield keep_about(About(dialect=Dialect.AGENT, file_name=task.file_name, pages_total=task.pages_total))

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """The service has no way to stop a task."""
        del receipt
        yield from ()
        return False

    def account(self) -> Exchange[AccountStatus]:
        """There is no account."""
        yield from ()
        return AccountStatus(is_valid=True, figures=(("files left", "not told by the service"),))

    @property
    def _storage(self) -> Storage:
        return Storage(timeout_seconds=self.options.upload_timeout_seconds)

    def _upload(self, item: SubmitItem) -> Exchange[Receipt]:
        response = yield self._post(
            "parse/file", {"file_name": upload_name(item.file), **agent_fields(item)}, commits=False
        )
        envelope = Reader().read(response, Asked.SUBMIT)
        task_id = scalar_text(envelope.data.get("task_id"))
        address = scalar_text(envelope.data.get("file_url"))
        if not task_id:
            raise lacking("data.task_id", request_id=envelope.trace_id)
        if not is_sendable(address):
            raise lacking("data.file_url", request_id=envelope.trace_id)
        return (yield from self._storage.upload(item.file, address, Receipt(remote_id=task_id)))

    def _link(self, item: SubmitItem) -> Exchange[Receipt]:
        body = {"url": item.file.address, "file_name": upload_name(item.file), **agent_fields(item)}
        response = yield self._post("parse/url", body, commits=True)
        envelope = Reader().read(response, Asked.SUBMIT)
        task_id = scalar_text(envelope.data.get("task_id"))
        if not task_id:
            raise lacking("data.task_id", request_id=envelope.trace_id)
        return Receipt(remote_id=task_id)

    def _ask(self, receipt: Receipt) -> Exchange[TaskAnswer]:
        response = yield Request(
            method="GET",
            url=f"{self.endpoint.base_url}/api/v1/agent/parse/{receipt.remote_id}",
            timeout_seconds=self.options.answer_timeout_seconds,
            weight=0,  # `files_per_minute` counts files
        )
        return read_task(Reader().read(response, Asked.POLL, job_id=receipt.remote_id).data)

    def _post(self, path: str, body: Mapping[str, object], *, commits: bool) -> Request:
        return Request(
            method="POST",
            url=f"{self.endpoint.base_url}/api/v1/agent/{path}",
            json_body=body,
            commits=commits,
            is_repeatable=not commits,
            timeout_seconds=self.options.answer_timeout_seconds,
        )


def _images(markdown: bytes, address: str) -> Iterator[tuple[str, str]]:
    """The pictures that stand beside the Markdown: names of parts, and addresses."""
    seen: set[str] = set()
    _, links = take_images(markdown.decode("utf-8", errors="replace"))
    for link in links:
        name = posixpath.normpath(unquote(link))
        if not name.startswith(IMAGES_FOLDER) or name in seen or len(seen) >= MAX_IMAGES:
            continue
        seen.add(name)
        yield name, urljoin(address.partition("?")[0], link)


def _save_image(name: str, address: str) -> Exchange[None]:
    if not is_sendable(address):
        return
    try:
        yield Request(method="GET", url=address, saves_as=name, is_foreign=True)
    except DocferryError:
        return
