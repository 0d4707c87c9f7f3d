"""The order in which the jobs of one account are worked on, computed from their times when somebody asks."""

import heapq
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from docferry.emulation.jobs import EmulatedJob, JobTimes, Worked
from docferry.model import JobState

__all__ = ["Lane"]

RequestT = TypeVar("RequestT")


class Lane(Generic[RequestT]):
    """The jobs of one account: first come, first served, so many at once."""

    def __init__(self, concurrency: int | None) -> None:
        self.waiting: deque[EmulatedJob[RequestT]] = deque()
        self.running: list[EmulatedJob[RequestT]] = []
        # Since when each free place is free; None when there is no end of places.
        self._places = None if concurrency is None else [0.0] * concurrency

    def settle(
        self,
        now: float,
        *,
        times: JobTimes,
        end: Callable[[EmulatedJob[RequestT], Worked, float], None],
    ) -> None:
        """Begin and end what was due until now, in the order in which it was due."""
        while self._end_due(now, times, end) or self._start_due(now, times):
            pass

    def remove(self, job: EmulatedJob[RequestT], *, at: float) -> None:
        """Take a job out."""
        if job in self.waiting:
            self.waiting.remove(job)
        elif job in self.running:
            self._leave(job, at=at)

    def _end_due(
        self,
        now: float,
        times: JobTimes,
        end: Callable[[EmulatedJob[RequestT], Worked, float], None],
    ) -> bool:
        for job in self.running:
            worked = _worked(job)
            if worked is None:
                continue
            needed = times.work_seconds + times.seconds_per_page * job.pages
            at = max((job.started_at or 0.0) + needed, worked.at)
            if at <= now:
                self._leave(job, at=at)
                end(job, worked, at)
                return True
        return False

    def _start_due(self, now: float, times: JobTimes) -> bool:
        if not self.waiting or self._places == []:
            return False
        job = self.waiting[0]
        at = (job.queued_at or 0.0) + times.queue_seconds
        at = at if self._places is None else max(at, self._places[0])
        if at > now:
            return False
        if self._places is not None:
            heapq.heappop(self._places)
        self.running.append(self.waiting.popleft())
        job.state, job.started_at = JobState.RUNNING, at
        return True

    def _leave(self, job: EmulatedJob[RequestT], *, at: float) -> None:
        self.running.remove(job)
        if self._places is not None:
            heapq.heappush(self._places, at)


def _worked(job: EmulatedJob[RequestT]) -> Worked | None:
    """What the work came to; None while it goes on, and for ever when the job is stalled."""
    if job.plan.is_stalled or job.work is None or not job.work.done() or job.work.cancelled():
        return None
    return job.work.result()
