"""What the errors of every service come down to: remedies that the plugins' tables share."""

from docferry.errors import (
    InvalidResponseError,
    RateLimitedError,
    ResultExpiredError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.provider.remedy import Remedy

__all__ = ["BUSY", "EXPIRED", "UNAVAILABLE", "UNSUPPORTED", "unreadable"]

BUSY = Remedy(kind=RateLimitedError, what="the service asks for fewer requests", next_step="try again later")
UNAVAILABLE = Remedy(kind=UnavailableError, what="the service cannot work now", next_step="try again later")
UNSUPPORTED = Remedy(
    kind=UnsupportedSourceError,
    what="the service does not read this kind of file",
    next_step="convert it to PDF",
)
EXPIRED = Remedy(
    kind=ResultExpiredError,
    what="the service no longer keeps the result",
    next_step="parse the document again",
)


def unreadable(
    status: int, *, provider: str, job_id: str = "", wanted: str = "a JSON object"
) -> InvalidResponseError:
    """The error for an answer that is nothing of what the service answers.

    Args:
        status: HTTP status.
        provider: Name of the provider.
        job_id: The service's id of the job that was asked about, or empty.
        wanted: What the answer should have been.
    """
    return InvalidResponseError(
        f"the service answered HTTP {status} with something else than {wanted}",
        next_step="check the base URL, or try again later",
        provider=provider,
        job_id=job_id,
    )
