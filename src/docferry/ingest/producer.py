"""The producer: makes outcomes ahead of the reader, and hands them over in order."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import anyio.to_thread

from docferry.chunking import Chunk, chunk_document
from docferry.errors import DocferryError, ProviderBugError
from docferry.ingest.attempt import attempt
from docferry.ingest.outcome import OnError, Outcome, Report
from docferry.ingest.stream import OutcomeStream
from docferry.ingest.terms import RunTerms
from docferry.model import Document, ProgressEvent, ProgressPhase

__all__ = ["Producer", "Turn", "Turns"]

logger = logging.getLogger("docferry.ingest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One source of a run.

    Args:
        source: Its name.
        provider: Who parses it.
        obtain: Makes its document; called once.
    """

    source: str
    provider: str
    obtain: Callable[[], Awaitable[Document]]


class Turns(Protocol):
    """The sources of a run, one after the other."""

    @property
    def source_count(self) -> int | None:
        """How many there are; None while that is not known."""
        ...

    async def look_ahead(self) -> int:
        """How many sources the run needs to be ahead of the reader, however few the caller asked for."""
        ...

    async def next_turn(self) -> Turn | DocferryError | None:
        """The next source, the error that stands in its place, or None behind the last one."""
        ...


@dataclass(slots=True)
class Producer:
    """One run's task on the engine loop.

    Args:
        terms: What to do with each source.
        turns: The sources.
        stream: Where outcomes go, in order.
        report: Filled as outcomes are handed over.
    """

    terms: RunTerms
    turns: Turns
    stream: OutcomeStream
    report: Report
    _under_way: "deque[asyncio.Task[Outcome]]" = field(default_factory=deque["asyncio.Task[Outcome]"])

    async def run(self) -> None:
        """Produce until the sources end, an error ends the run, or the task is cancelled.

        Raises:
            DocferryError: The error of a source, under OnError.RAISE.
        """
        try:
            await self._produce()
        finally:
            await self._cancel_rest()

    async def _produce(self) -> None:
        look_ahead = max(self.terms.look_ahead, await self.turns.look_ahead())
        while (turn := await self.turns.next_turn()) is not None:
            self._under_way.append(asyncio.create_task(self._outcome(turn), name=turn.source))
            if len(self._under_way) > look_ahead:
                await self._hand_over()
        while self._under_way:
            await self._hand_over()

    async def _hand_over(self) -> None:
        """Deliver the oldest outcome."""
        task = self._under_way[0]
        await asyncio.wait({task})
        self._under_way.popleft()
        outcome = _cancelled_outcome(task.get_name()) if task.cancelled() else task.result()
        if outcome.error is None or self.terms.on_error is OnError.COLLECT:
            await self.stream.send(outcome)
            return
        self.report.add(outcome)
        if self.terms.on_error is OnError.RAISE:
            raise outcome.error
        logger.warning("left out a source that failed: %s", outcome.error)

    async def _cancel_rest(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _outcome(self, turn: Turn | DocferryError) -> Outcome:
        """What became of one source; never raises but for cancellation."""
        if isinstance(turn, DocferryError):
            return Outcome(source=turn.source, error=turn)
        self._tell(turn, ProgressPhase.STARTED)
        outcome = await attempt(lambda: self._made(turn), source=turn.source, provider=turn.provider)
        if isinstance(outcome, DocferryError):
            self._tell(turn, ProgressPhase.FAILED)
            return Outcome(source=turn.source, error=outcome)
        if outcome.document is not None:
            self._tell(turn, ProgressPhase.FINISHED, pages_done=len(outcome.document.pages))
        return outcome

    async def _made(self, turn: Turn) -> Outcome:
        document = await turn.obtain()
        return Outcome(source=turn.source, document=document, chunks=await self._chunks(document, turn))

    async def _chunks(self, document: Document, turn: Turn) -> tuple[Chunk, ...]:
        if self.terms.chunking is None:
            return ()
        work = partial(chunk_document, document, settings=self.terms.chunking, source_name=turn.source)
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)

    def _tell(self, turn: Turn, phase: ProgressPhase, *, pages_done: int = 0) -> None:
        self.terms.listener(
            ProgressEvent(
                source=turn.source,
                phase=phase,
                pages_done=pages_done,
                pages_total=pages_done or None,
                sources_total=self.turns.source_count,
            )
        )


def _cancelled_outcome(source: str) -> Outcome:
    """What becomes of a source whose work was cancelled by itself, and not by the end of the run."""
    error = ProviderBugError("its work was cancelled from within", next_step="run it again", source=source)
    return Outcome(source=source, error=error)
