"""A clock that jumps: nothing sleeps in a test."""

import asyncio
import heapq
import itertools

from docferry.testing.workers import is_worker_awaited

__all__ = ["FakeClock"]

PASSES = 50
"""So many times the loop goes round before a task that still has not come to rest is not waited for."""

PASSES_BETWEEN_LOOKS = 10
"""Of the passes, so many may go by without a look whether worker threads are awaited: a look costs."""

LOOK_SECONDS = 0.001


class FakeClock:
    """A clock whose time passes only in sleeps, and at once.

    When every task of the loop waits, the earliest sleeper is woken and time jumps to its hour. Time stands
    still while a task waits for a worker thread: in `anyio.to_thread.run_sync`, with whatever limiter, in
    `asyncio.to_thread`, or in a call of the ledger or the cache. What else works outside the loop, as a
    real connection, `loop.run_in_executor` or another loop, is not waited for; `FastClock` goes with those.
    Use it on one loop only.

    Args:
        start: The first reading of `now`, in seconds since the epoch.
        patience_seconds: How long, in the machine's seconds, time stands still for worker threads before the
            earliest sleep fails. A thread that waits for the loop, which itself waits for this clock, would
            never end.
    """

    def __init__(self, *, start: float = 1_700_000_000.0, patience_seconds: float = 60.0) -> None:
        self._start = start
        self._patience_seconds = patience_seconds
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._ticker: asyncio.Task[None] | None = None
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has jumped that far.

        Raises:
            RuntimeError: A worker thread works on and on, as one does that waits for this clock.
        """
        self.slept.append(seconds)
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + max(seconds, 0.0), next(self._order), sleeper))
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.get_running_loop().create_task(self._tick())
        await sleeper

    async def _tick(self) -> None:
        while self._sleepers:
            is_quiet = await self._is_quiet()
            hour, _, sleeper = heapq.heappop(self._sleepers)
            if sleeper.done():
                continue
            if is_quiet:
                self._elapsed = max(self._elapsed, hour)
                sleeper.set_result(None)
            else:
                sleeper.set_exception(
                    RuntimeError(
                        f"a worker thread has been at work for {self._patience_seconds:g} seconds while time "
                        "stood still for it; it never ends if it waits for this clock"
                    )
                )

    async def _is_quiet(self) -> bool:
        """Let whoever can still run without waiting for the clock run first; whether they came to an end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience_seconds
        passes = 0
        while passes < PASSES:
            for _ in range(PASSES_BETWEEN_LOOKS):
                await asyncio.sleep(0)
            passes += PASSES_BETWEEN_LOOKS
            if is_worker_awaited():
                if loop.time() > end:
                    return False
                passes = 0  # what its work leads to has as many passes as anything else
                await asyncio.sleep(LOOK_SECONDS)
        return True
