"""Submissions: files on their way to a service, together where it takes batches, each of them once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial

from docferry.ledger import JobRecord, LeaseLostError
from docferry.model import Receipt
from docferry.provider.batching import Batcher
from docferry.provider.books import Books
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.consignment import Consignment
from docferry.provider.leases import Leases
from docferry.provider.telling import Telling
from docferry.provider.ticket import Ticket

__all__ = ["Submissions"]

GRACE_SECONDS = 10.0
"""How long a cancelled waiter still waits for the answer to a committing request that is out."""


class Submissions:
    """Submits files. A submission holds the leases of its jobs and their files, whoever waits for it.

    Args:
        books: The ledger.
        leases: The leases of this process.
        clock: What to wait with.
        discard: Stops a job at the service that was submitted although nobody wants it any more.
    """

    def __init__(
        self,
        *,
        books: Books,
        leases: Leases,
        clock: Clock,
        discard: Callable[[ServiceClient, str], Awaitable[None]],
    ) -> None:
        self._books = books
        self._leases = leases
        self._clock = clock
        self._discard = discard
        self._batcher: Batcher[Ticket] = Batcher(send=self._send, clock=clock)
        self._under_way: dict[str, Ticket] = {}

    def flush(self) -> None:
        """Submit what is waiting for company: the input has ended."""
        self._batcher.flush()

    async def settle(self) -> None:
        """Wait until no request that may cost money is out any more."""
        await self._batcher.settle()

    def has(self, job_id: str) -> bool:
        """Whether that job is on its way: its step in the ledger will change without anybody's help."""
        return self._ticket(job_id) is not None

    async def submit(
        self,
        record: JobRecord,
        make_ticket: Callable[[], Ticket],
        *,
        company: Hashable,
        on_begun: Callable[[], None],
        is_stopped: Callable[[], bool],
    ) -> Receipt:
        """Submit the file of a job, or wait for its submission that is under way.

        Before anything of it was sent that may cost money, and while a busy service is left in peace, a file
        that nobody waits for any more is withdrawn. While such a request is out, the last waiter that is
        cancelled waits a little for the answer, so that the job's id becomes known.

        Args:
            record: The job, ours and OPEN.
            make_ticket: Makes the ticket; not called when one is under way.
            company: What files must have in common besides `JobApi.batch_key` to share a submission.
            on_begun: Called when the service is first spoken to about the file.
            is_stopped: Asked when this waiter is cancelled and nobody else waits: whether the job shall be
                stopped.

        Returns:
            The receipt, which is then in the ledger.

        Raises:
            SubmissionUnknownError: It went out and no readable answer came back.
            LeaseLostError: Another process has the job.
            DocferryError: The service refused; nothing was committed.
        """
        ticket = self._ticket(record.id) or self._enter(make_ticket(), company)
        ticket.join(on_begun)
        try:
            return await asyncio.shield(ticket.answer)
        finally:
            ticket.leave()
            if not ticket.waiters and not ticket.answer.done():
                ticket.is_unwanted = is_stopped()
                await self._leave(ticket)

    def _ticket(self, job_id: str) -> Ticket | None:
        ticket = self._under_way.get(job_id)
        # One that has its answer stays until the others of its batch have theirs.
        return None if ticket is None or ticket.answer.done() else ticket

    def _enter(self, ticket: Ticket, company: Hashable) -> Ticket:
        api = ticket.client.api
        key = (company, api.batch_key(ticket.item))
        if ticket.custody is not None:
            ticket.custody.take()
        self._under_way[ticket.job_id] = ticket
        self._leases.keep(ticket.job_id)
        arrival = ticket.arrival
        if arrival is None:
            self._batcher.add(ticket, key=key, limit=api.batch_limit)
            return ticket
        limit = arrival.intake.limit(api.batch_limit)
        self._batcher.add(ticket, key=key, limit=limit, expects=arrival.intake.is_opening)
        arrival.board(self.flush)
        return ticket

    async def _leave(self, ticket: Ticket) -> None:
        """The last waiter goes."""
        if self._batcher.withdraw(ticket):
            ticket.answer.cancel()
            await self._finish(ticket)
            return
        grace = asyncio.ensure_future(self._clock.sleep(GRACE_SECONDS))
        await asyncio.wait({ticket.answer, grace}, return_when=asyncio.FIRST_COMPLETED)
        grace.cancel()

    async def _send(self, tickets: tuple[Ticket, ...]) -> None:
        try:
            with Telling(partial(_fail, tickets)):
                await self._submit(tickets)
        finally:
            for ticket in tickets:
                await self._finish(ticket)

    async def _submit(self, tickets: Sequence[Ticket]) -> None:
        """Submit, without the jobs that turn out to be another process's by now."""
        while tickets:
            try:
                await Consignment(tickets, books=self._books, clock=self._clock).submit()
            except LeaseLostError as error:
                lost = [ticket for ticket in tickets if ticket.job_id in error.job_ids]
                if not lost:
                    raise
                for ticket in lost:
                    ticket.fail(LeaseLostError((ticket.job_id,)))
            tickets = [ticket for ticket in tickets if not ticket.answer.done()]

    async def _finish(self, ticket: Ticket) -> None:
        if ticket.is_unwanted and not ticket.waiters and _has_receipt(ticket):
            await self._discard(ticket.client, ticket.job_id)
        if self._under_way.get(ticket.job_id) is ticket:
            del self._under_way[ticket.job_id]
        if ticket.custody is not None:
            await ticket.custody.release()
        await self._leases.leave(ticket.job_id)


def _fail(tickets: Sequence[Ticket], error: BaseException) -> None:
    for ticket in tickets:
        ticket.fail(error)


def _has_receipt(ticket: Ticket) -> bool:
    answer = ticket.answer
    return answer.done() and not answer.cancelled() and answer.exception() is None
