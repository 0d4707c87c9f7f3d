"""The engine's loop: an interrupted wait ends as soon as nothing is left of what it waited for."""

import asyncio
import signal
import sys
import threading
import time
from concurrent.futures import Future

import pytest

from docferry.engine import GRACE_SECONDS, Engine


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.stop()


def interrupt():
    """What Ctrl-C does."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def functions_of_the_main_thread():
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


def test_a_wait_interrupted_before_its_work_began_returns_with_the_loop(engine):
    gate = threading.Event()
    engine._loop.call_soon_threadsafe(gate.wait, GRACE_SECONDS)
    timers = [threading.Timer(0.05, interrupt), threading.Timer(0.1, gate.set)]
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the timers may be as quick as they like
        for timer in timers:
            timer.start()
        engine.run(asyncio.sleep(60))
    assert time.monotonic() - began < GRACE_SECONDS


def test_an_interrupted_wait_hears_what_its_work_says_on_its_way_out(engine):
    said = []

    async def work():
        while Future.result.__code__ not in functions_of_the_main_thread():
            await asyncio.sleep(0.001)  # on a busy machine work may begin before the wait for it
        interrupt()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            said.append("goodbye")

    with pytest.raises(KeyboardInterrupt):
        engine.run(work())
    assert said == ["goodbye"]
