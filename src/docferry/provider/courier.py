"""Carries one job from wherever it stands to its receipt or its payload, with every step in the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from docferry.errors import ConfigurationError, DocferryError, JobNotFoundError, ResultExpiredError
from docferry.ledger import Claim, JobRecord, JobStep, LeaseLostError
from docferry.model import JobState, JobStatus, Payload
from docferry.provider.books import Books, PayloadCollector
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.errand import Errand
from docferry.provider.inbox import Inbox
from docferry.provider.job_errors import about_job, error_of, failure_of, late, not_your_job, vanished
from docferry.provider.leases import Leases
from docferry.provider.patience import is_in_time
from docferry.provider.quay import Quay
from docferry.provider.shared_jobs import Journey
from docferry.provider.watches import Watches, submission_time

__all__ = ["Courier"]

PEEK_SECONDS = 0.5
"""How often to look at a job that another process works on."""

ACCEPTED = tuple(step for step in JobStep if step.is_accepted)
FETCHED = (JobStep.FETCHED,)

Result = TypeVar("Result")
Work = Callable[[Errand, JobRecord, Journey], Awaitable[Result]]


class Courier:
    """Takes jobs through their steps. Use it on the engine loop only.

    Args:
        books: Ledger and payload cache.
        leases: The leases of this process.
        clock: What to wait with.
    """

    def __init__(self, *, books: Books, leases: Leases, clock: Clock) -> None:
        self._books = books
        self._leases = leases
        self._clock = clock
        self._watches = Watches(observe=self._observed)
        self._inbox = Inbox(books=books, clock=clock)
        self._quay = Quay(books=books, leases=leases, clock=clock, watches=self._watches, stop=self.stop)

    async def carry(self, errand: Errand, journey: Journey) -> Payload:
        """Bring a job to its payload: submit what was not submitted, wait, and fetch.

        Raises:
            DocferryError: Why there is no payload.
        """
        return await self._persist(errand, journey, self._carried, enough=FETCHED)

    async def hand_in(self, errand: Errand) -> JobRecord:
        """Bring a job to its receipt, without waiting for its end.

        Raises:
            JobTimeoutError: The deadline passed before the service took the document.
            DocferryError: The service refused, or nobody knows whether it accepted.
        """
        if errand.freshness is None:
            payload = await self._books.handle(self._books.store.find, errand.new.payload_key)
            if payload is not None:
                return await self._entered(errand, payload)
        journey, seconds = Journey(), errand.settings.deadline_seconds
        task = asyncio.ensure_future(self._persist(errand, journey, self._handed_in, enough=ACCEPTED))
        try:
            if await is_in_time(task, begun=journey.begun, seconds=seconds, clock=self._clock):
                return task.result()
            await _end(task)  # an upload that is out may still be answered
            record = await self._books.do(self._books.ledger.find, journey.job_id)
            if not record.step.is_accepted:
                raise late(record, seconds)
            return record
        finally:
            await _end(task)

    async def stop(self, client: ServiceClient, record: JobRecord) -> bool:
        """Ask the service to stop a job.

        Returns:
            Whether the service can and did.
        """
        receipt = record.receipt
        if receipt is None or record.step is JobStep.FETCHED or record.step.is_closed:
            return False
        has_stopped = await client.ask(lambda: client.api.cancel(receipt))
        if has_stopped:
            await self._close(record, JobState.CANCELLED)
        return has_stopped

    async def settle(self) -> None:
        """Wait until no request that may cost money is out any more."""
        await self._quay.settle()

    def flush(self) -> None:
        """Submit what is waiting for company: the input has ended."""
        self._quay.flush()

    async def _persist(
        self, errand: Errand, journey: Journey, work: Work[Result], *, enough: tuple[JobStep, ...]
    ) -> Result:
        """Claim a job and work on it, again when it was lost to another process."""
        while True:
            record = await self._claimed(errand, journey, enough)
            journey.job_id = record.id
            try:
                return await work(errand, record, journey)
            except LeaseLostError:
                await self._clock.sleep(PEEK_SECONDS)
            except DocferryError as error:
                raise about_job(error, await self._newest(record)) from error

    async def _claimed(self, errand: Errand, journey: Journey, enough: tuple[JobStep, ...]) -> JobRecord:
        """Take a job's lease; while another process works on it, wait until it has come far enough."""
        waited_for = ""
        while True:
            if waited_for:
                record = await self._books.do(self._books.ledger.find, waited_for)
                if record.step.is_closed:
                    raise about_job(error_of(record), record)
            claim = await self._claim(errand)
            record = claim.record
            if claim.is_ours or record.step in enough:
                return record
            if errand.job_id and (record.step.is_closed or not record.is_current):
                raise about_job(error_of(record), record)
            if await self._leases.free(record):
                continue
            journey.job_id = waited_for = record.id
            journey.begun.set()
            if errand.arrival is not None:
                errand.arrival.enter()
            await self._clock.sleep(PEEK_SECONDS)

    async def _claim(self, errand: Errand) -> Claim:
        ledger, terms = self._books.ledger, self._leases.terms()
        if errand.job_id:
            return await self._books.do(ledger.take, errand.job_id, **terms)
        claim = await self._books.do(ledger.claim, errand.new, **terms)
        if errand.freshness is not None and not errand.freshness.accepts(claim.record):
            return await self._books.do(ledger.start_over, claim.record.id, **terms)
        return claim

    async def _handed_in(self, errand: Errand, record: JobRecord, journey: Journey) -> JobRecord:
        if record.step.is_accepted:
            await self._leases.give_back(record.id)
            return record
        async with self._leases.hold(record.id), errand.client.limiter.job():
            await self._quay.embark(errand, record, journey)
        return await self._newest(record)

    async def _entered(self, errand: Errand, payload: Payload) -> JobRecord:
        """Enter a job whose payload was paid for before, perhaps on another account."""
        record = await self._claimed(errand, Journey(), ACCEPTED)
        async with self._leases.hold(record.id):
            if record.step is JobStep.OPEN:
                await self._books.do(
                    self._books.ledger.record_payload, record.id, payload, now=self._clock.now()
                )
        return await self._newest(record)

    async def _carried(self, errand: Errand, record: JobRecord, journey: Journey) -> Payload:
        if record.step is JobStep.FETCHED:
            payload = await self._kept(record)
            if payload is not None:
                return payload
            record = await self._taken_back(record)
        if errand.arrival is not None:
            errand.arrival.enter()  # it may wait for a place for longer than its company should
        async with self._leases.hold(record.id) as lease, errand.client.limiter.job():
            try:
                payload = await self._brought(errand, record, journey)
            except asyncio.CancelledError:
                if journey.is_stopped and not lease.is_lost:
                    await self._stop_unwanted(errand, record)
                raise
        self._leases.unfinished.discard(record.id)
        return payload

    async def _brought(self, errand: Errand, record: JobRecord, journey: Journey) -> Payload:
        record = await self._quay.embark(errand, record, journey)
        payload = await self._kept(record) if record.step is JobStep.FETCHED else None
        if payload is not None:
            return payload
        journey.begun.set()
        status = await self._ended(errand, record)
        return await self._fetched(errand, record, status)

    async def _stop_unwanted(self, errand: Errand, record: JobRecord) -> None:
        """Nobody waits for the job any more, and it shall not go on without anybody."""
        record = await self._newest(record)
        if not self._quay.has(record.id):  # else the quay stops it, once it knows its id
            with suppress(DocferryError):
                await self.stop(errand.client, record)

    async def _kept(self, record: JobRecord) -> Payload | None:
        return await self._books.handle(self._books.store.find, record.payload_key)

    async def _taken_back(self, record: JobRecord) -> JobRecord:
        """The ledger says that the payload was fetched, but the cache no longer has it."""
        claim = await self._books.do(self._books.ledger.payload_lost, record.id, **self._leases.terms())
        if not claim.is_ours:
            raise LeaseLostError((record.id,))
        return claim.record

    async def _ended(self, errand: Errand, record: JobRecord) -> JobStatus:
        """Wait until the service has finished the job."""
        receipt = record.receipt
        if receipt is None:
            raise LeaseLostError((record.id,))

        provider = errand.new.provider
        wake = partial(self._inbox.sleep, provider, receipt.remote_id)
        try:
            status = await self._watches.wait(
                errand.client,
                receipt,
                job_id=record.id,
                account=errand.account,
                submitted_at=submission_time(record, self._clock),
                wake=wake if errand.settings.has_webhook(provider) else None,
            )
        except JobNotFoundError as error:
            if not errand.is_own_account:
                raise not_your_job(error, record) from error
            await self._close(record, JobState.EXPIRED)
            raise vanished(error, record) from error
        if status.state is not JobState.SUCCEEDED:
            raise failure_of(status, record)
        return status

    async def _observed(self, statuses: Sequence[tuple[str, JobStatus]]) -> None:
        await self._books.do(self._books.ledger.observe_all, statuses, now=self._clock.now())

    async def _fetched(self, errand: Errand, record: JobRecord, status: JobStatus) -> Payload:
        collector = PayloadCollector(books=self._books)
        try:
            await errand.client.ask(lambda: errand.client.api.fetch(status), writer=collector)
        except ResultExpiredError as error:
            await self._close(record, JobState.EXPIRED)
            raise vanished(error, record) from error
        return await collector.save(record, now=self._clock.now())

    async def _close(self, record: JobRecord, state: JobState) -> None:
        receipt = record.receipt
        if receipt is None:
            return
        raw_state = state.value if state is JobState.CANCELLED else ""
        status = JobStatus(receipt=receipt, state=state, raw_state=raw_state)
        await self._books.do(self._books.ledger.observe, record.id, status, now=self._clock.now())

    async def _newest(self, record: JobRecord) -> JobRecord:
        # It was forgotten meanwhile, or the ledger cannot be used, which is then told already.
        with suppress(JobNotFoundError, ConfigurationError):
            return await self._books.do(self._books.ledger.find, record.id)
        return record


async def _end(task: "asyncio.Task[JobRecord]") -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
