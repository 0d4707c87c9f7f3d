import asyncio
import time

from docferry.testing import FastClock


def test_time_passes_faster_than_on_the_machine():
    clock = FastClock(speed=1000, start=50)
    started, before = time.monotonic(), clock.monotonic()

    asyncio.run(clock.sleep(20))

    assert time.monotonic() - started < 20
    assert clock.monotonic() - before >= 20
    assert clock.now() >= 70


def test_nothing_wakes_while_the_clock_is_stopped():
    async def scenario():
        clock = FastClock(speed=1000)
        clock.stop()
        sleeper = asyncio.create_task(clock.sleep(1))
        done, _ = await asyncio.wait({sleeper}, timeout=0.05)
        assert not done
        clock.go_on()
        await asyncio.wait_for(sleeper, timeout=60)

    asyncio.run(scenario())
