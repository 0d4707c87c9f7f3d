"""What a desk says to services, as coroutines of the engine loop; the two faces of the desk only call it."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import anyio.to_thread

from docferry.errors import DocferryError, InvalidOptionsError, UnknownProviderError
from docferry.ingest.bookkeeper import Bookkeeper, JobId
from docferry.ingest.parsing import Plan, expand
from docferry.ingest.submitting import SubmitOutcome, submit_sources
from docferry.ledger import JobRecord
from docferry.model import Ability, AccountStatus, Document, PageSelection, ProgressEvent, Receipt
from docferry.plugin import PluginManager, Provider
from docferry.provider import JobApi, ProviderOptions, read_options
from docferry.provider.delay import tell_of_source
from docferry.provider.job_errors import about_job
from docferry.sources import Source, SourceInput

__all__ = ["Clerk", "GivenOptions"]

GivenOptions = Mapping[str, Any] | ProviderOptions | None
"""A provider's options as a caller gives them."""


class Clerk:
    """Speaks with the services of jobs. Its coroutines run on the engine loop.

    Args:
        keeper: Looks after the ledger and the cache.
        options: Options by provider, such as keys and addresses.
        manager: Where plugins are found.
    """

    def __init__(
        self, *, keeper: Bookkeeper, options: Mapping[str, GivenOptions], manager: PluginManager
    ) -> None:
        self.keeper = keeper
        self._options = options
        self._manager = manager

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
            plan, sources, api=plan.provider.job_api(plan.options), runner=await self.keeper.runner()
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
        api, runner = plan.provider.job_api(plan.options), await self.keeper.runner()
        receipt = _receipt(remote_id, item_id)
        if source is None:
            return await runner.register.attach(
                api, receipt, errand=None, options=plan.options, settings=self.keeper.jobs
            )
        single = await anyio.to_thread.run_sync(_single, source, plan.provider)
        opener = plan.opener()
        async with opener.open(single) as file:
            errand = await runner.errand(
                api, file, pages=opener.asked_pages, options=plan.options, settings=self.keeper.jobs
            )
            return await runner.register.attach(
                api, receipt, errand=errand, options=plan.options, settings=self.keeper.jobs
            )

    async def document(self, record: JobRecord, *, listener: Callable[[ProgressEvent], None]) -> Document:
        """The document of a job that was submitted earlier; waits for the job."""
        provider, api = self._side_of(record)
        runner = await self.keeper.runner()
        return await runner.document(
            api,
            record,
            is_sliced=Ability.PAGE_SELECTION not in provider.info.abilities,
            settings=self.keeper.jobs,
            on_delay=tell_of_source(listener, source=record.source_name),
        )

    async def cancel(self, job: JobId) -> bool:
        """See `JobDesk.cancel`."""
        record = await self.keeper.find(job)
        _, api = self._side_of(record)
        runner = await self.keeper.runner()
        return await runner.register.cancel(api, record, settings=self.keeper.jobs)

    async def resolve(self, job: JobId, *, submitted: str, item_id: str, resubmits: bool) -> JobRecord:
        """See `JobDesk.resolve`."""
        if bool(submitted) == resubmits:
            raise InvalidOptionsError(
                "a job is resolved by its id at the service, or by submitting it again",
                next_step="give either `--submitted JOB` or `--resubmit` (in Python: submitted or resubmits)",
            )
        record = await self.keeper.find(job)
        runner = await self.keeper.runner()
        if resubmits:
            return await runner.register.reopen(record)
        receipt = _receipt(submitted, item_id)
        _, api = self._side_of(record)
        return await runner.register.resolve(api, record, receipt, settings=self.keeper.jobs)

    async def account(self, provider: str, *, options: GivenOptions) -> AccountStatus:
        """See `JobDesk.account`."""
        plan = self._plan(provider, options, None)
        runner = await self.keeper.runner()
        return await runner.account(plan.provider.job_api(plan.options), settings=self.keeper.jobs)

    def _plan(self, name: str, options: GivenOptions, pages: PageSelection | None) -> Plan:
        provider = self._manager.provider(name)
        given = self._options.get(name) if options is None else options
        return Plan(
            provider=provider,
            options=read_options(provider.info.options_type, given, provider=name),
            pages=pages,
            jobs=self.keeper.jobs,
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


def _single(source: SourceInput, provider: Provider) -> Source:
    """The one file that a source is; blocks."""
    found = list(expand(source, provider))
    if len(found) == 1 and isinstance(found[0], Source):
        return found[0]
    if found and isinstance(found[0], DocferryError):
        raise found[0]
    raise InvalidOptionsError(f"{len(found)} files are no source of one job", next_step="name one file")
