"""The engine for remote jobs: finds what was paid for, and has a courier carry what was not.

Every step is in the ledger before or right after it is taken, so that a process that dies at any point is
followed by one that goes on where it stopped.

The way of a job, and who has it on the way:

* The `Agency` makes an `Errand` of a file and what is wanted of it; the `Unpacker` looks for its payload in
  the cache, and maps it in the end.
* Where there is none, `SharedJobs` has one task carry the job, however many wait for it. The `Courier`
  claims it in the ledger, and takes it through its steps.
* At the `Quay` it gets its receipt, as a `Ticket`: `Submissions` finds company for it, and a `Consignment`
  submits what goes together. Each request that commits is written down by an `Entry`.
* `Watches` asks about all jobs of a submission together; a `PayloadCollector` keeps what is fetched.
* An `Arrival` tells how far a source is among those of its run; `Custody` keeps its file open for as long as
  anybody on the way needs it.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from docferry.errors import DocferryError
from docferry.ledger import JobRecord
from docferry.model import AccountStatus, Document, PageSelection, Payload
from docferry.provider.agency import Agency
from docferry.provider.assets import map_and_save
from docferry.provider.books import Books
from docferry.provider.clock import Clock
from docferry.provider.context import ParseContext
from docferry.provider.courier import Courier
from docferry.provider.custody import Custody
from docferry.provider.delay import OnDelay, tell_nobody, tell_of_source
from docferry.provider.errand import Errand
from docferry.provider.exchange import Exchange
from docferry.provider.job_api import JobApi
from docferry.provider.job_errors import about_job
from docferry.provider.job_settings import JobSettings
from docferry.provider.leases import Leases
from docferry.provider.limits import Limiters
from docferry.provider.options import ProviderOptions
from docferry.provider.payload_reader import PayloadReader
from docferry.provider.register import JobRegister
from docferry.provider.shared_jobs import SharedJobs
from docferry.provider.slicing import renumber
from docferry.provider.transport import NetworkSettings, Transport
from docferry.provider.unpacker import Unpacker
from docferry.sources import Source

__all__ = ["JobRunner"]

Result = TypeVar("Result")


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
        self.clock = clock
        leases = Leases(books=books, clock=clock)
        self._agency = Agency(books=books, transports=transports, limiters=limiters, clock=clock)
        self._courier = Courier(books=books, leases=leases, clock=clock)
        self._shared = SharedJobs(carry=self._courier.carry, books=books, clock=clock)
        self._unpacker = Unpacker(books=books, leases=leases, carry=self._shared.obtain)
        self.register = JobRegister(
            books=books, agency=self._agency, leases=leases, clock=clock, stop=self._courier.stop
        )
        """What people tell the ledger about jobs."""
        self.errand = self._agency.errand
        """Describes what a file is to be sent for; see `Agency.errand`."""

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
                api,
                file,
                pages=pages,
                options=options,
                settings=settings,
                custody=custody,
                arrival=context.arrival,
                on_delay=tell_of_source(context.listener, source=source.name),
            )
            return await self._unpacker.document(
                errand,
                partial(
                    map_and_save,
                    api,
                    source_name=source.name,
                    pages=pages,
                    fingerprint=file.fingerprint,
                ),
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
        """See `Unpacker.obtain`."""
        return await self._unpacker.obtain(errand)

    async def document(
        self,
        api: JobApi,
        record: JobRecord,
        *,
        is_sliced: bool,
        settings: JobSettings,
        on_delay: OnDelay = tell_nobody,
    ) -> Document:
        """Wait for a job that was submitted earlier, and map its payload. Needs no source.

        Args:
            api: Speaks with the service.
            record: The job.
            is_sliced: Whether docferry cut the pages out, because the provider has no page selection.
            settings: Our settings.
            on_delay: Is told of waits for a service that is busy or cannot be reached.

        Raises:
            ConfigurationError: The settings lead to another service than the one that has the job.
            DocferryError: Why there is no document.
        """
        selection = PageSelection.parse(record.pages) if record.pages else None
        errand = await self._recalled(api, record, settings, on_delay)
        document = await self._unpacker.document(
            errand,
            partial(
                map_and_save,
                api,
                source_name=record.source_name,
                pages=None if is_sliced else selection,
                fingerprint=record.fingerprint,
            ),
        )
        if not is_sliced or selection is None:
            return document
        return renumber(document, selection.first(len(document.pages)))

    async def result(
        self,
        api: JobApi,
        record: JobRecord,
        read: Callable[[PayloadReader], Result],
        *,
        settings: JobSettings,
    ) -> Result:
        """Wait for a job that was submitted earlier, and read its payload as something else than a document.

        Args:
            api: Speaks with the service.
            record: The job.
            read: Makes the result of the payload; called in a worker thread.
            settings: Our settings.

        Raises:
            ConfigurationError: The settings lead to another service than the one that has the job.
            DocferryError: Why there is no result.
        """
        return await self._unpacker.result(await self._recalled(api, record, settings), read)

    async def account(self, api: JobApi, *, settings: JobSettings) -> AccountStatus:
        """Ask what is left of the account's quota, which also checks the key.

        Raises:
            AuthenticationError: The key is wrong.
            DocferryError: The service does not answer.
        """
        return await self.ask(api, api.account, settings=settings)

    async def ask(
        self, api: JobApi, exchange: Callable[[], Exchange[Result]], *, settings: JobSettings
    ) -> Result:
        """Hold a conversation that costs nothing, such as deleting a job at the service.

        Args:
            api: Speaks with the service.
            exchange: Begins the conversation; again while the service is busy.
            settings: Our settings.

        Raises:
            DocferryError: What the exchange raised, or UnavailableError when no answer came.
        """
        client = self._agency.client(api, settings=settings)
        return await client.ask(exchange)

    async def _recalled(
        self, api: JobApi, record: JobRecord, settings: JobSettings, on_delay: OnDelay = tell_nobody
    ) -> Errand:
        try:
            return await self._agency.recalled_errand(api, record, settings=settings, on_delay=on_delay)
        except DocferryError as error:
            raise about_job(error, record) from error

    async def settle(self) -> None:
        """Wait until no request that may cost money is out any more."""
        await self._courier.settle()

    def flush(self) -> None:
        """Submit what is waiting for company: the input has ended."""
        self._courier.flush()
