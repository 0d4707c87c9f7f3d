import asyncio
import time

import pytest

from docferry.testing.steps import StepTimes


async def short():
    await asyncio.sleep(0.05)
    return "result"


async def long():
    await asyncio.sleep(0)
    time.sleep(0.03)  # noqa: ASYNC251 - to block is the point


def test_waiting_is_no_step():
    times = StepTimes()
    assert asyncio.run(times.measured(short())) == "result"
    assert 0 < times.longest < 0.03


def test_blocking_is_a_long_step():
    times = StepTimes()
    asyncio.run(times.measured(long()))
    assert times.longest >= 0.03


def test_tasks_made_within_are_measured_too():
    async def scenario(times):
        with times.with_tasks():
            await asyncio.gather(long(), short())

    times = StepTimes()
    asyncio.run(scenario(times))
    assert times.longest >= 0.03


def test_errors_and_cancellation_reach_the_coroutine():
    heard = []

    async def listener():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    async def scenario():
        task = asyncio.create_task(StepTimes().measured(listener()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert heard == ["cancelled"]


def test_error_of_the_coroutine_comes_out():
    async def broken():
        await asyncio.sleep(0)
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="it broke"):
        asyncio.run(StepTimes().measured(broken()))
