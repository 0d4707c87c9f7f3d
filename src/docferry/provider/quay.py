"""Where jobs get their receipts: submitted now, unless that was done before or is under way."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress

from docferry.errors import DocferryError, JobNotFoundError, SubmissionUnknownError, UnavailableError
from docferry.ledger import JobRecord, JobStep
from docferry.provider.books import Books
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.errand import Errand
from docferry.provider.job_errors import error_of, not_submitted
from docferry.provider.job_settings import OnUnknown
from docferry.provider.leases import Leases
from docferry.provider.shared_jobs import Journey
from docferry.provider.submissions import Submissions
from docferry.provider.ticket import Ticket
from docferry.provider.watches import Watches, submission_time

__all__ = ["Quay"]

MAX_SUBMISSIONS = 3
"""How often a document is sent that is then known not to have arrived."""

Stop = Callable[[ServiceClient, JobRecord], Awaitable[bool]]


class Quay:
    """Takes jobs to their receipts. Use it on the engine loop only.

    Args:
        books: Ledger and payload cache.
        leases: The leases of this process.
        clock: What to wait with.
        watches: The polls under way.
        stop: Asks a service to stop a job.
    """

    def __init__(self, *, books: Books, leases: Leases, clock: Clock, watches: Watches, stop: Stop) -> None:
        self._books = books
        self._clock = clock
        self._watches = watches
        self._stop = stop
        self._submissions = Submissions(books=books, leases=leases, clock=clock, discard=self._discard)
        # Two tasks of one process, one ledger owner, may be at the same job: one that submits it for later,
        # and one that waits for it.
        self._gates: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    def flush(self) -> None:
        """Submit what is waiting for company: the input has ended."""
        self._submissions.flush()

    async def settle(self) -> None:
        """Wait until no request that may cost money is out any more."""
        await self._submissions.settle()

    def has(self, job_id: str) -> bool:
        """Whether that job is on its way to the service at this moment."""
        return self._submissions.has(job_id)

    async def embark(self, errand: Errand, record: JobRecord, journey: Journey) -> JobRecord:
        """Bring a job that is ours to its receipt.

        Returns:
            The job: SUBMITTED or FETCHED.

        Raises:
            SubmissionUnknownError: Nobody knows whether it was submitted.
            DocferryError: Why it has no receipt, or why it ended.
        """
        record = await self._decided(errand, record, journey)
        tries = 0
        while record.step is JobStep.OPEN or self.has(record.id):
            tries += 1
            if tries > MAX_SUBMISSIONS:
                raise UnavailableError(
                    f"the document did not reach the service in {MAX_SUBMISSIONS} tries",
                    next_step="check the network, or try again later",
                    provider=errand.new.provider,
                )
            await self._submitted(errand, record, journey)
            record = await self._decided(errand, record, journey)
        if record.step.is_closed:
            raise error_of(record)
        return record

    async def _decided(self, errand: Errand, record: JobRecord, journey: Journey) -> JobRecord:
        """The job as it stands now: OPEN, under way, with its receipt, or closed."""
        async with self._gates.setdefault(record.id, asyncio.Lock()):
            record = await self._books.do(self._books.ledger.find, record.id)
            if not record.step.is_unanswered or self.has(record.id):
                return record
            await self._resolve(errand, record, journey)
            return await self._books.do(self._books.ledger.find, record.id)

    async def _resolve(self, errand: Errand, record: JobRecord, journey: Journey) -> None:
        """What to do with a job of which nobody knows whether it was started."""
        ledger = self._books.ledger
        has_arrived = await self._has_arrived(errand, record, journey)
        takes_risk = errand.settings.on_unknown is OnUnknown.RESUBMIT and errand.item is not None
        if has_arrived is None and takes_risk:
            has_arrived = False
        owner, now = self._books.owner, self._clock.now()
        if has_arrived and record.receipt is not None:
            receipts = {record.id: record.receipt}
            await self._books.do(ledger.record_receipts, receipts, owner=owner, now=now)
        elif has_arrived is False:
            await self._books.do(ledger.record_not_committed, (record.id,), owner=owner, now=now)
        else:
            unknown = _unknown(record)
            if record.step is JobStep.INTENT:
                await self._books.do(ledger.record_unknown, (record.id,), owner=owner, now=now, error=unknown)
            raise unknown

    async def _has_arrived(self, errand: Errand, record: JobRecord, journey: Journey) -> bool | None:
        """Whether the document reached the service, as it says itself; None when it cannot tell."""
        receipt = record.receipt
        if receipt is None:
            return None
        journey.begun.set()
        sent_at = record.updated_at if record.submitted_at is None else record.submitted_at
        settled_at = sent_at + errand.client.api.poll_advice.settle_seconds

        try:
            status = await self._watches.wait(
                errand.client,
                receipt,
                job_id=record.id,
                account=errand.account,
                submitted_at=submission_time(record, self._clock),
                # Without the document the end of this job would be no end of the file's.
                is_about=lambda status: status.has_document,
                is_enough=lambda status: status.has_document or self._clock.now() >= settled_at,
            )
        except JobNotFoundError:
            return None
        return status.has_document

    async def _submitted(self, errand: Errand, record: JobRecord, journey: Journey) -> None:
        try:
            await self._submissions.submit(
                record,
                lambda: _ticket(errand, record),
                company=(errand.account, errand.settings.network),
                on_begun=journey.begun.set,
                is_stopped=lambda: journey.is_stopped,
            )
        except SubmissionUnknownError:
            record = await self._books.do(self._books.ledger.find, record.id)
            if record.receipt is None:  # else the service can be asked
                raise

    async def _discard(self, client: ServiceClient, job_id: str) -> None:
        with suppress(DocferryError):
            await self._stop(client, await self._books.do(self._books.ledger.find, job_id))


def _ticket(errand: Errand, record: JobRecord) -> Ticket:
    if errand.item is None:
        raise not_submitted(record)
    return Ticket(
        record=record,
        item=errand.item,
        client=errand.client,
        custody=errand.custody,
        arrival=errand.arrival,
    )


def _unknown(record: JobRecord) -> SubmissionUnknownError:
    said = record.error_message if record.error_class == SubmissionUnknownError.__name__ else ""
    return SubmissionUnknownError(
        said or "the document was sent and no answer was heard: nobody knows whether a job was started",
        provider=record.provider,
    )
