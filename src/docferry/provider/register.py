"""What people tell the ledger: of jobs started elsewhere, of unknown outcomes, of what to forget."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from docferry.errors import ConfigurationError, DocferryError, JobNotFoundError
from docferry.ledger import JobRecord, NewJob, check_resolvable, strip_endpoint
from docferry.model import Receipt
from docferry.provider.agency import Agency
from docferry.provider.books import Books
from docferry.provider.client import ServiceClient
from docferry.provider.clock import Clock
from docferry.provider.confirmation import confirm_receipt
from docferry.provider.errand import FOREIGN_MARK, Errand, describe_foreign_job
from docferry.provider.job_api import JobApi
from docferry.provider.job_errors import about_job, not_your_job, still_unknown
from docferry.provider.job_settings import JobSettings
from docferry.provider.leases import Leases
from docferry.provider.options import ProviderOptions

__all__ = ["JobRegister"]


class JobRegister:
    """Enters, stops, resolves and forgets jobs. Use it on the engine loop only.

    Args:
        books: The ledger.
        agency: Makes clients.
        leases: The leases of this process.
        clock: Tells when.
        stop: Asks a service to stop a job.
    """

    def __init__(
        self,
        *,
        books: Books,
        agency: Agency,
        leases: Leases,
        clock: Clock,
        stop: Callable[[ServiceClient, JobRecord], Awaitable[bool]],
    ) -> None:
        self._books = books
        self._agency = agency
        self._leases = leases
        self._clock = clock
        self._stop = stop

    async def attach(
        self,
        api: JobApi,
        receipt: Receipt,
        *,
        errand: Errand | None,
        options: ProviderOptions,
        settings: JobSettings,
    ) -> JobRecord:
        """Enter a job that was started elsewhere, once the service says that it knows it.

        Args:
            api: Speaks with the service.
            receipt: The service's receipt.
            errand: What the source of the job would be sent for, so that a parse of the source finds the
                job; None when nobody has the source at hand.
            options: The provider's options that the job was started with.
            settings: Our settings.

        Raises:
            ConfigurationError: The ledger has it as the job of another file.
            JobNotFoundError: The service does not know the job; nothing was entered.
            DocferryError: It cannot be asked; nothing was entered.
        """
        new = errand.new if errand is not None else None
        if new is None:
            account_hash = await self._agency.account_hash(api)
            new = describe_foreign_job(api.identity, receipt, account_hash=account_hash, options=options)
        await self._books.do(self._check_owner, new, receipt)
        known = await self._books.do(self._books.ledger.current, new.job_key)
        if known is None or known.receipt != receipt or not known.step.is_accepted:
            await confirm_receipt(self._agency.client(api, settings=settings), receipt)
        return await self._books.do(self._books.ledger.attach, new, receipt, now=self._clock.now())

    async def cancel(self, api: JobApi, record: JobRecord, *, settings: JobSettings) -> bool:
        """Ask the service to stop a job.

        Returns:
            Whether the service can and did.

        Raises:
            DocferryError: The service does not answer, or does not know the job.
        """
        try:
            errand = await self._agency.recalled_errand(api, record, settings=settings)
            return await self._stop(errand.client, record)
        except DocferryError as error:
            raise about_job(error, record) from error

    async def resolve(
        self, api: JobApi, record: JobRecord, receipt: Receipt, *, settings: JobSettings
    ) -> JobRecord:
        """A person's word that a job was started of which nobody knows that, if the service agrees.

        Args:
            api: Speaks with the service.
            record: The job.
            receipt: What the person found at the service.
            settings: Our settings.

        Raises:
            ConfigurationError: The outcome of the job is known, a process is at work on it, or the ledger has
                the receipt as that of another file's job.
            JobNotFoundError: The service does not know the receipt; the job is as it was.
            DocferryError: The service cannot be asked; the job is as it was.
        """
        await self._free(record)
        await self._books.do(self._check_owner, record, receipt)
        errand = await self._agency.recalled_errand(api, record, settings=settings)
        try:
            await confirm_receipt(errand.client, receipt, needs_document=True)
        except JobNotFoundError as error:
            told = error if errand.is_own_account else not_your_job(error, record)
            raise still_unknown(told, record) from error
        except DocferryError as error:
            raise still_unknown(error, record) from error
        return await self._books.do(self._books.ledger.resolve, record.id, receipt, now=self._clock.now())

    async def reopen(self, record: JobRecord) -> JobRecord:
        """A person's word that a job was not started of which nobody knows that.

        Args:
            record: The job.

        Raises:
            ConfigurationError: The outcome of the job is known, or a process is at work on it.
        """
        await self._free(record)
        return await self._books.do(self._books.ledger.resolve, record.id, None, now=self._clock.now())

    async def forget(self, records: Sequence[JobRecord]) -> int:
        """Delete jobs from the ledger; payloads stay in the cache. The services are not told.

        Returns:
            How many there were.

        Raises:
            ConfigurationError: A process is at work on one of them; none was deleted.
        """
        for record in records:
            # The lease of one that a newer attempt replaced guards nothing.
            if record.is_current and record.step.is_under_way and self._leases.is_at_work(record):
                raise ConfigurationError(
                    f"a process is at work on job {record.id}",
                    next_step="stop it first",
                    source=record.source_name,
                )
        return await self._books.do(self._books.ledger.forget, [record.id for record in records])

    async def unfinished(self) -> tuple[JobRecord, ...]:
        """The jobs that this process worked on and did not bring to their payload, as they stand now."""
        return await self._books.do(self._look_up, tuple(sorted(self._leases.unfinished)))

    def _check_owner(self, new: NewJob, receipt: Receipt) -> None:
        """Refuse a receipt that the ledger has as that of another file: its result would pass for this one's.

        Raises:
            ConfigurationError: It has.
        """
        for known in self._books.ledger.jobs(provider=new.provider, include_replaced=True):
            is_same_receipt = known.receipt is not None and _spelt_alike(known.receipt) == _spelt_alike(
                receipt
            )
            is_same_job = is_same_receipt and known.endpoint == strip_endpoint(new.endpoint)
            if is_same_job and known.fingerprint != new.fingerprint and not _are_sourceless(known, new):
                raise ConfigurationError(
                    f"the job '{receipt.remote_id}' of provider {new.provider} is that of "
                    f"{known.source_name}, as job {known.id} says",
                    next_step=f"check the id, or run `docferry jobs forget {known.id}` when that is wrong",
                    source=new.source_name,
                )

    async def _free(self, record: JobRecord) -> None:
        if await self._leases.free(record):
            record = await self._books.do(self._books.ledger.find, record.id)
        check_resolvable(record, now=self._clock.now())

    def _look_up(self, job_ids: Iterable[str]) -> tuple[JobRecord, ...]:
        found: list[JobRecord] = []
        for job_id in job_ids:
            try:
                found.append(self._books.ledger.find(job_id))
            except JobNotFoundError:  # it was forgotten meanwhile
                continue
        return tuple(found)


def _spelt_alike(receipt: Receipt) -> tuple[str, str]:
    """A receipt without what may differ between two spellings of it: services take a UUID in any."""
    return receipt.remote_id.replace("-", "").casefold(), receipt.item_id


def _are_sourceless(*jobs: NewJob) -> bool:
    """Whether of one of the jobs nobody has told what it parses."""
    return any(job.fingerprint.startswith(FOREIGN_MARK) for job in jobs)
