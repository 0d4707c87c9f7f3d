"""What a plugin is handed for one parse."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

import anyio.to_thread

from docferry.model import Document, PageSelection, ProgressEvent, ProgressPhase, ProviderInfo
from docferry.provider.intake import Arrival, Intake
from docferry.provider.job_api import JobApi
from docferry.provider.job_settings import JobSettings
from docferry.provider.options import ProviderOptions
from docferry.sources import Source, SourceFile

__all__ = ["ParseContext"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseContext:
    """The host's services for one call of `docferry_parse`.

    Args:
        info: The provider's own card.
        jobs: Our settings for remote jobs.
        is_cut: Whether `open` brings only some pages of the source, because the provider selects none itself.
        opener: Opens a source and checks it against the card; `open` is the way to call it.
        listener: Receives progress events on the engine's thread.
        arrival: This source among those of its run.
    """

    info: ProviderInfo
    jobs: JobSettings = field(default_factory=JobSettings)
    is_cut: bool = False
    opener: Callable[[Source], AbstractAsyncContextManager[SourceFile]] = field(repr=False)
    listener: Callable[[ProgressEvent], None] = field(repr=False)
    arrival: Arrival = field(default_factory=lambda: Arrival(Intake()), repr=False)

    def open(self, source: Source) -> AbstractAsyncContextManager[SourceFile]:
        """Bring the bytes of a source to this machine: `async with context.open(source) as file`.

        The file is there until the block ends. It is not empty, of a media type the provider reads, and
        within the limits of the provider's card, or of the account where options change them.

        Raises:
            SourceError: On entering the block; the class says why.
        """
        return self.opener(source)

    def with_unseen(self, file: SourceFile, *, is_trusted: bool) -> "ParseContext":
        """These services for a source that the provider's service has or fetches itself.

        Its bytes never come here: `open` brings the file given. Pages that docferry is to cut out (`is_cut`)
        can only be uploaded: then these services stay as they are, and `open` brings the bytes.

        Args:
            file: What stands for the source, such as `SourceFile.unseen` makes.
            is_trusted: Whether the place means the same bytes every time. Only then is what an earlier run
                got for it taken; else it is submitted anew, once in each run.
        """
        if self.is_cut:
            return self

        @asynccontextmanager
        async def unopened(_source: Source) -> AsyncGenerator[SourceFile]:
            yield file

        jobs = self.jobs if is_trusted else replace(self.jobs, refreshes=True)
        return replace(self, opener=unopened, jobs=jobs)

    async def run_job(
        self, api: JobApi, source: Source, *, pages: PageSelection | None, options: ProviderOptions
    ) -> Document:
        """Parse with a service, through the ledger and the cache: all that a remote plugin's hook does.

        Raises:
            DocferryError: Why there is no document.
        """
        from docferry.provider.job_room import job_runner  # noqa: PLC0415 - only remote providers pay for it

        runner = await job_runner(self.jobs)
        return await runner.parse(api, source, pages=pages, options=options, context=self, settings=self.jobs)

    def report(self, source: Source, *, pages_done: int, pages_total: int | None) -> None:
        """Tell how many of the pages of this source are parsed."""
        self.listener(
            ProgressEvent(
                source=source.name,
                phase=ProgressPhase.PARSING,
                pages_done=pages_done,
                pages_total=pages_total,
            )
        )

    async def run_in_thread(
        self, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Run blocking or CPU work in a worker thread. A cancelled caller does not wait for its end."""
        return await anyio.to_thread.run_sync(lambda: work(*args, **kwargs), abandon_on_cancel=True)
