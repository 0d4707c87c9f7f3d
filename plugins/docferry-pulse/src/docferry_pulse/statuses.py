"""What the service says about a job, in our words."""

import re

from docferry.errors import DocferryError, JobFailedError
from docferry.model import Cost, JobState, JobStatus, Receipt
from docferry.provider import scrub
from docferry_pulse.failures import PROVIDER, expired, job_failure
from docferry_pulse.wire import Answer

__all__ = ["state_of", "status_of"]

# Documented are pending, processing, completed, failed and canceled, and expired in the newest documents;
# the older ones say cancelled. Source: docs.runpulse.com/api-reference/endpoint/poll (read 2026-11-21). The
# others are what a next version might say.
WORDS = {
    **dict.fromkeys(("pending", "queued", "waiting", "created", "submitted", "accepted"), JobState.PENDING),
    **dict.fromkeys(("processing", "running", "started", "in_progress"), JobState.RUNNING),
    **dict.fromkeys(
        ("completed", "complete", "done", "succeeded", "success", "finished"), JobState.SUCCEEDED
    ),
    **dict.fromkeys(("failed", "failure", "error"), JobState.FAILED),
    **dict.fromkeys(("canceled", "cancelled"), JobState.CANCELLED),
    "expired": JobState.EXPIRED,
}


def state_of(answer: Answer) -> JobState | None:
    """The state that an answer tells; None for a word that nobody knows.

    An answer without a word for the status is a result when it holds one, and a failure when it holds an
    error: a service that was asked to work later may have worked at once.
    """
    if answer.status:
        return WORDS.get(re.sub(r"[\s-]+", "_", answer.status.casefold()))
    if answer.result:
        return JobState.SUCCEEDED
    return JobState.FAILED if answer.is_error else None


def status_of(answer: Answer, receipt: Receipt, *, secret: str) -> JobStatus:
    """The status that an answer to a question about a job tells.

    Args:
        answer: The answer.
        receipt: Which job was asked about.
        secret: The API key, which never gets into a message.
    """
    state = state_of(answer)
    has_succeeded = state is JobState.SUCCEEDED
    return JobStatus(
        receipt=receipt,
        state=state or JobState.RUNNING,
        raw_state=scrub(answer.status, secret),
        is_known=state is not None,
        pages_total=answer.page_count,
        error=_failure(state, answer, receipt, secret),
        cost=_cost(answer) if has_succeeded else None,
        detail=answer if has_succeeded else None,
    )


def _cost(answer: Answer) -> Cost | None:
    # Not plan_info.pages_used: that is what the organisation used up in all.
    if answer.cost is None and answer.page_count is None:
        return None
    return Cost(pages=answer.page_count, credits=answer.cost)


def _failure(state: JobState | None, answer: Answer, receipt: Receipt, secret: str) -> DocferryError | None:
    job_id = receipt.remote_id
    if state is JobState.FAILED:
        return job_failure(answer, job_id=job_id, secret=secret)
    if state is JobState.CANCELLED:
        return JobFailedError("the job was cancelled", provider=PROVIDER, job_id=job_id)
    return expired(job_id) if state is JobState.EXPIRED else None
