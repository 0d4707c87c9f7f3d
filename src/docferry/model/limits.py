"""What a provider can take."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a service or engine. None means that there is none, or that none is known.

    Args:
        max_size_bytes: Largest file.
        max_pages: Most pages of one file.
        concurrency: Jobs that one account may have under way at once.
        requests_per_second: Requests that one account may send in a second.
    """

    max_size_bytes: int | None = None
    max_pages: int | None = None
    concurrency: int | None = None
    requests_per_second: float | None = None
