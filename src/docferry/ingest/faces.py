"""The two faces of a run: an iterator and an async iterator over the same stream.

Neither wraps the other. Both read from the stream that one producer task on the engine loop fills, and hold
no task group or cancel scope across a step, so that a reader may stop anywhere.
"""

import asyncio
import weakref
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from docferry.engine import current_engine
from docferry.ingest.outcome import Outcome, Report
from docferry.ingest.producer import Plan, Producer
from docferry.ingest.stream import OutcomeStream
from docferry.sources import SourceInput

__all__ = ["AsyncRun", "Run"]


class _Line:
    """The connection between a face and its producer on the engine loop."""

    def __init__(self, plan: Plan, inputs: SourceInput | Iterable[SourceInput], report: Report) -> None:
        self.engine = current_engine()
        self._plan = plan
        self._inputs = inputs
        self._report = report
        self._stream: OutcomeStream | None = None
        self._producer: asyncio.Task[None] | None = None
        self._is_closed = False

    async def receive(self) -> Outcome | None:
        """The next outcome; starts the producer at the first call. On the engine loop."""
        if self._is_closed:
            return None
        if self._stream is None:
            stream = self._stream = OutcomeStream()
            producer = Producer(self._plan, self._inputs, stream, self._report)
            self._producer = asyncio.create_task(producer.run())
            self._producer.add_done_callback(lambda task: stream.end(_error_of(task)))
        return await self._stream.receive()

    async def close(self) -> None:
        """Cancel the producer and wait until nothing of it is left. On the engine loop."""
        self._is_closed = True
        if self._producer is not None:
            self._producer.cancel()
            await asyncio.wait({self._producer})

    def abandon(self) -> None:
        """Close without waiting, from any thread: what a reader that was dropped does."""
        if not self._is_closed:
            self.engine.submit(self.close())


def _error_of(task: "asyncio.Task[None]") -> BaseException | None:
    return None if task.cancelled() else task.exception()


class Run:
    """The outcomes of a run, one at a time, as an iterator and a context manager.

    Sources are parsed ahead of the reader, within bounds. Closing it, leaving its `with` block or dropping it
    cancels what is under way.
    """

    def __init__(self, plan: Plan, inputs: SourceInput | Iterable[SourceInput]) -> None:
        self.report = Report()
        self._line = _Line(plan, inputs, self.report)
        self._finalizer = _close_when_dropped(self, self._line)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome:
        outcome = self._line.engine.run(self._line.receive())
        if outcome is None:
            self.close()
            raise StopIteration
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the run; returns when nothing of it is left. Closing again does nothing."""
        if self._finalizer.detach() is not None:
            self._line.engine.run(self._line.close())


class AsyncRun:
    """The outcomes of a run, one at a time, as an async iterator and an async context manager.

    It works on any asyncio loop. Cancelling a step, closing it or leaving its `async with` block cancels what
    is under way.
    """

    def __init__(self, plan: Plan, inputs: SourceInput | Iterable[SourceInput]) -> None:
        self.report = Report()
        self._line = _Line(plan, inputs, self.report)
        self._finalizer = _close_when_dropped(self, self._line)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome:
        try:
            outcome = await asyncio.wrap_future(self._line.engine.submit(self._line.receive()))
        except asyncio.CancelledError:
            self._finalizer()
            raise
        if outcome is None:
            await self.aclose()
            raise StopAsyncIteration
        return outcome

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the run; returns when nothing of it is left. Closing again does nothing."""
        if self._finalizer.detach() is not None:
            closing = self._line.engine.submit(self._line.close())
            await asyncio.shield(asyncio.wrap_future(closing))


def _close_when_dropped(run: Run | AsyncRun, line: _Line) -> "weakref.finalize[[], Run | AsyncRun]":
    abandon: Callable[[], None] = line.abandon
    finalizer = weakref.finalize(run, abandon)
    finalizer.atexit = False  # the engine stops with the process and takes every producer along
    return finalizer
