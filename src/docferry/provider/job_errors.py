"""Errors about a job: each carries the job's id and the command that goes on with it."""

import copy

from docferry import errors
from docferry.errors import (
    DocferryError,
    JobFailedError,
    JobNotFoundError,
    ProviderError,
    ResultExpiredError,
    SubmissionUnknownError,
)
from docferry.ledger import JobRecord, JobStep
from docferry.model import JobStatus

__all__ = ["about_job", "error_of", "failure_of"]


def failure_of(status: JobStatus, record: JobRecord) -> DocferryError:
    """Why a job ended without success."""
    if isinstance(status.error, DocferryError):
        return status.error
    return JobFailedError(f"the service ended the job as {status.state.value}", provider=record.provider)


def error_of(record: JobRecord) -> DocferryError:
    """The error that another process was told, made anew from the ledger."""
    kind = getattr(errors, record.error_class, JobFailedError) if record.error_class else JobFailedError
    return kind(record.error_message or "the service gave up on the job")


def about_job(error: DocferryError, record: JobRecord) -> DocferryError:
    """The same error with the job's id and the next step; a copy, because jobs of a batch share errors."""
    told = copy.copy(error)
    if isinstance(told, ProviderError):
        told.provider = told.provider or record.provider
        told.job_id = told.job_id or (record.receipt.remote_id if record.receipt else record.id)
    told.next_step = _next_step(told, record)
    return told


def _next_step(error: DocferryError, record: JobRecord) -> str:
    if isinstance(error, SubmissionUnknownError):
        return (
            f"look for it at the service, then run `docferry jobs resolve {record.id} --submitted JOB` "
            "or `--resubmit`"
        )
    if (
        isinstance(error, (JobFailedError, JobNotFoundError, ResultExpiredError))
        or record.step is JobStep.OPEN
    ):
        return error.next_step or f"see `docferry jobs show {record.id}`"
    resume = f"run `docferry jobs resume {record.id}`"
    return f"{error.next_step}; {resume}" if error.next_step else resume
