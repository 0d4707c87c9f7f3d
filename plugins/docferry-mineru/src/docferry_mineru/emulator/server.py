"""What the emulated servers of your own share: files in tasks, and tasks over time.

Source: the packages mineru 2.7.6, 3.4.5 and 4.0.12 (read 2026-11-22).
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import anyio.to_thread

from docferry.emulation import EmulatedJob, ServiceState, Upload, Visit
from docferry.model import JobState
from docferry_mineru.emulator.archive import Bundle
from docferry_mineru.emulator.page_ranges import PageChoice
from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.request import HTML_SUFFIXES, SUFFIXES, FileRequest
from docferry_mineru.emulator.work import Workshop

__all__ = ["ServerDesk", "ServerFile", "Task", "stamp"]

OLD_SUFFIXES = SUFFIXES - HTML_SUFFIXES - {".doc", ".ppt", ".xls"}
NEW_SUFFIXES = SUFFIXES | {".csv"}
NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFile(FileRequest):
    """One file of a task.

    Args:
        outputs: What is to be returned.
        pages: Which pages are wanted; None for all.
        tier: The tier, for a server of version 4.
    """

    outputs: tuple[str, ...] = ()
    pages: PageChoice | None = None
    tier: str = ""

    @property
    def is_new(self) -> bool:
        """Whether it came to a server of version 4."""
        return bool(self.tier)

    @property
    def keeps_numbers(self) -> bool:
        """Version 4 counts pages in the document, older ones in what they parse."""
        return self.is_new

    @property
    def is_web_page(self) -> bool:
        """Whether the file is a web page."""
        return self.suffix in HTML_SUFFIXES

    @property
    def choice(self) -> PageChoice | None:
        """The pages wanted; None for all."""
        return self.pages

    @property
    def is_readable(self) -> bool:
        """Whether the server reads files of this type."""
        return self.suffix in (NEW_SUFFIXES if self.is_new else OLD_SUFFIXES)


Job = EmulatedJob[FileRequest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Files that were handed in together.

    Args:
        id: Its id.
        number: Counts the tasks of the server from 1.
        jobs: One for each file, in the order handed in.
    """

    id: str
    number: int
    jobs: tuple[Job, ...]

    @property
    def files(self) -> tuple[ServerFile, ...]:
        """What was asked for."""
        return tuple(job.request for job in self.jobs if isinstance(job.request, ServerFile))

    @property
    def has_ended(self) -> bool:
        """Whether all files have."""
        return all(job.state.is_terminal for job in self.jobs)

    @property
    def stems(self) -> tuple[str, ...]:
        """Names of the files without suffix; one that occurs again gets a number."""
        stems: list[str] = []
        for file in self.files:
            stem = PurePosixPath(file.name).stem
            count = sum(known == stem or known.startswith(f"{stem}_") for known in stems)
            stems.append(f"{stem}_{count + 1}" if count else stem)
        return tuple(stems)

    def count(self, state: JobState) -> int:
        """Files in that state."""
        return sum(job.state is state for job in self.jobs)

    def times(self) -> tuple[float, float | None, float | None]:
        """When it was made, begun and ended; None for what has not happened."""
        started = [job.started_at for job in self.jobs if job.started_at is not None]
        ended = [job.ended_at for job in self.jobs if job.ended_at is not None]
        return self.jobs[0].created_at, min(started, default=None), max(ended) if self.has_ended else None


class ServerDesk:
    """Takes files, and remembers tasks.

    Args:
        state: What the server knows.
        quirks: How it behaves.
    """

    def __init__(self, state: ServiceState[FileRequest], quirks: MineruQuirks) -> None:
        self.state = state
        self.quirks = quirks
        self._workshop = Workshop(state, quirks, write=self._keep)
        self._results: dict[str, tuple[Bundle, Path]] = {}
        self._tasks: dict[str, Task] = {}
        self._numbers = itertools.count(1)

    async def take(
        self, files: Sequence[tuple[ServerFile, Upload]], *, visit: Visit, form_id: Callable[[str], str] = str
    ) -> Task:
        """Make a task of files, and begin it.

        Args:
            files: The files.
            visit: The request.
            form_id: Makes the task's id of 32 hexadecimal digits.
        """
        number = next(self._numbers)  # taken at once: several tasks may be on their way
        task_id = form_id(self.state.jobs.make_id(f"task {number}"))
        jobs = [
            self.state.jobs.create(file, account=NOBODY, file_name=file.name, group=task_id, plan=visit.plan)
            for file, _ in files
        ]
        for job, (_, upload) in zip(jobs, files, strict=True):
            await self._begin(job, upload)
        self._tasks[task_id] = Task(id=task_id, number=number, jobs=tuple(jobs))
        return self._tasks[task_id]

    async def look_up(self, visit: Visit, task_id: str) -> Task | None:
        """The task that a request is about; None when it is unknown, lost or forgotten."""
        task = self._tasks.get(task_id)
        names = {file.name for file in task.files} if task else set[str]()
        await visit.read(file_name=names.pop() if len(names) == 1 else "")
        if task is not None and visit.plan.is_lost:
            for job in task.jobs:
                self.state.jobs.lose(job)
        members = self.state.jobs.group(task_id)
        return task if task is not None and len(members) == len(task.jobs) else None

    async def finish(self, task: Task, *, timeout_seconds: float | None = None) -> bool:
        """Wait for a task; whether it has ended within the time."""
        return all([await self.state.jobs.wait(job, timeout_seconds=timeout_seconds) for job in task.jobs])

    def result_of(self, job: Job) -> tuple[Bundle, Path]:
        """What a file's parse came to, and the file itself."""
        return self._results[job.id]

    def all_tasks(self) -> tuple[Task, ...]:
        """Every task, brought up to date."""
        self.state.jobs.settle()
        return tuple(self._tasks.values())

    async def _begin(self, job: Job, upload: Upload) -> None:
        self.state.counters.uploads[upload.sha256] += 1
        finding = await anyio.to_thread.run_sync(self._workshop.look_at, upload, job.request)
        if finding.failure is not None and job.plan.failure is None:
            job.plan = type(job.plan)(is_lost=job.plan.is_lost, failure=finding.failure)
        self.state.jobs.start(
            job, upload, pages=finding.pages, work=lambda: self._workshop.work_on(job, upload, finding)
        )
        self.state.submitted(job)

    def _keep(self, job: Job, bundle: Bundle, upload: Upload) -> None:
        origin = self.state.uploads.folder / f"origin-{job.id}"
        origin.hardlink_to(upload.path)  # the upload itself is deleted after the work
        self._results[job.id] = (bundle, origin)


def stamp(at: float | None, *, form: str) -> str | None:
    """A time as the server writes it."""
    return None if at is None else datetime.fromtimestamp(at, tz=UTC).strftime(form)
