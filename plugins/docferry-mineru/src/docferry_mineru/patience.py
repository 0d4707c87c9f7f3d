"""How long a service that says "try again" is believed."""

from dataclasses import dataclass, field

from docferry.errors import RateLimitedError, UnavailableError

__all__ = ["Patience"]

MAX_TRIES = 5


@dataclass(slots=True)
class Patience:
    """Counts how often something was put off. What is put off is asked for again later, from its start."""

    _tries: dict[str, int] = field(default_factory=dict[str, int])

    def wait_or(self, error: UnavailableError, *, key: str) -> RateLimitedError | UnavailableError:
        """The error to raise: one that makes the engine wait and ask again, until there were enough.

        Args:
            error: What is raised in the end.
            key: What is waited for.
        """
        tries = self._tries.get(key, 0) + 1
        self._tries[key] = tries
        if tries > MAX_TRIES:
            self.forget(key)
            return error
        return RateLimitedError(
            error.message,
            next_step=error.next_step,
            provider=error.provider,
            job_id=error.job_id,
            request_id=error.request_id,
        )

    def forget(self, key: str) -> None:
        """It came."""
        self._tries.pop(key, None)
