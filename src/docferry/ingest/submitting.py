"""Sources handed in to a service, without waiting for their jobs."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import anyio.to_thread

from docferry.errors import DocferryError
from docferry.ingest.attempt import attempt
from docferry.ingest.parsing import Plan, expand
from docferry.ledger import JobRecord
from docferry.provider import JobApi
from docferry.provider.custody import Custody
from docferry.provider.intake import Intake
from docferry.provider.limits import BATCHES_UNDER_WAY
from docferry.provider.runner import JobRunner
from docferry.sources import Source, SourceInput

__all__ = ["SubmitOutcome", "submit_sources"]

FILES_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOutcome:
    """What became of one source that was to be submitted: a job, or an error.

    Args:
        source: Name of the source.
        job: The job as the ledger has it; None on failure.
        error: Why nothing was submitted, or nobody knows whether it was; None on success.
    """

    source: str
    job: JobRecord | None = None
    error: DocferryError | None = None

    @property
    def is_success(self) -> bool:
        """Whether there is a job."""
        return self.error is None


async def submit_sources(
    plan: Plan, inputs: SourceInput | Iterable[SourceInput], *, api: JobApi, runner: JobRunner
) -> tuple[SubmitOutcome, ...]:
    """Submit every source; what goes wrong with one is in its outcome.

    Args:
        plan: How to parse.
        inputs: The sources as the caller gave them.
        api: Speaks with the service.
        runner: The engine.

    Returns:
        The outcomes, in the order of the sources.
    """
    room = asyncio.Semaphore(max(FILES_AT_ONCE, BATCHES_UNDER_WAY * api.batch_limit))
    intake = Intake()
    tasks: list[asyncio.Task[SubmitOutcome]] = []

    async def submit(item: Source | DocferryError) -> SubmitOutcome:
        try:
            return await _submitted(item, plan, api, runner, intake)
        finally:
            room.release()

    items = expand(inputs, plan.provider)
    try:
        while (item := await anyio.to_thread.run_sync(next, items, None)) is not None:
            await room.acquire()
            tasks.append(asyncio.create_task(submit(item)))
        intake.end()
        return tuple(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _submitted(
    item: Source | DocferryError, plan: Plan, api: JobApi, runner: JobRunner, intake: Intake
) -> SubmitOutcome:
    if isinstance(item, DocferryError):
        return SubmitOutcome(source=item.source, error=item)
    came = await attempt(
        lambda: _job_of(item, plan, api, runner, intake),
        source=item.name,
        provider=plan.provider.info.name,
    )
    if isinstance(came, DocferryError):
        return SubmitOutcome(source=item.name, error=came)
    return SubmitOutcome(source=item.name, job=came)


async def _job_of(source: Source, plan: Plan, api: JobApi, runner: JobRunner, intake: Intake) -> JobRecord:
    opener = plan.opener()
    custody = Custody(opener.open(source))
    with intake.source() as arrival:
        async with custody.open() as file:
            errand = await runner.errand(
                api,
                file,
                pages=opener.asked_pages,
                options=plan.options,
                settings=plan.jobs,
                custody=custody,
                arrival=arrival,
            )
            return await runner.submit(errand)
