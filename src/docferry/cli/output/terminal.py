"""The two streams of the process: results on standard output, everything else on standard error."""

import errno
import io
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from docferry.cli.output.interruption import Interruption
from docferry.cli.output.notices import Notices
from docferry.cli.output.progress import ProgressBar
from docferry.cli.output.wording import printable

__all__ = ["Terminal"]

WIDTH_WITHOUT_TERMINAL = 100


class Terminal:
    """Writes results, messages and progress so that they do not get into each other's way.

    Args:
        output: For results; None when the process was started without that stream.
        messages: For everything else; None as above.
    """

    def __init__(self, *, output: TextIO | None, messages: TextIO | None) -> None:
        self._output = output
        self._messages = messages or io.StringIO()
        self._console = Console(file=self._messages, highlight=False)
        self._progress: ProgressBar | None = None
        self._interruption = Interruption()
        self._notices = Notices()

    @contextmanager
    def watching(self) -> Generator[None]:
        """Handle Ctrl-C until the block ends, so that it never leaves half a line or half a bar.

        What the library warns of meanwhile is written before the next message, or when the block ends.
        """
        with self._interruption.handled(), self._notices.collected():
            try:
                yield
            finally:
                self._tell_notices()

    def take_notices(self) -> tuple[str, ...]:
        """What the library warned of and is not written yet; the caller tells it."""
        return self._notices.take()

    @property
    def shows_output(self) -> bool:
        """Whether results are read by a person on a terminal."""
        return self._output is not None and self._output.isatty()

    @property
    def shows_messages(self) -> bool:
        """Whether messages are read by a person on a terminal."""
        return self._messages.isatty()

    def put(self, text: str) -> None:
        """Write a result as UTF-8 and send it off at once.

        Raises:
            OSError: The stream does not take it; a BrokenPipeError when its reader is gone.
        """
        if self._output is None:
            raise OSError(errno.EBADF, "standard output is closed")
        with self._without_progress():
            # What is no Unicode (undecodable bytes of a file name) becomes an escape that JSON knows too.
            self._output.buffer.write(text.encode("utf-8", "backslashreplace"))
            self._output.buffer.flush()

    def show(self, renderable: RenderableType) -> None:
        """Draw a table or the like as a result, as wide as the terminal, or 100 columns without one.

        Raises:
            OSError: As for `put`.
        """
        width = shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 24)).columns
        console = Console(file=self._output, highlight=False, width=width)
        with console.capture() as drawn:
            console.print(renderable)
        self.put(drawn.get())

    def put_message(self, text: str) -> None:
        """Write text for programs to standard error, as it is."""
        with suppress(BrokenPipeError), self._interruption.held_back():
            self._messages.write(text)
            self._messages.flush()

    def say(self, message: str) -> None:
        """Write one line of message."""
        self._say(Text(printable(message)))

    def warn(self, message: str) -> None:
        """Write one line that begins with `warning:`."""
        self._say(_warning(message))

    def error(self, message: str) -> None:
        """Write one line that begins with `error:`."""
        self._say(Text.assemble(("error:", "bold red"), " ", printable(message)))

    def progress_bar(self) -> ProgressBar:
        """A bar on standard error, not shown yet."""
        return ProgressBar(self._console)

    @contextmanager
    def showing(self, bar: ProgressBar) -> Generator[None]:
        """Show the bar until the block ends; whatever else is written meanwhile stands above it."""
        try:
            with self._interruption.held_back():
                self._progress = bar
                bar.show()
            yield
        finally:
            with self._interruption.held_back():
                self._progress = None
                bar.hide()

    def abandon_output(self) -> None:
        """Send what still waits for standard output nowhere, after its reader has gone."""
        if self._output is None:
            return
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._output.fileno())
            os.close(nowhere)

    def _say(self, line: Text) -> None:
        self._tell_notices()
        self._print(line)

    def _tell_notices(self) -> None:
        for message in self._notices.take():
            self._print(_warning(message))

    def _print(self, line: Text) -> None:
        with suppress(BrokenPipeError), self._interruption.held_back(), self._without_progress():
            self._console.print(line, soft_wrap=True)

    @contextmanager
    def _without_progress(self) -> Generator[None]:
        bar = self._progress
        if bar is None:
            yield
            return
        try:
            with self._interruption.held_back():
                bar.hide()
            yield
        finally:
            with self._interruption.held_back():
                bar.show()


def _warning(message: str) -> Text:
    return Text.assemble(("warning:", "yellow"), " ", printable(message))
