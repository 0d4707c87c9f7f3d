"""Jobs under way in this process: one task carries each, and each waiter has its own patience."""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from docferry.errors import DocferryError
from docferry.model import Payload
from docferry.provider.books import Books
from docferry.provider.clock import Clock
from docferry.provider.custody import Custody
from docferry.provider.errand import Errand
from docferry.provider.intake import Freshness
from docferry.provider.job_errors import late
from docferry.provider.job_settings import OnInterrupt
from docferry.provider.patience import is_in_time

__all__ = ["Journey", "SharedJobs"]

Key = tuple[str, Freshness | None]


@dataclass(slots=True, eq=False)
class Journey:
    """What those who carry a job and those who wait for it tell each other.

    Args:
        job_id: The job in the ledger; empty before it is known.
        begun: Set once the service is spoken to about the job, or another process is at work on it.
        is_stopped: Whether the service shall be asked to stop the job when its task is cancelled.
    """

    job_id: str = ""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    is_stopped: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class _Shared:
    task: "asyncio.Task[Payload]"
    journey: Journey
    custody: Custody | None
    waiters: int = 0
    is_ending: bool = False


class SharedJobs:
    """Lets everybody who wants the same payload wait for one task.

    Args:
        carry: Carries a job through.
        books: The ledger.
        clock: What to wait with.
    """

    def __init__(
        self, *, carry: Callable[[Errand, Journey], Awaitable[Payload]], books: Books, clock: Clock
    ) -> None:
        self._carry = carry
        self._books = books
        self._clock = clock
        self._open: dict[Key, _Shared] = {}

    async def obtain(self, errand: Errand) -> Payload:
        """Wait for the payload. The last waiter who leaves ends the task.

        Raises:
            JobTimeoutError: This waiter's deadline passed. A job that was submitted goes on at the service;
                of one that was not, nothing is left.
            DocferryError: Why there is no payload; each waiter gets an error of its own.
        """
        shared = await self._join(errand)
        shared.waiters += 1
        try:
            seconds = errand.settings.deadline_seconds
            begun = shared.journey.begun
            if not await is_in_time(shared.task, begun=begun, seconds=seconds, clock=self._clock):
                await self._end(shared, is_stopped=False)  # an upload that is out may still be answered
                record = await self._books.do(self._books.ledger.find, shared.journey.job_id)
                raise late(record, seconds)
            return shared.task.result()
        except asyncio.CancelledError:
            await self._end(shared, is_stopped=errand.settings.on_interrupt is OnInterrupt.CANCEL)
            raise
        except DocferryError as error:
            await self._end(shared, is_stopped=False)
            raise copy.copy(error) from error  # each waiter puts the name of its own source into its error
        finally:
            shared.waiters -= 1
            if not shared.waiters and shared.custody is not None:
                await shared.custody.release()

    async def _join(self, errand: Errand) -> _Shared:
        key = (errand.new.job_key, errand.freshness)
        while (shared := self._open.get(key)) is not None and (shared.is_ending or shared.task.done()):
            await asyncio.wait({shared.task})
            await asyncio.sleep(0)  # for the callback that takes it off the list
        if shared is None:
            return self._begin(key, errand)
        if errand.arrival is not None:
            errand.arrival.end()  # the job is another source's as well, which speaks for both
        return shared

    def _begin(self, key: Key, errand: Errand) -> _Shared:
        journey = Journey()
        task = asyncio.ensure_future(self._carry(errand, journey))
        shared = self._open[key] = _Shared(task=task, journey=journey, custody=errand.custody)
        if errand.custody is not None:
            errand.custody.take()  # for the task, which goes on when the waiter that began it is cancelled
        task.add_done_callback(lambda _task: self._open.pop(key, None))
        return shared

    async def _end(self, shared: _Shared, *, is_stopped: bool) -> None:
        if shared.waiters > 1 or shared.task.done():
            return
        shared.is_ending = True
        shared.journey.is_stopped = is_stopped
        shared.task.cancel()
        await asyncio.wait({shared.task})
