"""Errors about a job: each carries the job's id and the command that goes on with it."""

import copy
from typing import TypeVar

from docferry import errors
from docferry.errors import (
    ConfigurationError,
    DocferryError,
    JobFailedError,
    JobNotFoundError,
    JobTimeoutError,
    ProviderError,
    ResultExpiredError,
    SubmissionUnknownError,
)
from docferry.ledger import JobRecord, JobStep
from docferry.model import JobState, JobStatus, Receipt

__all__ = [
    "about_job",
    "error_of",
    "failure_of",
    "late",
    "not_entered",
    "not_submitted",
    "not_your_job",
    "still_unknown",
    "vanished",
]


Trouble = TypeVar("Trouble", bound=DocferryError)

GIVE_KEY = "give the key"
PAID_AGAIN = "parse {source} again, which the service bills as a new job"


def failure_of(status: JobStatus, record: JobRecord) -> DocferryError:
    """Why a job ended without success."""
    if isinstance(status.error, DocferryError):
        return status.error
    if status.state is JobState.EXPIRED:
        return _expired(record)
    return JobFailedError(f"the service ended the job as {status.state.value}", provider=record.provider)


def error_of(record: JobRecord) -> DocferryError:
    """Why a job that is closed or replaced has no payload, made anew from the ledger."""
    if not record.is_current:
        return JobNotFoundError("a newer attempt has replaced the job", next_step=_see_list(record))
    if record.error_class:
        kind = getattr(errors, record.error_class, JobFailedError)
        return kind(record.error_message or "the service gave up on the job")
    if record.step is JobStep.EXPIRED:
        return _expired(record)
    if record.step is JobStep.CANCELLED:
        return JobFailedError("the job was cancelled", next_step=f"parse {record.source_name} again")
    return JobFailedError("the service gave up on the job")


def not_submitted(record: JobRecord) -> JobNotFoundError:
    """There is nothing to collect, and nothing at hand to submit."""
    return JobNotFoundError(
        "nothing was submitted for this job yet",
        next_step=f"parse {record.source_name} again",
        provider=record.provider,
    )


def not_entered(error: ConfigurationError, record: JobRecord, receipt: Receipt) -> ConfigurationError:
    """The service has the job, and the ledger does not take its id: only this error knows it."""
    told = copy.copy(error)
    told.message = f"the service has the document as its job {receipt.remote_id}, but {error.message}"
    item = f" --item {receipt.item_id}" if receipt.item_id else ""
    told.next_step = (
        "once the ledger can be written, run "
        f"`docferry jobs resolve {record.id} --submitted {receipt.remote_id}{item}`"
    )
    return told


def not_your_job(error: JobNotFoundError, record: JobRecord) -> JobNotFoundError:
    """The service does not know the job on this account, on which it was not submitted."""
    return JobNotFoundError(
        f"{error.message}; it was submitted with another key",
        next_step=f"{GIVE_KEY} that it was submitted with",
        provider=record.provider,
        request_id=error.request_id,
    )


def vanished(error: Trouble, record: JobRecord) -> Trouble:
    """The service has lost a job that it took on this account, or its result."""
    told = copy.copy(error)
    told.next_step = PAID_AGAIN.format(source=record.source_name)
    return told


def still_unknown(error: DocferryError, record: JobRecord) -> DocferryError:
    """Why a person's word on a job was not taken."""
    told = copy.copy(error)
    told.message = f"{error.message}, so job {record.id} stays of unknown outcome"
    told.source = record.source_name
    if isinstance(error, JobNotFoundError) and not error.next_step.startswith(GIVE_KEY):
        told.next_step = _resolve(record)
    return told


def late(record: JobRecord, seconds: float | None) -> DocferryError:
    """That a job did not come as far in time as somebody wants it to."""
    within = f"within {seconds or 0:g} s"
    if record.step is JobStep.OPEN:
        said = record.error_message.partition(";")[0]  # what to do next is another matter by now
        why = f" ({said})" if said else ""
        error = JobTimeoutError(
            f"the service did not take the document {within}{why}, so nothing was submitted",
            next_step=f"parse {record.source_name} again later, or with a longer deadline",
        )
    elif record.step is JobStep.INTENT:
        error = JobTimeoutError(f"the service has not answered to the document {within}")
    else:
        error = JobTimeoutError(f"the job has not ended {within}")
    return about_job(error, record)


def about_job(error: DocferryError, record: JobRecord) -> DocferryError:
    """The same error with the job's id and the next step; a copy, because jobs of a batch share errors.

    An error that has them already stays as it is; the copy of that one, too, may be raised from it.
    """
    told = copy.copy(error)
    if f" {record.id}" in error.next_step:
        return told
    if isinstance(told, ProviderError):
        told.provider = told.provider or record.provider
        told.job_id = told.job_id or (record.receipt.remote_id if record.receipt else record.id)
    told.next_step = _next_step(told, record)
    return told


def _next_step(error: DocferryError, record: JobRecord) -> str:
    if isinstance(error, SubmissionUnknownError):
        return _resolve(record)
    if record.step is JobStep.OPEN and error.next_step:
        return error.next_step
    if (
        isinstance(error, (JobFailedError, JobNotFoundError, ResultExpiredError))
        or record.step is JobStep.OPEN
        or record.step.is_closed
    ):
        see = f"see `docferry jobs show {record.id}`"
        return f"{error.next_step}; {see}" if error.next_step else see
    resume = f"run `docferry jobs resume {record.id}`"
    return f"{error.next_step}; {resume}" if error.next_step else resume


def _resolve(record: JobRecord) -> str:
    return (
        f"look for it at the service, then run `docferry jobs resolve {record.id} --submitted JOB` "
        "or `--resubmit`"
    )


def _expired(record: JobRecord) -> ResultExpiredError:
    return ResultExpiredError(
        "the service no longer has the job's result", next_step=PAID_AGAIN.format(source=record.source_name)
    )


def _see_list(record: JobRecord) -> str:
    return f"see `docferry jobs list --provider {record.provider}`"
