"""Carries a file through a service: finds what was paid for, submits what was not, waits, and fetches.

Every step is in the ledger before or right after it is taken, so that a process that dies at any point is
followed by one that goes on where it stopped.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from docferry.errors import (
    DocferryError,
    JobNotFoundError,
    ProviderError,
    ResultExpiredError,
    SubmissionUnknownError,
)
from docferry.ledger import (
    JobRecord,
    JobStep,
    LeaseLostError,
    PayloadCorruptError,
)
from docferry.model import Document, JobState, JobStatus, PageSelection, Payload, Receipt
from docferry.provider.books import Books, PayloadCollector
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.completeness import check_pages, expected_page_count
from docferry.provider.context import ParseContext
from docferry.provider.errand import Errand, make_errand, name_account
from docferry.provider.job_api import JobApi, PayloadReader, SubmitItem
from docferry.provider.job_errors import about_job, error_of, failure_of
from docferry.provider.job_settings import JobSettings, OnInterrupt, OnUnknown
from docferry.provider.limits import Limiters
from docferry.provider.options import ProviderOptions
from docferry.provider.slicing import renumber
from docferry.provider.submissions import Submissions, Ticket
from docferry.provider.transport import NetworkSettings, Transport
from docferry.provider.watches import Watches
from docferry.sources import Source, SourceFile

__all__ = ["JobRunner"]

LEASE_SECONDS = 30.0
HEARTBEAT_SECONDS = 10.0
ENDLESS = 10**9
"""More pages than any document has."""

PEEK_SECONDS = 0.5
"""How often to look at a job that another process works on."""


@dataclass(slots=True)
class _Shared:
    """A job under way in this process, and how many wait for it."""

    task: "asyncio.Task[Payload]"
    waiters: int = 0


class JobRunner:
    """The engine for remote jobs. Use it on the engine loop only; all runs of a process share one.

    Args:
        books: Ledger and payload cache.
        transports: Gives the transport that sends with these network settings.
        limiters: The limits of all accounts.
        clock: What to wait with.
    """

    def __init__(
        self,
        *,
        books: Books,
        transports: Callable[[NetworkSettings], Transport],
        limiters: Limiters,
        clock: Clock,
    ) -> None:
        self.books = books
        self._transports = transports
        self._limiters = limiters
        self._clock = clock
        self._started_at = clock.now()
        self._submissions = Submissions(books=books, clock=clock)
        self._watches = Watches()
        self._shared: dict[str, _Shared] = {}
        self._held: set[str] = set()
        self._heart: asyncio.Task[None] | None = None

    async def parse(  # noqa: PLR0913 - a parse call, and the service it goes to
        self,
        api: JobApi,
        source: Source,
        *,
        pages: PageSelection | None,
        options: ProviderOptions,
        context: ParseContext,
        settings: JobSettings,
    ) -> Document:
        """Parse one source with a service: the whole of a remote plugin's `docferry_parse`.

        Raises:
            DocferryError: Why there is no document. Errors about a job carry its id and the command that
                goes on with it.
        """
        async with context.open(source) as file:
            expected = await context.run_in_thread(expected_page_count, file, pages)
            errand = await self._errand(
                api, file, pages=pages, options=options, expected_pages=expected, settings=settings
            )
            document = await self._mapped(
                errand,
                lambda reader: context.run_in_thread(
                    api.map, reader, pages=pages, fingerprint=file.fingerprint
                ),
            )
        return check_pages(document, expected)

    async def submit(
        self,
        api: JobApi,
        file: SourceFile,
        *,
        pages: PageSelection | None,
        options: ProviderOptions,
        settings: JobSettings,
    ) -> JobRecord:
        """Submit a file and return without waiting for its job; what is already known is not submitted again.

        Raises:
            DocferryError: The service refused, or nobody knows whether it accepted.
        """
        errand = await self._errand(
            api,
            file,
            pages=pages,
            options=options,
            expected_pages=await asyncio.to_thread(expected_page_count, file, pages),
            settings=settings,
        )
        record = await self._claimed(errand)
        async with self._lease(record):
            if record.step is JobStep.UNKNOWN:
                record = await self._resolved(errand, record)
            if record.step is JobStep.OPEN:
                await self._submitted(errand, record)
        return await self.books.do(self.books.ledger.find, record.id)

    async def collect(self, api: JobApi, record: JobRecord, *, settings: JobSettings) -> PayloadReader:
        """Wait for a job that was submitted earlier, and fetch its payload. Needs no source.

        Raises:
            DocferryError: Why there is no payload.
        """
        payload = await self._payload(self._known_errand(api, record, settings))
        return self.books.reader(payload)

    async def document(
        self, api: JobApi, record: JobRecord, *, is_sliced: bool, settings: JobSettings
    ) -> Document:
        """Wait for a job that was submitted earlier, and map its payload. Needs no source.

        Args:
            api: Speaks with the service.
            record: The job.
            is_sliced: Whether docferry cut the pages out, because the provider has no page selection.
            settings: Our settings.

        Raises:
            DocferryError: Why there is no document.
        """
        selection = PageSelection.parse(record.pages) if record.pages else None
        document = await self._mapped(
            self._known_errand(api, record, settings),
            lambda reader: asyncio.to_thread(
                api.map, reader, pages=None if is_sliced else selection, fingerprint=record.fingerprint
            ),
        )
        document = check_pages(document, record.expected_pages)
        if not is_sliced or selection is None:
            return document
        return renumber(document, tuple(islice(selection.within(ENDLESS), len(document.pages))))

    async def cancel(self, api: JobApi, record: JobRecord, *, settings: JobSettings) -> bool:
        """Ask the service to stop a job.

        Returns:
            Whether the service can and did.
        """
        if record.receipt is None:
            return False
        receipt = record.receipt
        client = self.client(api, record.account_hash, settings=settings)
        has_stopped = await client.ask(lambda: api.cancel(receipt))
        if has_stopped:
            status = JobStatus(receipt=receipt, state=JobState.CANCELLED, raw_state="cancelled")
            await self.books.do(self.books.ledger.observe, record.id, status, now=self._clock.now())
        return has_stopped

    def client(self, api: JobApi, account_hash: str, *, settings: JobSettings) -> ServiceClient:
        """A client for that service and account, under the account's limits."""
        return ServiceClient(
            api=api,
            transport=self._transports(settings.network),
            limiter=self._limiters.of(name_account(api.identity, account_hash), limits=api.limits),
            clock=self._clock,
        )

    def flush(self) -> None:
        """Submit what is waiting for company: the input has ended."""
        self._submissions.flush()

    async def _errand(  # noqa: PLR0913 - everything that is known of a job beforehand
        self,
        api: JobApi,
        file: SourceFile,
        *,
        pages: PageSelection | None,
        options: ProviderOptions,
        expected_pages: int | None,
        settings: JobSettings,
    ) -> Errand:
        account_hash = await self.books.do(self.books.ledger.account_hash, api.identity.account)
        return make_errand(
            self.client(api, account_hash, settings=settings),
            SubmitItem(file=file, pages=pages, options=options, data_id=""),
            account_hash=account_hash,
            expected_pages=expected_pages,
            settings=settings,
        )

    def _known_errand(self, api: JobApi, record: JobRecord, settings: JobSettings) -> Errand:
        client = self.client(api, record.account_hash, settings=settings)
        return Errand(
            client=client,
            account=name_account(api.identity, record.account_hash),
            new=record,
            item=None,
            settings=settings,
        )

    async def _mapped(
        self, errand: Errand, mapper: Callable[[PayloadReader], Coroutine[Any, Any, Document]]
    ) -> Document:
        """Map the payload; one that turns out to be damaged on disk is fetched again, once."""
        async with self._hold(errand.new.payload_key):
            try:
                return await mapper(self.books.reader(await self._payload(errand)))
            except PayloadCorruptError:
                return await mapper(self.books.reader(await self._payload(errand)))

    @asynccontextmanager
    async def _hold(self, payload_key: str) -> AsyncGenerator[None]:
        hold = self.books.store.hold(payload_key)
        await self.books.do(hold.__enter__)
        try:
            yield
        finally:
            await self.books.do(hold.__exit__, None, None, None)

    async def _payload(self, errand: Errand) -> Payload:
        """The payload from the cache, or from the one task of this process that carries the job through."""
        if not errand.settings.refreshes:
            payload = await self.books.do(self.books.store.find, errand.new.payload_key)
            if payload is not None:
                return payload
        key = errand.new.job_key
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(asyncio.create_task(self._carry(errand)))
            shared.task.add_done_callback(lambda _task: self._shared.pop(key, None))
        shared.waiters += 1
        try:
            return await asyncio.shield(shared.task)
        except asyncio.CancelledError:
            if shared.waiters == 1 and not shared.task.done():
                shared.task.cancel()
                await asyncio.wait({shared.task})
            raise
        finally:
            shared.waiters -= 1

    async def _carry(self, errand: Errand) -> Payload:
        while True:
            record = await self._claimed(errand)
            try:
                async with self._lease(record):
                    return await self._carried(errand, record)
            except LeaseLostError:
                continue
            except ProviderError as error:
                known = await self.books.do(self.books.ledger.find, record.id)
                raise about_job(error, known) from error

    async def _carried(self, errand: Errand, record: JobRecord) -> Payload:
        if record.step is JobStep.FETCHED:
            payload = await self.books.do(self.books.store.find, record.payload_key)
            if payload is not None:
                return payload
            record = await self._lost(record)
        if record.step is JobStep.UNKNOWN:
            record = await self._resolved(errand, record)
        async with errand.client.limiter.job():
            receipt = record.receipt if record.step is JobStep.SUBMITTED else None
            since = self._clock.monotonic()
            if receipt is None:
                receipt = await self._submitted(errand, record)
            else:
                since -= max(0.0, self._clock.now() - record.updated_at)
            status = await self._ended(errand, record, receipt, submitted_at=since)
            return await self._fetched(errand, record, status)

    async def _claimed(self, errand: Errand) -> JobRecord:
        """Take the job's lease; while another process works on it, wait for that process."""
        ledger, waited_for = self.books.ledger, ""
        while True:
            if waited_for:
                record = await self.books.do(ledger.find, waited_for)
                if record.step.is_closed:
                    raise about_job(error_of(record), record)
            claim = await self.books.do(ledger.claim, errand.new, **self._lease_terms())
            record = claim.record
            if errand.settings.refreshes and record.created_at < self._started_at:
                claim = await self.books.do(ledger.start_over, record.id, **self._lease_terms())
                record = claim.record
            if claim.is_ours or record.step is JobStep.FETCHED:
                return record
            waited_for = record.id
            await self._clock.sleep(PEEK_SECONDS)

    async def _lost(self, record: JobRecord) -> JobRecord:
        """The ledger says that the payload was fetched, but the cache no longer has it."""
        claim = await self.books.do(self.books.ledger.payload_lost, record.id, **self._lease_terms())
        if not claim.is_ours:
            raise LeaseLostError((record.id,))
        self._held.add(record.id)
        return claim.record

    async def _resolved(self, errand: Errand, record: JobRecord) -> JobRecord:
        """What to do with a job of which nobody knows whether it was started."""
        ledger, owner, now = self.books.ledger, self.books.owner, self._clock.now()
        if record.receipt is not None:
            # The receipt was known beforehand: asking about it tells what became of the request.
            await self.books.do(ledger.record_receipts, {record.id: record.receipt}, owner=owner, now=now)
            return await self.books.do(ledger.find, record.id)
        if errand.settings.on_unknown is OnUnknown.RESUBMIT:
            await self.books.do(ledger.record_not_committed, (record.id,), owner=owner, now=now)
            return await self.books.do(ledger.find, record.id)
        raise SubmissionUnknownError(
            "an earlier run sent the document and heard no answer: nobody knows whether a job was started",
            provider=errand.new.provider,
        )

    async def _submitted(self, errand: Errand, record: JobRecord) -> Receipt:
        if errand.item is None:
            raise JobNotFoundError(
                "nothing was submitted for this job yet",
                next_step=f"parse {record.source_name} again",
                provider=record.provider,
            )
        ticket = Ticket(record=record, item=errand.item, client=errand.client)
        return await self._submissions.submit(ticket, account=errand.account)

    async def _ended(
        self, errand: Errand, record: JobRecord, receipt: Receipt, *, submitted_at: float
    ) -> JobStatus:
        """Wait until the service has finished the job."""

        async def notice(status: JobStatus) -> None:
            await self.books.do(self.books.ledger.observe, record.id, status, now=self._clock.now())

        deadline = errand.settings.deadline_seconds
        try:
            status = await self._watches.wait(
                errand.client,
                receipt,
                account=errand.account,
                submitted_at=submitted_at,
                deadline_at=None if deadline is None else self._clock.monotonic() + deadline,
                has_webhook=errand.settings.has_webhook,
                notice=notice,
            )
        except asyncio.CancelledError:
            if errand.settings.on_interrupt is OnInterrupt.CANCEL:
                with suppress(DocferryError):
                    known = await self.books.do(self.books.ledger.find, record.id)
                    await self.cancel(errand.client.api, known, settings=errand.settings)
            raise
        except JobNotFoundError:
            await self._expired(record, receipt)
            raise
        if status.state is not JobState.SUCCEEDED:
            raise failure_of(status, record)
        return status

    async def _fetched(self, errand: Errand, record: JobRecord, status: JobStatus) -> Payload:
        collector = PayloadCollector(books=self.books)
        try:
            await errand.client.ask(lambda: errand.client.api.fetch(status), writer=collector)
        except ResultExpiredError:
            await self._expired(record, status.receipt)
            raise
        payload = collector.payload
        await self.books.do(self.books.store.save, record.payload_key, payload)
        await self.books.do(self.books.ledger.record_payload, record.id, payload, now=self._clock.now())
        return payload

    async def _expired(self, record: JobRecord, receipt: Receipt) -> None:
        status = JobStatus(receipt=receipt, state=JobState.EXPIRED, raw_state="")
        await self.books.do(self.books.ledger.observe, record.id, status, now=self._clock.now())

    def _lease_terms(self) -> dict[str, Any]:
        return {
            "owner": self.books.owner,
            "now": self._clock.now(),
            "lease_seconds": LEASE_SECONDS,
        }

    @asynccontextmanager
    async def _lease(self, record: JobRecord) -> AsyncGenerator[None]:
        """Keep the lease of a job alive while the block runs."""
        self._held.add(record.id)
        if self._heart is None or self._heart.done():
            self._heart = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            self._held.discard(record.id)
            await self.books.do(self.books.ledger.release, self.books.owner, (record.id,))

    async def _beat(self) -> None:
        while self._held:
            await self._clock.sleep(HEARTBEAT_SECONDS)
            held = tuple(self._held)
            if held:
                await self.books.do(
                    self.books.ledger.heartbeat,
                    self.books.owner,
                    held,
                    now=self._clock.now(),
                    lease_seconds=LEASE_SECONDS,
                )
