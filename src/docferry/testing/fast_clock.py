"""A clock that runs fast, for tests that wait for real answers."""

import asyncio
import time

__all__ = ["FastClock"]

STOPPED_SECONDS = 0.005


class FastClock:
    """A clock on which time passes `speed` times as fast as on the machine's.

    Unlike `FakeClock` it goes with real connections: an answer takes its time, and a wait between two polls
    is over in a fraction of it.

    Args:
        speed: Seconds that pass in one second of the machine.
        start: The first reading of `now`, in seconds since the epoch.
    """

    def __init__(self, *, speed: float = 100.0, start: float = 1_700_000_000.0) -> None:
        self._speed = speed
        self._start = start
        self._born = time.monotonic()
        self._is_stopped = False

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._start + self.monotonic()

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return (time.monotonic() - self._born) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait until that much time has passed on this clock, and while the clock is stopped."""
        await asyncio.sleep(max(seconds, 0.0) / self._speed)
        while self._is_stopped:  # noqa: ASYNC110 - stopped and let go from another thread
            await asyncio.sleep(STOPPED_SECONDS)

    def stop(self) -> None:
        """Let no sleep end any more: whoever waits on this clock is as good as dead."""
        self._is_stopped = True

    def go_on(self) -> None:
        """Let sleeps end again."""
        self._is_stopped = False
