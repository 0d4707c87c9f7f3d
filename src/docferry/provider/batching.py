"""Collects files that may share a submission, and hands them over together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from docferry.provider.clock import Clock

__all__ = ["Batcher"]

IDLE_SECONDS = 0.05

Item = TypeVar("Item")


@dataclass(slots=True)
class _Batch(Generic[Item]):
    items: list[Item] = field(default_factory=list["Item"])
    is_stirred: bool = False


class Batcher(Generic[Item]):
    """Groups items by key and flushes a group when it is full, told to, or idle for 50 ms.

    A flush runs as a task of its own: whoever waits for an item and is cancelled does not stop it.

    Args:
        send: Handles the items of one batch, and tells those who wait what became of each; does not raise.
        clock: What to wait with.
    """

    def __init__(self, *, send: Callable[[tuple[Item, ...]], Awaitable[None]], clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._open: dict[Hashable, _Batch[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, item: Item, *, key: Hashable, limit: int) -> None:
        """Put an item into the open batch of its key.

        Args:
            item: The item.
            key: Items with equal keys may share a batch.
            limit: Most items of one batch, at least 1.
        """
        batch = self._open.get(key)
        if batch is None:
            batch = self._open[key] = _Batch()
            if limit > 1:
                self._start(self._flush_when_idle(key, batch))
        batch.items.append(item)
        batch.is_stirred = True
        if len(batch.items) >= limit:
            self._flush(key)

    def withdraw(self, item: Item) -> bool:
        """Take an item out of its batch again.

        Returns:
            False when the batch was handed over already.
        """
        for key, batch in tuple(self._open.items()):
            if item in batch.items:
                batch.items.remove(item)
                if not batch.items:
                    del self._open[key]
                return True
        return False

    def flush(self) -> None:
        """Hand over every open batch: the input has ended."""
        for key in tuple(self._open):
            self._flush(key)

    async def settle(self) -> None:
        """Wait until everything handed over has been handled."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _flush(self, key: Hashable) -> None:
        batch = self._open.pop(key)
        self._start(self._send(tuple(batch.items)))

    async def _flush_when_idle(self, key: Hashable, batch: _Batch[Item]) -> None:
        while batch.is_stirred and self._open.get(key) is batch:
            batch.is_stirred = False
            await self._clock.sleep(IDLE_SECONDS)
        if self._open.get(key) is batch:
            self._flush(key)

    def _start(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
