import asyncio

import pytest

from docferry.testing.steps import StepTimes


class Watch:
    """A clock on which time passes only when somebody blocks, or while everybody waits."""

    def __init__(self):
        self.seconds = 0.0
        self.times = StepTimes(now=lambda: self.seconds)

    async def short(self):
        self.seconds += 1
        asyncio.get_running_loop().call_soon(self.let_pass)
        await asyncio.sleep(0)
        return "result"

    async def long(self):
        await asyncio.sleep(0)
        self.seconds += 30

    def let_pass(self):
        self.seconds += 100


def test_waiting_is_no_step():
    watch = Watch()
    assert asyncio.run(watch.times.measured(watch.short())) == "result"
    assert (watch.times.longest, watch.seconds) == (1, 101)


def test_blocking_is_a_long_step():
    watch = Watch()
    asyncio.run(watch.times.measured(watch.long()))
    assert watch.times.longest == 30


def test_tasks_made_within_are_measured_too():
    async def scenario(watch):
        with watch.times.with_tasks():
            await asyncio.gather(watch.long(), watch.short())

    watch = Watch()
    asyncio.run(scenario(watch))
    assert watch.times.longest == 30


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
