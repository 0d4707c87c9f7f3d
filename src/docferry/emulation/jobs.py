"""Jobs of a service: waiting for a file, queued, at work, ended, forgotten."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from docferry.emulation.results import ParsedFile
from docferry.emulation.uploads import Upload
from docferry.errors import DocferryError
from docferry.model import JobState

if TYPE_CHECKING:
    import asyncio

__all__ = ["NO_PLAN", "EmulatedJob", "JobFailure", "JobPlan", "JobTimes", "Worked"]

RequestT = TypeVar("RequestT")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimes:
    """How long things take, in seconds.

    Args:
        queue_seconds: From the start to the begin of the work, even when nobody else waits.
        work_seconds: The work at least.
        seconds_per_page: More work for each page.
        retention_seconds: From the end until the result is forgotten.
    """

    queue_seconds: float
    work_seconds: float
    seconds_per_page: float
    retention_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailure:
    """Why a job ended without success.

    Args:
        code: The service's code, as the fault script gives it; empty when the file is to blame.
        message: Words for people.
        error: What parsing the file raised; None when the fault script is to blame.
    """

    code: str = ""
    message: str = ""
    error: DocferryError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """What the fault script has in mind for a job.

    Args:
        is_lost: The job will be unknown.
        is_stalled: The job will never end.
        failure: The job will fail with this.
        dropped_pages: So many pages will lack at the end.
    """

    is_lost: bool = False
    is_stalled: bool = False
    failure: JobFailure | None = None
    dropped_pages: int = 0


NO_PLAN = JobPlan()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What the work on a job came to, and when."""

    result: ParsedFile | None
    failure: JobFailure | None
    at: float


@dataclass(slots=True, kw_only=True)
class EmulatedJob(Generic[RequestT]):
    """One job. Times are seconds since the epoch, None for what has not happened.

    Args:
        id: 32 hexadecimal digits, never the same twice.
        number: Counts the jobs of the service from 1.
        account: Key of the account.
        request: What was asked for, in the vendor's words.
        group: Id of the batch that the job belongs to, or empty.
        file_name: Name of the file, known before the file itself for presigned uploads.
        plan: What the fault script has in mind.
        state: As of the last look; `JobBook` brings it up to date.
        upload: The file; None while the service waits for it.
        pages: Number of pages.
        created_at: When the client asked for it.
        queued_at: When the file was there.
        started_at: When the work began.
        ended_at: When it ended.
        result: What came out; None before the end and after the retention.
        failure: Why it failed.
    """

    id: str
    number: int
    account: str = field(repr=False)
    request: RequestT = field(repr=False)
    group: str = ""
    file_name: str = ""
    plan: JobPlan = NO_PLAN
    state: JobState = JobState.PENDING
    upload: Upload | None = None
    pages: int = 0
    created_at: float = 0.0
    queued_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    result: ParsedFile | None = field(default=None, repr=False)
    failure: JobFailure | None = None
    work: "asyncio.Task[Worked] | None" = field(default=None, repr=False)

    @property
    def is_waiting_for_file(self) -> bool:
        """Whether the client has still to upload the file."""
        return self.queued_at is None and not self.state.is_terminal

    @property
    def is_under_way(self) -> bool:
        """Whether it occupies the service."""
        return self.queued_at is not None and not self.state.is_terminal
