"""One poll loop per submission, whoever waits for its jobs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from docferry.model import JobStatus, Receipt
from docferry.provider.client import ServiceClient

__all__ = ["Watches"]

logger = logging.getLogger("docferry.provider")

Notice = Callable[[JobStatus], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class _Waiter:
    notice: Notice
    done: "asyncio.Future[JobStatus]"


@dataclass(slots=True)
class _Watch:
    waiters: dict[Receipt, list[_Waiter]] = field(default_factory=dict[Receipt, list[_Waiter]])
    task: "asyncio.Task[None] | None" = None


class Watches:
    """Joins everybody who waits for a job of one submission into one poll loop."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Watch] = {}
        self._known_words: set[tuple[str, str]] = set()

    async def wait(  # noqa: PLR0913 - what a wait needs to know
        self,
        client: ServiceClient,
        receipt: Receipt,
        *,
        account: str,
        submitted_at: float,
        deadline_at: float | None,
        has_webhook: bool,
        notice: Notice,
        wake: Callable[[float], Awaitable[None]] | None = None,
    ) -> JobStatus:
        """Wait until a job has ended.

        Args:
            client: Asks.
            receipt: The job.
            account: Tells services and accounts apart.
            submitted_at: When it was submitted, on the client's monotonic clock.
            deadline_at: When to give up, on the same clock; None for never.
            has_webhook: Whether the service calls when a job is done.
            notice: Awaited with every status of this job.
            wake: Sleeps, or returns early when an event came.

        Returns:
            The status with which it ended.

        Raises:
            DocferryError: The service refuses to talk about it, or the deadline passed.
        """
        key = (account, receipt.remote_id)
        waiter = _Waiter(notice=notice, done=asyncio.get_running_loop().create_future())
        watch = self._open.setdefault(key, _Watch())
        watch.waiters.setdefault(receipt, []).append(waiter)
        if watch.task is None:
            watch.task = asyncio.create_task(
                self._poll(key, watch, client, submitted_at, deadline_at, has_webhook, wake)
            )
        try:
            return await waiter.done
        finally:
            self._leave(key, watch, receipt, waiter)

    async def _poll(  # noqa: PLR0913, PLR0917 - the arguments of one wait
        self,
        key: tuple[str, str],
        watch: _Watch,
        client: ServiceClient,
        submitted_at: float,
        deadline_at: float | None,
        has_webhook: bool,  # noqa: FBT001 - private
        wake: Callable[[float], Awaitable[None]] | None,
    ) -> None:
        try:
            await client.watch(
                lambda: tuple(watch.waiters),
                submitted_at=submitted_at,
                deadline_at=deadline_at,
                has_webhook=has_webhook,
                notice=lambda status: self._notice(watch, status, client),
                wake=wake,
            )
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            for waiter in [waiter for waiters in watch.waiters.values() for waiter in waiters]:
                if not waiter.done.done():
                    waiter.done.set_exception(error)
            if not isinstance(error, Exception):
                raise
        finally:
            if self._open.get(key) is watch:
                del self._open[key]

    async def _notice(self, watch: _Watch, status: JobStatus, client: ServiceClient) -> None:
        word = (client.api.identity.provider, status.raw_state)
        if not status.is_known and word not in self._known_words:
            self._known_words.add(word)
            logger.warning("provider %s says the unknown status '%s'; waiting on", *word)
        waiters = watch.waiters.get(status.receipt, [])
        for waiter in waiters:
            await waiter.notice(status)
        if status.state.is_terminal:
            watch.waiters.pop(status.receipt, None)
            for waiter in waiters:
                if not waiter.done.done():
                    waiter.done.set_result(status)

    def _leave(self, key: tuple[str, str], watch: _Watch, receipt: Receipt, waiter: _Waiter) -> None:
        waiters = watch.waiters.get(receipt, [])
        if waiter in waiters:
            waiters.remove(waiter)
        if not waiters:
            watch.waiters.pop(receipt, None)
        if not watch.waiters and watch.task is not None and not watch.task.done():
            watch.task.cancel()
            if self._open.get(key) is watch:
                del self._open[key]
