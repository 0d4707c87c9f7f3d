"""The jobs of a service.

What a job's state is follows from the times in it and from whether its work is done; it is looked up when
somebody asks. Nothing here waits for the clock but `JobBook.wait`.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from docferry.emulation.jobs import NO_PLAN, EmulatedJob, JobFailure, JobPlan, JobTimes, Worked
from docferry.emulation.lane import Lane
from docferry.emulation.results import ParsedFile, drop_last_pages
from docferry.emulation.uploads import Upload
from docferry.errors import DocferryError
from docferry.model import JobState
from docferry.provider.clock import Clock

__all__ = ["JobBook"]

RequestT = TypeVar("RequestT")

STEP_SECONDS = 0.01


class JobBook(Generic[RequestT]):
    """All jobs of a service. Use it on the server's loop only; others may read jobs.

    Args:
        service: Name of the service; part of what ids are made from.
        times: How long things take.
        concurrency: Jobs of one account that are worked on at once; None for all.
        clock: What tells the time.
        on_end: Told of each job that has ended.
    """

    def __init__(
        self,
        *,
        service: str,
        times: JobTimes,
        concurrency: int | None,
        clock: Clock,
        on_end: Callable[[EmulatedJob[RequestT]], None],
    ) -> None:
        self.times = times
        self._seed = f"{service} {clock.now()!r}"
        self._concurrency = concurrency
        self._clock = clock
        self._on_end = on_end
        self._jobs: dict[str, EmulatedJob[RequestT]] = {}
        self._groups: dict[str, list[str]] = {}
        self._ended: deque[EmulatedJob[RequestT]] = deque()
        self._lanes: dict[str, Lane[RequestT]] = {}

    def create(
        self, request: RequestT, *, account: str, file_name: str, group: str = "", plan: JobPlan = NO_PLAN
    ) -> EmulatedJob[RequestT]:
        """Make a job that waits for its file; `start` comes when the file is there."""
        number = len(self._jobs) + 1
        job = EmulatedJob(
            id=self.make_id(f"job {number}"),
            number=number,
            account=account,
            request=request,
            group=group,
            file_name=file_name,
            plan=plan,
            created_at=self._clock.now(),
        )
        self._jobs[job.id] = job
        if group:
            self._groups.setdefault(group, []).append(job.id)
        return job

    def start(
        self, job: EmulatedJob[RequestT], upload: Upload, *, pages: int, work: Callable[[], ParsedFile]
    ) -> None:
        """Queue a job, and parse its file in a thread from now on.

        Args:
            job: The job.
            upload: Its file, which is deleted after the work.
            pages: Its number of pages.
            work: Parses it. A DocferryError makes the job fail.
        """
        job.upload, job.pages, job.file_name = upload, pages, upload.file_name
        job.queued_at = self._clock.now()
        job.work = asyncio.get_running_loop().create_task(self._work(job.plan, upload, work))
        lane = self._lanes.setdefault(job.account, Lane(self._concurrency))
        lane.waiting.append(job)

    def find(self, job_id: str) -> EmulatedJob[RequestT] | None:
        """The job, brought up to date; None when it is unknown, lost, or forgotten after its retention."""
        self.settle()
        job = self._jobs.get(job_id)
        if job is None or job.plan.is_lost or job.state is JobState.EXPIRED:
            return None
        return job

    def group(self, group_id: str) -> tuple[EmulatedJob[RequestT], ...]:
        """The jobs of a batch in the order made, brought up to date, without lost and forgotten ones."""
        members = self._groups.get(group_id, ())
        return tuple(job for job_id in members if (job := self.find(job_id)) is not None)

    def all(self) -> tuple[EmulatedJob[RequestT], ...]:
        """Every job in the order made, as of the last look, lost and forgotten ones included."""
        return tuple(self._jobs.values())

    def count_under_way(self, account: str) -> int:
        """Jobs of an account that are queued or at work."""
        self.settle()
        lane = self._lanes.get(account)
        return len(lane.waiting) + len(lane.running) if lane else 0

    def cancel(self, job: EmulatedJob[RequestT]) -> bool:
        """Stop a job.

        Returns:
            Whether it had not ended yet.
        """
        self.settle()
        if job.state.is_terminal:
            return False
        if job.account in self._lanes:
            self._lanes[job.account].remove(job, at=self._clock.now())
        self._end(job, JobState.CANCELLED, at=self._clock.now())
        return True

    def lose(self, job: EmulatedJob[RequestT]) -> None:
        """Make the service forget a job, as if it had never been."""
        job.plan = JobPlan(is_lost=True)

    async def wait(self, job: EmulatedJob[RequestT], *, timeout_seconds: float | None = None) -> bool:
        """Wait until a job has ended, for services that answer with the result.

        Returns:
            Whether it has ended within the time.
        """
        began = self._clock.now()
        if job.work is not None and not job.plan.is_stalled:
            await asyncio.wait({job.work})
        while not job.state.is_terminal:
            self.settle()
            if timeout_seconds is not None and self._clock.now() - began >= timeout_seconds:
                break
            if not job.state.is_terminal:
                await self._clock.sleep(STEP_SECONDS)
        return job.state.is_terminal

    def settle(self) -> None:
        """Bring every job up to date."""
        now = self._clock.now()
        for lane in self._lanes.values():
            lane.settle(now, times=self.times, end=self._end_with)
        while self._ended and (self._ended[0].ended_at or 0.0) + self.times.retention_seconds < now:
            forgotten = self._ended.popleft()
            forgotten.state, forgotten.result = JobState.EXPIRED, None

    def make_id(self, purpose: str) -> str:
        """32 hexadecimal digits that no other purpose and no other start of the service gets."""
        return hashlib.sha256(f"{self._seed} {purpose}".encode()).hexdigest()[:32]

    async def close(self) -> None:
        """Give up all work under way."""
        works = [job.work for job in self._jobs.values() if job.work is not None and not job.work.done()]
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    async def _work(self, plan: JobPlan, upload: Upload, work: Callable[[], ParsedFile]) -> Worked:
        result, failure = None, plan.failure
        if failure is None:
            try:
                result = await asyncio.to_thread(work)
            except DocferryError as error:
                failure = JobFailure(message=error.message, error=error)
        upload.discard()
        if result is not None and plan.dropped_pages:
            result = drop_last_pages(result, plan.dropped_pages)
        return Worked(result=result, failure=failure, at=self._clock.now())

    def _end_with(self, job: EmulatedJob[RequestT], worked: Worked, at: float) -> None:
        job.result, job.failure = worked.result, worked.failure
        self._end(job, JobState.FAILED if worked.failure else JobState.SUCCEEDED, at=at)

    def _end(self, job: EmulatedJob[RequestT], state: JobState, *, at: float) -> None:
        job.state, job.ended_at = state, at
        self._ended.append(job)
        self._on_end(job)
