"""When to ask again: pure functions of elapsed time and what the service said."""

from docferry.provider.job_api import PollAdvice

__all__ = ["poll_delay", "retry_delay"]

SHORT_FLOORS = 20
"""Up to so many floors a job is asked about at every floor, so that it is noticed at most one floor late."""

ELAPSED_SHARE = 0.08
"""Waiting a share of the time already elapsed notices a finished job on average half that share late."""

PAGES_SHARE = 0.5
"""Where pages tell what remains, sleep over half of it; the estimate may be twice too long."""

JOBS_SHARE = 0.25
"""Where jobs tell what remains, sleep over a quarter: the last ones of a batch end side by side, and so
sooner than one after the other."""

WEBHOOK_SECONDS = 300.0
"""With a webhook, polls are only the safety net."""

EVENT_SHARE = 0.5
"""Waiting half of the time since an event notices what it told of at most half that time late."""

FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 30.0


def poll_delay(  # noqa: PLR0913 - everything a delay depends on, all named
    *,
    elapsed_seconds: float,
    advice: PollAdvice,
    quiet_seconds: float | None = None,
    seconds_of_jobs: float | None = None,
    seconds_of_pages: float | None = None,
    retry_after_seconds: float | None = None,
    has_webhook: bool = False,
    seconds_since_event: float | None = None,
) -> float:
    """Seconds to wait before asking about the jobs of a submission again.

    Never less than the service's floor, and never less than what it asked for with Retry-After. The lag of
    noticing is then at most one floor for jobs shorter than 20 floors, and on average about 4 % of the true
    time for longer ones; the end of a batch whose jobs end steadily is noticed about one floor late.

    Args:
        elapsed_seconds: Time since the jobs were submitted, or since work on them was first seen.
        advice: The service's floor and ceiling.
        quiet_seconds: Time since the service last had news of them; None for the time elapsed.
        seconds_of_jobs: What seems to remain, by the jobs that have ended; None before one has.
        seconds_of_pages: What seems to remain of the only job left, by its pages; None when it is not told.
        retry_after_seconds: What the service's last answer asked for, or None.
        has_webhook: Whether the service calls when the job is done.
        seconds_since_event: Time since it last called about one of the jobs; None when it has not. The call
            may be ahead of what the service answers, so that the next polls come soon.
    """
    least = max(advice.floor_seconds, retry_after_seconds or 0.0)
    if has_webhook:
        early = WEBHOOK_SECONDS if seconds_since_event is None else seconds_since_event * EVENT_SHARE
        return max(min(early, WEBHOOK_SECONDS), least)
    if elapsed_seconds < SHORT_FLOORS * advice.floor_seconds:
        return least
    wait = elapsed_seconds * ELAPSED_SHARE
    if seconds_of_jobs is not None:
        wait = min(wait, seconds_of_jobs * JOBS_SHARE)
        # A last job that takes much longer than all others is not asked about at every floor.
        wait = max(wait, (elapsed_seconds if quiet_seconds is None else quiet_seconds) * ELAPSED_SHARE)
    if seconds_of_pages is not None:
        wait = max(wait, seconds_of_pages * PAGES_SHARE)
    return max(min(wait, advice.ceiling_seconds), least)


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
