"""What happened at an emulated service, for tests to look at."""

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Counters"]


@dataclass(slots=True, kw_only=True)
class Counters:
    """Counts since the service was started. Written on the server's loop; others may read.

    Args:
        requests: Requests by kind, refused and spoilt ones included.
        uploads: Files received, by SHA-256 of their bytes, whether or not a job came of it.
        submissions: Jobs made, by SHA-256 of their file: 2 means that the file was paid for twice.
        file_names: The name under which a file came last, by SHA-256.
        refusals: Errors in the service's own words, by code.
        faults: Faults of the script that took effect, by what went wrong.
        ended: Jobs that ended, by state.
        billed_pages: Pages of the jobs made, without those that failed.
        most_under_way: Most jobs of one account that were under way at once.
        connections: Connections that are open now and have had a request.
        most_connections: Most such connections that were open at once, at all ports of the service.
    """

    requests: Counter[str] = field(default_factory=Counter[str])
    uploads: Counter[str] = field(default_factory=Counter[str])
    submissions: Counter[str] = field(default_factory=Counter[str])
    file_names: dict[str, str] = field(default_factory=dict[str, str])
    refusals: Counter[str] = field(default_factory=Counter[str])
    faults: Counter[str] = field(default_factory=Counter[str])
    ended: Counter[str] = field(default_factory=Counter[str])
    billed_pages: int = 0
    most_under_way: int = 0
    connections: int = 0
    most_connections: int = 0

    def connected(self) -> None:
        """A connection has its first request."""
        self.connections += 1
        self.most_connections = max(self.most_connections, self.connections)

    def disconnected(self) -> None:
        """A connection that had one was closed."""
        self.connections -= 1

    def as_json(self) -> dict[str, object]:
        """The counts as JSON values, under the names of the attributes."""
        return {
            "requests": dict(self.requests),
            "uploads": dict(self.uploads),
            "submissions": dict(self.submissions),
            "file_names": dict(self.file_names),
            "refusals": dict(self.refusals),
            "faults": dict(self.faults),
            "ended": dict(self.ended),
            "billed_pages": self.billed_pages,
            "most_under_way": self.most_under_way,
            "connections": self.connections,
            "most_connections": self.most_connections,
        }
