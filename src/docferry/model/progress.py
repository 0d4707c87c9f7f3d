"""What happens during a run, as values."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ProgressEvent", "ProgressPhase"]


class ProgressPhase(StrEnum):
    """Where a source is on its way."""

    STARTED = "started"
    PARSING = "parsing"
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
    """

    source: str
    phase: ProgressPhase
    pages_done: int = 0
    pages_total: int | None = None
    sources_total: int | None = None
