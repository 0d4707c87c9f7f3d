"""The two faces of a run, an iterator and an async iterator over the same stream, and of a single call.

Neither wraps the other. Both read from the stream that one producer task on the engine loop fills, and hold
no task group or cancel scope across a step, so that a reader may stop anywhere.
"""

import asyncio
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from docferry.engine import current_engine
from docferry.errors import ProviderBugError
from docferry.ingest.outcome import Outcome, Report
from docferry.ingest.producer import Producer, Turns
from docferry.ingest.stream import OutcomeStream
from docferry.ingest.terms import RunTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

__all__ = ["AsyncRun", "Run", "wait", "wait_async"]

Result = TypeVar("Result")


class _Line:
    """The connection between a face and its producer on the engine loop."""

    def __init__(self, terms: RunTerms, turns: Turns, report: Report) -> None:
        self.engine = current_engine()
        self._terms = terms
        self._turns = turns
        self._report = report
        self._stream: OutcomeStream | None = None
        self._producer: asyncio.Task[None] | None = None
        self._is_closed = False
        self._closing: Future[None] | None = None

    async def receive(self) -> Outcome | None:
        """The next outcome; starts the producer at the first call. On the engine loop."""
        if self._is_closed:
            return None
        if self._stream is None:
            stream = self._stream = OutcomeStream()
            producer = Producer(self._terms, self._turns, stream, self._report)
            self._producer = asyncio.create_task(producer.run())
            self._producer.add_done_callback(lambda task: stream.end(self._error_of(task)))
        outcome = await self._stream.receive()
        if outcome is None:
            self._report.is_complete = self._has_ended_well()
        else:
            self._report.add(outcome)
        return outcome

    def close(self) -> "Future[None]":
        """Cancel the producer, from any thread; the future is done when nothing of it is left."""
        if self._closing is None:
            self._closing = self.engine.submit(self._close())
        return self._closing

    async def _close(self) -> None:
        self._is_closed = True
        if self._producer is not None:
            self._producer.cancel()
            await asyncio.wait({self._producer})

    def _has_ended_well(self) -> bool:
        task = self._producer
        return task is not None and task.done() and not task.cancelled() and task.exception() is None

    def _error_of(self, task: "asyncio.Task[None]") -> BaseException | None:
        """What the reader is told at the end. A run that was cancelled, but not by its reader, went wrong."""
        if not task.cancelled():
            return task.exception()
        return None if self._is_closed else ProviderBugError("the run was cancelled from within")


class Run:
    """The outcomes of a run, one at a time, as an iterator and a context manager.

    Sources are parsed ahead of the reader, within bounds. Closing it, leaving its `with` block or dropping it
    cancels what is under way.
    """

    def __init__(self, terms: RunTerms, turns: Turns) -> None:
        self.report = Report()
        self._line = _Line(terms, turns, self.report)
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
        self._finalizer.detach()
        self._line.close().result()


class AsyncRun:
    """The outcomes of a run, one at a time, as an async iterator and an async context manager.

    It works on any asyncio loop. Cancelling a step, closing it or leaving its `async with` block cancels what
    is under way.
    """

    def __init__(self, terms: RunTerms, turns: Turns) -> None:
        self.report = Report()
        self._line = _Line(terms, turns, self.report)
        self._finalizer = _close_when_dropped(self, self._line)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome:
        try:
            outcome = await asyncio.wrap_future(self._line.engine.submit(self._line.receive()))
        except asyncio.CancelledError:
            self._line.close()
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
        self._finalizer.detach()
        await asyncio.shield(asyncio.wrap_future(self._line.close()))


def _close_when_dropped(run: Run | AsyncRun, line: _Line) -> "weakref.finalize[[], Run | AsyncRun]":
    close: Callable[[], object] = line.close
    finalizer = weakref.finalize(run, close)
    finalizer.atexit = False  # the engine stops with the process and takes every producer along
    return finalizer


def wait(work: "Coroutine[Any, Any, Result]") -> Result:
    """The sync face of a coroutine of the engine loop."""
    return current_engine().run(work)


async def wait_async(work: "Coroutine[Any, Any, Result]") -> Result:
    """The async face of a coroutine of the engine loop; cancelling it cancels that."""
    return await asyncio.wrap_future(current_engine().submit(work))
