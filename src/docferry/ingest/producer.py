"""The producer: parses and chunks sources ahead of the reader, and hands outcomes over in order."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

import anyio.to_thread

from docferry.chunking import Chunk, ChunkSettings, chunk_document
from docferry.errors import DocferryError, ProviderBugError
from docferry.ingest.outcome import OnError, Outcome, Report
from docferry.ingest.stream import OutcomeStream
from docferry.model import Ability, Document, PageSelection, ProgressEvent, ProgressPhase
from docferry.plugin import Provider
from docferry.provider import JobSettings, ParseContext, ProviderOptions, renumber
from docferry.sources import (
    Source,
    SourceFile,
    SourceInput,
    check_source_file,
    expand_sources,
    open_source,
    slice_pages,
)

__all__ = ["Plan", "Producer"]

logger = logging.getLogger("docferry.ingest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is the same for all sources of a run."""

    provider: Provider
    options: ProviderOptions
    pages: PageSelection | None
    chunking: ChunkSettings | None
    on_error: OnError
    look_ahead: int
    jobs: JobSettings
    listener: Callable[[ProgressEvent], None]


@dataclass(slots=True)
class Producer:
    """One run's task on the engine loop.

    Args:
        plan: What to do with each source.
        inputs: The sources as the caller gave them.
        stream: Where outcomes go, in order.
        report: Filled as outcomes are handed over.
    """

    plan: Plan
    inputs: SourceInput | Iterable[SourceInput]
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
        suffixes = frozenset(
            suffix for file_format in self.plan.provider.info.formats for suffix in file_format.suffixes
        )
        items: Iterator[Source | DocferryError] = iter(expand_sources(self.inputs, suffixes=suffixes))
        while (item := await anyio.to_thread.run_sync(next, items, None)) is not None:
            self._under_way.append(asyncio.create_task(self._outcome(item)))
            if len(self._under_way) > self.plan.look_ahead:
                await self._hand_over()
        while self._under_way:
            await self._hand_over()
        self.report.is_complete = True

    async def _hand_over(self) -> None:
        """Deliver the oldest outcome."""
        outcome = await self._under_way[0]
        self._under_way.popleft()
        self._count(outcome)
        if outcome.error is None or self.plan.on_error is OnError.COLLECT:
            await self.stream.send(outcome)
        elif self.plan.on_error is OnError.RAISE:
            raise outcome.error
        else:
            logger.warning("left out a source that failed: %s", outcome.error)

    def _count(self, outcome: Outcome) -> None:
        if outcome.document is None:
            self.report.failed.append(outcome)
            return
        self.report.succeeded.append(outcome.source)
        self.report.page_count += len(outcome.document.pages)
        self.report.chunk_count += len(outcome.chunks)

    async def _cancel_rest(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _outcome(self, item: Source | DocferryError) -> Outcome:
        """What became of one source; never raises but for cancellation."""
        if isinstance(item, DocferryError):
            return Outcome(source=item.source, error=item)
        self._tell(item, ProgressPhase.STARTED)
        try:
            document = await self._parse(item)
            chunks = await anyio.to_thread.run_sync(self._chunk, document, item.name, abandon_on_cancel=True)
        except DocferryError as error:
            return self._failure(item, error)
        except Exception as error:  # Wall: what goes wrong with one source must not lose another.
            logger.exception("unexpected error with a source of provider %s", self.plan.provider.info.name)
            bug = ProviderBugError(
                f"docferry failed with {type(error).__name__}", next_step="report it to docferry's authors"
            )
            bug.__cause__ = error
            return self._failure(item, bug)
        self._tell(item, ProgressPhase.FINISHED, pages_done=len(document.pages))
        return Outcome(source=item.name, document=document, chunks=chunks)

    def _failure(self, source: Source, error: DocferryError) -> Outcome:
        error.source = error.source or source.name
        self._tell(source, ProgressPhase.FAILED)
        return Outcome(source=source.name, error=error)

    def _chunk(self, document: Document, name: str) -> tuple[Chunk, ...]:
        if self.plan.chunking is None:
            return ()
        return chunk_document(document, settings=self.plan.chunking, source_name=name)

    async def _parse(self, source: Source) -> Document:
        plan = self.plan
        pages = plan.pages
        if pages is None or Ability.PAGE_SELECTION in plan.provider.info.abilities:
            return await plan.provider.parse(
                source, pages=pages, options=plan.options, context=self._context(self._open)
            )
        async with open_source(source, max_size_bytes=plan.provider.info.limits.max_size_bytes) as whole:
            part, numbers = await anyio.to_thread.run_sync(
                lambda: slice_pages(whole, pages=pages, password=plan.options.document_password)
            )
            await self._check(part)
            document = await plan.provider.parse(
                source, pages=None, options=plan.options, context=self._context(_already_open(part))
            )
        return renumber(document, numbers)

    def _context(self, opener: Callable[[Source], AbstractAsyncContextManager[SourceFile]]) -> ParseContext:
        return ParseContext(
            info=self.plan.provider.info, jobs=self.plan.jobs, opener=opener, listener=self.plan.listener
        )

    @asynccontextmanager
    async def _open(self, source: Source) -> AsyncGenerator[SourceFile]:
        async with open_source(source, max_size_bytes=self.plan.provider.info.limits.max_size_bytes) as file:
            await self._check(file)
            yield file

    async def _check(self, file: SourceFile) -> None:
        await anyio.to_thread.run_sync(lambda: check_source_file(file, info=self.plan.provider.info))

    def _tell(self, source: Source, phase: ProgressPhase, *, pages_done: int = 0) -> None:
        self.plan.listener(
            ProgressEvent(
                source=source.name, phase=phase, pages_done=pages_done, pages_total=pages_done or None
            )
        )


def _already_open(file: SourceFile) -> Callable[[Source], AbstractAsyncContextManager[SourceFile]]:
    """An opener that hands out a file which somebody else closes."""
    return lambda _source: nullcontext(file)
