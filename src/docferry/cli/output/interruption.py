"""Ctrl-C and requests to end, kept out of code that must not be torn apart."""

import signal
import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType

__all__ = ["Interruption", "wait_for_interruption"]


class Interruption:
    """Turns SIGINT into KeyboardInterrupt and SIGTERM into SystemExit, but not while something is drawn.

    Python raises KeyboardInterrupt between any two instructions. In the middle of taking a progress bar off
    the screen that leaves half a bar, a hidden cursor, or an error of the library that draws. What arrives
    then is raised right after; a second signal is not held back.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._pending: BaseException | None = None

    @contextmanager
    def handled(self) -> Generator[None]:
        """Handle both signals until the block ends.

        A signal with a handler of somebody else's keeps it, and an ignored one stays ignored, as a shell
        wants it for a process in the background. Outside the main thread nothing is handled.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        earlier = {
            number: handler
            for number, usual in (
                (signal.SIGINT, signal.default_int_handler),
                (signal.SIGTERM, signal.SIG_DFL),
            )
            if (handler := signal.getsignal(number)) == usual
        }
        for number in earlier:
            signal.signal(number, self._receive)
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

    @contextmanager
    def held_back(self) -> Generator[None]:
        """Hold signals back until the block ends; it must be short."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0 and self._pending is not None:
                error, self._pending = self._pending, None
                raise error

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        error = KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
        if self._depth and self._pending is None:
            self._pending = error
            return
        self._pending = None
        # A call that is torn apart may leave a coroutine that never ran. Python would warn of it, and the
        # user, who wanted the end, could do nothing about it.
        warnings.simplefilter("ignore", RuntimeWarning)
        raise error


def wait_for_interruption() -> None:
    """Wait until Ctrl-C, which is the usual way to end a service and no failure; SIGTERM leaves as always."""
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
