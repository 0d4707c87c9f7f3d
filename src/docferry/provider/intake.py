"""What the sources of one run have in common on their way to a service."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from docferry.ledger import JobRecord

__all__ = ["Arrival", "Freshness", "Intake"]

FIRST_FILES = 16
"""Until so many sources of a run are in submissions, none waits for more: the service has nothing to do."""

OPENED_AT_ONCE = 16
"""Sources that are opened, hashed and looked up at once: the first ones shall leave before all others are."""


@dataclass(slots=True, eq=False)
class Arrival:
    """One source on its way.

    Args:
        intake: The sources of its run.
        is_over: Whether it is in a submission, or will never be in one.
    """

    intake: "Intake" = field(repr=False)
    is_over: bool = False
    is_known: bool = field(default=False, init=False)
    """Whether its job is known: it is not being opened, hashed and looked up any more."""

    _has_place: bool = field(default=False, init=False)

    async def admit(self) -> None:
        """Wait for a place among those that are opened at once."""
        await self.intake.places.acquire()
        self._has_place = True

    def enter(self) -> None:
        """Its job is known; what it waits for from now on is not its own. Saying so again does no harm."""
        if not self.is_known:
            self.is_known = True
            if self._has_place:
                self.intake.places.release()
            self.intake.entered()

    def board(self, flush: Callable[[], None]) -> None:
        """It is in a submission that may wait for company.

        Args:
            flush: Sends the submissions that wait for company.
        """
        self.intake.flush = flush
        self.intake.n_boarded += 1
        self.end()

    def end(self) -> None:
        """It needs no company any more. Saying so again does no harm."""
        self.enter()
        if not self.is_over:
            self.is_over = True
            self.intake.arrived()


@dataclass(slots=True, eq=False)
class Freshness:
    """Which jobs are fresh to a run that refreshes: each file is submitted once more, and once only.

    Equal files of the run share a job. A refresh that an earlier run began and did not bring to its payload
    is gone on with: it was killed or interrupted, or runs beside this one, and its job is paid for.

    Args:
        since: When the first job of the run was asked for, seconds since the epoch.
    """

    since: float
    _joined: set[str] = field(default_factory=set[str], init=False)

    def accepts(self, record: JobRecord) -> bool:
        """Whether a job is fresh; one that once was stays so."""
        if record.is_refresh:
            self._joined.add(record.id)
        return record.created_at >= self.since or record.id in self._joined


@dataclass(slots=True)
class Intake:
    """The sources of one run: what is fresh to it, and whether more of them are to come.

    On the engine loop only.

    Args:
        freshness: What is fresh to a run that refreshes; None before its first job was asked for.
        flush: Sends the submissions that wait for company; None before there is one.
    """

    freshness: Freshness | None = None
    flush: Callable[[], None] | None = field(default=None, init=False, repr=False)
    n_boarded: int = field(default=0, init=False)
    """Sources that are in a submission."""

    places: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(OPENED_AT_ONCE), init=False, repr=False
    )
    _on_the_way: int = field(default=0, init=False)
    _n_opening: int = field(default=0, init=False)
    _has_ended: bool = field(default=False, init=False)

    def begin(self, now: float) -> Freshness:
        """What is fresh: what is made from now on, if the run has no job yet."""
        if self.freshness is None:
            self.freshness = Freshness(since=now)
        return self.freshness

    @contextmanager
    def source(self) -> Generator[Arrival]:
        """Count a source in until it is in a submission, at the latest until the block ends."""
        self._on_the_way += 1
        self._n_opening += 1
        arrival = Arrival(self)
        try:
            yield arrival
        finally:
            arrival.end()

    def end(self) -> None:
        """No more sources come: none shall wait for their company."""
        self._has_ended = True
        self._flush_when_complete()

    def limit(self, most: int) -> int:
        """How many files the submission may have that is made up now, of one that may have that many."""
        return most if self.n_boarded >= FIRST_FILES else min(most, FIRST_FILES)

    def is_opening(self) -> bool:
        """Whether a source is being opened, hashed or looked up, and may be ready for a submission soon."""
        return self._n_opening > 0

    def entered(self) -> None:
        """The job of one of them is known."""
        self._n_opening -= 1

    def arrived(self) -> None:
        """One of them needs no company any more."""
        self._on_the_way -= 1
        self._flush_when_complete()

    def _flush_when_complete(self) -> None:
        if self._has_ended and not self._on_the_way and self.flush is not None:
            self.flush()
