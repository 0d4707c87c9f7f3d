"""What a service's error means to a user: which class it is, what happened, and what to do next.

A plugin keeps a table from the service's codes to remedies; the service's words come along as the reason.
"""

import re
from dataclasses import dataclass

from docferry.errors import DocferryError, ProviderError, RateLimitedError

__all__ = ["Remedy", "scrub"]

MAX_REASON_LENGTH = 200
ADDRESS = re.compile(r"(https?://[^\s?#\"'<>]*)[?#][^\s\"'<>]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What an error means.

    Args:
        kind: Class of the error.
        what: What failed, without a full stop.
        next_step: What the user can do, an imperative clause; empty when there is nothing.
    """

    kind: type[DocferryError]
    what: str
    next_step: str = ""

    def error(
        self,
        *,
        provider: str,
        reason: str = "",
        job_id: str = "",
        request_id: str = "",
        retry_after_seconds: float | None = None,
    ) -> DocferryError:
        """Make the error.

        Args:
            provider: Name of the provider; only errors of the service tell it, as the two ids.
            reason: The service's code and words, fit to be shown: see `scrub`.
            job_id: The service's id of the job, or empty.
            request_id: The service's id of the request, or empty.
            retry_after_seconds: What the service asked for, or None; only a RateLimitedError tells it.
        """
        message = f"{self.what} ({reason})" if reason else self.what
        if not issubclass(self.kind, ProviderError):
            return self.kind(message, next_step=self.next_step)
        error = self.kind(
            message,
            next_step=self.next_step,
            provider=provider,
            job_id=job_id,
            request_id=request_id,
        )
        if isinstance(error, RateLimitedError):
            error.retry_after_seconds = retry_after_seconds
        return error


def scrub(words: str, *secrets: str) -> str:
    """The service's words on one line of bounded length, without secrets and without queries of addresses.

    Args:
        words: As received.
        secrets: What must not be shown, such as the API key; empty ones count for nothing.
    """
    line = " ".join(ADDRESS.sub(r"\1", words).split())
    for secret in secrets:
        line = line.replace(secret, "***") if secret else line
    return line[:MAX_REASON_LENGTH]
