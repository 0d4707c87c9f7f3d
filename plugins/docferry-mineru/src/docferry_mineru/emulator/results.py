"""Results of the cloud's tasks as files, and where they are."""

from collections.abc import Callable
from pathlib import Path

from docferry.emulation import ServiceState, Upload
from docferry_mineru.emulator.archive import Bundle, write_archive, write_folder
from docferry_mineru.emulator.quirks import MineruQuirks
from docferry_mineru.emulator.request import FileRequest
from docferry_mineru.emulator.work import Job, dashed

__all__ = ["CloudResults"]


class CloudResults:
    """Keeps results until the service ends.

    Args:
        state: What the service knows.
        quirks: How it behaves where nobody knows for certain.
        folder: Gives the folder to keep them in, when it is first needed.
    """

    def __init__(
        self, state: ServiceState[FileRequest], quirks: MineruQuirks, *, folder: Callable[[], Path]
    ) -> None:
        self._state = state
        self._quirks = quirks
        self._folder = folder

    def prefix_of(self, job: Job) -> str:
        """The uuid in the names of a task's result, which is not that of the task."""
        return dashed(self._state.jobs.make_id(f"result of {job.id}"))

    def archive_path(self, job: Job) -> Path:
        """Where the archive of a task is, once it has ended."""
        return self._folder() / f"result-{job.id}.zip"

    def folder_path(self, job: Job) -> Path:
        """Where the folder of an agent task is, once it has ended."""
        return self._folder() / f"agent-{job.id}"

    def write(self, job: Job, bundle: Bundle, upload: Upload) -> None:
        """Keep the result of a task. Blocks."""
        if job.request.is_agent:
            write_folder(self.folder_path(job), bundle)
            return
        write_archive(
            self.archive_path(job),
            bundle,
            request=job.request,
            origin=upload.path,
            prefix=self.prefix_of(job),
            quirks=self._quirks,
        )
