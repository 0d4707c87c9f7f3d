"""One poll loop per submission, whoever waits for its jobs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from docferry.ledger import JobRecord
from docferry.model import JobStatus, Receipt
from docferry.provider.client import ServiceClient, Wake
from docferry.provider.clock import Clock

__all__ = ["Watches", "submission_time"]

logger = logging.getLogger("docferry.provider")

Observe = Callable[[Sequence[tuple[str, JobStatus]]], Awaitable[None]]
"""Enters what the service says about jobs, by their ids in the ledger."""

Key = tuple[str, str]


def submission_time(record: JobRecord, clock: Clock) -> float:
    """When a job was submitted, by whichever process, on this one's monotonic clock."""
    at = record.updated_at if record.submitted_at is None else record.submitted_at
    return clock.monotonic() - max(0.0, clock.now() - at)


def _any(_status: JobStatus) -> bool:
    return True


def _has_ended(status: JobStatus) -> bool:
    return status.state.is_terminal


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiter:
    job_id: str
    is_about: Callable[[JobStatus], bool]
    is_enough: Callable[[JobStatus], bool]
    done: "asyncio.Future[JobStatus]"


@dataclass(slots=True, eq=False)
class _Watch:
    key: Key
    client: ServiceClient
    waiters: dict[Receipt, list[_Waiter]] = field(default_factory=dict[Receipt, list[_Waiter]])
    task: "asyncio.Task[None] | None" = None


class Watches:
    """Joins everybody who waits for a job of one submission into one poll loop.

    Args:
        observe: Awaited with what an answer says about the jobs that are waited for, all of them at once.
    """

    def __init__(self, *, observe: Observe) -> None:
        self._observe = observe
        self._open: dict[Key, _Watch] = {}
        self._known_words: set[tuple[str, str]] = set()
        self._next_polls: dict[Key, float] = {}

    async def wait(  # noqa: PLR0913 - what a wait needs to know
        self,
        client: ServiceClient,
        receipt: Receipt,
        *,
        job_id: str,
        account: str,
        submitted_at: float,
        is_about: Callable[[JobStatus], bool] = _any,
        is_enough: Callable[[JobStatus], bool] = _has_ended,
        wake: Wake | None = None,
    ) -> JobStatus:
        """Wait until a job has ended, or until enough is known of it.

        Args:
            client: Asks.
            receipt: The job.
            job_id: Its id in the ledger.
            account: Tells services and accounts apart.
            submitted_at: When it was submitted, on the client's monotonic clock.
            is_about: Whether a status says something about the job that is worth entering.
            is_enough: Whether a status ends this wait; one with which the job ended always does.
            wake: Sleeps, or returns early when the service has called, and says whether it has; None where it
                does not call.

        Returns:
            The status that ended the wait.

        Raises:
            DocferryError: The service refuses to talk about it.
        """
        key = (account, receipt.remote_id)
        waiter = _Waiter(
            job_id=job_id,
            is_about=is_about,
            is_enough=is_enough,
            done=asyncio.get_running_loop().create_future(),
        )
        watch = self._open.setdefault(key, _Watch(key, client))
        watch.waiters.setdefault(receipt, []).append(waiter)
        if watch.task is None:
            watch.task = asyncio.create_task(self._poll(watch, submitted_at=submitted_at, wake=wake))
            watch.task.add_done_callback(partial(_tell, watch))
        try:
            return await waiter.done
        finally:
            self._leave(watch, receipt, waiter)

    async def _poll(self, watch: _Watch, *, submitted_at: float, wake: Wake | None) -> None:
        now = watch.client.clock.monotonic()
        self._next_polls = {known: at for known, at in self._next_polls.items() if at > now}
        try:
            await watch.client.watch(
                lambda: self._asked(watch),
                submitted_at=submitted_at,
                not_before=self._next_polls.get(watch.key, now),
                notice=lambda statuses: self._notice(watch, statuses),
                company=lambda: self._company(watch),
                wake=wake,
            )
        finally:
            self._close(watch)

    def _asked(self, watch: _Watch) -> tuple[Receipt, ...]:
        # Whoever asks about this submission next, in a watch of its own, keeps the floor as well.
        advice = watch.client.api.poll_advice.for_one_of(self._company(watch))
        self._next_polls[watch.key] = watch.client.clock.monotonic() + advice.floor_seconds
        return tuple(watch.waiters)

    def _company(self, watch: _Watch) -> int:
        """How many submissions of its account are watched, this one included."""
        account, _ = watch.key
        return sum(other == account for other, _ in self._open)

    async def _notice(self, watch: _Watch, statuses: Sequence[JobStatus]) -> None:
        told = [
            (waiter, status) for status in statuses for waiter in tuple(watch.waiters.get(status.receipt, ()))
        ]
        for status in statuses:
            self._warn_of_unknown(status, watch.client)
        await self._observe(
            tuple({waiter.job_id: status for waiter, status in told if waiter.is_about(status)}.items())
        )
        for waiter, status in told:
            if (status.state.is_terminal or waiter.is_enough(status)) and not waiter.done.done():
                self._dismiss(watch, status.receipt, waiter)
                waiter.done.set_result(status)

    def _warn_of_unknown(self, status: JobStatus, client: ServiceClient) -> None:
        word = (client.api.identity.provider, status.raw_state)
        if not status.is_known and word not in self._known_words:
            self._known_words.add(word)
            logger.warning("provider %s says the unknown status '%s'; waiting on", *word)

    def _leave(self, watch: _Watch, receipt: Receipt, waiter: _Waiter) -> None:
        self._dismiss(watch, receipt, waiter)
        if not watch.waiters and watch.task is not None and not watch.task.done():
            watch.task.cancel()
            self._close(watch)

    def _close(self, watch: _Watch) -> None:
        if self._open.get(watch.key) is watch:
            del self._open[watch.key]

    @staticmethod
    def _dismiss(watch: _Watch, receipt: Receipt, waiter: _Waiter) -> None:
        waiters = watch.waiters.get(receipt, [])
        if waiter in waiters:
            waiters.remove(waiter)
        if not waiters:
            watch.waiters.pop(receipt, None)


def _tell(watch: _Watch, task: "asyncio.Task[None]") -> None:
    """Tell whatever ended the polls to everybody who waits, or they would wait for ever."""
    if task.cancelled():
        return  # the last waiter has left, or all of them are cancelled with the engine
    error = task.exception()
    for waiter in [waiter for waiters in watch.waiters.values() for waiter in waiters]:
        if error is not None and not waiter.done.done():
            waiter.done.set_exception(error)
