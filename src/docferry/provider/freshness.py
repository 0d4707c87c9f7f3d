"""From when on a result is fresh enough for a run that refreshes."""

from dataclasses import dataclass

__all__ = ["Freshness"]


@dataclass(slots=True)
class Freshness:
    """Begins with the first job of a run: a later job of the same run is fresh, one made before is not.

    So every refreshing run submits a file once, and equal files of one run share the job.

    Args:
        since: When the run began, seconds since the epoch; None before its first job.
    """

    since: float | None = None

    def begin(self, now: float) -> float:
        """When the run began: now, if it has not yet."""
        if self.since is None:
            self.since = now
        return self.since
