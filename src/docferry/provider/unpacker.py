"""Turns the payload of a job into what it is read as: whole, or with an error that tells of the job."""

import copy
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from docferry.errors import ConfigurationError, DocferryError
from docferry.ledger import JobRecord, JobStep, PayloadCorruptError
from docferry.model import Document, Payload
from docferry.provider.books import Books
from docferry.provider.completeness import check_pages, lacks_pages
from docferry.provider.errand import Errand
from docferry.provider.job_errors import about_job
from docferry.provider.leases import Leases
from docferry.provider.payload_reader import PayloadReader
from docferry.provider.promises import keep_mapping, keep_reading

__all__ = ["Mapper", "Unpacker"]

Result = TypeVar("Result")

MAPPINGS_AT_ONCE = 2
"""Mapping is Python's work: more threads would only keep the interpreter from each other and the loop."""

Mapper = Callable[[PayloadReader], Document]
"""Maps the payload of one errand; called in a worker thread."""


class Unpacker:
    """Finds payloads and maps them. Use it on the engine loop only.

    A payload in the cache from which pages are missing is not taken as it is: whoever needs it asks the
    service once more for the same job, which costs nothing. What then comes takes its place. Until then it
    stays, because it was paid for, and no service keeps results for ever.

    Args:
        books: Ledger and payload cache.
        leases: The leases of this process.
        carry: Brings a payload that has yet to come.
    """

    def __init__(
        self, *, books: Books, leases: Leases, carry: Callable[[Errand], Awaitable[Payload]]
    ) -> None:
        self._books = books
        self._leases = leases
        self._carry = carry
        self._room = anyio.CapacityLimiter(MAPPINGS_AT_ONCE)

    async def document(self, errand: Errand, mapper: Mapper) -> Document:
        """The document of an errand.

        Raises:
            DocferryError: Why there is none; with the id of the job and the command that goes on with it.
        """
        async with self._held(errand) as kept:
            document = await self._unpacked(
                errand, lambda payload: keep_mapping(errand.client.api, partial(mapper, payload)), kept
            )
            return check_pages(document, errand.new.expected_pages)

    async def result(self, errand: Errand, read: Callable[[PayloadReader], Result]) -> Result:
        """What the payload of an errand is read as; `read` is called in a worker thread.

        Raises:
            DocferryError: Why there is none; with the id of the job and the command that goes on with it.
        """
        async with self._held(errand) as kept:
            return await self._mapped(
                errand, lambda payload: keep_reading(errand.client.api, partial(read, payload)), kept
            )

    async def obtain(self, errand: Errand) -> Payload:
        """The payload from the cache, or from the one task of this process that carries the job through.

        A job that was asked for by its id and has not brought its payload yet is carried through although the
        cache has a result of the same options: that one is older, and the job's own may be what a refresh
        paid for.

        Raises:
            DocferryError: Why there is no payload.
        """
        kept = None
        if _takes_kept(errand):
            kept = await self._books.handle(self._books.store.find, errand.new.payload_key)
        return await self._carry(errand) if kept is None else kept

    @asynccontextmanager
    async def _held(self, errand: Errand) -> AsyncGenerator[Payload | None]:
        """Keep the payload from eviction while the block runs, and have its errors tell of the job.

        Yields:
            The payload, if it is in the cache and good enough.
        """

        def hold() -> tuple[ExitStack, Payload | None]:
            with ExitStack() as stack:
                holding = self._books.store.hold(errand.new.payload_key, is_wanted=_takes_kept(errand))
                kept = stack.enter_context(holding)
                return stack.pop_all(), kept

        try:
            async with self._books.held(hold, lambda held: held[0].close()) as (_, kept):
                yield kept
        except DocferryError as error:
            raise await self._told(error, errand) from error

    async def _unpacked(self, errand: Errand, mapper: Mapper, kept: Payload | None) -> Document:
        document = await self._mapped(errand, mapper, kept)
        if kept is None or not lacks_pages(document, errand.new.expected_pages):
            return document
        with suppress(DocferryError):  # what is missing is told, and not why it could not be had today
            again = await self._asked_again(errand)
            return document if again is None else await self._mapped(again, mapper)
        return document

    async def _mapped(
        self, errand: Errand, read: Callable[[PayloadReader], Result], kept: Payload | None = None
    ) -> Result:
        """Read the payload; one that turns out to be damaged on disk is fetched again, once."""
        try:
            return await self._read(read, kept or await self._carry(errand))
        except PayloadCorruptError:
            pass
        try:
            return await self._read(read, await self.obtain(errand))
        except PayloadCorruptError as error:
            raise ConfigurationError(
                "the payload cache damages or loses what is written to it",
                next_step="check the disk it is on, or set DOCFERRY_CACHE to another folder",
            ) from error

    async def _read(self, read: Callable[[PayloadReader], Result], payload: Payload) -> Result:
        """Read in a worker thread. A cancelled caller does not wait for its end."""
        reader = self._books.reader(payload)
        return await anyio.to_thread.run_sync(read, reader, limiter=self._room, abandon_on_cancel=True)

    async def _asked_again(self, errand: Errand) -> Errand | None:
        """The errand of having the payload of the same job once more; None where there is nobody to ask."""
        record = await self._record(errand)
        if record is None or record.receipt is None or not errand.is_own_account:
            return None
        if record.step is JobStep.FETCHED:
            terms = self._leases.terms()
            record = (await self._books.do(self._books.ledger.payload_lost, record.id, **terms)).record
            await self._leases.give_back(record.id)
        if record.step is not JobStep.SUBMITTED:
            return None
        return replace(errand, new=record, job_id=record.id, is_under_way=True, freshness=None)

    async def _told(self, error: DocferryError, errand: Errand) -> DocferryError:
        with suppress(DocferryError):
            record = await self._record(errand)
            return copy.copy(error) if record is None else about_job(error, record)
        return copy.copy(error)

    async def _record(self, errand: Errand) -> JobRecord | None:
        ledger = self._books.ledger
        if errand.job_id:
            return await self._books.do(ledger.find, errand.job_id)
        return await self._books.do(ledger.current, errand.new.job_key)


def _takes_kept(errand: Errand) -> bool:
    """Whether a payload that the cache has may be good enough."""
    return errand.freshness is None and not errand.is_under_way
