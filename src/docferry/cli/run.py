"""One run: from what the command line says to outcomes delivered, figures reported and an exit code."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from docferry.chunking import ChunkSettings, load_tokenizer
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
from docferry.cli.output.output_file import OutputFile
from docferry.cli.output.report import JsonReporter, LineReporter, Reporter
from docferry.cli.output.terminal import Terminal
from docferry.errors import ConfigurationError, DocferryError, InvalidOptionsError
from docferry.ingest import Ingestor, OnError, Outcome, Report
from docferry.model import PageSelection
from docferry.sources import Source, SourceInput, expand_sources

__all__ = ["RunRequest", "carry_out"]

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What the command line asks for, not yet checked.

    Args:
        sources: The arguments, "-" for standard input.
        provider: Name of a provider.
        options: The provider's options as "KEY=VALUE".
        pages: A page selection, or empty for all pages.
        form: What to make of the documents.
        output: A file or folder to write to; empty for standard output.
        max_tokens: Budget of a chunk; None for the usual one.
        encoding: Name of the encoding that counts tokens; empty for the usual one.
        on_error: What a failed source does to the run.
        is_table: Whether a table is wanted even where nobody sees a terminal.
        is_json: Whether programs read the output and the report.
        stdin_name: Name of standard input as a source.
    """

    sources: tuple[str, ...]
    provider: str
    options: tuple[str, ...]
    pages: str
    form: Form
    output: str
    max_tokens: int | None
    encoding: str
    on_error: OnError
    is_table: bool
    is_json: bool
    stdin_name: str


def carry_out(request: RunRequest, terminal: Terminal) -> ExitCode:
    """Carry out a run; what goes wrong is told, not raised.

    Raises:
        OSError: The output cannot be written.
    """
    reporter = (
        JsonReporter(terminal) if request.is_json else LineReporter(terminal, on_error=request.on_error)
    )
    run = _Run(request, terminal, reporter)
    try:
        code = run.carry_out()
    except DocferryError as error:
        reporter.stopped(error)
        code = ExitCode.of(error)
    except KeyboardInterrupt:
        reporter.interrupted()
        code = ExitCode.INTERRUPTED
    reporter.ended(run.report, code=code, output=request.output, is_written=run.is_written)
    return code


class _Run:
    def __init__(self, request: RunRequest, terminal: Terminal, reporter: Reporter) -> None:
        self.report = Report()
        self.is_written = False
        self._request = request
        self._terminal = terminal
        self._reporter = reporter

    def carry_out(self) -> ExitCode:
        request = self._request
        _check_forms(request)
        bar = self._terminal.progress_bar()
        ingestor = Ingestor(
            provider=request.provider,
            options=_read_options(request.options),
            pages=_read_pages(request.pages),
            chunking=_chunk_settings(request) if request.form is Form.CHUNKS else None,
            # Under both others the run goes on; collecting tells of a failure as soon as it is its turn.
            on_error=OnError.RAISE if request.on_error is OnError.RAISE else OnError.COLLECT,
            on_progress=bar.listen,
        )
        with ExitStack() as stack:
            file = self._open_file(stack)
            deliveries = self._deliveries(file)
            inputs = _read_inputs(request)
            if self._terminal.shows_messages and not request.is_json:
                bar.expect(file_count=_count_files(inputs, ingestor))
                stack.enter_context(self._terminal.showing(bar))
            self._deliver_all(ingestor, inputs, deliveries)
            if file is not None and self.report.succeeded:
                file.keep()
                self.is_written = True
        return ExitCode.FAILED if self.report.failed else ExitCode.OK

    def _deliver_all(
        self, ingestor: Ingestor, inputs: Sequence[SourceInput], deliveries: Sequence[Delivery]
    ) -> None:
        with ingestor.run(inputs) as run:
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
        for source in self._request.sources:
            refuse_overwriting(Path(output), source=source)
        return stack.enter_context(OutputFile(Path(output)))

    def _deliveries(self, file: OutputFile | None) -> list[Delivery]:
        request, terminal = self._request, self._terminal
        is_chunks = request.form is Form.CHUNKS
        writer = writer_of(request.form, is_labelled=not _is_one_document(request.sources))
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


def _check_forms(request: RunRequest) -> None:
    if request.is_table and request.form is not Form.CHUNKS:
        raise InvalidOptionsError(
            f"--table shows chunks, not {request.form}", next_step="leave out --table or say --to chunks"
        )
    if request.is_table and request.is_json and not request.output:
        raise InvalidOptionsError(
            "--table and --json both want standard output", next_step="leave one out or give --output"
        )


def _chunk_settings(request: RunRequest) -> ChunkSettings:
    usual = ChunkSettings()
    settings = ChunkSettings(
        max_tokens=usual.max_tokens if request.max_tokens is None else request.max_tokens,
        encoding=request.encoding or usual.encoding,
    )
    load_tokenizer(settings.encoding)  # a wrong name shall end the run before the first document is paid for
    return settings


def _read_options(pairs: Sequence[str]) -> Mapping[str, str]:
    options: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (sign and name.strip()):
            # The pair is not repeated here: it may be a secret whose name was forgotten.
            raise InvalidOptionsError("an --option is not KEY=VALUE", next_step="give --option KEY=VALUE")
        if name.strip() in options:
            raise InvalidOptionsError(f"--option {name.strip()} is given twice", next_step="give it once")
        options[name.strip()] = value
    return options


def _read_pages(text: str) -> PageSelection | None:
    if not text:
        return None
    try:
        return PageSelection.parse(text)
    except ValueError as error:
        raise InvalidOptionsError(
            f"--pages: {error}", next_step="give pages from 1 on and ranges, with commas"
        ) from error


def _read_inputs(request: RunRequest) -> list[SourceInput]:
    if request.sources.count(STANDARD_INPUT) > 1:
        raise InvalidOptionsError("standard input can be read only once", next_step="give one -")
    return [
        Source(name=request.stdin_name, origin=_read_standard_input()) if source == STANDARD_INPUT else source
        for source in request.sources
    ]


def _read_standard_input() -> bytes:
    if sys.stdin.isatty():
        raise ConfigurationError(
            "standard input is a terminal",
            next_step="send it a document, as in: docferry parse - < report.pdf",
        )
    return sys.stdin.buffer.read()


def _count_files(inputs: Sequence[SourceInput], ingestor: Ingestor) -> int:
    formats = ingestor.provider.info.formats
    suffixes = frozenset(suffix for file_format in formats for suffix in file_format.suffixes)
    return sum(1 for _ in expand_sources(inputs, suffixes=suffixes))


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


def _is_one_document(sources: Sequence[str]) -> bool:
    """Whether the arguments can name no more than one document, found out without opening anything."""
    if len(sources) != 1:
        return False
    source = sources[0]
    return source == STANDARD_INPUT or "://" in source or Path(source).is_file()
