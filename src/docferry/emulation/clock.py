"""A clock whose time passes only when told to."""

import asyncio

__all__ = ["SteppedClock"]


class SteppedClock:
    """A clock for emulators in tests: time passes by `advance`, from any thread, and by sleeps, at once.

    Args:
        start: The first reading of `now`, in seconds since the epoch.
    """

    def __init__(self, *, start: float = 1_750_000_000.0) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._elapsed += max(seconds, 0.0)

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and let others run."""
        self.advance(seconds)
        await asyncio.sleep(0)
