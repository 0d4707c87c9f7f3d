"""What happens during a run, as values."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ProgressEvent", "ProgressPhase"]


class ProgressPhase(StrEnum):
    """Where a source is on its way."""

    STARTED = "started"
    PARSING = "parsing"
    WAITING = "waiting"  # its service is busy or cannot be reached, and is left in peace for a while
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """One observation of one source.

    Args:
        source: Name of the source.
        phase: Where it is.
        pages_done: Pages parsed so far.
        pages_total: Pages to parse; None when unknown.
        sources_total: Sources of the whole run; None until the last of them was seen.
        reason: Of WAITING: why, such as "depot is busy (HTTP 429)".
        retry_seconds: Of WAITING: how long until the next try.
    """

    source: str
    phase: ProgressPhase
    pages_done: int = 0
    pages_total: int | None = None
    sources_total: int | None = None
    reason: str = ""
    retry_seconds: float | None = None
