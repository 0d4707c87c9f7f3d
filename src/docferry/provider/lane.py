"""One worker thread that does one thing after the other."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias, TypeVar

from docferry.provider.telling import Telling

__all__ = ["Lane"]

Result = TypeVar("Result")
Calls: TypeAlias = "queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]"


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

    def submit(self, call: Callable[[], Result]) -> "Future[Result]":
        """Queue a call; calls are made in order, each when the one before has ended."""
        with self._lock:
            if self._thread is None:
                self._calls = queue.SimpleQueue()
                work = partial(_work, self._calls)
                self._thread = threading.Thread(target=work, name=self._name, daemon=True)
                self._thread.start()
            future: Future[Result] = Future()
            self._calls.put((future, call))
            return future

    async def call(self, call: Callable[[], Result]) -> Result:
        """Queue a call and await its end, however often cancelled meanwhile.

        A write to the ledger is not left half known.
        """
        task = asyncio.wrap_future(self.submit(call))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({task})
            raise

    def close(self) -> None:
        """Let the thread end once its queue is empty."""
        with self._lock:
            self._calls.put(None)
            self._thread = None


def _work(calls: Calls) -> None:
    while (entry := calls.get()) is not None:
        future, call = entry
        if future.set_running_or_notify_cancel():
            # The thread goes on whatever was raised, as an executor's does: others wait behind.
            with Telling(future.set_exception, ends=BaseException):
                future.set_result(call())
