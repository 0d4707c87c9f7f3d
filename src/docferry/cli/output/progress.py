"""A progress bar of files and pages, on a terminal only."""

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from docferry.cli.output.wording import plural, shown_name
from docferry.model import ProgressEvent, ProgressPhase

__all__ = ["ProgressBar"]

NAME_CELLS = 32


class ProgressBar:
    """One line for the run and one for each file under way; all of it disappears at the end.

    `listen` may be called from any thread.

    Args:
        console: Where to draw; nothing is drawn on what is no terminal.
    """

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            redirect_stdout=False,  # what else is written goes through Terminal, which hides the bar
            redirect_stderr=False,
        )
        self._file_count: int | None = None
        self._files_done = 0
        self._pages_done = 0
        self._files: dict[str, TaskID] = {}
        self._run = self._progress.add_task("parsing", total=None, note=self._run_note())

    def show(self) -> None:
        """Draw it from now on."""
        self._progress.start()

    def hide(self) -> None:
        """Take it off the screen; it counts on."""
        self._progress.stop()

    def expect(self, *, file_count: int) -> None:
        """Tell how many files will come."""
        self._file_count = file_count
        self._progress.update(self._run, total=file_count, note=self._run_note())

    def listen(self, event: ProgressEvent) -> None:
        """Show an event."""
        if event.phase in {ProgressPhase.FINISHED, ProgressPhase.FAILED}:
            self._end(event)
        elif event.phase in {ProgressPhase.PARSING, ProgressPhase.WAITING}:  # else it waits for its turn
            self._show_pages(event)

    def _show_pages(self, event: ProgressEvent) -> None:
        self._progress.update(
            self._file(event.source),
            completed=event.pages_done,
            total=event.pages_total,
            note=_pages_note(event),
        )

    def _file(self, source: str) -> TaskID:
        if source not in self._files:
            self._files[source] = self._progress.add_task(_short(source), total=None, note="")
        return self._files[source]

    def _end(self, event: ProgressEvent) -> None:
        task = self._files.pop(event.source, None)
        if task is not None:
            self._progress.remove_task(task)
        self._files_done += 1
        self._pages_done += event.pages_done
        self._progress.update(self._run, completed=self._files_done, note=self._run_note())

    def _run_note(self) -> str:
        files = plural(self._files_done, "file")
        if self._file_count is not None:
            files = f"{self._files_done:,}/{plural(self._file_count, 'file')}"
        return f"{files}, {plural(self._pages_done, 'page')}"


def _pages_note(event: ProgressEvent) -> str:
    if event.phase is ProgressPhase.WAITING:
        return escape(f"{event.reason}, next try in {event.retry_seconds or 0:.0f} s")
    if event.pages_total is None:
        return plural(event.pages_done, "page") if event.pages_done else ""
    return f"{event.pages_done:,}/{plural(event.pages_total, 'page')}"


def _short(source: str) -> str:
    # Square brackets would be read as styles.
    name = shown_name(source).replace("[", "\\[")
    return name if cell_len(name) <= NAME_CELLS else set_cell_size(name, NAME_CELLS - 1) + "…"
