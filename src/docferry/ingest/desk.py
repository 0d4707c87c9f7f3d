"""Remote jobs without a parse that waits for them: submit now, collect later."""

from collections.abc import Callable, Iterable, Mapping

from docferry.chunking import ChunkSettings
from docferry.ingest.bookkeeper import JobId
from docferry.ingest.clerk import Clerk, GivenOptions
from docferry.ingest.collecting import Collecting
from docferry.ingest.faces import AsyncRun, Run, wait, wait_async
from docferry.ingest.job_book import JobBook
from docferry.ingest.outcome import OnError
from docferry.ingest.submitting import SubmitOutcome
from docferry.ingest.terms import DEFAULT_CHUNKING, RunTerms
from docferry.ledger import JobRecord
from docferry.model import AccountStatus, PageSelection, ProgressEvent
from docferry.plugin import PluginManager
from docferry.provider import JobSettings
from docferry.sources import SourceInput

__all__ = ["JobDesk"]

LOOK_AHEAD = 8


class JobDesk(JobBook):
    """Submits, collects and looks after remote jobs, with one ledger and one cache.

    Every method has a twin whose name ends with `_async`, which takes the same arguments and does not block
    the loop. A job is named by its id in the ledger (the first digits do, where no other id begins so) or by
    its record. What needs no source takes a job's options from the ledger; keys and addresses come from
    `options` or the environment, as they are now.

    Args:
        jobs: Ledger, cache, deadline, proxies; None for the defaults.
        options: Options by provider name, each an instance of its options class or a mapping.
        manager: Where plugins are found; None for those installed.
    """

    def __init__(
        self,
        *,
        jobs: JobSettings | None = None,
        options: Mapping[str, GivenOptions] | None = None,
        manager: PluginManager | None = None,
    ) -> None:
        super().__init__(jobs=jobs)
        self._clerk = Clerk(keeper=self._keeper, options=options or {}, manager=manager or PluginManager())

    def submit(
        self,
        sources: SourceInput | Iterable[SourceInput],
        *,
        provider: str,
        options: GivenOptions = None,
        pages: PageSelection | None = None,
    ) -> tuple[SubmitOutcome, ...]:
        """Submit sources without waiting for their jobs; what was submitted before is not submitted again.

        Args:
            sources: One source or an iterable of sources; folders and patterns become their files, sorted.
            provider: Name of an installed provider with remote jobs.
            options: Its options; None for those of the desk.
            pages: The pages wanted of each source; None for all.

        Returns:
            What became of each source, in order: a job, or an error.

        Raises:
            ConfigurationError: The provider, an option, the ledger or the cache cannot be used.
        """
        return wait(self._clerk.submit(sources, provider=provider, options=options, pages=pages))

    async def submit_async(
        self,
        sources: SourceInput | Iterable[SourceInput],
        *,
        provider: str,
        options: GivenOptions = None,
        pages: PageSelection | None = None,
    ) -> tuple[SubmitOutcome, ...]:
        """See `submit`."""
        return await wait_async(self._clerk.submit(sources, provider=provider, options=options, pages=pages))

    def collect(  # noqa: PLR0913 - the settings of a run
        self,
        jobs: JobId | Iterable[JobId] | None = None,
        *,
        provider: str = "",
        chunking: ChunkSettings | None = DEFAULT_CHUNKING,
        on_error: OnError | str = OnError.COLLECT,
        look_ahead: int = LOOK_AHEAD,
        on_progress: Callable[[ProgressEvent], None] | None = None,
    ) -> Run:
        """Wait for jobs, fetch, map and chunk their results. Needs no source.

        Args:
            jobs: The jobs wanted; None for all that are under way, oldest first.
            provider: With `jobs` None, only those of this provider; empty for all.
            chunking: How documents are cut; None for documents only.
            on_error: What a failed job does to the run: raise, skip or collect (its outcome has the error).
            look_ahead: Jobs waited for ahead of the one being read, at least 0.
            on_progress: Called with each progress event on the engine's thread; quick, and not raising.

        Returns:
            An iterator of outcomes in the order of the jobs, and a context manager.

        Raises:
            InvalidOptionsError: `on_error` is another word, `look_ahead` is negative, or there is no such
                encoding.
            TokenizerUnavailableError: The encoding's vocabulary is not to be had.
        """
        terms = RunTerms.read(
            chunking=chunking, on_error=on_error, look_ahead=look_ahead, on_progress=on_progress
        )
        return Run(terms, self._collecting(jobs, provider=provider, terms=terms))

    def collect_async(  # noqa: PLR0913 - the settings of a run
        self,
        jobs: JobId | Iterable[JobId] | None = None,
        *,
        provider: str = "",
        chunking: ChunkSettings | None = DEFAULT_CHUNKING,
        on_error: OnError | str = OnError.COLLECT,
        look_ahead: int = LOOK_AHEAD,
        on_progress: Callable[[ProgressEvent], None] | None = None,
    ) -> AsyncRun:
        """See `collect`; an async iterator and an async context manager."""
        terms = RunTerms.read(
            chunking=chunking, on_error=on_error, look_ahead=look_ahead, on_progress=on_progress
        )
        return AsyncRun(terms, self._collecting(jobs, provider=provider, terms=terms))

    def attach(  # noqa: PLR0913 - what is known of a job that was started elsewhere
        self,
        remote_id: str,
        *,
        provider: str,
        item_id: str = "",
        source: SourceInput | None = None,
        options: GivenOptions = None,
        pages: PageSelection | None = None,
    ) -> JobRecord:
        """Enter a job that was started elsewhere, so that it can be collected.

        The service is asked about it once: what it does not know is not entered.

        Args:
            remote_id: The service's id of the job, or of the batch it is in.
            provider: Name of the provider.
            item_id: Which file of the batch; empty for services with one job per file.
            source: What the job parses: a later parse of it with the same options then takes the job's
                result. Without it the result is only to be had through the job.
            options: The options that the job was started with; None for those of the desk.
            pages: The pages it was started with; None for all.

        Returns:
            The job.

        Raises:
            ConfigurationError: The provider or an option cannot be used, the source is not one file, or
                another job that parses the same is still to be collected.
            SourceError: The source cannot be read.
            JobNotFoundError: The service does not know the job.
            DocferryError: The service cannot be asked; nothing was entered.
        """
        return wait(
            self._clerk.attach(
                remote_id, provider=provider, item_id=item_id, source=source, options=options, pages=pages
            )
        )

    async def attach_async(  # noqa: PLR0913 - as `attach`
        self,
        remote_id: str,
        *,
        provider: str,
        item_id: str = "",
        source: SourceInput | None = None,
        options: GivenOptions = None,
        pages: PageSelection | None = None,
    ) -> JobRecord:
        """See `attach`."""
        return await wait_async(
            self._clerk.attach(
                remote_id, provider=provider, item_id=item_id, source=source, options=options, pages=pages
            )
        )

    def resolve(
        self, job: JobId, *, submitted: str = "", item_id: str = "", resubmits: bool = False
    ) -> JobRecord:
        """Say what became of a job of which nobody knows whether it was started.

        Args:
            job: The job.
            submitted: The id under which it was found at the service, which is asked about it: the job is
                only SUBMITTED when the service knows that id.
            item_id: Which file of a batch; empty for services with one job per file.
            resubmits: The service has no such job: the next parse of its source submits it again.

        Returns:
            The job as it stands now.

        Raises:
            ConfigurationError: Not exactly one of `submitted` and `resubmits` is given, the outcome is
                known, or a process is at work on the job.
            JobNotFoundError: There is no such job, or the service does not know the id.
            DocferryError: The service cannot be asked about the id; nothing was changed.
        """
        return wait(self._clerk.resolve(job, submitted=submitted, item_id=item_id, resubmits=resubmits))

    async def resolve_async(
        self, job: JobId, *, submitted: str = "", item_id: str = "", resubmits: bool = False
    ) -> JobRecord:
        """See `resolve`."""
        return await wait_async(
            self._clerk.resolve(job, submitted=submitted, item_id=item_id, resubmits=resubmits)
        )

    def cancel(self, job: JobId) -> bool:
        """Ask the service to stop a job.

        Returns:
            Whether the service can and did.

        Raises:
            JobNotFoundError: There is no such job.
            DocferryError: The service does not answer.
        """
        return wait(self._clerk.cancel(job))

    async def cancel_async(self, job: JobId) -> bool:
        """See `cancel`."""
        return await wait_async(self._clerk.cancel(job))

    def account(self, provider: str, *, options: GivenOptions = None) -> AccountStatus:
        """Ask a service what is left of the account's quota, which also checks the key.

        Args:
            provider: Name of the provider.
            options: Its options; None for those of the desk.

        Raises:
            AuthenticationError: The service does not accept the key.
            DocferryError: The service does not answer.
        """
        return wait(self._clerk.account(provider, options=options))

    async def account_async(self, provider: str, *, options: GivenOptions = None) -> AccountStatus:
        """See `account`."""
        return await wait_async(self._clerk.account(provider, options=options))

    def _collecting(
        self, jobs: JobId | Iterable[JobId] | None, *, provider: str, terms: RunTerms
    ) -> Collecting:
        wanted = (jobs,) if isinstance(jobs, str | JobRecord) else jobs
        return Collecting(clerk=self._clerk, jobs=wanted, provider=provider, listener=terms.listener)
