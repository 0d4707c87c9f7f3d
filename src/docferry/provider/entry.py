"""Exchanges that may commit: what the ledger has of them, and how long they are held."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from docferry.errors import DocferryError
from docferry.ledger import LeaseLostError
from docferry.model import Receipt
from docferry.provider.books import Books
from docferry.provider.clock import Clock
from docferry.provider.ticket import Ticket

__all__ = ["Entry", "NobodyWaitsError", "hold_while_wanted"]

Result = TypeVar("Result")


class NobodyWaitsError(Exception):
    """Everybody who waited for the files of an exchange has left before they were sent."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """Writes into the ledger what becomes of the committing request of one exchange.

    Args:
        books: The ledger.
        clock: Tells when.
        submission_id: Our id of the submission.
        job_ids: The jobs that the exchange is about.
        home: Set while no request of the exchange is out that may cost money.
    """

    books: Books
    clock: Clock
    submission_id: str
    job_ids: tuple[str, ...] = field(default=())
    home: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def __post_init__(self) -> None:
        self.home.set()

    async def intend(self, receipts: tuple[Receipt, ...]) -> None:
        """On the disk before the first paid byte goes out."""
        self.home.clear()
        await self.books.do(
            self.books.ledger.record_intent,
            self.job_ids,
            submission_id=self.submission_id,
            receipts=dict(zip(self.job_ids, receipts, strict=False)),
            owner=self.books.owner,
            now=self.clock.now(),
        )

    async def refused(self, error: DocferryError) -> None:
        """Nothing was committed."""
        await self._write_down(self.books.ledger.record_not_committed, error)
        self.home.set()

    async def unknown(self, error: DocferryError) -> None:
        """Nobody knows."""
        await self._write_down(self.books.ledger.record_unknown, error)

    async def _write_down(self, record: Callable[..., None], error: DocferryError) -> None:
        # A job that is another process's by now was recorded by that one; the error is told all the same.
        with suppress(LeaseLostError):
            owner, now = self.books.owner, self.clock.now()
            await self.books.do(record, self.job_ids, owner=owner, now=now, error=error)


async def hold_while_wanted(
    work: Coroutine[Any, Any, Result], *, tickets: Sequence[Ticket], entry: Entry
) -> Result:
    """Hold an exchange to its end, unless nobody waits for it any more.

    It is then given up where that costs nothing: while it waits for its turn, prepares, or leaves a busy
    service in peace. A committing request that is out is heard to its end.

    Args:
        work: Holds it.
        tickets: The files that it is about. Given up, their answers are cancelled.
        entry: Tells whether its committing request is out.

    Raises:
        NobodyWaitsError: It was given up; nothing was committed.
    """
    task = asyncio.ensure_future(work)
    idle = asyncio.ensure_future(_left(tickets, entry))
    try:
        while not task.done():
            await asyncio.wait({task, idle}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and entry.home.is_set() and not any(ticket.waiters for ticket in tickets):
                for ticket in tickets:
                    ticket.answer.cancel()
                task.cancel()
                await asyncio.wait({task})
                raise NobodyWaitsError
            if idle.done():
                idle = asyncio.ensure_future(_left(tickets, entry))
        return task.result()
    finally:
        idle.cancel()
        task.cancel()


async def _left(tickets: Sequence[Ticket], entry: Entry) -> None:
    for ticket in tickets:
        await ticket.gone.wait()
    await entry.home.wait()
