"""Whether anybody on the loop waits for a worker thread: from outside such a wait looks like any other."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterator
from types import AsyncGeneratorType, CodeType, CoroutineType, GeneratorType
from typing import cast

import anyio.to_thread

from docferry.provider.lane import Lane

__all__ = ["is_worker_awaited"]

_DOORS = frozenset(door.__code__ for door in (anyio.to_thread.run_sync, asyncio.to_thread, Lane.call))
"""The code of the coroutines in which a task stands as long as it waits for a thread, or for its turn."""


def is_worker_awaited() -> bool:
    """Whether a task of the running loop waits for work that it handed to a worker thread.

    A thread whose caller was cancelled, and did not wait for its end, is awaited by nobody.
    """
    return any(not _DOORS.isdisjoint(_codes(task.get_coro())) for task in asyncio.all_tasks())


def _codes(step: object) -> Iterator[CodeType]:
    """The code of a coroutine, of the one it awaits, and so on."""
    while step is not None:
        code, step = _link(step)
        if code is not None:
            yield code


def _link(step: object) -> tuple[CodeType | None, object]:
    match step:
        case CoroutineType():
            return step.cr_code, step.cr_await
        case AsyncGeneratorType():
            return step.ag_code, step.ag_await
        case GeneratorType():
            return step.gi_code, cast("object", step.gi_yieldfrom)
        case _:
            return None, _behind(step)


def _behind(step: object) -> object:
    """What stands behind an awaitable that names nothing it awaits, as the step of an async generator."""
    things: list[object] = gc.get_referents(step)
    return next(filter(_is_link, things), None)


def _is_link(thing: object) -> bool:
    return isinstance(thing, Coroutine | Generator | AsyncGenerator)
