"""The engine for remote jobs: finds what was paid for, and has a courier carry what was not.

Every step is in the ledger before or right after it is taken, so that a process that dies at any point is
followed by one that goes on where it stopped.
"""

import asyncio
import copy
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from docferry.errors import ConfigurationError, DocferryError, JobNotFoundError, ProviderError
from docferry.ledger import JobRecord, PayloadCorruptError
from docferry.model import AccountStatus, Document, PageSelection, Payload, Receipt
from docferry.provider.books import Books
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.completeness import check_pages, expected_page_count
from docferry.provider.context import ParseContext
from docferry.provider.courier import Courier
from docferry.provider.custody import Custody
from docferry.provider.errand import Errand, describe_foreign_job, make_errand, name_account, recall_errand
from docferry.provider.job_api import JobApi, PayloadReader, SubmitItem
from docferry.provider.job_errors import about_job
from docferry.provider.job_settings import JobSettings
from docferry.provider.leases import Leases
from docferry.provider.limits import Limiters
from docferry.provider.options import ProviderOptions
from docferry.provider.slicing import renumber
from docferry.provider.transport import NetworkSettings, Transport
from docferry.sources import Source, SourceFile

__all__ = ["JobRunner"]

ENDLESS = 10**9
"""More pages than any document has."""


@dataclass(slots=True)
class _Shared:
    """A job under way in this process, and how many wait for it."""

    task: "asyncio.Task[Payload]"
    custody: Custody | None
    waiters: int = 0
    is_ending: bool = False


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
        self.clock = clock
        self._leases = Leases(books=books, clock=clock)
        self._courier = Courier(books=books, leases=self._leases, clock=clock)
        self._shared: dict[str, _Shared] = {}

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
        custody = Custody(context.open(source))
        async with custody.open() as file:
            errand = await self.errand(
                api, file, pages=pages, options=options, settings=settings, custody=custody
            )
            document = await self._mapped(
                errand,
                lambda reader: context.run_in_thread(
                    api.map, reader, pages=pages, fingerprint=file.fingerprint
                ),
            )
        return check_pages(document, errand.new.expected_pages)

    async def errand(  # noqa: PLR0913 - everything that is known of a job beforehand
        self,
        api: JobApi,
        file: SourceFile,
        *,
        pages: PageSelection | None,
        options: ProviderOptions,
        settings: JobSettings,
        custody: Custody | None = None,
    ) -> Errand:
        """Describe what a file is to be sent for; nothing is sent or written yet.

        Args:
            api: Speaks with the service.
            file: The file.
            pages: The pages wanted, or None for all.
            options: The provider's options.
            settings: Our settings.
            custody: Keeps the file open; None for a file that stays.

        Raises:
            SourceError: The file is damaged or locked.
        """
        expected = await asyncio.to_thread(expected_page_count, file, pages)
        account_hash = await self._account_hash(api)
        return make_errand(
            self.client(api, account_hash, settings=settings),
            SubmitItem(file=file, pages=pages, options=options, data_id=""),
            account_hash=account_hash,
            expected_pages=expected,
            settings=settings,
            custody=custody,
        )

    async def submit(self, errand: Errand) -> JobRecord:
        """Submit a file without waiting for its job; what is already known is not submitted again.

        A service that takes no more for now is asked again until it does.

        Returns:
            The job: SUBMITTED, or FETCHED when its payload is in the cache already.

        Raises:
            DocferryError: The service refused, or nobody knows whether it accepted.
        """
        return await self._courier.hand_in(errand)

    async def obtain(self, errand: Errand) -> Payload:
        """The payload from the cache, or from the one task of this process that carries the job through.

        Raises:
            DocferryError: Why there is no payload.
        """
        if not errand.settings.refreshes:
            payload = await self.books.do(self.books.store.find, errand.new.payload_key)
            if payload is not None:
                return payload
        key = errand.new.job_key
        while (ending := self._shared.get(key)) is not None and ending.is_ending:
            await asyncio.wait({ending.task})
            await asyncio.sleep(0)  # for the callback that takes it off the list
        shared = self._shared.get(key) or self._share(errand)
        shared.waiters += 1
        try:
            return await asyncio.shield(shared.task)
        except asyncio.CancelledError:
            if shared.waiters == 1 and not shared.task.done():
                shared.is_ending = True
                shared.task.cancel()
                await asyncio.wait({shared.task})
            raise
        except DocferryError as error:
            raise copy.copy(error) from error  # each waiter puts the name of its own source into its error
        finally:
            shared.waiters -= 1
            if not shared.waiters and shared.custody is not None:
                await shared.custody.release()

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
            ConfigurationError: The settings lead to another service than the one that has the job.
            DocferryError: Why there is no document.
        """
        selection = PageSelection.parse(record.pages) if record.pages else None
        account_hash = await self._account_hash(api)
        errand = recall_errand(
            self.client(api, account_hash, settings=settings),
            record,
            account_hash=account_hash,
            settings=settings,
        )
        document = await self._mapped(
            errand,
            lambda reader: asyncio.to_thread(
                api.map, reader, pages=None if is_sliced else selection, fingerprint=record.fingerprint
            ),
        )
        document = check_pages(document, record.expected_pages)
        if not is_sliced or selection is None:
            return document
        return renumber(document, tuple(islice(selection.within(ENDLESS), len(document.pages))))

    async def attach(
        self, api: JobApi, receipt: Receipt, *, errand: Errand | None, options: ProviderOptions
    ) -> JobRecord:
        """Enter a job that was started elsewhere. Nothing is sent.

        Args:
            api: Speaks with the service.
            receipt: The service's receipt.
            errand: What the source of the job would be sent for, so that a parse of the source finds the
                job; None when nobody has the source at hand.
            options: The provider's options that the job was started with.
        """
        new = errand.new if errand is not None else None
        if new is None:
            account_hash = await self._account_hash(api)
            new = describe_foreign_job(api.identity, receipt, account_hash=account_hash, options=options)
        return await self.books.do(self.books.ledger.attach, new, receipt, now=self.clock.now())

    async def cancel(self, api: JobApi, record: JobRecord, *, settings: JobSettings) -> bool:
        """Ask the service to stop a job.

        Returns:
            Whether the service can and did.

        Raises:
            DocferryError: The service does not answer, or does not know the job.
        """
        account_hash = await self._account_hash(api)
        errand = recall_errand(
            self.client(api, account_hash, settings=settings),
            record,
            account_hash=account_hash,
            settings=settings,
        )
        try:
            return await self._courier.cancel(errand.client, record)
        except ProviderError as error:
            raise about_job(error, record) from error

    async def resolve(self, record: JobRecord, receipt: Receipt | None) -> JobRecord:
        """A person's word on a job of which nobody knows whether it was started.

        Args:
            record: The job.
            receipt: What the service has; None when it has no such job.

        Raises:
            ConfigurationError: The outcome of the job is known, or a process is at work on it.
        """
        await self._leases.free(record)
        return await self.books.do(self.books.ledger.resolve, record.id, receipt, now=self.clock.now())

    async def forget(self, records: Sequence[JobRecord]) -> int:
        """Delete jobs from the ledger; payloads stay in the cache. The services are not told.

        Returns:
            How many there were.

        Raises:
            ConfigurationError: A process is at work on one of them; none was deleted.
        """
        for record in records:
            if record.step.is_under_way and self._leases.is_at_work(record):
                raise ConfigurationError(
                    f"a process is at work on job {record.id}",
                    next_step="stop it first",
                    source=record.source_name,
                )
        return await self.books.do(self.books.ledger.forget, [record.id for record in records])

    async def account(self, api: JobApi, *, settings: JobSettings) -> AccountStatus:
        """Ask what is left of the account's quota, which also checks the key.

        Raises:
            AuthenticationError: The key is wrong.
            DocferryError: The service does not answer.
        """
        client = self.client(api, await self._account_hash(api), settings=settings)
        return await client.ask(api.account)

    async def unfinished(self) -> tuple[JobRecord, ...]:
        """The jobs that this process worked on and did not bring to their payload, as they stand now."""
        return await self.books.do(self._look_up, tuple(sorted(self._leases.unfinished)))

    def client(self, api: JobApi, account_hash: str, *, settings: JobSettings) -> ServiceClient:
        """A client for that service and account, under the account's limits."""
        return ServiceClient(
            api=api,
            transport=self._transports(settings.network),
            limiter=self._limiters.of(name_account(api.identity, account_hash), limits=api.limits),
            clock=self.clock,
        )

    async def settle(self) -> None:
        """Wait until no request that may cost money is out any more."""
        await self._courier.settle()

    def flush(self) -> None:
        """Submit what is waiting for company: the input has ended."""
        self._courier.flush()

    def _look_up(self, job_ids: Iterable[str]) -> tuple[JobRecord, ...]:
        found: list[JobRecord] = []
        for job_id in job_ids:
            try:
                found.append(self.books.ledger.find(job_id))
            except JobNotFoundError:  # it was forgotten meanwhile
                continue
        return tuple(found)

    async def _account_hash(self, api: JobApi) -> str:
        return await self.books.do(self.books.ledger.account_hash, api.identity.account)

    async def _mapped(
        self, errand: Errand, mapper: Callable[[PayloadReader], Coroutine[Any, Any, Document]]
    ) -> Document:
        """Map the payload; one that turns out to be damaged on disk is fetched again, once."""
        async with self._hold(errand.new.payload_key):
            try:
                return await mapper(self.books.reader(await self.obtain(errand)))
            except PayloadCorruptError:
                return await mapper(self.books.reader(await self.obtain(errand)))

    @asynccontextmanager
    async def _hold(self, payload_key: str) -> AsyncGenerator[None]:
        hold = self.books.store.hold(payload_key)
        await self.books.do(hold.__enter__)
        try:
            yield
        finally:
            await self.books.do(hold.__exit__, None, None, None)

    def _share(self, errand: Errand) -> _Shared:
        """Start the task that carries a job through for everybody who waits for it."""
        key = errand.new.job_key
        task = asyncio.create_task(self._courier.carry(errand))
        shared = self._shared[key] = _Shared(task, errand.custody)
        if errand.custody is not None:
            errand.custody.take()  # for the task, which goes on when the waiter that began it is cancelled
        task.add_done_callback(lambda _task: self._shared.pop(key, None))
        return shared
