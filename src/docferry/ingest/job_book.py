"""What the ledger and the cache hold, for people and programs that look after it."""

from collections.abc import Collection, Iterable

from docferry.ingest.bookkeeper import Bookkeeper, JobId
from docferry.ingest.faces import wait, wait_async
from docferry.ingest.story import JobStory
from docferry.ledger import CacheInfo, JobRecord, JobStep
from docferry.provider import JobSettings

__all__ = ["JobBook"]


class JobBook:
    """The jobs in one ledger and the payloads in one cache; nothing here speaks with a service.

    Args:
        jobs: Ledger, cache, deadline, proxies; None for the defaults.
    """

    def __init__(self, *, jobs: JobSettings | None = None) -> None:
        self._keeper = Bookkeeper(jobs=jobs or JobSettings())

    def list_jobs(
        self,
        *,
        provider: str = "",
        steps: Collection[JobStep | str] = (),
        source: str = "",
        include_replaced: bool = False,
        limit: int | None = None,
    ) -> tuple[JobRecord, ...]:
        """The jobs in the ledger, newest first.

        Args:
            provider: Only of this provider; empty for all.
            steps: Only at these steps; empty for all.
            source: Only of the source with exactly this name; empty for all.
            include_replaced: Whether to list attempts that a newer one has replaced.
            limit: At most so many.

        Raises:
            InvalidOptionsError: There is no such step, or the limit is negative.
        """
        return wait(
            self._keeper.list_jobs(
                provider=provider, steps=steps, source=source, include_replaced=include_replaced, limit=limit
            )
        )

    async def list_jobs_async(
        self,
        *,
        provider: str = "",
        steps: Collection[JobStep | str] = (),
        source: str = "",
        include_replaced: bool = False,
        limit: int | None = None,
    ) -> tuple[JobRecord, ...]:
        """See `list_jobs`."""
        return await wait_async(
            self._keeper.list_jobs(
                provider=provider, steps=steps, source=source, include_replaced=include_replaced, limit=limit
            )
        )

    def show(self, job: JobId) -> JobStory:
        """All that the ledger knows of a job.

        Raises:
            JobNotFoundError: There is no such job.
        """
        return wait(self._keeper.show(job))

    async def show_async(self, job: JobId) -> JobStory:
        """See `show`."""
        return await wait_async(self._keeper.show(job))

    def forget(
        self,
        jobs: JobId | Iterable[JobId] = (),
        *,
        older_than_days: float | None = None,
        even_under_way: bool = False,
    ) -> int:
        """Delete jobs from the ledger. Payloads stay in the cache, and the services are not told.

        Args:
            jobs: The jobs, or one job.
            older_than_days: Besides them, all jobs that last changed longer ago and are not under way.
            even_under_way: Whether a job named may be one whose result is still to be collected. That result
                is then lost, and the next parse of its source may pay again.

        Returns:
            How many were deleted.

        Raises:
            JobNotFoundError: There is no such job; none was deleted.
            InvalidOptionsError: The number of days is negative.
            ConfigurationError: One of them is under way, or a process is at work on it; none was deleted.
        """
        return wait(self._keeper.forget(jobs, older_than_days=older_than_days, even_under_way=even_under_way))

    async def forget_async(
        self,
        jobs: JobId | Iterable[JobId] = (),
        *,
        older_than_days: float | None = None,
        even_under_way: bool = False,
    ) -> int:
        """See `forget`."""
        return await wait_async(
            self._keeper.forget(jobs, older_than_days=older_than_days, even_under_way=even_under_way)
        )

    def unfinished(self) -> tuple[JobRecord, ...]:
        """The jobs that this process worked on and did not bring to their payload, as they stand now.

        Answers that are out to requests that may cost money are waited for, five seconds at most.
        """
        return wait(self._keeper.unfinished())

    async def unfinished_async(self) -> tuple[JobRecord, ...]:
        """See `unfinished`."""
        return await wait_async(self._keeper.unfinished())

    def cache_info(self) -> CacheInfo:
        """How full the payload cache is.

        Raises:
            ConfigurationError: Its folder cannot be written. A parse goes on without it.
        """
        return wait(self._keeper.cache_info())

    async def cache_info_async(self) -> CacheInfo:
        """See `cache_info`."""
        return await wait_async(self._keeper.cache_info())

    def clear_cache(self) -> int:
        """Remove every payload that is not in use, and return how many there were.

        The services may still have them: the next parse then fetches them again, and pays only for those
        that are gone.

        Raises:
            ConfigurationError: Its folder cannot be written. A parse goes on without it.
        """
        return wait(self._keeper.clear_cache())

    async def clear_cache_async(self) -> int:
        """See `clear_cache`."""
        return await wait_async(self._keeper.clear_cache())
