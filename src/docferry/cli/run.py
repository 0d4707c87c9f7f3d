"""One run: from outcomes, wherever they come from, to what is delivered and reported, and an exit code."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from docferry.chunking import ChunkSettings
from docferry.cli.exit_code import ExitCode
from docferry.cli.output.delivery import (
    Delivery,
    FileDelivery,
    FolderDelivery,
    OutputDelivery,
    TableDelivery,
    refuse_overwriting,
)
from docferry.cli.output.forms import Form, writer_of
from docferry.cli.output.left_jobs import NO_JOBS, LeftJobs
from docferry.cli.output.output_file import OutputFile
from docferry.cli.output.report import JsonReporter, LineReporter, Reporter
from docferry.cli.output.terminal import Terminal
from docferry.cli.reading import read_chunking
from docferry.errors import ConfigurationError, DocferryError, InvalidOptionsError
from docferry.ingest import OnError, Outcome, Report, Run
from docferry.model import ProgressEvent

__all__ = ["OutcomeSource", "OutputRequest", "RunRequest", "carry_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRequest:
    """What shall become of the outcomes, as the command line asks for it and not yet checked.

    Args:
        form: What to make of the documents.
        output: A file or folder to write to; empty for standard output.
        max_tokens: Budget of a chunk; None for the usual one.
        encoding: Name of the encoding that counts tokens; empty for the usual one.
        on_error: What a failed source does to the run.
        is_table: Whether a table is wanted even where nobody sees a terminal.
        is_json: Whether programs read the output and the report.
    """

    form: Form
    output: str
    max_tokens: int | None
    encoding: str
    on_error: OnError
    is_table: bool
    is_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a run is asked for.

    Args:
        chunking: How documents are cut; None for documents only.
        on_error: What a failed source does to the run.
        listener: Receives progress events.
    """

    chunking: ChunkSettings | None
    on_error: OnError
    listener: Callable[[ProgressEvent], None]


class OutcomeSource(Protocol):
    """Where the outcomes of a run come from."""

    @property
    def file_names(self) -> tuple[str, ...]:
        """Names that may be those of files, which no output may overwrite."""
        ...

    @property
    def is_single(self) -> bool:
        """Whether there can be no more than one document, found out without opening anything."""
        ...

    def prepare(self, wanted: RunRequest) -> None:
        """Check everything that can be checked before the output is opened.

        Raises:
            DocferryError: Something is wrong.
        """
        ...

    def start(self, *, is_counted: bool) -> tuple[Run, int | None]:
        """Start the run.

        Args:
            is_counted: Whether somebody wants to know how many sources there are.

        Returns:
            The run, and how many sources there are if that was asked for.
        """
        ...

    def left_jobs(self) -> LeftJobs:
        """The remote jobs that the run did not bring to their end."""
        ...


def carry_out(request: OutputRequest, source: OutcomeSource, terminal: Terminal) -> ExitCode:
    """Carry out a run; what goes wrong is told, not raised.

    Raises:
        OSError: The output cannot be written.
    """
    reporter = (
        JsonReporter(terminal) if request.is_json else LineReporter(terminal, on_error=request.on_error)
    )
    run = _Run(request, source, terminal, reporter)
    try:
        code = run.carry_out()
    except DocferryError as error:
        reporter.stopped(error, left=run.left_jobs())
        code = ExitCode.of(error)
    except KeyboardInterrupt:
        reporter.interrupted(left=run.left_jobs())
        code = ExitCode.INTERRUPTED
    reporter.ended(run.report, code=code, output=request.output, is_written=run.is_written)
    return code


class _Run:
    def __init__(
        self, request: OutputRequest, source: OutcomeSource, terminal: Terminal, reporter: Reporter
    ) -> None:
        self.report = Report()
        self.is_written = False
        self._request = request
        self._source = source
        self._terminal = terminal
        self._reporter = reporter
        self._has_started = False

    def left_jobs(self) -> LeftJobs:
        if not self._has_started:
            return NO_JOBS
        try:
            return self._source.left_jobs()
        except ConfigurationError:  # the ledger may be what the run failed of, and that is told already
            return NO_JOBS

    def carry_out(self) -> ExitCode:
        request = self._request
        _check_forms(request)
        bar = self._terminal.progress_bar()
        is_chunks = request.form is Form.CHUNKS
        wanted = RunRequest(
            chunking=read_chunking(max_tokens=request.max_tokens, encoding=request.encoding)
            if is_chunks
            else None,
            # Under both others the run goes on; collecting tells of a failure as soon as it is its turn.
            on_error=OnError.RAISE if request.on_error is OnError.RAISE else OnError.COLLECT,
            listener=bar.listen,
        )
        self._source.prepare(wanted)
        with ExitStack() as stack:
            file = self._open_file(stack)
            deliveries = self._deliveries(file)
            is_shown = self._terminal.shows_messages and not request.is_json
            run, count = self._source.start(is_counted=is_shown)
            self._has_started = True
            if is_shown:
                if count is not None:
                    bar.expect(file_count=count)
                stack.enter_context(self._terminal.showing(bar))
            self._deliver_all(run, deliveries)
            if file is not None and self.report.succeeded:
                file.keep()
                self.is_written = True
        return ExitCode.FAILED if self.report.failed else ExitCode.OK

    def _deliver_all(self, run: Run, deliveries: Sequence[Delivery]) -> None:
        with run:
            self.report = run.report
            for outcome in run:
                self._deliver(outcome, deliveries)

    def _deliver(self, outcome: Outcome, deliveries: Sequence[Delivery]) -> None:
        if outcome.document is None:
            self._reporter.failed(outcome)
            return
        for warning in outcome.document.warnings:
            self._reporter.warned(source=outcome.source, warning=warning)
        for delivery in deliveries:
            delivery.deliver(outcome, outcome.document)
            self.is_written = self.is_written or isinstance(delivery, FolderDelivery)

    def _open_file(self, stack: ExitStack) -> OutputFile | None:
        """The file that `--output` names, opened before anything is parsed; None for a folder or none."""
        output = self._request.output
        if not output or _is_folder(output):
            return None
        for name in self._source.file_names:
            refuse_overwriting(Path(output), source=name)
        return stack.enter_context(OutputFile(Path(output)))

    def _deliveries(self, file: OutputFile | None) -> list[Delivery]:
        request, terminal = self._request, self._terminal
        is_chunks = request.form is Form.CHUNKS
        writer = writer_of(request.form, is_labelled=not self._source.is_single)
        deliveries: list[Delivery] = []
        if request.is_table or (
            is_chunks and not request.output and not request.is_json and terminal.shows_output
        ):
            deliveries.append(TableDelivery(terminal))
        elif not request.output:
            deliveries.append(OutputDelivery(terminal, writer))
        if file is not None:
            deliveries.append(FileDelivery(file, writer))
        elif request.output:
            deliveries.append(FolderDelivery(_make_folder(request.output), request.form))
        return deliveries


def _check_forms(request: OutputRequest) -> None:
    if request.is_table and request.form is not Form.CHUNKS:
        raise InvalidOptionsError(
            f"--table shows chunks, not {request.form}", next_step="leave out --table or say --to chunks"
        )
    if request.is_table and request.is_json and not request.output:
        raise InvalidOptionsError(
            "--table and --json both want standard output", next_step="leave one out or give --output"
        )


def _is_folder(output: str) -> bool:
    return output.endswith("/") or Path(output).is_dir()


def _make_folder(output: str) -> Path:
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidOptionsError(
            f"cannot make the folder {output}: {error.strerror}", next_step="choose another --output"
        ) from error
    return folder
