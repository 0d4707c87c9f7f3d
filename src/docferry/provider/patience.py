"""How long somebody waits for a job."""

import asyncio
from typing import Any

from docferry.provider.clock import Clock

__all__ = ["is_in_time"]


async def is_in_time(
    task: "asyncio.Task[Any]", *, begun: asyncio.Event, seconds: float | None, clock: Clock
) -> bool:
    """Wait for the end of a task, or until patience is at its end.

    Args:
        task: What to wait for; it is not stopped.
        begun: Set once it waits for the service or another process: what it waits for before, such as its
            turn among the jobs of the account, does not count.
        seconds: How long from then; None for as long as it takes.
        clock: What to wait with.

    Returns:
        Whether it has ended.
    """
    if seconds is None:
        await asyncio.wait({task})
        return True
    patience = asyncio.ensure_future(_patience(begun, seconds, clock))
    try:
        await asyncio.wait({task, patience}, return_when=asyncio.FIRST_COMPLETED)
        return task.done()
    finally:
        patience.cancel()


async def _patience(begun: asyncio.Event, seconds: float, clock: Clock) -> None:
    await begun.wait()
    await clock.sleep(seconds)
