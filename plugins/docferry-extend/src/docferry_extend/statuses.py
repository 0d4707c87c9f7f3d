"""What the service says about a run, in our words."""

from dataclasses import dataclass, field

from docferry.errors import DocferryError, JobFailedError
from docferry.model import Cost, JobState, JobStatus, Receipt
from docferry.provider import scrub
from docferry_extend.answers import Run
from docferry_extend.failures import PROVIDER, run_failure

__all__ = ["STATES", "Answer", "status_of"]

# PENDING is for batches. CANCELLING and CANCELLED stand in no list of states, but the vendor's client waits
# for the former, and its command line knows the latter. Source: extend-ai 1.20.0 on PyPI,
# wrapper/resources/parse_runs.py, and github.com/extend-hq/extend-cli, internal/client/wait.go (read
# 2026-11-22).
STATES = {
    "PENDING": JobState.PENDING,
    "PROCESSING": JobState.RUNNING,
    "CANCELLING": JobState.RUNNING,
    "PROCESSED": JobState.SUCCEEDED,
    "FAILED": JobState.FAILED,
    "CANCELLED": JobState.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer about a run, read once and kept as received.

    Args:
        body: The bytes.
        run: What they say.
    """

    body: bytes = field(repr=False)
    run: Run


def status_of(answer: Answer, receipt: Receipt, *, secrets: tuple[str, ...] = ()) -> JobStatus:
    """The status that an answer tells. A reason is heard only of runs that failed; others may carry one, too.

    Args:
        answer: The answer.
        receipt: Which run was asked about.
        secrets: What must never get into a message.
    """
    run = answer.run
    state = STATES.get(run.status.upper())
    has_succeeded = state is JobState.SUCCEEDED
    return JobStatus(
        receipt=receipt,
        state=state or JobState.RUNNING,
        raw_state=scrub(run.status, *secrets),
        is_known=state is not None,
        error=_failure(state, run, receipt, secrets),
        cost=Cost(pages=run.page_count, credits=run.credits) if has_succeeded else None,
        detail=answer if has_succeeded else None,
    )


def _failure(
    state: JobState | None, run: Run, receipt: Receipt, secrets: tuple[str, ...]
) -> DocferryError | None:
    if state is JobState.FAILED:
        return run_failure(run.reason, run.message, job_id=receipt.remote_id, secrets=secrets)
    if state is JobState.CANCELLED:
        return JobFailedError("the run was cancelled", provider=PROVIDER, job_id=receipt.remote_id)
    return None
