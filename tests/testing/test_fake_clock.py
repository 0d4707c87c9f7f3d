"""Fake time stands still while anybody works, on the loop or in a worker thread."""

import asyncio
import threading
from contextlib import asynccontextmanager

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from docferry.ledger import PayloadStore, SqliteLedger
from docferry.provider.books import Books
from docferry.testing import FakeClock

MANY_PASSES = 500


async def in_anyio_thread(work):
    await anyio.to_thread.run_sync(work)


async def behind_own_limiter(work):
    await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1), abandon_on_cancel=True)


async def in_task_of_a_group(work):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(asyncio.to_thread, work)


async def on_entering_a_block(work):
    @asynccontextmanager
    async def block():
        await in_anyio_thread(work)
        yield

    async with block():
        pass


async def in_a_generator(work):
    async def numbers():
        yield 1
        await in_anyio_thread(work)

    numbered = numbers()
    await anext(numbered)
    await anext(numbered, None)


class Awaitable:
    def __init__(self, work):
        self.work = work

    def __await__(self):
        yield from in_anyio_thread(self.work).__await__()


async def behind_an_object(work):
    await Awaitable(work)


async def in_the_thread_of_the_ledger(work):
    books = Books(ledger=SqliteLedger(":memory:"), store=PayloadStore(":memory:"))
    await books.do(work)
    await books.aclose()


@pytest.mark.parametrize(
    "way",
    [
        asyncio.to_thread,
        in_anyio_thread,
        behind_own_limiter,
        in_task_of_a_group,
        on_entering_a_block,
        in_a_generator,
        behind_an_object,
        in_the_thread_of_the_ledger,
    ],
)
def test_time_stands_still_while_a_worker_thread_works(way):
    async def scenario():
        clock, gate = FakeClock(), threading.Event()
        ended_at = []
        nap = asyncio.create_task(clock.sleep(60))
        work = asyncio.create_task(way(gate.wait))
        work.add_done_callback(lambda _: ended_at.append(clock.monotonic()))
        try:
            for _ in range(MANY_PASSES):
                await asyncio.sleep(0)
            assert (clock.monotonic(), nap.done()) == (0, False)
        finally:
            gate.set()
        await asyncio.gather(work, nap)
        assert ended_at == [0]
        assert clock.monotonic() == 60

    anyio.run(scenario)


def test_what_follows_upon_the_work_of_a_thread_has_its_time():
    async def scenario(passes):
        clock, gate = FakeClock(), threading.Event()

        async def work():
            await asyncio.to_thread(gate.wait)
            for _ in range(30):
                await asyncio.sleep(0)
            return clock.monotonic()

        nap = asyncio.create_task(clock.sleep(60))
        working = asyncio.create_task(work())
        for _ in range(passes):
            await asyncio.sleep(0)
        gate.set()
        assert await working == 0
        await nap

    for passes in range(100):
        anyio.run(scenario, passes)


@pytest.mark.parametrize("way", [asyncio.to_thread, behind_own_limiter])
def test_time_does_not_wait_for_a_thread_that_was_abandoned(way):
    async def scenario():
        clock, gate = FakeClock(), threading.Event()
        work = asyncio.create_task(way(gate.wait))
        await asyncio.sleep(0)
        work.cancel()
        try:
            await asyncio.wait_for(clock.sleep(60), 30)
        finally:
            gate.set()
        assert clock.monotonic() == 60

    anyio.run(scenario)


def test_a_thread_may_wait_for_the_loop():
    async def scenario():
        clock, is_called = FakeClock(), anyio.Event()
        nap = asyncio.create_task(clock.sleep(60))
        work = asyncio.create_task(in_anyio_thread(lambda: anyio.from_thread.run(is_called.wait)))
        for _ in range(MANY_PASSES):
            await asyncio.sleep(0)
        is_called.set()
        await work
        assert clock.monotonic() == 0
        await nap

    anyio.run(scenario)


def test_a_thread_that_waits_for_time_fails_instead_of_waiting_for_ever():
    async def scenario():
        clock = FakeClock(patience_seconds=0.05)
        with pytest.raises(RuntimeError, match=r"a worker thread has been at work .* waits for this clock"):
            await in_anyio_thread(lambda: anyio.from_thread.run(clock.sleep, 5))
        assert clock.monotonic() == 0

    anyio.run(scenario)


def test_sleepers_wake_in_the_order_of_their_hours():
    async def scenario():
        clock, woken = FakeClock(start=50), []

        async def nap(seconds):
            await clock.sleep(seconds)
            woken.append((seconds, clock.monotonic(), clock.now()))

        await asyncio.gather(nap(5), nap(1), nap(3), nap(-1))
        assert woken == [(-1, 0, 50), (1, 1, 51), (3, 3, 53), (5, 5, 55)]
        assert clock.slept == [5, 1, 3, -1]

    anyio.run(scenario)
