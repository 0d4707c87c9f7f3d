"""What a desk does about jobs, as coroutines of the engine loop; the two faces of the desk only call it."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

import anyio.to_thread

from docferry.errors import ConfigurationError, DocferryError, InvalidOptionsError, UnknownProviderError
from docferry.ingest.parsing import Plan, expand
from docferry.ingest.story import JobStory
from docferry.ingest.submitting import SubmitOutcome, submit_sources
from docferry.ledger import CacheInfo, JobRecord, JobStep
from docferry.model import Ability, AccountStatus, Document, PageSelection, ProgressEvent, Receipt
from docferry.plugin import PluginManager, Provider
from docferry.provider import JobApi, JobSettings, ProviderOptions, read_options
from docferry.provider.delay import tell_of_source
from docferry.provider.job_errors import about_job
from docferry.provider.job_room import job_runner
from docferry.provider.runner import JobRunner
from docferry.sources import Source, SourceInput

__all__ = ["Clerk", "GivenOptions", "JobId"]

GivenOptions = Mapping[str, Any] | ProviderOptions | None
"""A provider's options as a caller gives them."""

JobId = str | JobRecord
"""A job: the id in the ledger, its first digits where no other id begins so, or the record."""

SECONDS_PER_DAY = 86_400.0
NAMED_JOBS = 5
"""As many jobs as a message names."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Clerk:
    """Works on jobs with one ledger and cache. Its coroutines run on the engine loop.

    Args:
        jobs: Our settings for remote jobs.
        options: Options by provider, such as keys and addresses.
        manager: Where plugins are found.
    """

    def __init__(
        self, *, jobs: JobSettings, options: Mapping[str, GivenOptions], manager: PluginManager
    ) -> None:
        self.jobs = jobs
        self._options = options
        self._manager = manager

    async def runner(self) -> JobRunner:
        """The engine.

        Raises:
            ConfigurationError: The ledger or the cache cannot be used.
        """
        return await job_runner(self.jobs)

    async def submit(
        self,
        sources: SourceInput | Iterable[SourceInput],
        *,
        provider: str,
        options: GivenOptions,
        pages: PageSelection | None,
    ) -> tuple[SubmitOutcome, ...]:
        """See `JobDesk.submit`."""
        plan = self._plan(provider, options, pages)
        return await submit_sources(
            plan, sources, api=plan.provider.job_api(plan.options), runner=await self.runner()
        )

    async def attach(  # noqa: PLR0913 - what is known of a job that was started elsewhere
        self,
        remote_id: str,
        *,
        provider: str,
        item_id: str,
        source: SourceInput | None,
        options: GivenOptions,
        pages: PageSelection | None,
    ) -> JobRecord:
        """See `JobDesk.attach`."""
        plan = self._plan(provider, options, pages)
        api, runner = plan.provider.job_api(plan.options), await self.runner()
        receipt = _receipt(remote_id, item_id)
        if source is None:
            return await runner.register.attach(
                api, receipt, errand=None, options=plan.options, settings=self.jobs
            )
        single = await anyio.to_thread.run_sync(_single, source, plan.provider)
        opener = plan.opener()
        async with opener.open(single) as file:
            errand = await runner.errand(
                api, file, pages=opener.asked_pages, options=plan.options, settings=self.jobs
            )
            return await runner.register.attach(
                api, receipt, errand=errand, options=plan.options, settings=self.jobs
            )

    async def document(self, record: JobRecord, *, listener: Callable[[ProgressEvent], None]) -> Document:
        """The document of a job that was submitted earlier; waits for the job."""
        provider, api = self._side_of(record)
        runner = await self.runner()
        return await runner.document(
            api,
            record,
            is_sliced=Ability.PAGE_SELECTION not in provider.info.abilities,
            settings=self.jobs,
            on_delay=tell_of_source(listener, source=record.source_name),
        )

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
        """See `JobDesk.list_jobs`."""
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
        """See `JobDesk.show`."""
        record = await self.find(job)
        books = (await self.runner()).books
        observations = await books.do(books.ledger.observations, record.id)
        return JobStory(record=record, observations=observations)

    async def cancel(self, job: JobId) -> bool:
        """See `JobDesk.cancel`."""
        record = await self.find(job)
        _, api = self._side_of(record)
        runner = await self.runner()
        return await runner.register.cancel(api, record, settings=self.jobs)

    async def resolve(self, job: JobId, *, submitted: str, item_id: str, resubmits: bool) -> JobRecord:
        """See `JobDesk.resolve`."""
        if bool(submitted) == resubmits:
            raise InvalidOptionsError(
                "a job is resolved by its id at the service, or by submitting it again",
                next_step="give either `--submitted JOB` or `--resubmit` (in Python: submitted or resubmits)",
            )
        record = await self.find(job)
        runner = await self.runner()
        if resubmits:
            return await runner.register.reopen(record)
        receipt = _receipt(submitted, item_id)
        _, api = self._side_of(record)
        return await runner.register.resolve(api, record, receipt, settings=self.jobs)

    async def forget(
        self, jobs: JobId | Iterable[JobId], *, older_than_days: float | None, even_under_way: bool
    ) -> int:
        """See `JobDesk.forget`."""
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

    async def account(self, provider: str, *, options: GivenOptions) -> AccountStatus:
        """See `JobDesk.account`."""
        plan = self._plan(provider, options, None)
        runner = await self.runner()
        return await runner.account(plan.provider.job_api(plan.options), settings=self.jobs)

    async def unfinished(self) -> tuple[JobRecord, ...]:
        """See `JobDesk.unfinished`."""
        runner = await self.runner()
        return await runner.register.unfinished()

    async def cache_info(self) -> CacheInfo:
        """See `JobDesk.cache_info`."""
        books = (await self.runner()).books
        return await books.handle(books.store.info)

    async def clear_cache(self) -> int:
        """See `JobDesk.clear_cache`."""
        books = (await self.runner()).books
        return await books.handle(books.store.clear)

    def _plan(self, name: str, options: GivenOptions, pages: PageSelection | None) -> Plan:
        provider = self._manager.provider(name)
        given = self._options.get(name) if options is None else options
        return Plan(
            provider=provider,
            options=read_options(provider.info.options_type, given, provider=name),
            pages=pages,
            jobs=self.jobs,
        )

    def _side_of(self, record: JobRecord) -> tuple[Provider, JobApi]:
        """Who parses a job, and how to speak with the service about it."""
        try:
            provider = self._provider_of(record)
            return provider, provider.job_api(self._recalled_options(provider, record))
        except DocferryError as error:
            raise about_job(error, record) from error

    def _provider_of(self, record: JobRecord) -> Provider:
        if record.provider not in self._manager.names:
            raise UnknownProviderError(
                f"job {record.id} is of provider '{record.provider}', which is not installed",
                next_step="install its plugin in this environment",
                source=record.source_name,
            )
        return self._manager.provider(record.provider)

    def _recalled_options(self, provider: Provider, record: JobRecord) -> ProviderOptions:
        """The options that a job was submitted with, and keys and the like as they are given now."""
        name, kind = provider.info.name, cast("type[ProviderOptions]", provider.info.options_type)
        given = read_options(kind, self._options.get(name), provider=name)
        own = {field: getattr(given, field) for field in given.model_fields_set - given.semantic_names}
        known: dict[str, Any] = json.loads(record.options_json)
        recalled = {field: value for field, value in known.items() if field in kind.model_fields}
        return read_options(kind, recalled | own, provider=name)


def _receipt(remote_id: str, item_id: str) -> Receipt:
    if not remote_id.strip():
        raise InvalidOptionsError(
            "the job's id at the service is empty", next_step="give the id that the service calls it by"
        )
    return Receipt(remote_id=remote_id.strip(), item_id=item_id.strip())


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


def _single(source: SourceInput, provider: Provider) -> Source:
    """The one file that a source is; blocks."""
    found = list(expand(source, provider))
    if len(found) == 1 and isinstance(found[0], Source):
        return found[0]
    if found and isinstance(found[0], DocferryError):
        raise found[0]
    raise InvalidOptionsError(f"{len(found)} files are no source of one job", next_step="name one file")
