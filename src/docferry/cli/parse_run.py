"""The run of `docferry parse`: outcomes of sources."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docferry.cli.job_flags import JobFlags
from docferry.cli.output.left_jobs import NO_JOBS, LeftJobs
from docferry.cli.reading import STANDARD_INPUT, read_inputs, read_options, read_pages
from docferry.cli.run import RunRequest
from docferry.ingest import Ingestor, JobDesk, Run
from docferry.ingest.parsing import expand
from docferry.model import Ability
from docferry.provider import JobSettings
from docferry.sources import SourceInput

__all__ = ["ParseRun"]


@dataclass(slots=True, kw_only=True)
class ParseRun:
    """What `docferry parse` is asked to parse, not yet checked.

    Args:
        sources: The arguments, "-" for standard input.
        provider: Name of a provider.
        options: The provider's options as "KEY=VALUE".
        pages: A page selection, or empty for all pages.
        stdin_name: Name of standard input as a source.
        flags: Settings of remote jobs.
    """

    sources: tuple[str, ...]
    provider: str
    options: tuple[str, ...]
    pages: str
    stdin_name: str
    flags: JobFlags
    _settings: JobSettings = field(init=False)
    _ingestor: Ingestor = field(init=False)

    @property
    def file_names(self) -> tuple[str, ...]:
        """See `OutcomeSource`."""
        return self.sources

    @property
    def is_single(self) -> bool:
        """See `OutcomeSource`."""
        if len(self.sources) != 1:
            return False
        source = self.sources[0]
        return source == STANDARD_INPUT or "://" in source or Path(source).is_file()

    def prepare(self, wanted: RunRequest) -> None:
        """See `OutcomeSource`."""
        self._settings = self.flags.settings()
        self._ingestor = Ingestor(
            provider=self.provider,
            options=read_options(self.options),
            pages=read_pages(self.pages),
            chunking=wanted.chunking,
            on_error=wanted.on_error,
            jobs=self._settings,
            on_progress=wanted.listener,
        )

    def start(self, *, is_counted: bool) -> tuple[Run, int | None]:
        """See `OutcomeSource`."""
        inputs = read_inputs(self.sources, stdin_name=self.stdin_name)
        return self._ingestor.run(inputs), self._count(inputs) if is_counted else None

    def left_jobs(self) -> LeftJobs:
        """See `OutcomeSource`."""
        if Ability.JOBS not in self._ingestor.provider.info.abilities:
            return NO_JOBS
        return LeftJobs(
            records=JobDesk(jobs=self._settings).unfinished(),
            ledger=self.flags.ledger,
            are_unwanted=self.flags.cancels,
        )

    def _count(self, inputs: Sequence[SourceInput]) -> int:
        return sum(1 for _ in expand(inputs, self._ingestor.provider))
