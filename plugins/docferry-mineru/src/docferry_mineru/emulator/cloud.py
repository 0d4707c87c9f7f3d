"""The precision API, v4: tasks by address, uploads in batches, addresses in batches, and their results.

Source: mineru.net/apiManage/docs (read 2026-11-21), mineru-open-sdk 0.2.5.
"""

from starlette.responses import Response
from starlette.routing import Route

from docferry.emulation import Account, Visit
from docferry_mineru.emulator.desk import Desk
from docferry_mineru.emulator.request import (
    FileRequest,
    read_body,
    read_extract_request,
    read_files_request,
)
from docferry_mineru.emulator.words import BadParameterError
from docferry_mineru.emulator.work import Job, dashed

__all__ = ["CLOUD_KINDS", "CloudApi"]

PATH = "/api/v4"
CLOUD_KINDS = ("submit", "submit_batch", "upload_urls", "upload", "poll", "poll_batch")


class CloudApi:
    """Answers the requests.

    Args:
        desk: Begins tasks and describes them.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._batches = 0

    def routes(self) -> list[Route]:
        """Its paths."""
        endpoint = self._desk.state.endpoint
        return [
            Route(f"{PATH}/extract/task", endpoint("submit", self.submit), methods=["POST"]),
            Route(
                f"{PATH}/extract/task/batch", endpoint("submit_batch", self.submit_batch), methods=["POST"]
            ),
            Route(f"{PATH}/file-urls/batch", endpoint("upload_urls", self.upload_urls), methods=["POST"]),
            Route(f"{PATH}/extract/task/{{task_id}}", endpoint("poll", self.task), methods=["GET"]),
            Route(
                f"{PATH}/extract-results/batch/{{batch_id}}",
                endpoint("poll_batch", self.batch),
                methods=["GET"],
            ),
        ]

    async def submit(self, visit: Visit) -> Response:
        """POST /extract/task."""
        account = self._desk.accounts.admit(visit)
        try:
            request = read_extract_request(await read_body(visit.request))
        except BadParameterError as error:
            raise self._desk.voice.refuse(error.code, error.message) from error
        await visit.read(file_name=request.name)
        await self._admit_files(account, (request,))
        job = self._create(account, request, visit=visit)
        await self._desk.begin_from_addresses((job,))
        return self._desk.voice.answer({"task_id": self._desk.task_id(job)})

    async def submit_batch(self, visit: Visit) -> Response:
        """POST /extract/task/batch."""
        account, requests = await self._read_files(visit, has_urls=True)
        batch_id = self._new_batch()
        jobs = [self._create(account, request, visit=visit, group=batch_id) for request in requests]
        await self._desk.begin_from_addresses(jobs)
        return self._desk.voice.answer({"batch_id": batch_id})

    async def upload_urls(self, visit: Visit) -> Response:
        """POST /file-urls/batch."""
        account, requests = await self._read_files(visit, has_urls=False)
        batch_id = self._new_batch()
        jobs = [self._create(account, request, visit=visit, group=batch_id) for request in requests]
        addresses = [self._desk.uploads.address(job) for job in jobs]
        data: dict[str, object] = {"batch_id": batch_id}
        names = self._desk.quirks.addresses_in
        data |= {name: addresses for name in ("file_urls", "files") if names in {name, "both"}}
        return self._desk.voice.answer(data)

    async def task(self, visit: Visit) -> Response:
        """GET /extract/task/{task_id}."""
        account = self._desk.accounts.admit(visit)
        self._desk.accounts.pace(account, "queries")
        job = await self._desk.look_up(visit, str(visit.request.path_params["task_id"]))
        self._check_owner(account, job)
        described = self._desk.describe_task(job) if job else {}
        if visit.state_word:
            described = {"task_id": described["task_id"], "state": visit.state_word, "err_msg": ""}
        return self._desk.voice.answer(described)

    async def batch(self, visit: Visit) -> Response:
        """GET /extract-results/batch/{batch_id}."""
        account = self._desk.accounts.admit(visit)
        self._desk.accounts.pace(account, "queries")
        batch_id = str(visit.request.path_params["batch_id"])
        jobs = self._desk.state.jobs.group(batch_id)
        await visit.read(file_name=jobs[0].request.name if len(jobs) == 1 else "")
        if visit.plan.is_lost:
            for job in jobs:
                self._desk.state.jobs.lose(job)
            jobs = ()
        self._check_owner(account, jobs[0] if jobs else None)
        results = [self._desk.describe_file(job, state_word=visit.state_word) for job in jobs]
        if self._desk.quirks.result_order == "reversed":
            results.reverse()
        return self._desk.voice.answer({"batch_id": batch_id, "extract_result": results})

    def _new_batch(self) -> str:
        self._batches += 1
        return dashed(self._desk.state.jobs.make_id(f"batch {self._batches}"))

    def _check_owner(self, account: Account, job: Job | None) -> None:
        refusal = self._desk.accounts.refusal_of_stranger(account, job)
        if refusal is not None:
            raise refusal

    async def _read_files(self, visit: Visit, *, has_urls: bool) -> tuple[Account, tuple[FileRequest, ...]]:
        """The account and the files of a request that submits several.

        Raises:
            RefusalError: It is not accepted.
        """
        desk = self._desk
        account = desk.accounts.admit(visit)
        try:
            fields = await read_body(visit.request)
            requests = read_files_request(fields, has_urls=has_urls, most=desk.quirks.files_per_batch)
        except BadParameterError as error:
            raise desk.voice.refuse(error.code, error.message) from error
        await visit.read(file_name=requests[0].name if len(requests) == 1 else "")
        await self._admit_files(account, requests)
        return account, requests

    async def _admit_files(self, account: Account, requests: tuple[FileRequest, ...]) -> None:
        """See whether an account may have those files parsed.

        Raises:
            RefusalError: It may not, or one of them is refused.
        """
        desk = self._desk
        desk.accounts.pace(account, "submits")
        unread = [request.name for request in requests if not request.is_readable]
        if unread and desk.quirks.type_checked_at == "submit":
            raise desk.voice.refuse("-60002", f"the type of {unread[0]!r} is not read")
        desk.accounts.charge(account, requests)
        desk.accounts.pace(account, "files", count=len(requests))
        await desk.check_addresses([request for request in requests if request.url])

    def _create(self, account: Account, request: FileRequest, *, visit: Visit, group: str = "") -> Job:
        return self._desk.state.jobs.create(
            request, account=account.key, file_name=request.name, group=group, plan=visit.plan
        )
