"""On whose account which service is spoken with: makes the clients, and the errands they are sent on."""

import asyncio
from collections.abc import Callable

from docferry.ledger import JobRecord
from docferry.model import PageSelection
from docferry.provider.books import Books
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.completeness import expected_page_count
from docferry.provider.custody import Custody
from docferry.provider.delay import OnDelay, tell_nobody
from docferry.provider.errand import Errand, make_errand, recall_errand
from docferry.provider.intake import Arrival
from docferry.provider.job_api import JobApi, SubmitItem
from docferry.provider.job_settings import JobSettings
from docferry.provider.limits import Limiters
from docferry.provider.options import ProviderOptions
from docferry.provider.transport import NetworkSettings, Transport
from docferry.sources import SourceFile

__all__ = ["Agency"]


class Agency:
    """Makes clients and errands. Nothing is sent, and nothing written into the ledger.

    Args:
        books: The ledger, which knows accounts by their hashes.
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
        self._books = books
        self._transports = transports
        self._limiters = limiters
        self._clock = clock
        self._account_hashes: dict[str, str] = {}  # of the ledger's file, which does not change its key

    async def account_hash(self, api: JobApi) -> str:
        """What the ledger knows the account by."""
        account = api.identity.account
        if account not in self._account_hashes:
            self._account_hashes[account] = await self._books.do(self._books.ledger.account_hash, account)
        return self._account_hashes[account]

    def client(self, api: JobApi, *, settings: JobSettings, on_delay: OnDelay = tell_nobody) -> ServiceClient:
        """A client for that service and account, under the account's limits."""
        return ServiceClient(
            api=api,
            transport=self._transports(settings.network),
            limiter=self._limiters.of(api.identity, limits=api.limits, batch_limit=api.batch_limit),
            clock=self._clock,
            on_delay=on_delay,
        )

    async def errand(  # noqa: PLR0913 - everything that is known of a job beforehand
        self,
        api: JobApi,
        file: SourceFile,
        *,
        pages: PageSelection | None,
        options: ProviderOptions,
        settings: JobSettings,
        custody: Custody | None = None,
        arrival: Arrival | None = None,
        on_delay: OnDelay = tell_nobody,
    ) -> Errand:
        """Describe what a file is to be sent for; nothing is sent or written yet.

        Args:
            api: Speaks with the service.
            file: The file.
            pages: The pages wanted, or None for all.
            options: The provider's options.
            settings: Our settings.
            custody: Keeps the file open; None for a file that stays.
            arrival: The source among those of its run; None for a run of its own.
            on_delay: Is told of waits for a service that is busy or cannot be reached.

        Raises:
            SourceError: The file is damaged or locked.
        """
        expected = None
        if not options.selects_pages:
            expected = await asyncio.to_thread(
                expected_page_count, file, pages, password=options.document_password
            )
        return make_errand(
            self.client(api, settings=settings, on_delay=on_delay),
            SubmitItem(file=file, pages=pages, options=options, data_id=""),
            account_hash=await self.account_hash(api),
            expected_pages=expected,
            settings=settings,
            custody=custody,
            arrival=arrival,
            now=self._clock.now(),
        )

    async def recalled_errand(
        self, api: JobApi, record: JobRecord, *, settings: JobSettings, on_delay: OnDelay = tell_nobody
    ) -> Errand:
        """Describe a job that was submitted earlier.

        Raises:
            ConfigurationError: The settings lead to another service than the one that has the job.
        """
        return recall_errand(
            self.client(api, settings=settings, on_delay=on_delay),
            record,
            account_hash=await self.account_hash(api),
            settings=settings,
        )
