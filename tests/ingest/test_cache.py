"""What was paid for is kept, checked, and fetched again while the service still has it: over real HTTP."""

import dataclasses
import hashlib

import pytest

from docferry.errors import ResultExpiredError
from docferry.ingest import Ingestor, JobDesk
from docferry.ledger import SqliteLedger
from docferry.provider import JobSettings

KEY = "key-1"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("page one\fpage two")
    return str(path)


@pytest.fixture
def parse(depot, depot_manager, source):  # noqa: ARG001 - the depot's environment
    """Parses the source with settings as a run of its own, as far as the cache can tell."""

    def parse(jobs, **options):
        ingestor = Ingestor(
            provider="depot", options=options, jobs=jobs, manager=depot_manager, chunking=None
        )
        (outcome,) = ingestor.run(source)
        return outcome.document

    return parse


@pytest.fixture
def again(jobs, tmp_path):
    """The same ledger and cache by other names, so that nothing is remembered in memory."""
    number = iter(range(1000))

    def settings(**changes):
        way = tmp_path / f"way-{next(number)}"
        way.symlink_to(tmp_path / "books")
        return dataclasses.replace(jobs, ledger=way / "ledger.sqlite3", cache=way / "cache", **changes)

    return settings


def blobs(jobs):
    return [path for path in jobs.cache.glob("blobs/*/*") if path.is_file()]


def test_results_are_files_named_by_their_content(parse, jobs):
    parse(jobs)
    (blob,) = blobs(jobs)
    assert blob.name == hashlib.sha256(blob.read_bytes()).hexdigest()
    assert blob.stat().st_mode & 0o777 == 0o600


def test_the_second_run_asks_the_service_nothing(parse, jobs, again, depot):
    first = parse(jobs)
    asked = (depot.polls, depot.fetches, len(depot.submissions))
    assert parse(again()) == first
    assert (depot.polls, depot.fetches, len(depot.submissions)) == asked


@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_corrupt_result_is_dropped_and_fetched_again_and_not_paid_again(parse, jobs, again, depot, harm):
    first = parse(jobs)
    (blob,) = blobs(jobs)
    data = blob.read_bytes()
    blob.unlink()
    if harm != "remove":
        blob.write_bytes(b"X" + data[1:] if harm == "flip" else data[:-3])
    assert parse(again()) == first
    assert len(depot.submissions) == 1
    assert depot.fetches == 2
    assert blob.read_bytes() == data


def test_a_corrupt_result_that_the_service_no_longer_has_is_an_error_and_then_paid_again(
    parse, jobs, again, depot
):
    first = parse(jobs)
    (blob,) = blobs(jobs)
    blob.write_bytes(blob.read_bytes()[::-1])
    depot.words["a.txt"] = "gone"
    with pytest.raises(ResultExpiredError):
        parse(again())
    assert len(depot.submissions) == 1
    depot.words.clear()
    assert parse(again()) == first
    assert len(depot.submissions) == 2


def test_without_the_cache_nothing_is_taken_from_it_or_left_in_it(parse, jobs, again, depot):
    parse(dataclasses.replace(jobs, uses_cache=False))
    assert not jobs.cache.exists()
    parse(jobs)
    parse(again(uses_cache=False))
    assert depot.fetches == 3
    assert len(depot.submissions) == 1


def test_refreshing_pays_anew_and_replaces_what_was_kept(parse, jobs, again, depot):
    parse(jobs)
    parse(again(refreshes=True))
    assert len(depot.submissions) == 2
    assert len(blobs(jobs)) == 1


def test_a_ledger_and_a_cache_in_memory_leave_nothing_on_the_disk(
    parse, depot, depot_manager, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    settings = JobSettings(ledger=":memory:", cache=":memory:")
    assert parse(settings) == parse(settings)
    assert len(depot.submissions) == 1
    assert [job.provider for job in JobDesk(jobs=settings, manager=depot_manager).list_jobs()] == ["depot"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_the_environment_says_where_both_are_and_settings_go_first(parse, jobs, tmp_path, monkeypatch):
    monkeypatch.setenv("DOCFERRY_LEDGER", str(tmp_path / "env" / "ledger.sqlite3"))
    monkeypatch.setenv("DOCFERRY_CACHE", str(tmp_path / "env" / "cache"))
    parse(jobs)
    assert not (tmp_path / "env").exists()
    parse(JobSettings())
    assert len(blobs(dataclasses.replace(jobs, cache=tmp_path / "env" / "cache"))) == 1
    with SqliteLedger(tmp_path / "env" / "ledger.sqlite3") as ledger:
        assert len(ledger.jobs()) == 1


def test_no_key_is_in_any_file_of_the_ledger_or_the_cache(parse, jobs, tmp_path):
    parse(jobs)
    parse(jobs, api_key="key-2", language="de")
    files = [path for path in (tmp_path / "books").rglob("*") if path.is_file()]
    assert len(files) >= 4
    for path in files:
        assert not any(key in path.read_bytes() for key in (b"key-1", b"key-2")), path.name
