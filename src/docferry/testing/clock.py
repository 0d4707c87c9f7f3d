"""A clock that jumps: nothing sleeps in a test."""

import asyncio
import heapq
import itertools

__all__ = ["FakeClock"]


class FakeClock:
    """A clock whose time passes only in sleeps, and at once.

    When every task of the loop waits, the earliest sleeper is woken and time jumps to its hour. Use it on one
    loop only.

    Args:
        start: The first reading of `now`, in seconds since the epoch.
    """

    def __init__(self, *, start: float = 1_700_000_000.0) -> None:
        self._start = start
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
        """Wait until the clock has jumped that far."""
        self.slept.append(seconds)
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + max(seconds, 0.0), next(self._order), sleeper))
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.get_running_loop().create_task(self._tick())
        await sleeper

    async def _tick(self) -> None:
        while self._sleepers:
            # Whoever can still run without waiting for the clock runs first.
            for _ in range(50):
                await asyncio.sleep(0)
            hour, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                self._elapsed = max(self._elapsed, hour)
                sleeper.set_result(None)
