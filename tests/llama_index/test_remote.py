"""A reader over a remote service: its ledger and cache are the ones given, and it keeps secrets."""

from dataclasses import replace

from docferry.ledger import JobStep, SqliteLedger
from docferry.llama_index import DocferryReader
from docferry.provider import NetworkSettings

SECRET = "s3cret-value"


def test_a_reader_keeps_its_jobs_where_it_is_told_to(depot, depot_manager, jobs, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one")
    reader = DocferryReader(provider="depot", jobs=jobs, manager=depot_manager)
    again = DocferryReader.from_dict(reader.to_dict(), manager=depot_manager)
    for each in (reader, again):
        assert [document.text for document in each.load_data(path)] == ["one [en]"]
    assert len(depot.submissions) == 1
    with SqliteLedger(jobs.ledger) as ledger:
        assert [record.step for record in ledger.jobs()] == [JobStep.FETCHED]


def test_a_load_may_have_a_ledger_of_its_own(depot, depot_manager, jobs, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one")
    reader = DocferryReader(provider="depot", jobs=jobs, manager=depot_manager)
    other = replace(jobs, ledger=tmp_path / "other.sqlite3", cache=tmp_path / "other")
    reader.load_data(path)
    reader.load_data(path, jobs=other)
    assert len(depot.submissions) == 2


def test_proxy_and_headers_are_shown_nowhere(depot_manager, jobs):
    network = NetworkSettings(
        proxy=f"http://u:{SECRET}@proxy", headers=(("X-Key", SECRET),), ca_file="ca.pem"
    )
    reader = DocferryReader(
        provider="depot", api_key="key-1", jobs=replace(jobs, network=network), manager=depot_manager
    )
    shown = f"{reader!r} {reader} {reader.to_dict()} {reader.to_json()} {reader.model_dump()}"
    assert SECRET not in shown
    assert reader.to_dict()["jobs"]["network"] == {"ca_file": "ca.pem"}
