"""When to ask again: pure functions of elapsed time and what the service said."""

from docferry.provider.job_api import PollAdvice

__all__ = ["poll_delay", "retry_delay"]

SHORT_FLOORS = 20
"""Up to so many floors a job is asked about at every floor, so that it is noticed at most one floor late."""

ELAPSED_SHARE = 0.08
"""Waiting a share of the time already elapsed notices a finished job on average half that share late."""

REMAINING_SHARE = 0.5
"""With a progress figure, sleep over half of what seems to remain; the estimate may be twice too long."""

WEBHOOK_SECONDS = 300.0
"""With a webhook, polls are only the safety net."""

FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 30.0


def poll_delay(  # noqa: PLR0913 - everything a delay depends on, all named
    *,
    elapsed_seconds: float,
    advice: PollAdvice,
    pages_done: int | None = None,
    pages_total: int | None = None,
    retry_after_seconds: float | None = None,
    has_webhook: bool = False,
) -> float:
    """Seconds to wait before asking about a job again.

    Never less than the service's floor, and never less than what it asked for with Retry-After. The lag of
    noticing is then at most one floor for jobs shorter than 20 floors, and on average about 4 % of the true
    time for longer ones.

    Args:
        elapsed_seconds: Time since the job was submitted.
        advice: The service's floor and ceiling.
        pages_done: Progress as the service tells it, or None.
        pages_total: The pages that progress runs up to, or None.
        retry_after_seconds: What the service's last answer asked for, or None.
        has_webhook: Whether the service calls when the job is done.
    """
    if has_webhook:
        return max(WEBHOOK_SECONDS, retry_after_seconds or 0.0)
    least = max(advice.floor_seconds, retry_after_seconds or 0.0)
    if elapsed_seconds < SHORT_FLOORS * advice.floor_seconds:
        return least
    wait = elapsed_seconds * ELAPSED_SHARE
    remaining = _remaining_seconds(elapsed_seconds, pages_done, pages_total)
    if remaining is not None:
        wait = max(wait, remaining * REMAINING_SHARE)
    return max(min(wait, advice.ceiling_seconds), least)


def _remaining_seconds(
    elapsed_seconds: float, pages_done: int | None, pages_total: int | None
) -> float | None:
    if not pages_done or not pages_total or pages_done >= pages_total:
        return None
    return elapsed_seconds * (pages_total - pages_done) / pages_done


def retry_delay(*, attempt: int, jitter: float, retry_after_seconds: float | None = None) -> float:
    """Seconds to wait before trying a request again.

    Args:
        attempt: How many times it was tried, from 1.
        jitter: A number from 0 to 1, drawn by the caller, that spreads clients by up to a quarter.
        retry_after_seconds: What the service asked for; obeyed however long it is, but never a reason to ask
            sooner than without it.
    """
    wait = min(FIRST_RETRY_SECONDS * 2 ** min(attempt - 1, 16), LAST_RETRY_SECONDS)
    return max(wait * (1 + jitter / 4), retry_after_seconds or 0.0)
