"""One worker thread that does one thing after the other."""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias, TypeVar

from docferry.provider.telling import Telling

__all__ = ["Lane"]

Result = TypeVar("Result")


class _Answer(asyncio.Future[Any]):
    """The end of a call. Whoever awaits it and is cancelled goes on waiting, and hears of it afterwards."""

    def cancel(self, msg: object = None) -> bool:  # noqa: ARG002 - asyncio's name
        return False


Calls: TypeAlias = "queue.SimpleQueue[tuple[Callable[[], Any], _Answer] | None]"


class Lane:
    """A daemon thread with a queue, started at the first call, and anew at the first call after a close.

    Unlike the threads of an executor it still works while the process is ending, when the receipt of a
    request that is out has yet to be written down.

    Args:
        name: Name of the thread.
    """

    def __init__(self, *, name: str) -> None:
        self._name = name
        self._calls: Calls = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    async def call(self, call: Callable[[], Result]) -> Result:
        """Queue a call and await its end, however often cancelled meanwhile; calls are made in order.

        A write to the ledger is not left half known.
        """
        answer = _Answer(loop=asyncio.get_running_loop())
        with self._lock:
            if self._thread is None:
                self._calls = queue.SimpleQueue()
                work = partial(_work, self._calls)
                self._thread = threading.Thread(target=work, name=self._name, daemon=True)
                self._thread.start()
            self._calls.put((call, answer))
        return await answer

    def close(self) -> None:
        """Let the thread end once its queue is empty."""
        with self._lock:
            self._calls.put(None)
            self._thread = None


def _work(calls: Calls) -> None:
    while (entry := calls.get()) is not None:
        call, answer = entry
        # The thread goes on whatever was raised, as an executor's does: others wait behind.
        with Telling(partial(_tell, answer, answer.set_exception), ends=BaseException):
            _tell(answer, answer.set_result, call())


def _tell(answer: _Answer, say: Callable[[Any], object], what: object) -> None:
    with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
        answer.get_loop().call_soon_threadsafe(say, what)
