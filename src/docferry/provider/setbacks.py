"""Polls that told nothing of their jobs: which of them a watch bears, and how often."""

from dataclasses import dataclass, field

from docferry.errors import (
    DocferryError,
    InvalidResponseError,
    JobNotFoundError,
    RateLimitedError,
    TransientError,
)

__all__ = ["MAX_DENIALS", "Setbacks"]

MAX_UNREADABLE_POLLS = 5
"""How many answers in a row may be unreadable before a poll gives up."""

MAX_DENIALS = 3
"""How often in a row a service may say that it does not know a job before that is believed.

The job was paid for, and a service that is not at one with itself, right after a submission or while it is
restarted, knows it again a moment later. Whoever parses after that pays for another job.
"""


@dataclass(slots=True, kw_only=True)
class Setbacks:
    """Counts the polls of one watch that failed, until one tells something.

    Args:
        floor_seconds: The shortest time between two polls.
        trouble: What is the matter with the service, a predicate for people who wait; empty for nothing.
        advice: How long the service asked to be left in peace, in seconds; None when it did not.
    """

    floor_seconds: float
    trouble: str = ""
    advice: float | None = None
    _unreadable: int = field(default=0, init=False)
    _denials: int = field(default=0, init=False)

    def clear(self) -> None:
        """A poll told something."""
        self.trouble, self.advice = "", None
        self._unreadable = self._denials = 0

    def bears(self, error: DocferryError) -> bool:
        """Enter a poll that failed; say whether to ask again."""
        self.advice = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
        if isinstance(error, TransientError):
            self.trouble = f"does not tell of the job: {error.message}"
            return True
        if isinstance(error, JobNotFoundError):
            self._denials += 1
            self.trouble = f"does not know the job: {error.message}"
            return self._denials < MAX_DENIALS
        self._unreadable += isinstance(error, InvalidResponseError)
        return isinstance(error, InvalidResponseError) and self._unreadable < MAX_UNREADABLE_POLLS

    def cap(self, delay: float) -> float:
        """The time to the next poll: one that settles whether a job is there is not put off."""
        return min(delay, self.floor_seconds) if self._denials else delay
