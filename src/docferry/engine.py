"""The one loop of the process, in a thread of its own, on which all network and ledger work runs.

One loop is what makes limits per account process-wide, and what lets both faces work wherever they are
called: in a script, inside a running loop, in several threads. It is made on first use, and made anew in a
process forked from one that had it.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Engine", "current_engine"]

GRACE_SECONDS = 15.0
"""How long an interrupted wait waits for the end of what it waited for."""

Result = TypeVar("Result")

DRAIN_SECONDS = 12.0
JOIN_SECONDS = 5.0


class Engine:
    """An asyncio loop that runs in a daemon thread until the process ends."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._drains: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._farewells: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._is_stopping = False
        self._has_stopped = asyncio.Event()
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name="docferry-engine", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Result]) -> "Future[Result]":
        """Start a coroutine on the loop, from any thread; cancelling the future cancels the coroutine.

        Raises:
            RuntimeError: The process is ending, or was forked from the one the engine runs in.
        """
        if os.getpid() != self._process:
            work.close()
            raise RuntimeError("this run was begun before the process forked; begin a new one")
        if self._is_stopping:
            work.close()
            raise RuntimeError("the process is ending: docferry has stopped")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the loop and wait for its result.

        An interrupted wait cancels it, and returns when nothing of it is left: what it says on its way out
        to a service or a ledger shall be heard.

        Raises:
            RuntimeError: Called on the engine's own thread, where waiting would never end.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("a plugin must await, not call docferry's synchronous functions")
        has_ended = threading.Event()
        future = self.submit(_telling(work, has_ended))
        try:
            return future.result()
        finally:
            if future.cancel():  # it still runs, so the wait was interrupted
                has_ended.wait(GRACE_SECONDS)

    def before_stop(self, drain: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have a coroutine function run before any task is cancelled, to finish what must be finished.

        All of them together have 12 seconds.
        """
        self._drains.append(drain)

    def at_stop(self, farewell: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have a coroutine function run on the loop when the engine stops, after all tasks have ended."""
        self._farewells.append(farewell)

    def stop(self) -> None:
        """Finish what must be finished, cancel the rest, and end the thread."""
        if self._is_stopping or not self._thread.is_alive():
            return
        with suppress(TimeoutError, RuntimeError):
            asyncio.run_coroutine_threadsafe(self._drain(), self._loop).result(DRAIN_SECONDS)
        self._is_stopping = True
        self._loop.call_soon_threadsafe(self._has_stopped.set)
        self._thread.join(timeout=JOIN_SECONDS)

    async def _drain(self) -> None:
        for drain in self._drains:
            await drain()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            # One task from beginning to end, and not `run_forever`: anyio looks for it at every call of a
            # worker thread, through all tasks where there is none, and throws its threads away with the task
            # it finds instead.
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        await self._has_stopped.wait()
        await self._wind_up()

    async def _wind_up(self) -> None:
        while tasks := asyncio.all_tasks(self._loop) - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        # One that fails must not keep the others from closing their files.
        await asyncio.gather(*(farewell() for farewell in self._farewells), return_exceptions=True)
        await self._loop.shutdown_asyncgens()


async def _telling(work: Coroutine[Any, Any, Result], has_ended: threading.Event) -> Result:
    try:
        return await work
    finally:
        has_ended.set()


class _Holder:
    """Holds the process's engine and the lock that guards its making."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.engine: Engine | None = None


_holder = _Holder()


def current_engine() -> Engine:
    """The engine of this process, made on first use."""
    with _holder.lock:
        if _holder.engine is None:
            _holder.engine = Engine()
        return _holder.engine


def _forget() -> None:
    # A forked child has the parent's memory but not its threads: it starts afresh. The parent's loop object
    # is kept from being closed here, because its selector is shared with the parent.
    _abandoned.append(_holder.engine)
    _holder.lock = threading.Lock()
    _holder.engine = None


def _stop_at_exit() -> None:
    if _holder.engine is not None:
        _holder.engine.stop()


_abandoned: list[Engine | None] = []
os.register_at_fork(after_in_child=_forget)
atexit.register(_stop_at_exit)
