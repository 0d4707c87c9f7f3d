"""Where outcomes go."""

from pathlib import Path, PurePosixPath
from typing import Protocol

from docferry.cli.output.forms import Form, Writer, writer_of
from docferry.cli.output.output_file import OutputFile
from docferry.cli.output.tables import chunk_table
from docferry.cli.output.terminal import Terminal
from docferry.cli.output.wording import shown_name
from docferry.errors import InvalidOptionsError
from docferry.ingest import Outcome
from docferry.model import Document

__all__ = [
    "Delivery",
    "FileDelivery",
    "FolderDelivery",
    "OutputDelivery",
    "TableDelivery",
    "refuse_overwriting",
]


class Delivery(Protocol):
    """One place that outcomes go to."""

    def deliver(self, outcome: Outcome, document: Document) -> None:
        """Hand over an outcome with its document.

        Raises:
            OSError: The place does not take it.
            InvalidOptionsError: The place is the source itself.
        """
        ...


class TableDelivery:
    """Draws a table of each source's chunks on standard output."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def deliver(self, outcome: Outcome, document: Document) -> None:
        """Draw the table."""
        self._terminal.show(chunk_table(outcome, document))


class OutputDelivery:
    """Writes to standard output."""

    def __init__(self, terminal: Terminal, writer: Writer) -> None:
        self._terminal = terminal
        self._writer = writer

    def deliver(self, outcome: Outcome, document: Document) -> None:
        """Write the outcome."""
        self._terminal.put(self._writer(outcome, document))


class FileDelivery:
    """Writes everything into one file, which whoever opened it keeps or drops."""

    def __init__(self, file: OutputFile, writer: Writer) -> None:
        self._file = file
        self._writer = writer

    def deliver(self, outcome: Outcome, document: Document) -> None:
        """Write the outcome."""
        refuse_overwriting(self._file.target, source=outcome.source)
        self._file.write(self._writer(outcome, document))


class FolderDelivery:
    """Writes one file for each source, each whole or not at all.

    A file has the source's name with the suffix of the form: `a/report.pdf` becomes `report.md`. A second
    source of that name in the same run becomes `report-2.md`, and so on.

    Args:
        folder: An existing folder.
        form: What to write.
    """

    def __init__(self, folder: Path, form: Form) -> None:
        self._folder = folder
        self._form = form
        self._writer = writer_of(form, is_labelled=False)
        self._names: set[str] = set()

    def deliver(self, outcome: Outcome, document: Document) -> None:
        """Write the outcome's file."""
        target = self._folder / self._file_name(outcome.source)
        refuse_overwriting(target, source=outcome.source)
        with OutputFile(target) as file:
            file.write(self._writer(outcome, document))
            file.keep()

    def _file_name(self, source: str) -> str:
        stem = PurePosixPath(shown_name(source)).stem
        name, number = f"{stem}{self._form.suffix}", 1
        while name.casefold() in self._names:  # some file systems do not tell "A.md" from "a.md"
            number += 1
            name = f"{stem}-{number}{self._form.suffix}"
        self._names.add(name.casefold())
        return name


def refuse_overwriting(target: Path, *, source: str) -> None:
    """Make sure that the output is not the source.

    Raises:
        InvalidOptionsError: It is.
    """
    if target.exists() and Path(source).exists() and target.samefile(source):
        raise InvalidOptionsError(f"{target} is the source itself", next_step="choose another --output")
