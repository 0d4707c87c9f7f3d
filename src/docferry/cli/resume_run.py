"""The run of `docferry jobs resume`: outcomes of jobs that were submitted earlier."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from docferry.cli.job_flags import JobFlags
from docferry.cli.output.left_jobs import LeftJobs
from docferry.cli.reading import read_options
from docferry.cli.run import RunRequest
from docferry.errors import InvalidOptionsError
from docferry.ingest import JobDesk, Run
from docferry.ledger import JobRecord, JobStep
from docferry.plugin import PluginManager
from docferry.provider import read_options as make_options

__all__ = ["ResumeRun"]


@dataclass(slots=True, kw_only=True)
class ResumeRun:
    """Which jobs to resume, not yet checked.

    Args:
        job_ids: Ids as typed; empty for all that are under way.
        provider: Without ids, only jobs of this provider; empty for all.
        options: Options of the provider of all the jobs, as "KEY=VALUE".
        flags: Settings of remote jobs.
    """

    job_ids: tuple[str, ...]
    provider: str
    options: tuple[str, ...]
    flags: JobFlags
    _desk: JobDesk = field(init=False)
    _records: tuple[JobRecord, ...] = field(init=False, default=())
    _wanted: RunRequest = field(init=False)

    @property
    def file_names(self) -> tuple[str, ...]:
        """See `OutcomeSource`."""
        return tuple(record.source_name for record in self._records)

    @property
    def is_single(self) -> bool:
        """See `OutcomeSource`."""
        return len(self._records) == 1

    def prepare(self, wanted: RunRequest) -> None:
        """See `OutcomeSource`."""
        settings, options = self.flags.settings(), read_options(self.options)
        desk = JobDesk(jobs=settings)
        if self.job_ids:
            self._records = tuple(desk.show(job_id).record for job_id in self.job_ids)
        else:
            steps = [step for step in JobStep if step.is_under_way]
            self._records = desk.list_jobs(provider=self.provider, steps=steps)[::-1]
        self._desk = JobDesk(jobs=settings, options=self._owned(options) if options else None)
        self._wanted = wanted

    def start(self, *, is_counted: bool) -> tuple[Run, int | None]:
        """See `OutcomeSource`."""
        wanted = self._wanted
        run = self._desk.collect(
            self._records, chunking=wanted.chunking, on_error=wanted.on_error, on_progress=wanted.listener
        )
        return run, len(self._records) if is_counted else None

    def left_jobs(self) -> LeftJobs:
        """See `OutcomeSource`."""
        return LeftJobs(
            records=self._desk.unfinished(), ledger=self.flags.ledger, are_unwanted=self.flags.cancels
        )

    def _owned(self, options: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
        """The options with their provider, checked before any job is asked about."""
        name = self._option_owner()
        if name:  # else there are no jobs, and nobody to check them
            make_options(PluginManager().provider(name).info.options_type, options, provider=name)
        return {name: options}

    def _option_owner(self) -> str:
        """The one provider that an `--option` can belong to."""
        providers = {record.provider for record in self._records} or {self.provider}
        if len(providers) > 1:
            raise InvalidOptionsError(
                f"an --option belongs to one provider, and the jobs are of {' and '.join(sorted(providers))}",
                next_step="name jobs of one provider, or give --provider",
            )
        return providers.pop()
