"""How long each step of coroutines keeps their loop from everything else."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import docferry

__all__ = ["OWN_FOLDER", "StepTimes"]

OWN_FOLDER = str(Path(docferry.__file__).parent)
"""Where docferry's own code is."""

Result = TypeVar("Result")


class StepTimes:
    """Measures the steps of coroutines, from one wait to the next, in seconds of the machine's clock.

    A step is measured by itself, so that a machine that is busy with something else seldom disturbs it; a
    heartbeat on the loop would be late with every other thread and process.

    Args:
        now: Tells the time, in seconds.
    """

    def __init__(self, *, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._seconds: list[float] = []

    @property
    def longest(self) -> float:
        """The longest step so far; 0 when there was none."""
        return max(self._seconds, default=0.0)

    async def measured(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Await a coroutine and measure its steps."""
        return await _Steps(work, self._seconds, self._now)

    @contextmanager
    def with_tasks(self) -> Generator[None]:
        """Measure also the tasks made on the running loop within the block, but for docferry's own."""
        loop = asyncio.get_running_loop()
        before = loop.get_task_factory()

        def make(
            loop: asyncio.AbstractEventLoop,
            work: Coroutine[Any, Any, Any],
            **settings: Any,  # noqa: ANN401 - asyncio's
        ) -> "asyncio.Task[Any]":
            code = getattr(work, "cr_code", None)
            is_own = getattr(code, "co_filename", "").startswith(OWN_FOLDER)
            return asyncio.Task(work if is_own else self.measured(work), loop=loop, **settings)

        # typeshed takes generators for coroutines here; asyncio hands over coroutines only.
        loop.set_task_factory(make)  # pyright: ignore[reportArgumentType]
        try:
            yield
        finally:
            loop.set_task_factory(before)


class _Steps(Generator[Any, Any, Any]):
    """A coroutine whose steps are timed. Whatever is sent or thrown into it goes on to the coroutine."""

    def __init__(
        self, work: Coroutine[Any, Any, Any], seconds: list[float], now: Callable[[], float]
    ) -> None:
        self._work = work
        self._seconds = seconds
        self._now = now

    def __await__(self) -> Generator[Any, Any, Any]:
        return self

    def send(self, value: Any, /) -> Any:  # noqa: ANN401 - whatever the loop and the coroutine tell each other
        with self._timed():
            return self._work.send(value)

    def throw(self, *trouble: Any) -> Any:  # noqa: ANN401 - as above
        with self._timed():
            return self._work.throw(*trouble)

    @contextmanager
    def _timed(self) -> Generator[None]:
        start = self._now()
        try:
            yield
        finally:
            self._seconds.append(self._now() - start)
