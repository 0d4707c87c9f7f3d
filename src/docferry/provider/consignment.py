"""One submission of one or more files: held to its end, with every step of every file in the ledger."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence

from docferry.errors import ConfigurationError, DocferryError
from docferry.ledger import LeaseLostError
from docferry.model import Receipt
from docferry.provider.books import Books, PayloadCollector
from docferry.provider.clock import Clock
from docferry.provider.entry import Entry, NobodyWaitsError, hold_while_wanted
from docferry.provider.exchange import Exchange
from docferry.provider.job_api import ItemAnswer, Leg
from docferry.provider.job_errors import not_entered
from docferry.provider.promises import begin_leg, begin_submission
from docferry.provider.ticket import Ticket

__all__ = ["Consignment"]


class Consignment:
    """Takes tickets that share a submission to their answers.

    Args:
        tickets: The files; at least one.
        books: The ledger and the cache.
        clock: What to wait with.
    """

    def __init__(self, tickets: Sequence[Ticket], *, books: Books, clock: Clock) -> None:
        self._tickets = tuple(tickets)
        self._books = books
        self._clock = clock
        self._client = tickets[0].client
        self._submission_id = secrets.token_hex(8)

    async def submit(self) -> None:
        """Submit the files. Afterwards every ticket has its answer; each is given as soon as it is known.

        Raises:
            LeaseLostError: Another process has some of the jobs; nothing was sent, and no ticket answered.
        """
        entry = Entry(books=self._books, clock=self._clock, submission_id=self._submission_id)
        # A single file may come back with the result itself.
        collector = PayloadCollector(books=self._books) if len(self._tickets) == 1 else None
        try:
            answers = await hold_while_wanted(
                self._client.submit(lambda: self._begin(entry), log=entry, writer=collector),
                tickets=self._tickets,
                entry=entry,
            )
        except NobodyWaitsError:
            return
        except DocferryError as error:
            for ticket in self._tickets:
                ticket.fail(error)
            return
        legs = await self._settle(answers, collector)
        await self._walk(legs)

    def _begin(self, entry: Entry) -> Exchange[tuple[ItemAnswer, ...]]:
        """Begin the submission, without the files that nobody waits for any more."""
        for ticket in self._tickets:
            if not ticket.waiters:
                ticket.answer.cancel()
        self._tickets = tuple(ticket for ticket in self._tickets if ticket.waiters)
        if not self._tickets:
            raise NobodyWaitsError
        for ticket in self._tickets:
            ticket.begin()
        entry.job_ids = tuple(ticket.job_id for ticket in self._tickets)
        return begin_submission(self._client.api, tuple(ticket.item for ticket in self._tickets))

    async def _settle(
        self, answers: Sequence[ItemAnswer], collector: PayloadCollector | None
    ) -> tuple[tuple[Ticket, Leg], ...]:
        """Write down and hand out what is decided; return what is not."""
        answered = tuple(zip(self._tickets, answers, strict=True))
        await self._accept(
            {ticket: answer for ticket, answer in answered if isinstance(answer, Receipt)}, collector
        )
        for ticket, answer in answered:
            if isinstance(answer, DocferryError):
                await self._entry_of(ticket).refused(answer)
                ticket.fail(answer)
        return tuple((ticket, answer) for ticket, answer in answered if isinstance(answer, Leg))

    async def _accept(self, receipts: Mapping[Ticket, Receipt], collector: PayloadCollector | None) -> None:
        by_job = {ticket.job_id: receipt for ticket, receipt in receipts.items()}
        lost: tuple[str, ...] = ()
        try:
            await self._books.do(
                self._books.ledger.record_receipts, by_job, owner=self._books.owner, now=self._clock.now()
            )
        except LeaseLostError as error:  # the receipts of all others are recorded
            lost = error.job_ids
        except ConfigurationError as error:
            for ticket, receipt in receipts.items():
                ticket.fail(not_entered(error, ticket.record, receipt))
            return
        for ticket, receipt in receipts.items():
            if ticket.job_id in lost:
                ticket.fail(LeaseLostError((ticket.job_id,)))
                continue
            if collector is not None and not collector.is_empty:
                await collector.save(ticket.record, now=self._clock.now())
            ticket.accept(receipt)

    async def _walk(self, legs: Sequence[tuple[Ticket, Leg]]) -> None:
        """Walk the legs side by side; whatever ends one is no other's affair."""
        ends = await asyncio.gather(*(self._walk_one(*pair) for pair in legs), return_exceptions=True)
        for (ticket, _), end in zip(legs, ends, strict=True):
            if isinstance(end, BaseException):
                ticket.fail(end)

    async def _walk_one(self, ticket: Ticket, leg: Leg) -> None:
        def begin() -> Exchange[Receipt]:
            if not ticket.waiters:
                ticket.answer.cancel()
                raise NobodyWaitsError
            return begin_leg(self._client.api, leg)

        collector, entry = PayloadCollector(books=self._books), self._entry_of(ticket)
        receipt = await hold_while_wanted(
            self._client.submit(begin, log=entry, writer=collector, is_leg=True),
            tickets=(ticket,),
            entry=entry,
        )
        await self._accept({ticket: receipt}, collector)

    def _entry_of(self, ticket: Ticket) -> Entry:
        return Entry(
            books=self._books,
            clock=self._clock,
            submission_id=self._submission_id,
            job_ids=(ticket.job_id,),
        )
