"""What the service says about a task, in our words."""

import re
from dataclasses import dataclass, field

from docferry.errors import DocferryError, JobFailedError
from docferry.model import Cost, JobState, JobStatus, Receipt
from docferry.provider import scrub
from docferry_somark.failures import PROVIDER, expired, job_failure
from docferry_somark.wire import Envelope, TaskAnswer, read_task

__all__ = ["Answer", "status_of"]

# Documented are QUEUING, PROCESSING, SUCCESS and FAILED, some pages in capitals, some in small letters. The
# others are what a next version or a private deployment might say.
WORDS = {
    **dict.fromkeys(("queuing", "queued", "pending", "waiting", "created", "submitted"), JobState.PENDING),
    **dict.fromkeys(("processing", "running", "started", "parsing", "in_progress"), JobState.RUNNING),
    **dict.fromkeys(
        ("success", "succeeded", "completed", "complete", "done", "finished"), JobState.SUCCEEDED
    ),
    **dict.fromkeys(("failed", "failure", "fail", "error"), JobState.FAILED),
    **dict.fromkeys(("cancelled", "canceled"), JobState.CANCELLED),
    "expired": JobState.EXPIRED,
}

# The message of an answer describes the question: "query successful" is no reason why a task failed.
SUCCESS_WORDS = re.compile(r"成功|\bsuccess|^ok$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer about a task, read once and kept as received.

    Args:
        body: The bytes.
        envelope: What they say.
    """

    body: bytes = field(repr=False)
    envelope: Envelope


def status_of(answer: Answer, receipt: Receipt, *, secret: str) -> JobStatus:
    """The status that an answer tells.

    Args:
        answer: The answer to a question, or to a synchronous parse, which has no word for its status.
        receipt: Which task was asked about.
        secret: The API key, which never gets into a message.
    """
    task = read_task(answer.envelope)
    state = _state(task)
    has_succeeded = state is JobState.SUCCEEDED
    return JobStatus(
        receipt=receipt,
        state=state or JobState.RUNNING,
        raw_state=scrub(task.status, secret),
        is_known=state is not None,
        pages_total=task.page_count,
        error=_failure(state, task, receipt, secret),
        cost=Cost(pages=task.page_count) if has_succeeded and task.page_count else None,
        detail=answer if has_succeeded else None,
    )


def _state(task: TaskAnswer) -> JobState | None:
    if not task.status:
        if task.result:
            return JobState.SUCCEEDED
        return JobState.FAILED if task.has_error else None
    return WORDS.get(re.sub(r"[\s-]+", "_", task.status.casefold()))


def _failure(state: JobState | None, task: TaskAnswer, receipt: Receipt, secret: str) -> DocferryError | None:
    if state is JobState.FAILED:
        reason = "" if SUCCESS_WORDS.search(task.reason) and not task.has_error else task.reason
        return job_failure(task.reason_code, reason, job_id=receipt.remote_id, secret=secret)
    if state is JobState.CANCELLED:
        return JobFailedError("the task was cancelled", provider=PROVIDER, job_id=receipt.remote_id)
    return expired(receipt.remote_id) if state is JobState.EXPIRED else None
