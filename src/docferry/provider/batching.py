"""Collects files that may share a submission, and hands them over together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from docferry.errors import ProviderBugError
from docferry.provider.clock import Clock

__all__ = ["Batcher"]

IDLE_SECONDS = 0.05

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Batch(Generic[Item, Answer]):
    items: list[Item] = field(default_factory=list["Item"])
    answers: "list[asyncio.Future[Answer]]" = field(default_factory=list["asyncio.Future[Answer]"])
    is_stirred: bool = False


class Batcher(Generic[Item, Answer]):
    """Groups items by key and flushes a group when it is full, told to, or idle for 50 ms.

    A flush runs as a task of its own: an item's waiter that is cancelled does not stop it.

    Args:
        send: Handles the items of one batch and returns one answer for each, in order. What it raises is
            raised to every waiter of the batch.
        clock: What to wait with.
    """

    def __init__(
        self, *, send: Callable[[tuple[Item, ...]], Awaitable[tuple[Answer, ...]]], clock: Clock
    ) -> None:
        self._send = send
        self._clock = clock
        self._open: dict[str, _Batch[Item, Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, item: Item, *, key: str, limit: int) -> "asyncio.Future[Answer]":
        """Put an item into the open batch of its key.

        Args:
            item: The item.
            key: Items with equal keys may share a batch.
            limit: Most items of one batch, at least 1.

        Returns:
            The item's answer, once the batch was handled.
        """
        batch = self._open.get(key)
        if batch is None:
            batch = self._open[key] = _Batch()
            if limit > 1:
                self._start(self._flush_when_idle(key, batch))
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        batch.items.append(item)
        batch.answers.append(answer)
        batch.is_stirred = True
        if len(batch.items) >= limit:
            self._flush(key)
        return answer

    def flush(self) -> None:
        """Hand over every open batch: the input has ended."""
        for key in tuple(self._open):
            self._flush(key)

    async def settle(self) -> None:
        """Wait until everything handed over has been handled."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _flush(self, key: str) -> None:
        batch = self._open.pop(key)
        self._start(self._hand_over(batch))

    async def _flush_when_idle(self, key: str, batch: _Batch[Item, Answer]) -> None:
        while batch.is_stirred and self._open.get(key) is batch:
            batch.is_stirred = False
            await self._clock.sleep(IDLE_SECONDS)
        if self._open.get(key) is batch:
            self._flush(key)

    async def _hand_over(self, batch: _Batch[Item, Answer]) -> None:
        try:
            answers = await self._answers(batch)
        except BaseException as error:
            _fail(batch.answers, error)
            if not isinstance(error, Exception):
                raise
            return
        for waiter, answer in zip(batch.answers, answers, strict=True):
            if not waiter.done():
                waiter.set_result(answer)

    async def _answers(self, batch: _Batch[Item, Answer]) -> tuple[Answer, ...]:
        answers = tuple(await self._send(tuple(batch.items)))
        if len(answers) != len(batch.items):
            raise ProviderBugError(f"{len(batch.items)} files were handed in and {len(answers)} answered")
        return answers

    def _start(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _fail(waiters: "list[asyncio.Future[Answer]]", error: BaseException) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(error)
            waiter.exception()  # a waiter that has gone must not be reported as forgotten
