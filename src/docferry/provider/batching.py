"""Collects files that may share a submission, and hands them over together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from docferry.provider.clock import Clock

__all__ = ["Batcher"]

IDLE_SECONDS = 0.05

PATIENCE_SECONDS = 1.0
"""How long a batch waits, after its last file, for one on its way, such as one that is being downloaded."""

Item = TypeVar("Item")


@dataclass(slots=True)
class _Batch(Generic[Item]):
    items: list[Item] = field(default_factory=list["Item"])
    expects: set[Callable[[], bool]] = field(default_factory=set[Callable[[], bool]])
    is_stirred: bool = False


class Batcher(Generic[Item]):
    """Groups items by key and flushes a group when it is full, told to, or idle for 50 ms.

    While more items are expected, it is not idle before a second has passed without one.

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

    def add(
        self,
        item: Item,
        *,
        key: Hashable,
        limit: int,
        expects: Callable[[], bool] | None = None,
    ) -> None:
        """Put an item into the open batch of its key.

        Args:
            item: The item.
            key: Items with equal keys may share a batch.
            limit: Most items of one batch, at least 1.
            expects: Tells whether others like it are about to come; None when nobody knows.
        """
        batch = self._open.get(key)
        if batch is None:
            batch = self._open[key] = _Batch()
            if limit > 1:
                self._start(self._flush_when_idle(key, batch))
        if expects is not None:
            batch.expects.add(expects)
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
        quiet = 0.0
        while self._open.get(key) is batch:
            if batch.is_stirred:
                quiet = 0.0
            elif quiet >= PATIENCE_SECONDS or not any(expects() for expects in batch.expects):
                break
            batch.is_stirred = False
            quiet += IDLE_SECONDS
            await self._clock.sleep(IDLE_SECONDS)
        if self._open.get(key) is batch:
            self._flush(key)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
