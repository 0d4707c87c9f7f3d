"""The precise service of the cloud, version 4: batches of files, addresses, and their results.

Source: mineru.net/doc/docs/index_en and mineru.net/apiManage (read 2026-11-21).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from pydantic import JsonValue

from docferry.errors import AuthenticationError, JobNotFoundError, UnavailableError
from docferry.model import AccountStatus, JobStatus, Limits, Receipt
from docferry.provider import Exchange, ItemAnswer, Leg, PollAdvice, Request, SubmitItem
from docferry.provider.addresses import is_sendable
from docferry.reading.values import items_of, mapping_of, scalar_text
from docferry_mineru.checking import refusal
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.envelope import Envelope, read_envelope
from docferry_mineru.failures import FOREIGN_TASK_CODE, Asked, Reader, lacking
from docferry_mineru.formats import CLOUD_SUFFIXES
from docferry_mineru.items import ItemId, match, upload_name
from docferry_mineru.options import MineruOptions, ModelVersion
from docferry_mineru.parameters import batch_fields, data_id_of, file_fields, model_of
from docferry_mineru.parts import ARCHIVE_PART, About, Dialect
from docferry_mineru.patience import Patience
from docferry_mineru.statuses import TaskAnswer, read_task, status_of, unseen
from docferry_mineru.storage import Storage, keep_about

__all__ = ["CloudService"]

MAX_SIZE_BYTES = 200 * 1024 * 1024
"""Source: mineru.net/apiManage (read 2026-11-21)."""

BATCHES_AT_ONCE = 4
NOBODYS_TASK = "00000000-0000-0000-0000-000000000000"


@dataclass(slots=True, kw_only=True, eq=False)
class CloudService:
    """The cloud's precise service, on one account.

    Args:
        endpoint: Where it is, and the token.
        options: The options.
        seed: What callbacks are signed with; empty without callbacks.
    """

    endpoint: Endpoint
    options: MineruOptions
    seed: str = field(default="", repr=False)
    _patience: Patience = field(default_factory=Patience, repr=False)

    protocol_version = "v4"

    @property
    def limits(self) -> Limits:
        """As published, or as the options say."""
        options = self.options
        return Limits(
            max_size_bytes=options.max_size_bytes or MAX_SIZE_BYTES,
            max_pages=options.max_pages,
            concurrency=options.concurrency or BATCHES_AT_ONCE * options.files_per_batch,
            requests_per_second=options.files_per_minute / 60 if options.files_per_minute else None,
        )

    @property
    def poll_advice(self) -> PollAdvice:
        """Published are 1,000 questions a minute; we ask 350 at most, however many batches there are.

        The vendor's own clients ask every 2 s to 30 s, which is their choice. Source: mineru.net/apiManage;
        mineru-open-sdk 0.2.5 (read 2026-11-21).
        """
        return PollAdvice(floor_seconds=0.3, ceiling_seconds=30.0, account_seconds=0.17)

    @property
    def batch_limit(self) -> int:
        """Most files of one batch."""
        return self.options.files_per_batch

    def batch_key(self, item: SubmitItem) -> str:
        """Files meet in a batch when everything that a batch has only once is equal for them."""
        is_link = bool(item.file.address)
        fields = batch_fields(self.options, model=self._model(item), seed=self.seed)
        return json.dumps([is_link, fields], sort_keys=True)

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[ItemAnswer, ...]]:
        """Hand in files: addresses in one request, files through an upload address for each.

        Raises:
            RateLimitedError: The service takes no more for now.
            DocferryError: Why the service refused all of them.
        """
        answers: dict[str, ItemAnswer] = {}
        for item in items:
            error = refusal(item, CLOUD_SUFFIXES, service="MinerU's cloud")
            if error is not None:
                answers[item.data_id] = error
        accepted = tuple(item for item in items if item.data_id not in answers)
        if accepted and accepted[0].file.address:
            answers |= yield from self._link(accepted)
        elif accepted:
            answers |= yield from self._allot(accepted)
        return tuple(answers[item.data_id] for item in items)

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        """Ask about a batch, or about a task that is in none.

        Raises:
            RateLimitedError: Asked too often; the tasks go on.
            JobNotFoundError: The service does not know the batch or the task.
            DocferryError: Why the service does not answer.
        """
        tasks = yield from self._ask(receipts)
        reader = self._reader
        return tuple(
            status_of(tasks[receipt], receipt, reader=reader) if receipt in tasks else unseen(receipt)
            for receipt in receipts
        )

    def fetch(self, status: JobStatus) -> Exchange[None]:
        """Save the zip archive. An address that no longer works is asked for anew, once.

        Raises:
            ResultExpiredError: The service no longer keeps the result.
            InvalidResponseError: What is at the address is no whole archive.
            DocferryError: Why there is no result now.
        """
        receipt = status.receipt
        task = status.detail if isinstance(status.detail, TaskAnswer) else None

        def ask() -> Exchange[TaskAnswer | None]:
            return (yield from self._ask((receipt,))).get(receipt)

        task, _ = yield from self._storage.download(
            task, ask=ask, part=ARCHIVE_PART, job_id=receipt.remote_id
        )
        yield keep_about(About(dialect=Dialect.CLOUD, file_name=task.file_name, pages_total=task.pages_total))

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        """The service has no way to stop a task."""
        del receipt
        yield from ()
        return False

    def account(self) -> Exchange[AccountStatus]:
        """Check the token with a question about a task that nobody has. What is left is told nowhere.

        Raises:
            DocferryError: Why the service does not answer.
        """
        response = yield self._get(f"extract/task/{NOBODYS_TASK}")
        try:
            self._reader.read(response, Asked.POLL)
        except JobNotFoundError:
            pass  # the task is not known: the token is
        except AuthenticationError:
            envelope = read_envelope(response.body)
            if envelope is None or envelope.code != FOREIGN_TASK_CODE:
                return AccountStatus(is_valid=False)
        return AccountStatus(is_valid=True, figures=(("files left today", "not told by the service"),))

    @property
    def _storage(self) -> Storage:
        return Storage(timeout_seconds=self.options.upload_timeout_seconds)

    @property
    def _reader(self) -> Reader:
        return Reader(secrets=(self.endpoint.secret, self.seed))

    def _model(self, item: SubmitItem) -> ModelVersion:
        return model_of(self.options, item.file)

    def _allot(self, items: Sequence[SubmitItem]) -> Exchange[dict[str, ItemAnswer]]:
        """Ask for upload addresses, which costs nothing; the uploads are the files' own conversations."""
        names = [upload_name(item.file) for item in items]
        files = [
            {"name": name, **file_fields(item, model=self._model(item))}
            for name, item in zip(names, items, strict=True)
        ]
        response = yield self._post(
            "file-urls/batch",
            {"files": files, **self._batch_fields(items)},
            commits=False,
            weight=len(items),
        )
        try:
            envelope = self._reader.read(response, Asked.SUBMIT)
        except UnavailableError as error:
            raise self._patience.wait_or(error, key=items[0].data_id) from error
        self._patience.forget(items[0].data_id)
        receipts = _receipts(_needed(envelope, "batch_id"), items, names)
        addresses = _upload_addresses(envelope)
        if len(addresses) != len(items):
            raise lacking(
                f"data.file_urls: {len(addresses)} addresses for {len(items)} files",
                request_id=envelope.trace_id,
            )
        return {
            item.data_id: Leg(exchange=partial(self._storage.upload, item.file, address, receipt))
            for item, address, receipt in zip(items, addresses, receipts, strict=True)
        }

    def _link(self, items: Sequence[SubmitItem]) -> Exchange[dict[str, ItemAnswer]]:
        """Hand in addresses: the request that counts. One is a task by itself, several are a batch."""
        files = [{"url": item.file.address, **file_fields(item, model=self._model(item))} for item in items]
        if len(items) == 1:
            response = yield self._post(
                "extract/task", files[0] | self._batch_fields(items), commits=True, weight=1
            )
            task_id = _needed(self._reader.read(response, Asked.SUBMIT), "task_id")
            return {items[0].data_id: Receipt(remote_id=task_id)}
        response = yield self._post(
            "extract/task/batch",
            {"files": files, **self._batch_fields(items)},
            commits=True,
            weight=len(items),
        )
        batch_id = _needed(self._reader.read(response, Asked.SUBMIT), "batch_id")
        receipts = _receipts(batch_id, items, [item.file.file_name for item in items])
        return {item.data_id: receipt for item, receipt in zip(items, receipts, strict=True)}

    def _ask(self, receipts: Sequence[Receipt]) -> Exchange[Mapping[Receipt, TaskAnswer]]:
        remote_id = receipts[0].remote_id
        is_batch = bool(receipts[0].item_id)
        path = f"extract-results/batch/{remote_id}" if is_batch else f"extract/task/{remote_id}"
        response = yield self._get(path)
        envelope = self._reader.read(response, Asked.POLL, job_id=remote_id)
        if not is_batch:
            return dict.fromkeys(receipts, read_task(envelope.data))
        answers = [mapping_of(raw) for raw in items_of(envelope.data.get("extract_result"))]
        return match(answers, receipts)

    def _batch_fields(self, items: Sequence[SubmitItem]) -> dict[str, JsonValue]:
        return batch_fields(self.options, model=self._model(items[0]), seed=self.seed)

    def _get(self, path: str) -> Request:
        return Request(
            method="GET",
            url=f"{self.endpoint.base_url}/api/v4/{path}",
            headers=self.endpoint.headers,
            timeout_seconds=self.options.answer_timeout_seconds,
            weight=0,  # `files_per_minute` counts files
        )

    def _post(self, path: str, body: Mapping[str, object], *, commits: bool, weight: int) -> Request:
        return Request(
            method="POST",
            url=f"{self.endpoint.base_url}/api/v4/{path}",
            headers=self.endpoint.headers,
            json_body=body,
            commits=commits,
            is_repeatable=not commits,
            timeout_seconds=self.options.answer_timeout_seconds,
            weight=weight,
        )


def _needed(envelope: Envelope, name: str) -> str:
    value = scalar_text(envelope.data.get(name)).strip()
    if not value:
        raise lacking(f"data.{name}", request_id=envelope.trace_id)
    return value


def _upload_addresses(envelope: Envelope) -> list[str]:
    """The addresses. The table of the documents calls the field files, its example file_urls."""
    found: list[str] = []
    for raw in items_of(envelope.data.get("file_urls") or envelope.data.get("files")):
        address = scalar_text(raw) or scalar_text(mapping_of(raw).get("url"))
        if not is_sendable(address):
            raise lacking("an address in data.file_urls", request_id=envelope.trace_id)
        found.append(address)
    return found


def _receipts(batch_id: str, items: Sequence[SubmitItem], names: Sequence[str]) -> list[Receipt]:
    return [
        Receipt(
            remote_id=batch_id,
            item_id=str(ItemId(data_id=data_id_of(item), position=position, name=name)),
        )
        for position, (item, name) in enumerate(zip(items, names, strict=True))
    ]
