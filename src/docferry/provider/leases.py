"""The leases this process holds on jobs, and the heartbeat that keeps them."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypedDict

from docferry.errors import DocferryError
from docferry.ledger import JobRecord, LeaseLostError
from docferry.provider.books import Books
from docferry.provider.clock import Clock
from docferry.provider.owners import is_gone

__all__ = ["Lease", "LeaseTerms", "Leases"]

LEASE_SECONDS = 45.0
HEARTBEAT_SECONDS = 10.0

logger = logging.getLogger("docferry.provider")


class LeaseTerms(TypedDict):
    """The arguments with which the ledger is asked for a lease."""

    owner: str
    now: float
    lease_seconds: float


@dataclass(slots=True, eq=False)
class Lease:
    """A part in the lease of one job.

    Args:
        task: Works on the job, and is cancelled when the lease is lost; None for a part that finds out.
        is_lost: Whether another process has the job now.
    """

    task: "asyncio.Task[object] | None"
    is_lost: bool = False


class Leases:
    """Keeps leases alive while tasks work on the jobs. Use it on the engine loop only.

    Args:
        books: The ledger.
        clock: What to wait with.
    """

    def __init__(self, *, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock
        self._held: dict[str, list[Lease]] = {}
        self._heart: asyncio.Task[None] | None = None
        self.unfinished: set[str] = set()
        """Jobs that this process worked on and did not bring to their payload."""

    def terms(self) -> LeaseTerms:
        """What to ask the ledger with, now."""
        return {"owner": self._books.owner, "now": self._clock.now(), "lease_seconds": LEASE_SECONDS}

    @asynccontextmanager
    async def hold(self, job_id: str) -> AsyncGenerator[Lease]:
        """Keep the lease of a job that is ours while the block runs, and give it back behind the last block.

        Raises:
            LeaseLostError: Another process took the job over meanwhile; the block was cancelled.
        """
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("leases are held by tasks")
        lease, cancelling = self._take(job_id, task), task.cancelling()
        self.unfinished.add(job_id)
        try:
            yield lease
        except asyncio.CancelledError:
            if lease.is_lost and task.uncancel() <= cancelling:
                raise LeaseLostError((job_id,)) from None
            raise
        finally:
            self._held[job_id].remove(lease)
            await self.give_back(job_id)

    def keep(self, job_id: str) -> None:
        """Keep the lease of a job that is ours until `leave`, whoever else works on it.

        Its loss is not told: the ledger refuses whatever the caller enters next.
        """
        self._take(job_id, None)

    async def leave(self, job_id: str) -> None:
        """End a `keep`."""
        held = self._held.get(job_id, [])
        held.remove(next(lease for lease in held if lease.task is None))
        await self.give_back(job_id)

    async def give_back(self, job_id: str) -> None:
        """Let other processes have the job, unless some task of this one is at work on it."""
        if not self._held.get(job_id):
            self._held.pop(job_id, None)
            await self._books.do(self._books.ledger.release, self._books.owner, (job_id,))

    async def free(self, record: JobRecord) -> bool:
        """Give back a lease whose owner died, so that nobody waits for it to lapse.

        Returns:
            Whether there was such a lease.
        """
        if not (record.lease_owner and is_gone(record.lease_owner)):
            return False
        await self._books.do(self._books.ledger.release, record.lease_owner, (record.id,))
        return True

    def is_at_work(self, record: JobRecord) -> bool:
        """Whether some process, perhaps this one, is at work on the job."""
        has_lease = bool(record.lease_owner) and record.lease_until > self._clock.now()
        return has_lease and not is_gone(record.lease_owner)

    def _take(self, job_id: str, task: "asyncio.Task[object] | None") -> Lease:
        lease = Lease(task)
        self._held.setdefault(job_id, []).append(lease)
        if self._heart is None or self._heart.done():
            self._heart = asyncio.create_task(self._beat())
        return lease

    async def _beat(self) -> None:
        while self._held:
            await self._clock.sleep(HEARTBEAT_SECONDS)
            held = tuple(self._held)
            if not held:
                return
            try:
                kept = await self._books.do(self._books.ledger.heartbeat, job_ids=held, **self.terms())
            except DocferryError as error:
                # The leases may lapse meanwhile; a later beat will tell.
                logger.warning("the leases of %d jobs were not prolonged: %s", len(held), error)
                continue
            for lost in set(held).difference(kept):
                self._lose(lost)

    def _lose(self, job_id: str) -> None:
        for lease in self._held.get(job_id, ()):
            if not lease.is_lost:
                lease.is_lost = True
                if lease.task is not None:
                    lease.task.cancel()
