"""One behaviour suite over both faces: what one does, the other does."""

import asyncio
import gc
import inspect
import os
import threading

import pytest
import uvloop
from forks import in_child

from docferry.engine import current_engine
from docferry.errors import CorruptSourceError, ProviderBugError, SourceNotFoundError
from docferry.ingest import AsyncRun, Ingestor, Run


def in_thread(work):
    """Run a function in a thread of its own and hand back its result or raise its error."""
    box = []

    def call():
        try:
            box.append((work(), None))
        except BaseException as error:  # noqa: BLE001 - handed over to the test's thread
            box.append((None, error))

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    result, error = box[0]
    if error is not None:
        raise error
    return result


def on_loop(main):
    with asyncio.Runner() as runner:
        return runner.run(main)


async def collected(run, limit=None):
    outcomes = []
    async with run:
        async for outcome in run:
            outcomes.append(outcome)
            if len(outcomes) == limit:
                break
    return outcomes


def read_sync(ingestor, sources, limit=None):
    outcomes = []
    with ingestor.run(sources) as run:
        for outcome in run:
            outcomes.append(outcome)
            if len(outcomes) == limit:
                break
    return outcomes, run.report


def read_async(ingestor, sources, limit=None):
    run = ingestor.run_async(sources)
    return on_loop(collected(run, limit)), run.report


def read_sync_inside_a_running_loop(ingestor, sources, limit=None):
    async def main():
        return read_sync(ingestor, sources, limit)

    return on_loop(main())


def read_sync_under_uvloop(ingestor, sources, limit=None):
    async def main():
        return read_sync(ingestor, sources, limit)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def read_async_under_uvloop(ingestor, sources, limit=None):
    run = ingestor.run_async(sources)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(collected(run, limit)), run.report


def read_sync_in_a_thread(ingestor, sources, limit=None):
    return in_thread(lambda: read_sync(ingestor, sources, limit))


@pytest.fixture(
    params=[
        read_sync,
        read_async,
        read_sync_inside_a_running_loop,
        read_sync_under_uvloop,
        read_async_under_uvloop,
        read_sync_in_a_thread,
    ],
    ids=lambda read: read.__name__,
)
def read(request):
    return request.param


def make(probe, **settings):
    return Ingestor(provider="probe", manager=probe.manager, **settings)


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)


def wait_on_engine(condition):
    current_engine().run(asyncio.wait_for(until(condition), 10))


def test_faces_have_the_same_signature():
    assert inspect.signature(Run.__init__) == inspect.signature(AsyncRun.__init__)
    run, run_async = inspect.signature(Ingestor.run), inspect.signature(Ingestor.run_async)
    assert run.parameters == run_async.parameters


def test_outcomes_come_in_order(probe, files, read):
    paths = files(*(f"text {number}" for number in range(20)))
    outcomes, report = read(make(probe), paths)
    assert [outcome.source for outcome in outcomes] == paths
    assert [outcome.chunks[0].text for outcome in outcomes] == [f"text {number}" for number in range(20)]
    assert report.succeeded == paths
    assert report.is_complete
    assert (report.page_count, report.chunk_count) == (20, 20)


def test_order_holds_when_the_first_source_is_the_slowest(probe, files, read):
    paths = files("slow", "quick", "quick")
    probe.hold = {"000.txt"}
    run_started = threading.Timer(0.05, probe.release.set)
    run_started.start()
    outcomes, _ = read(make(probe), paths)
    assert [outcome.source for outcome in outcomes] == paths


def test_look_ahead_is_bounded(probe, files, read):
    probe.hold, probe.release_at = {f"{number:03}.txt" for number in range(12)}, 4
    read(make(probe, look_ahead=3), files(*(f"text {number}" for number in range(12))))
    assert probe.most_under_way == 4


def test_raise_delivers_what_came_before_and_stops(probe, files):
    paths = files("good", "broken", "good")
    seen = []
    with make(probe).run(paths) as run, pytest.raises(CorruptSourceError) as caught:
        seen.extend(run)
    assert [outcome.source for outcome in seen] == [paths[0]]
    assert str(caught.value) == f"{paths[1]}: it is broken; mend it"
    assert not run.report.is_complete


def test_raise_hands_over_the_sources_before_the_failed_one(probe, files):
    paths = files("good", "broken", "good")
    run = make(probe).run(paths)
    assert next(run).source == paths[0]
    with pytest.raises(CorruptSourceError):
        next(run)
    with pytest.raises(StopIteration):
        next(run)


def test_skip_leaves_the_failed_source_out_and_reports_it(probe, files, read, caplog):
    paths = files("good", "broken", "good")
    outcomes, report = read(make(probe, on_error="skip"), paths)
    assert [outcome.source for outcome in outcomes] == [paths[0], paths[2]]
    assert [outcome.source for outcome in report.failed] == [paths[1]]
    assert "left out" in caplog.text
    assert report.is_complete


def test_collect_delivers_the_error_in_its_place(probe, files, read):
    paths = files("good", "broken", "good")
    outcomes, report = read(make(probe, on_error="collect"), [*paths, "missing.txt"])
    assert [outcome.is_success for outcome in outcomes] == [True, False, True, False]
    assert isinstance(outcomes[1].error, CorruptSourceError)
    assert isinstance(outcomes[3].error, SourceNotFoundError)
    assert len(report.failed) == 2


@pytest.mark.parametrize("text", ["bug", "nothing"])
def test_a_plugins_bug_is_named_and_loses_no_other_source(probe, files, read, text):
    outcomes, _ = read(make(probe, on_error="collect"), files("good", text, "good"))
    assert [outcome.is_success for outcome in outcomes] == [True, False, True]
    assert isinstance(outcomes[1].error, ProviderBugError)
    assert "specimen" in str(outcomes[1].error)


def test_early_stop_leaves_nothing_running(probe, files, read):
    paths = files(*(f"text {number}" for number in range(30)))
    probe.hold = {f"{number:03}.txt" for number in range(3, 30)}
    outcomes, report = read(make(probe), paths, limit=2)
    assert len(outcomes) == 2
    assert probe.under_way == 0
    assert len(probe.started) < 30
    assert not report.is_complete


def test_dropping_a_run_cancels_it(probe, files):
    probe.hold = {"001.txt"}
    run = make(probe).run(files("quick", "slow"))
    next(run)
    wait_on_engine(lambda: probe.under_way == 1)
    del run
    gc.collect()
    wait_on_engine(lambda: probe.under_way == 0)
    assert len(probe.cancelled) == 1


def test_cancelling_the_async_reader_cancels_the_run(probe, files):
    probe.hold = {"000.txt"}

    async def main():
        task = asyncio.create_task(collected(make(probe).run_async(files("slow"))))
        await asyncio.to_thread(wait_on_engine, lambda: probe.under_way == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    on_loop(main())
    assert probe.under_way == 0
    assert len(probe.cancelled) == 1


def test_closing_twice_and_reading_after_closing_are_harmless(probe, files):
    run = make(probe).run(files("text"))
    run.close()
    run.close()
    assert list(run) == []


def test_all_runs_of_the_process_parse_on_one_loop(probe, files):
    paths = files("a", "b")
    in_thread(lambda: read_sync(make(probe), paths))
    in_thread(lambda: read_async(make(probe), paths))
    assert len(probe.threads) == 1


def test_several_threads_read_at_once(probe, files):
    paths = files(*(f"text {number}" for number in range(6)))
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(read_sync(make(probe), paths)[0])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[outcome.source for outcome in outcomes] for outcomes in results] == [paths] * 4


def test_an_error_of_the_callers_own_iterable_reaches_the_caller(probe, files, read):
    def sources():
        yield files("good")[0]
        raise LookupError("the caller's own")

    with pytest.raises(LookupError, match="the caller's own"):
        read(make(probe), sources())


def test_sources_are_read_lazily(probe, files):
    paths = files(*(f"text {number}" for number in range(50)))
    taken = []

    def sources():
        for path in paths:
            taken.append(path)
            yield path

    with make(probe, look_ahead=2).run(sources()) as run:
        next(run)
        assert len(taken) < 10


def test_calling_the_sync_face_on_the_engine_raises_instead_of_hanging(probe, files):
    paths = files("text")

    async def inside():
        return list(make(probe).run(paths))

    with pytest.raises(RuntimeError, match="must await"):
        current_engine().run(inside())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_an_engine_of_its_own(probe, files):
    paths = files("text")
    read_sync(make(probe), paths)

    def child():
        outcomes, _ = read_sync(make(probe), paths)
        assert outcomes[0].chunks[0].text == "text"

    assert in_child(child)


def test_a_source_that_cancels_itself_is_a_failure_and_not_the_end(probe, files, read):
    outcomes, report = read(make(probe, on_error="collect"), files("good", "suicidal", "good"))
    assert [outcome.is_success for outcome in outcomes] == [True, False, True]
    assert isinstance(outcomes[1].error, ProviderBugError)
    assert outcomes[1].source == outcomes[1].error.source != ""
    assert report.is_complete


def test_a_run_stopped_early_reports_only_what_was_read(probe, files, read):
    outcomes, report = read(make(probe), files(*(f"text {number}" for number in range(9))), limit=2)
    assert report.succeeded == [outcome.source for outcome in outcomes]
    assert not report.is_complete


def test_leaving_the_block_after_a_cancelled_step_waits_for_the_end(probe, files):
    probe.hold = {"000.txt"}

    async def main():
        async with make(probe).run_async(files("slow")) as run:
            task = asyncio.create_task(anext(run))
            await asyncio.to_thread(wait_on_engine, lambda: probe.under_way == 1)
            task.cancel()
            await asyncio.wait({task})
        assert probe.under_way == 0

    on_loop(main())


def test_a_listener_that_raises_is_not_blamed_on_docferry(probe, files):
    def listener(_event):
        raise LookupError("the caller's own")

    with pytest.raises(LookupError, match="the caller's own"):
        list(make(probe, on_progress=listener).run(files("good")))
