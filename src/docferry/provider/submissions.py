"""Submissions: the step that may cost money, written into the ledger around the request that commits."""

import asyncio
import secrets
from dataclasses import dataclass, field

from docferry.ledger import JobRecord
from docferry.model import Receipt
from docferry.provider.batching import Batcher
from docferry.provider.books import Books, PayloadCollector
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.custody import Custody
from docferry.provider.exchange import Request
from docferry.provider.job_api import SubmitItem

__all__ = ["Submissions", "Ticket"]

GRACE_SECONDS = 10.0
"""How long a cancelled waiter still waits for the answer to a committing request that is out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A job that is ours and open, and the file to submit for it.

    Args:
        record: The job.
        item: What to submit.
        client: Speaks with the service.
        custody: Keeps the file open until it was submitted; None when it needs no keeping.
    """

    record: JobRecord
    item: SubmitItem = field(repr=False)
    client: ServiceClient = field(repr=False)
    custody: Custody | None = field(default=None, repr=False)


class Submissions:
    """Submits files, together where the service takes batches.

    Args:
        books: The ledger.
        clock: What to wait with.
    """

    def __init__(self, *, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock
        self._batcher: Batcher[Ticket, Receipt] = Batcher(send=self._send, clock=clock)

    def flush(self) -> None:
        """Submit what is waiting for company: the input has ended."""
        self._batcher.flush()

    async def settle(self) -> None:
        """Wait until no request that may cost money is out any more."""
        await self._batcher.settle()

    async def submit(self, ticket: Ticket, *, account: str) -> Receipt:
        """Submit one file and return the receipt, which is then in the ledger.

        A waiter that is cancelled waits a little for the answer to what is already out, so that the job's
        id is known rather than lost.

        Raises:
            SubmissionUnknownError: It went out and no readable answer came back.
            DocferryError: The service refused; nothing was committed.
        """
        api = ticket.client.api
        key = f"{account} {api.batch_key(ticket.item)}"
        if ticket.custody is not None:
            ticket.custody.take()  # for the batch, which goes on when this waiter is cancelled
        answer = self._batcher.add(ticket, key=key, limit=api.batch_limit)
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            grace = asyncio.ensure_future(self._clock.sleep(GRACE_SECONDS))
            await asyncio.wait({answer, grace}, return_when=asyncio.FIRST_COMPLETED)
            grace.cancel()
            raise

    async def _send(self, tickets: tuple[Ticket, ...]) -> tuple[Receipt, ...]:
        try:
            return await self._commit(tickets)
        finally:
            for ticket in tickets:
                if ticket.custody is not None:
                    await ticket.custody.release()

    async def _commit(self, tickets: tuple[Ticket, ...]) -> tuple[Receipt, ...]:
        client = tickets[0].client
        items = tuple(ticket.item for ticket in tickets)
        log = _BatchLog(self._books, tickets, self._clock)
        # A single file may come back with the answer itself.
        collector = PayloadCollector(books=self._books) if len(tickets) == 1 else None
        receipts = await client.submit(lambda: client.api.submit(items), log=log, writer=collector)
        by_job = {ticket.record.id: receipt for ticket, receipt in zip(tickets, receipts, strict=True)}
        await self._books.do(
            self._books.ledger.record_receipts, by_job, owner=self._books.owner, now=self._clock.now()
        )
        if collector is not None and collector.payload.parts:
            await collector.save(tickets[0].record, now=self._clock.now())
        return receipts


class _BatchLog:
    """Writes into the ledger what becomes of one submission."""

    def __init__(self, books: Books, tickets: tuple[Ticket, ...], clock: Clock) -> None:
        self._books = books
        self._job_ids = tuple(ticket.record.id for ticket in tickets)
        self._clock = clock
        self._submission_id = secrets.token_hex(8)
        self._unknown: set[str] = set()

    def _concerned(self, request: Request) -> tuple[str, ...]:
        positions = request.committed_items or range(len(self._job_ids))
        return tuple(self._job_ids[position] for position in positions)

    async def intend(self, request: Request) -> None:
        """On the disk before the first paid byte goes out."""
        await self._books.do(
            self._books.ledger.record_intent,
            self._concerned(request),
            submission_id=self._submission_id,
            receipts={self._job_ids[position]: receipt for position, receipt in request.receipts.items()},
            owner=self._books.owner,
            now=self._clock.now(),
        )

    async def refused(self, request: Request, error: Exception) -> None:
        """Nothing was committed."""
        await self._books.do(
            self._books.ledger.record_not_committed,
            tuple(job_id for job_id in self._concerned(request) if job_id not in self._unknown),
            owner=self._books.owner,
            now=self._clock.now(),
            error=error,
        )

    async def unknown(self, request: Request, error: Exception) -> None:
        """Nobody knows; a later refusal of the conversation does not change that."""
        self._unknown.update(self._concerned(request))
        await self._books.do(
            self._books.ledger.record_unknown,
            self._concerned(request),
            owner=self._books.owner,
            now=self._clock.now(),
            error=error,
        )
