"""What a job book does, as coroutines of the engine loop; the two faces of the book only call it."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress

from docferry.errors import ConfigurationError, InvalidOptionsError
from docferry.ingest.story import JobStory
from docferry.ledger import CacheInfo, JobRecord, JobStep
from docferry.provider import JobSettings
from docferry.provider.job_room import job_runner
from docferry.provider.runner import JobRunner

__all__ = ["Bookkeeper", "JobId"]

JobId = str | JobRecord
"""A job: the id in the ledger, its first digits where no other id begins so, or the record."""

SECONDS_PER_DAY = 86_400.0
HEARING_SECONDS = 5.0
"""How long answers to requests that may cost money are waited for before it is told what became of them."""

NAMED_JOBS = 5
"""As many jobs as a message names."""


class Bookkeeper:
    """Looks after one ledger and one cache. Its coroutines run on the engine loop and speak with no service.

    Args:
        jobs: Our settings for remote jobs.
    """

    def __init__(self, *, jobs: JobSettings) -> None:
        self.jobs = jobs

    async def runner(self) -> JobRunner:
        """The engine.

        Raises:
            ConfigurationError: The ledger or the cache cannot be used.
        """
        return await job_runner(self.jobs)

    async def jobs_under_way(self, provider: str) -> tuple[JobRecord, ...]:
        """The jobs whose payloads are still to be collected, oldest first."""
        steps = [step for step in JobStep if step.is_under_way]
        books = (await self.runner()).books
        found = await books.do(books.ledger.jobs, provider=provider, steps=steps)
        return found[::-1]

    async def list_jobs(
        self,
        *,
        provider: str,
        steps: Collection[JobStep | str],
        source: str,
        include_replaced: bool,
        limit: int | None,
    ) -> tuple[JobRecord, ...]:
        """See `JobBook.list_jobs`."""
        wanted = [_step(step) for step in ((steps,) if isinstance(steps, str) else steps)]
        if limit is not None and limit < 0:
            raise InvalidOptionsError(
                f"no list has {limit} jobs", next_step="give a limit of at least 0, or None"
            )
        books = (await self.runner()).books
        return await books.do(
            books.ledger.jobs,
            provider=provider,
            steps=wanted,
            source=source,
            include_replaced=include_replaced,
            limit=limit,
        )

    async def find(self, job: JobId) -> JobRecord:
        """The job as it stands now."""
        job_id = job.id if isinstance(job, JobRecord) else job
        books = (await self.runner()).books
        return await books.do(books.ledger.find, job_id)

    async def show(self, job: JobId) -> JobStory:
        """See `JobBook.show`."""
        record = await self.find(job)
        books = (await self.runner()).books
        observations = await books.do(books.ledger.observations, record.id)
        return JobStory(record=record, observations=observations)

    async def forget(
        self, jobs: JobId | Iterable[JobId], *, older_than_days: float | None, even_under_way: bool
    ) -> int:
        """See `JobBook.forget`."""
        if older_than_days is not None and older_than_days < 0:
            raise InvalidOptionsError(
                f"no job is {older_than_days:g} days old", next_step="give a number of days of at least 0"
            )
        wanted = (jobs,) if isinstance(jobs, str | JobRecord) else jobs
        records = [await self.find(job) for job in wanted]
        if not even_under_way:
            _refuse_under_way(records)
        runner = await self.runner()
        if older_than_days is not None:
            limit = runner.clock.now() - older_than_days * SECONDS_PER_DAY
            everything = await runner.books.do(runner.books.ledger.jobs, include_replaced=True)
            records += [
                record
                for record in everything
                if record.updated_at < limit and not _is_to_be_collected(record)
            ]
        return await runner.register.forget(records)

    async def unfinished(self) -> tuple[JobRecord, ...]:
        """See `JobBook.unfinished`."""
        runner = await self.runner()
        with suppress(TimeoutError):  # else they are told of as unknown
            async with asyncio.timeout(HEARING_SECONDS):
                await runner.settle()
        return await runner.register.unfinished()

    async def cache_info(self) -> CacheInfo:
        """See `JobBook.cache_info`."""
        books = (await self.runner()).books
        return await books.handle(books.store.info)

    async def clear_cache(self) -> int:
        """See `JobBook.clear_cache`."""
        books = (await self.runner()).books
        return await books.handle(books.store.clear)


def _step(step: JobStep | str) -> JobStep:
    try:
        return JobStep(step)
    except ValueError:
        raise InvalidOptionsError(
            f"'{step}' is no step of a job", next_step=f"use one of: {', '.join(JobStep)}"
        ) from None


def _is_to_be_collected(record: JobRecord) -> bool:
    return record.is_current and record.step.is_under_way


def _refuse_under_way(records: Iterable[JobRecord]) -> None:
    ids = [record.id for record in records if _is_to_be_collected(record)]
    if not ids:
        return
    named = ", ".join(ids[:NAMED_JOBS]) + (", ..." if len(ids) > NAMED_JOBS else "")
    what = f"job {named} is" if len(ids) == 1 else f"{len(ids)} jobs ({named}) are"
    raise ConfigurationError(
        f"{what} under way: forgetting loses results that may be paid for, and none was forgotten",
        next_step=(
            f"collect with `docferry jobs resume {' '.join(ids[:NAMED_JOBS])}`, or forget all the same with "
            "`--force` (in Python: even_under_way=True)"
        ),
    )
