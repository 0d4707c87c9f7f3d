"""What both APIs of the emulated cloud do: take files, begin tasks, describe them."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

import anyio
import anyio.to_thread
import httpx

from docferry.emulation import JobFailure, JobPlan, ParsedFile, ServiceState, Upload, Visit
from docferry.model import JobState
from docferry_mineru.emulator.accounts import MineruAccounts
from docferry_mineru.emulator.addresses import AddressReader, UnreadableAddressError
from docferry_mineru.emulator.callbacks import CallbackSender
from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.request import FileRequest
from docferry_mineru.emulator.results import CloudResults
from docferry_mineru.emulator.storage import DownloadHost, UploadHost
from docferry_mineru.emulator.words import CloudVoice, reason_of
from docferry_mineru.emulator.work import Finding, Job, Workshop, dashed

__all__ = ["Desk"]

BEIJING = timezone(timedelta(hours=8))
READERS = 10
NOT_UPLOADED = JobFailure(code="-60011")


class Desk:
    """Begins tasks and describes them.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        voice: Writes answers.
        client: Reads addresses and sends callbacks.
    """

    def __init__(
        self,
        state: ServiceState[FileRequest],
        quirks: MineruQuirks,
        voice: CloudVoice,
        *,
        client: httpx.AsyncClient,
    ) -> None:
        self.state = state
        self.quirks = quirks
        self.voice = voice
        self.accounts = MineruAccounts(state, quirks, voice, keys=state.settings.keys_for(state.name))
        results = CloudResults(state, quirks, folder=lambda: state.uploads.folder)
        self.workshop = Workshop(state, quirks, write=results.write)
        self.uploads = UploadHost(state, quirks, commit=self.commit)
        self.downloads = DownloadHost(state, quirks, results=results)
        self.callbacks = CallbackSender(state, quirks, client=client)
        self._addresses = AddressReader(state, client=client)
        self._readers = anyio.CapacityLimiter(READERS)

    async def commit(self, job: Job, upload: Upload) -> None:
        """Begin the task of a file that is there."""
        finding = await anyio.to_thread.run_sync(self.workshop.look_at, upload, job.request)
        if self.accounts.has_failed_too_often(upload.sha256):
            finding = Finding(pages=finding.pages, failure=JobFailure(code="-60017"))
        if finding.failure is not None and job.plan.failure is None:
            job.plan = JobPlan(is_lost=job.plan.is_lost, failure=finding.failure)
        if not job.is_waiting_for_file:  # two uploads of one file at once
            upload.discard()
            return
        self.state.jobs.start(
            job, upload, pages=finding.pages, work=lambda: self.workshop.work_on(job, upload, finding)
        )
        self.state.submitted(job)
        self.callbacks.watch(job, describe=self.describe_pushed)

    async def begin_from_addresses(self, jobs: Sequence[Job]) -> None:
        """Read the addresses of tasks, and begin them."""
        async with anyio.create_task_group() as group:
            for job in jobs:
                group.start_soon(self._begin_from_address, job)

    async def check_addresses(self, requests: Sequence[FileRequest]) -> None:
        """Read addresses before a task is made of them, where the service does.

        Raises:
            RefusalError: One cannot be read.
        """
        if self.quirks.address_checked_at == "parse":
            return
        for request in requests:
            try:
                (await self._addresses.read(request)).discard()
            except UnreadableAddressError as error:
                raise self.voice.refuse(error.code) from error

    def describe_pushed(self, jobs: Sequence[Job]) -> object:
        """What a callback tells: the data that a query would answer with."""
        if not jobs[0].group:
            return self.describe_task(jobs[0])
        results = [self.describe_file(job) for job in jobs]
        return {"batch_id": jobs[0].group, "extract_result": results}

    def describe_task(self, job: Job) -> dict[str, object]:
        """A task that stands for itself."""
        return {"task_id": self.task_id(job), **self._described(job)}

    def describe_file(self, job: Job, *, state_word: str = "") -> dict[str, object]:
        """A task of a batch."""
        return {"file_name": job.request.name, **self._described(job, state_word=state_word)}

    def progress(self, job: Job) -> dict[str, object]:
        """How far a task is; the service's clock is that of Beijing."""
        started = job.started_at or 0.0
        times = self.state.jobs.times
        needed = times.work_seconds + times.seconds_per_page * job.pages
        share = (self.state.clock.now() - started) / needed if needed else 1.0
        moment = datetime.fromtimestamp(started, tz=UTC).astimezone(BEIJING)
        return {
            "extracted_pages": max(min(int(job.pages * share), job.pages), 0),
            "total_pages": job.pages,
            "start_time": f"{moment:%Y-%m-%d %H:%M:%S}",
        }

    def word(self, job: Job) -> str:
        """The service's word for the state of a task."""
        if job.is_waiting_for_file and not job.request.url:
            return "failed" if self._is_overdue(job) else "waiting-file"
        match job.state:
            case JobState.SUCCEEDED:
                return "converting" if self._is_converting(job) else "done"
            case JobState.FAILED | JobState.CANCELLED:
                return "failed"
            case JobState.RUNNING:
                return "running"
            case _:
                return "pending"

    def reason(self, job: Job) -> tuple[str, str]:
        """Code and words for a task that failed."""
        return reason_of(job.failure or NOT_UPLOADED, is_agent=job.request.is_agent)

    def task_id(self, job: Job) -> str:
        """The id that clients see."""
        return dashed(job.id)

    async def look_up(self, visit: Visit, task_id: str) -> Job | None:
        """The task that a query is about."""
        return await self.state.look_up(visit, task_id.replace("-", ""))

    def _described(self, job: Job, *, state_word: str = "") -> dict[str, object]:
        word = state_word or self.word(job)
        written: dict[str, object] = {"state": word, "err_msg": ""}
        if word == "done":
            written["full_zip_url"] = self.downloads.archive_address(job)
        elif word == "running":
            written["extract_progress"] = self.progress(job)
        elif word == "failed":
            code, written["err_msg"] = self.reason(job)
            if self.quirks.has_err_code:
                written["err_code"] = code
        if job.request.data_id and self.quirks.has_data_id:
            written["data_id"] = job.request.data_id
        return written

    def _is_overdue(self, job: Job) -> bool:
        return self.state.clock.now() > job.created_at + self.quirks.upload_seconds

    def _is_converting(self, job: Job) -> bool:
        ended = job.ended_at or 0.0
        is_early = self.state.clock.now() < ended + self.quirks.converting_seconds
        return bool(job.request.extra_formats) and is_early

    async def _begin_from_address(self, job: Job) -> None:
        async with self._readers:
            try:
                upload = await self._addresses.read(job.request)
            except UnreadableAddressError as error:
                await self._fail(job, error.code)
                return
        self.state.counters.uploads[upload.sha256] += 1
        await self.commit(job, upload)

    async def _fail(self, job: Job, code: str) -> None:
        """Let a task fail whose file never came."""
        upload = await self.state.uploads.save_body(_nothing(), file_name=job.request.name)
        job.plan = JobPlan(is_lost=job.plan.is_lost, failure=JobFailure(code=code))
        self.state.jobs.start(job, upload, pages=0, work=_never)
        self.callbacks.watch(job, describe=self.describe_pushed)


def _never() -> ParsedFile:
    raise AssertionError("a task that fails beforehand is not worked on")


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
