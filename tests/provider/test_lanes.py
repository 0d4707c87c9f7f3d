"""The ledger never waits for the bytes of a payload, and nothing of both is opened on the loop."""

import asyncio
import threading
from asyncio import CancelledError
from pathlib import Path

import pytest

from docferry.errors import ConfigurationError
from docferry.ledger import database
from docferry.provider import JobSettings
from docferry.provider.books import Books
from docferry.provider.job_room import close_runners, job_runner
from docferry.provider.lane import Lane
from docferry.provider.leases import HEARTBEAT_SECONDS, LEASE_SECONDS


def run(scenario):
    with asyncio.Runner() as runner:
        return runner.run(scenario())


@pytest.fixture
def places(tmp_path):
    return str(tmp_path / "ledger.sqlite3"), str(tmp_path / "cache")


def test_the_ledger_does_not_wait_for_a_large_payload(places):
    async def scenario():
        books = await Books.open(*places)
        is_written = threading.Event()
        writing = asyncio.ensure_future(books.handle(is_written.wait, 60))
        assert await asyncio.wait_for(books.do(books.ledger.jobs), 60) == ()
        assert not writing.done()
        is_written.set()
        await writing
        await books.aclose()

    run(scenario)


def test_ledger_and_store_are_opened_and_closed_off_the_loop(places, monkeypatch):
    threads = []
    connect, close = database.Database._connect, database.Database.close

    def noting(method):
        def noted(self):
            threads.append(threading.current_thread())
            return method(self)

        return noted

    monkeypatch.setattr(database.Database, "_connect", noting(connect))
    monkeypatch.setattr(database.Database, "close", noting(close))

    async def scenario():
        books = await Books.open(*places)
        await books.aclose()

    run(scenario)
    assert len(threads) == 4
    assert threading.main_thread() not in threads


def test_books_that_cannot_be_opened_say_so_each_time(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    settings = JobSettings(ledger=tmp_path / "file" / "ledger.sqlite3", cache=tmp_path / "cache")

    async def scenario():
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="ledger"):
                await job_runner(settings)

    run(scenario)


def test_runs_that_ask_at_once_share_one_runner(places):
    ledger, cache = places

    async def scenario():
        settings = JobSettings(ledger=ledger, cache=cache)
        first, second = await asyncio.gather(job_runner(settings), job_runner(settings))
        assert first is second
        await first.books.aclose()

    run(scenario)


def test_closed_runners_leave_neither_threads_nor_open_files(places):
    ledger, cache = places

    async def scenario():
        settings = JobSettings(ledger=ledger, cache=cache)
        first = await job_runner(settings)
        await first.books.do(threading.get_ident)
        await first.books.handle(threading.get_ident)
        before = threading.active_count()
        await close_runners()
        for _ in range(60_000):
            if threading.active_count() <= before - 2:
                break
            await asyncio.sleep(0.001)
        assert threading.active_count() <= before - 2
        assert await job_runner(settings) is not first
        await close_runners()

    run(scenario)
    assert not Path(f"{ledger}-wal").exists()


def test_a_locked_ledger_is_given_up_long_before_a_lease_lapses():
    assert database.BUSY_SECONDS <= HEARTBEAT_SECONDS / 2
    assert LEASE_SECONDS >= 3 * (HEARTBEAT_SECONDS + database.BUSY_SECONDS)


def test_a_closed_lane_works_again_when_it_is_asked():
    async def scenario():
        lane = Lane(name="a lane")
        assert await lane.call(lambda: 1) == 1
        lane.close()
        lane.close()
        assert await lane.call(lambda: 2) == 2
        lane.close()

    run(scenario)


@pytest.mark.parametrize("kind", [KeyError, CancelledError])
def test_whatever_a_call_raises_is_its_callers_and_the_lane_goes_on(kind):
    def fail():
        raise kind

    async def scenario():
        lane = Lane(name="a lane")
        with pytest.raises(kind):
            await lane.call(fail)
        assert await lane.call(lambda: 1) == 1
        lane.close()

    run(scenario)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_what_ends_a_process_ends_the_callers_loop_and_not_the_lane(kind):
    lane = Lane(name="a lane")

    def fail():
        raise kind

    with pytest.raises(kind):
        run(lambda: lane.call(fail))
    assert run(lambda: lane.call(lambda: 1)) == 1
    lane.close()


def test_a_cancelled_caller_hears_of_it_when_its_call_has_ended():
    async def scenario():
        lane, is_free, ends = Lane(name="a lane"), threading.Event(), []

        def work():
            is_free.wait(60)
            ends.append("call")

        async def caller():
            try:
                await lane.call(work)
            finally:
                ends.append("caller")

        task = asyncio.create_task(caller())
        for _ in range(3):
            await asyncio.sleep(0)
            task.cancel()
        assert not ends
        is_free.set()
        with pytest.raises(CancelledError):
            await task
        assert ends == ["call", "caller"]
        lane.close()

    run(scenario)


def test_a_lane_outlives_the_loop_that_waited_for_it():
    lane, is_begun, is_free = Lane(name="a lane"), threading.Event(), threading.Event()

    def work():
        is_begun.set()
        is_free.wait(60)

    async def begin():
        caller = lane.call(work)
        caller.send(None)
        return caller

    caller = run(begin)
    is_begun.wait(60)
    is_free.set()
    assert run(lambda: lane.call(lambda: 1)) == 1
    caller.close()
    lane.close()
