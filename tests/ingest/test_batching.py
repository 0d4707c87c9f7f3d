"""Runs with a service that takes several files at once, and with several ingestors on one account."""

import dataclasses
import threading
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from docferry.engine import current_engine
from docferry.ingest import Ingestor, JobDesk
from docferry.model import ProgressPhase
from docferry.provider import JobSettings
from docferry.provider.transport import HttpTransport
from docferry.testing.jobs import JobBench


@pytest.fixture
def ingest(depot, depot_manager, jobs):  # noqa: ARG001 - the service's address is in the environment
    def make(**given):
        options = {"batch": given.pop("batch", 1)}
        if "concurrency" in given:
            options["concurrency"] = given.pop("concurrency")
        return Ingestor(
            provider="depot",
            options=options,
            manager=depot_manager,
            **{"jobs": jobs, "chunking": None, **given},
        )

    return make


@pytest.fixture
def bench(depot, tmp_path):  # noqa: ARG001 - the service's address is in the environment
    """An engine whose clock stands still: no batch goes out for having waited, and nobody polls."""
    service = SimpleNamespace(transport=lambda network: HttpTransport(network=network))
    bench = JobBench(folder=tmp_path, service=service)
    current_engine().run(bench.open())
    bench.clock.stop()
    yield bench
    bench.clock.go_on()
    current_engine().run(bench.aclose())


POINT = EntryPoint(name="depot", value="depot_plugin", group="docferry")


@contextmanager
def held_run(bench, paths, **options):
    """A run on a clock that stands still until the block lets it go, and that somebody reads."""
    ingestor = Ingestor(
        provider="depot",
        options=options,
        manager=bench.manager([POINT]),
        chunking=None,
        on_error="collect",
        look_ahead=0,
    )
    outcomes = []
    with ingestor.run(paths) as run:
        reader = threading.Thread(target=lambda: outcomes.extend(run))
        reader.start()
        try:
            yield outcomes
        finally:
            bench.clock.go_on()
            reader.join()


def wait_until(condition):
    for _ in range(12_000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it did not happen within a minute")


def test_two_full_batches_are_under_way_whatever_the_look_ahead(bench, depot, files):
    paths = files(*(f"text {number}" for number in range(12)))
    with held_run(bench, paths, batch=4) as outcomes:
        wait_until(lambda: len(depot.submissions) == 2)
        assert outcomes == []
    assert [outcome.source for outcome in outcomes] == paths
    assert [len(names) for names in depot.submissions[:2]] == [4, 4]
    assert len(depot.files) == 12


@pytest.mark.parametrize("extra", [[], ["missing.txt"], ["000.txt"]], ids=["", "failing", "known"])
def test_the_last_files_do_not_wait_for_company(bench, depot, files, tmp_path, extra):
    paths = files("one", "two", "three") + [str(tmp_path / name) for name in extra]
    with held_run(bench, paths, batch=9) as outcomes:
        wait_until(lambda: depot.submissions)
    assert len(outcomes) == len(paths)
    assert [sorted(names) for names in depot.submissions] == [["000.txt", "001.txt", "002.txt"]]


def test_a_refreshing_ingestor_submits_once_in_every_run(ingest, depot, files, jobs):
    paths = files("one", "one")
    refreshing = ingest(jobs=dataclasses.replace(jobs, refreshes=True))
    for count in (1, 2, 3):
        with refreshing.run(paths) as run:
            assert [outcome.is_success for outcome in run] == [True, True]
        assert len(depot.submissions) == count


def test_ingestors_of_one_account_share_its_limits(ingest, depot, files, jobs, tmp_path):
    other = JobSettings(ledger=tmp_path / "other.sqlite3", cache=tmp_path / "other")
    paths = files(*(f"text {number}" for number in range(8)))
    depot.may_finish.clear()
    runs = [
        ingest(concurrency=2, jobs=jobs, look_ahead=4).run(paths[:4]),
        ingest(concurrency=2, jobs=other, look_ahead=4).run(paths[4:]),
    ]
    readers = [threading.Thread(target=list, args=(run,)) for run in runs]
    for reader in readers:
        reader.start()
    wait_until(lambda: len(depot.submissions) >= 2 and depot.polls >= 10)
    assert len(depot.submissions) == 2
    depot.may_finish.set()
    for reader in readers:
        reader.join()
    assert len(depot.submissions) == 8


def test_progress_tells_how_many_sources_there_are_once_that_is_known(ingest, files):
    events = []
    paths = files("one", "two", "three")
    with ingest(on_progress=events.append, look_ahead=9).run(paths) as run:
        list(run)
    totals = [event.sources_total for event in events]
    assert set(totals) <= {None, 3}
    assert [e.sources_total for e in events if e.phase is ProgressPhase.FINISHED][-1] == 3
    assert totals == sorted(totals, key=lambda total: total is not None)


def test_a_collected_run_knows_its_count_from_the_start(depot, depot_manager, jobs, files):  # noqa: ARG001
    desk = JobDesk(jobs=jobs, manager=depot_manager)
    desk.submit(files("one", "two"), provider="depot")
    events = []
    with desk.collect(on_progress=events.append) as run:
        assert len(list(run)) == 2
    assert {event.sources_total for event in events} == {2}
