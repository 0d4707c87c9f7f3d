"""What the sources of one run have in common on their way to a service."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Arrival", "Intake"]


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

    def enter(self) -> None:
        """Its job is known; what it waits for from now on is not its own. Saying so again does no harm."""
        if not self.is_known:
            self.is_known = True
            self.intake.entered()

    def board(self, flush: Callable[[], None]) -> None:
        """It is in a submission that may wait for company.

        Args:
            flush: Sends the submissions that wait for company.
        """
        self.intake.flush = flush
        self.end()

    def end(self) -> None:
        """It needs no company any more. Saying so again does no harm."""
        self.enter()
        if not self.is_over:
            self.is_over = True
            self.intake.arrived()


@dataclass(slots=True)
class Intake:
    """The sources of one run: since when, and whether more of them are to come. On the engine loop only.

    Args:
        since: When the first job of the run was asked for, seconds since the epoch; None before. A job made
            later is fresh to a run that refreshes, one made before is not: so every refreshing run submits a
            file once, and equal files of one run share the job.
        flush: Sends the submissions that wait for company; None before there is one.
    """

    since: float | None = None
    flush: Callable[[], None] | None = field(default=None, init=False, repr=False)
    _on_the_way: int = field(default=0, init=False)
    _n_opening: int = field(default=0, init=False)
    _has_ended: bool = field(default=False, init=False)

    def begin(self, now: float) -> float:
        """Since when: now, if the run has no job yet."""
        if self.since is None:
            self.since = now
        return self.since

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
