"""Jobs that were submitted earlier as the turns of a run."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from docferry.errors import DocferryError
from docferry.ingest.bookkeeper import JobId
from docferry.ingest.clerk import Clerk
from docferry.ingest.producer import Turn
from docferry.ingest.terms import ignore
from docferry.model import ProgressEvent

__all__ = ["Collecting"]


@dataclass(slots=True, kw_only=True)
class Collecting:
    """The turns of a run over jobs.

    Args:
        clerk: Knows the jobs.
        jobs: The jobs wanted; None for all that are under way.
        provider: With None, only those of this provider; empty for all.
        listener: Receives events of waits for services.
    """

    clerk: Clerk
    jobs: Iterable[JobId] | None
    provider: str
    listener: Callable[[ProgressEvent], None] = ignore
    source_count: int | None = field(default=None, init=False)
    """How many jobs there are; None before the first turn."""
    _waiting: deque[JobId] | None = field(default=None, init=False)

    async def look_ahead(self) -> int:
        """See `docferry.ingest.producer.Turns`: what was submitted needs no company."""
        return 0

    async def next_turn(self) -> Turn | DocferryError | None:
        """See `docferry.ingest.producer.Turns`."""
        if self._waiting is None:
            given = self.jobs
            self._waiting = deque(
                await self.clerk.keeper.jobs_under_way(self.provider) if given is None else given
            )
            self.source_count = len(self._waiting)
        if not self._waiting:
            return None
        job = self._waiting.popleft()
        try:
            record = await self.clerk.keeper.find(job)
        except DocferryError as error:
            error.source = error.source or (job if isinstance(job, str) else job.source_name)
            return error
        return Turn(
            source=record.source_name,
            provider=record.provider,
            obtain=lambda: self.clerk.document(record, listener=self._tell),
        )

    def _tell(self, event: ProgressEvent) -> None:
        self.listener(replace(event, sources_total=self.source_count))
