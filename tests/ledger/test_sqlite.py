"""The ledger as a whole: finding jobs, where it lives, and what never gets into it."""

import pickle
import threading
from pathlib import Path

import pytest

from docferry.errors import ConfigurationError, JobFailedError, JobNotFoundError
from docferry.ledger import JobStep, LeaseLostError, Ledger, SqliteLedger
from docferry.model import JobState, JobStatus, Payload, PayloadPart, Receipt

SECRETS = {
    "key": "sk-PLANTED-KEY-0001",
    "query": "PLANTEDSIGNATURE0002",
    "password": "PLANTEDPASSWORD0003",
    "detail": "PLANTEDDETAIL0004",
    "bearer": "PLANTEDBEARER0005",
    "foreign": "PLANTEDFOREIGN0006",
}


def test_the_sqlite_ledger_is_a_ledger(ledger):
    as_protocol: Ledger = ledger
    assert as_protocol.jobs() == ()


class TestFind:
    def test_an_id_or_a_prefix_that_only_one_job_has(self, engine, ledger, new_job):
        record = engine.claim(new_job()).record
        for text in (record.id, record.id[:1], record.id[:6].upper(), f" {record.id} "):
            assert ledger.find(text) == record

    def test_a_prefix_of_several_jobs_names_them(self, engine, ledger, new_job):
        ids = [engine.claim(new_job(f"{number}.pdf")).record.id for number in range(17)]
        firsts = [job_id[0] for job_id in ids]
        digit = next(digit for digit in firsts if firsts.count(digit) > 1)  # 17 ids have 16 first digits
        with pytest.raises(JobNotFoundError, match="begin with.*give more digits") as caught:
            ledger.find(digit)
        assert next(job_id for job_id in ids if job_id[0] == digit)[:12] in str(caught.value)

    @pytest.mark.parametrize("text", ["", " ", "0", "zz", "%", "_", "0" * 12, "0" * 13, "'; DROP TABLE jobs"])
    def test_anything_else_is_not_found_with_a_next_step(self, ledger, text):
        with pytest.raises(JobNotFoundError, match="docferry jobs list"):
            ledger.find(text)


class TestJobs:
    def test_newest_first_and_by_provider_step_and_source(self, engine, ledger, new_job):
        engine.claim(new_job("a.pdf"))
        engine.now += 1
        engine.submit(engine.claim(new_job("b.pdf", provider="other")).record)
        engine.now += 1
        engine.claim(new_job("c.pdf"))

        def names(**filters):
            return [job.source_name for job in ledger.jobs(**filters)]

        assert names() == ["c.pdf", "b.pdf", "a.pdf"]
        assert names(limit=2) == ["c.pdf", "b.pdf"]
        assert names(provider="echo") == ["c.pdf", "a.pdf"]
        assert names(steps=[JobStep.SUBMITTED]) == ["b.pdf"]
        assert names(steps=[JobStep.SUBMITTED, JobStep.OPEN], provider="echo") == ["c.pdf", "a.pdf"]
        assert names(source="a.pdf") == ["a.pdf"]
        assert names(source="none.pdf") == []

    def test_equal_times_come_in_order_of_entry(self, engine, ledger, new_job):
        for number in range(5):
            engine.claim(new_job(f"{number}.pdf"))
        assert [job.source_name for job in ledger.jobs()] == [f"{number}.pdf" for number in (4, 3, 2, 1, 0)]

    def test_a_source_is_found_by_the_name_the_caller_knows(self, engine, ledger, new_job):
        name = "https://h.example/a.pdf?sig=1"
        engine.claim(new_job(source_name=name))
        assert len(ledger.jobs(source=name)) == 1

    def test_a_name_in_another_encoding_can_be_kept_and_found(self, engine, ledger, new_job):
        name = b"\xb2\xe2\xca\xd4.pdf".decode("utf-8", "surrogateescape")
        engine.claim(new_job(source_name=name, file_name=name))
        assert len(ledger.jobs(source=name)) == 1


class TestAccounts:
    def test_a_hash_is_the_same_after_a_restart_and_another_in_another_ledger(self, ledger_file, tmp_path):
        with SqliteLedger(ledger_file) as one, SqliteLedger(ledger_file) as two:
            first = one.account_hash("key")
            assert first == two.account_hash("key") != one.account_hash("another")
        with SqliteLedger(ledger_file) as again, SqliteLedger(tmp_path / "else.sqlite3") as elsewhere:
            assert again.account_hash("key") == first != elsewhere.account_hash("key")


class TestPlace:
    def test_by_default_it_is_where_the_settings_say(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DOCFERRY_LEDGER", str(tmp_path / "by" / "environment.sqlite3"))
        with SqliteLedger() as ledger:
            assert ledger.path == tmp_path / "by" / "environment.sqlite3"
            assert ledger.path.exists()

    def test_an_argument_goes_first(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DOCFERRY_LEDGER", str(tmp_path / "environment.sqlite3"))
        with SqliteLedger(str(tmp_path / "argument.sqlite3")):
            assert [path.name for path in tmp_path.glob("*.sqlite3")] == ["argument.sqlite3"]

    def test_in_memory_nothing_is_written(self, tmp_path, monkeypatch, engine_on, new_job):
        monkeypatch.chdir(tmp_path)
        with SqliteLedger(":memory:") as ledger:
            engine = engine_on(ledger)
            engine.submit(engine.claim(new_job()).record)
            assert ledger.jobs()[0].step is JobStep.SUBMITTED
        assert list(tmp_path.iterdir()) == []

    def test_an_error_names_the_file_and_the_variable(self, tmp_path):
        (tmp_path / "ledger.sqlite3").mkdir()
        with pytest.raises(ConfigurationError, match=r"ledger .*ledger\.sqlite3 cannot .*DOCFERRY_LEDGER"):
            SqliteLedger(tmp_path / "ledger.sqlite3")


def test_planted_secrets_are_in_no_file_of_the_ledger(ledger, ledger_file, engine, new_job):
    signed = f"https://me:{SECRETS['password']}@h.example/a.pdf?X-Amz-Signature={SECRETS['query']}"
    job = new_job(
        account=ledger.account_hash(SECRETS["key"]),
        source_name=signed,
        endpoint=f"https://me:{SECRETS['password']}@api.example/v1?key={SECRETS['query']}",
    )
    record = engine.claim(job).record
    engine.intend(record)
    error = JobFailedError(
        f"cannot read {signed}; Authorization: Bearer {SECRETS['bearer']}",
        next_step=f"call with api_key={SECRETS['key']}",
        source=signed,
    )
    ledger.record_unknown([record.id], error=RuntimeError(SECRETS["foreign"]), **engine.writer)
    ledger.record_receipts({record.id: Receipt(remote_id="r1")}, **engine.writer)
    status = JobStatus(
        receipt=Receipt(remote_id="r1"),
        state=JobState.FAILED,
        raw_state=f"failed {signed}",
        error=error,
        detail={"url": signed, "text": SECRETS["detail"]},
    )
    stored = ledger.observe(record.id, status, now=1001.0)
    assert stored.source_name == "https://h.example/a.pdf"
    assert "cannot read https://h.example/a.pdf" in stored.error_message
    files = list(ledger_file.parent.iterdir())
    assert {"ledger.sqlite3", "ledger.sqlite3-wal"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not [name for name, secret in SECRETS.items() if secret.encode() in content], path.name
    assert b"h.example/a.pdf" in Path(f"{ledger_file}-wal").read_bytes()  # the search finds what is there


def test_what_the_ledger_says_of_secrets_in_a_record_is_nothing(engine, new_job):
    job = new_job(endpoint="https://me:PW@api.example/v1?key=K")
    assert engine.claim(job).record.endpoint == "https://api.example/v1"


def test_one_ledger_serves_many_threads(ledger, engine_on, new_job):
    ours = []

    def work(number):
        engine = engine_on(ledger, owner=f"owner-{number}")
        for name in range(20):
            claim = engine.claim(new_job(f"{name}.pdf"))
            if claim.is_ours:
                engine.submit(claim.record, remote_id=f"{number}-{name}")
                ours.append(claim.record.id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ours) == len(set(ours)) == 20
    assert all(job.step is JobStep.SUBMITTED for job in ledger.jobs())


def test_thousands_of_jobs_can_be_named_at_once(engine, ledger, new_job):
    records = [engine.claim(new_job(f"{number}.pdf")).record for number in range(1500)]
    engine.intend(*records)
    ids = [record.id for record in records]
    ledger.record_receipts(
        {job_id: Receipt(remote_id="b", item_id=job_id) for job_id in ids}, **engine.writer
    )
    assert ledger.heartbeat("one", ids, now=1001.0, lease_seconds=60.0) == tuple(ids)
    assert {job.submission_id for job in ledger.jobs(steps=[JobStep.SUBMITTED])} == {"s1"}
    assert ledger.forget(ids) == 1500


def test_records_and_errors_travel_between_processes(engine, ledger, new_job):
    record = engine.claim(new_job()).record
    engine.submit(record)
    part = PayloadPart(name="a", media_type="b", size_bytes=1, digest="c")
    ledger.record_payload(record.id, Payload(parts=(part,)), now=1.0)
    stored = ledger.find(record.id)
    assert pickle.loads(pickle.dumps(stored)) == stored
    error = pickle.loads(pickle.dumps(LeaseLostError(("a", "b"))))
    assert error.job_ids == ("a", "b")
