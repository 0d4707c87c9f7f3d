"""Submit now, collect later: a desk for one call."""

from collections.abc import Iterable

from docferry.chunking import ChunkSettings
from docferry.ingest.bookkeeper import JobId
from docferry.ingest.clerk import GivenOptions
from docferry.ingest.desk import JobDesk
from docferry.ingest.faces import Run
from docferry.ingest.outcome import OnError
from docferry.ingest.submitting import SubmitOutcome
from docferry.ingest.terms import DEFAULT_CHUNKING
from docferry.model import PageSelection
from docferry.provider import JobSettings
from docferry.sources import SourceInput

__all__ = ["collect", "submit"]


def submit(
    sources: SourceInput | Iterable[SourceInput],
    *,
    provider: str,
    options: GivenOptions = None,
    pages: PageSelection | None = None,
    settings: JobSettings | None = None,
) -> tuple[SubmitOutcome, ...]:
    """Submit sources without waiting for their jobs; `collect` gets the results, also in another process.

    Args:
        sources: As for `JobDesk.submit`.
        provider: Name of an installed provider with remote jobs.
        options: Its options.
        pages: The pages wanted of each source; None for all.
        settings: Settings for remote jobs: ledger, cache, deadline, proxies; None for the defaults.

    Returns:
        What became of each source, in order: a job, or an error.

    Raises:
        ConfigurationError: As for `JobDesk.submit`.
    """
    return JobDesk(jobs=settings).submit(sources, provider=provider, options=options, pages=pages)


def collect(  # noqa: PLR0913 - the settings of a run, all named and optional
    jobs: JobId | Iterable[JobId] | None = None,
    *,
    provider: str = "",
    options: GivenOptions = None,
    chunking: ChunkSettings | None = DEFAULT_CHUNKING,
    on_error: OnError | str = OnError.COLLECT,
    settings: JobSettings | None = None,
) -> Run:
    """Wait for jobs that were submitted earlier, and get their documents and chunks. Needs no source.

    Args:
        jobs: The jobs wanted; None for all that are under way, oldest first.
        provider: With `jobs` None, only those of this provider; empty for all.
        options: Options of that provider, such as its key; what the jobs were submitted with stays.
        chunking: How documents are cut; None for documents only.
        on_error: What a failed job does to the run: raise, skip or collect (its outcome has the error).
        settings: Settings for remote jobs; None for the defaults.

    Returns:
        An iterator of outcomes in the order of the jobs, and a context manager.

    Raises:
        ConfigurationError: As for `JobDesk.collect`.
    """
    desk = JobDesk(jobs=settings, options={provider: options} if provider else None)
    return desk.collect(jobs, provider=provider, chunking=chunking, on_error=on_error)
