"""What the answers about the jobs of one submission tell of how soon they will have ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from docferry.model import JobState, JobStatus, Receipt

__all__ = ["Headway"]


@dataclass(slots=True)
class Headway:
    """Watches the answers about one submission. Times are seconds on one monotonic clock.

    Args:
        began_at: Since when the jobs have been with the service: their submission, or, later than that, the
            first answer that one of them is being worked on; where it had ended by then, the answer before.
            Time in a queue says nothing about work.
        news_at: The last answer that had news: that work had begun, or that jobs had ended.
    """

    began_at: float
    news_at: float = field(init=False)
    _asked_at: float = field(init=False)
    _is_running: bool = field(default=False, init=False)
    _last: tuple[float, int] | None = field(default=None, init=False)
    """Since when the jobs ended that were the last to end, and how many they were."""
    _all: tuple[float, int] | None = field(default=None, init=False)
    """Since when all those ended that have, and how many they are."""
    _n_open: int = field(default=0, init=False)
    _first_pages: dict[Receipt, tuple[float, int]] = field(
        default_factory=dict[Receipt, tuple[float, int]], init=False
    )
    _page_seconds_left: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.news_at = self._asked_at = self.began_at

    def learn(self, statuses: Sequence[JobStatus], *, now: float) -> None:
        """Take in an answer about all jobs that had not ended before."""
        if not statuses:
            return
        open_statuses = [status for status in statuses if not status.state.is_terminal]
        n_ended = len(statuses) - len(open_statuses)
        if not self._is_running and any(status.state is not JobState.PENDING for status in statuses):
            self._is_running = True
            self.news_at = now
            self.began_at = self._asked_at = self._asked_at if n_ended else now
        if n_ended:
            self.news_at = now
            self._last = (self._asked_at, n_ended)
            since, n_before = self._all or (self._asked_at, 0)
            self._all = (since, n_before + n_ended)
        self._n_open = len(open_statuses)
        self._asked_at = now
        self._page_seconds_left = self._seconds_of_pages(open_statuses, now)

    def seconds_of_jobs(self, now: float) -> float | None:
        """How long the rest takes at the pace of the jobs that ended last, or of all, whichever is quicker.

        The few that end between two answers may be few by chance. It grows while none ends.

        Returns:
            Seconds; None when none has ended.
        """
        paces = [(now - since) / n_ended for since, n_ended in filter(None, (self._last, self._all))]
        return self._n_open * min(paces) if paces else None

    @property
    def seconds_of_pages(self) -> float | None:
        """How long the only job left takes if its pages go on as they went; None when it cannot be told."""
        return self._page_seconds_left

    def _seconds_of_pages(self, open_statuses: Sequence[JobStatus], now: float) -> float | None:
        """By the pages done between two answers: the first one may come long after the work began."""
        for status in open_statuses:
            if status.pages_done is not None:
                self._first_pages.setdefault(status.receipt, (now, status.pages_done))
        if len(open_statuses) != 1:
            return None
        status = open_statuses[0]
        since, done_before = self._first_pages.get(status.receipt, (now, 0))
        done, total = status.pages_done or 0, status.pages_total or 0
        if done <= done_before or done >= total:
            return None
        return (now - since) * (total - done) / (done - done_before)
