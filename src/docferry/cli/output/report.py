"""What is said about a run while it goes on and when it ends: lines for people, or one JSON object."""

from typing import Protocol

from docferry.cli.exit_code import ExitCode
from docferry.cli.output.left_jobs import NO_JOBS, LeftJobs
from docferry.cli.output.rows import write_json_line
from docferry.cli.output.terminal import Terminal
from docferry.cli.output.wording import plural
from docferry.errors import DocferryError
from docferry.ingest import OnError, Outcome, Report
from docferry.model import DocumentWarning

__all__ = ["JsonReporter", "LineReporter", "Reporter"]


class Reporter(Protocol):
    """Is told what happens, in this order: warnings and failures, a stop, the end."""

    def warned(self, *, source: str, warning: DocumentWarning) -> None:
        """A document came with a warning."""
        ...

    def failed(self, outcome: Outcome) -> None:
        """A source failed and the run goes on."""
        ...

    def stopped(self, error: DocferryError, *, left: LeftJobs) -> None:
        """The run stops before its end, and leaves these jobs."""
        ...

    def interrupted(self, *, left: LeftJobs) -> None:
        """The user stopped the run, which leaves these jobs."""
        ...

    def ended(self, report: Report, *, code: ExitCode, output: str, is_written: bool) -> None:
        """The run is over.

        Args:
            report: Its figures.
            code: The exit code to come.
            output: What `--output` names; empty without it.
            is_written: Whether that was written.
        """
        ...


class LineReporter:
    """Writes lines to standard error.

    Args:
        terminal: Where to write.
        on_error: Under SKIP failures are told when they happen, under COLLECT at the end.
    """

    def __init__(self, terminal: Terminal, *, on_error: OnError) -> None:
        self._terminal = terminal
        self._on_error = on_error
        self._held: list[DocferryError] = []
        self._clauses: list[str] = []

    def warned(self, *, source: str, warning: DocumentWarning) -> None:
        """Write a line."""
        self._terminal.warn(f"{source}: {warning.message}")

    def failed(self, outcome: Outcome) -> None:
        """Write a line, now or at the end."""
        if outcome.error is None:
            return
        if self._on_error is OnError.COLLECT:
            self._held.append(outcome.error)
        else:
            self._terminal.error(str(outcome.error))

    def stopped(self, error: DocferryError, *, left: LeftJobs) -> None:
        """Write the error, and a line about other jobs."""
        self._held.append(error)
        self._clauses = left.besides(str(error)).clauses()

    def interrupted(self, *, left: LeftJobs) -> None:
        """Write a line."""
        self._terminal.say("; ".join(["interrupted", *left.clauses()]))

    def ended(self, report: Report, *, code: ExitCode, output: str, is_written: bool) -> None:
        """Write the failures held back, and the closing line when somebody reads it."""
        for error in self._held:
            self._terminal.error(str(error))
        if self._clauses:
            self._terminal.say("; ".join(self._clauses))
        if output and not is_written:
            self._terminal.say(f"{output} was not written")
        is_telling = self._on_error is not OnError.RAISE or self._terminal.shows_messages or is_written
        was_tried = code is ExitCode.OK or _source_count(report) > 0
        if is_telling and was_tried and code in {ExitCode.OK, ExitCode.FAILED}:
            self._terminal.say(_closing_line(report, output=output if is_written else ""))


class JsonReporter:
    """Writes one JSON object, at the end, and nothing before it."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._warnings: list[dict[str, object]] = []
        self._stop: DocferryError | None = None
        self._left = NO_JOBS

    def warned(self, *, source: str, warning: DocumentWarning) -> None:
        """Keep it."""
        self._warnings.append(
            {
                "source": source,
                "code": warning.code,
                "message": warning.message,
                "pages": list(warning.pages),
            }
        )

    def failed(self, outcome: Outcome) -> None:
        """Nothing: the report has it."""

    def stopped(self, error: DocferryError, *, left: LeftJobs) -> None:
        """Keep it."""
        self._stop = error
        self._left = left

    def interrupted(self, *, left: LeftJobs) -> None:
        """Keep the jobs: the exit code says the rest."""
        self._left = left

    def ended(self, report: Report, *, code: ExitCode, output: str, is_written: bool) -> None:
        """Write the object."""
        self._warnings += [_notice_row(message) for message in self._terminal.take_notices()]
        self._terminal.put_message(
            write_json_line(
                {
                    "exit_code": int(code),
                    "is_complete": report.is_complete,
                    "error": None if self._stop is None else _error_row(self._stop),
                    "sources": _source_count(report),
                    "succeeded": report.succeeded,
                    "failed": [_error_row(failure.error) for failure in report.failed if failure.error],
                    "warnings": self._warnings,
                    "pages": report.page_count,
                    "chunks": report.chunk_count,
                    "output": output if is_written else None,
                    **self._parked(),
                }
            )
        )

    def _parked(self) -> dict[str, object]:
        """Ids of the jobs that go on at their services, when there are any."""
        ids = [record.id for record in self._left.parked]
        return {"parked": ids} if ids else {}


def _notice_row(message: str) -> dict[str, object]:
    """A warning that is about no source."""
    return {"source": "", "code": "setup", "message": message, "pages": []}


def _error_row(error: DocferryError) -> dict[str, object]:
    return {
        "source": error.source,
        "error": type(error).__name__,
        "message": error.message,
        "next_step": error.next_step,
    }


def _source_count(report: Report) -> int:
    return len(report.succeeded) + len(report.failed)


def _closing_line(report: Report, *, output: str) -> str:
    if not _source_count(report):
        return "there is nothing to collect"
    counts = f"{plural(_source_count(report), 'source')}, {len(report.failed):,} failed"
    yielded = plural(report.page_count, "page")
    if report.chunk_count:
        yielded += f", {plural(report.chunk_count, 'chunk')}"
    place = f", written to {output}" if output else ""
    return f"{counts}; {yielded}{place}"
