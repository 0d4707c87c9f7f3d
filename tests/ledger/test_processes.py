"""Several processes on one ledger, killed at the worst moments."""

import subprocess
import sys
from itertools import pairwise

import pytest

from docferry.ledger import JobStep, PayloadStore, SqliteLedger
from docferry.model import Receipt

JOB = """
def job(name):
    payload_key = make_payload_key(fingerprint=name, suffix=".pdf", pages="", provider="echo",
                                   protocol_version="1", operation="parse", options={})
    job_key = make_job_key(payload_key=payload_key, endpoint="https://e.example", account_hash="h")
    return NewJob(payload_key=payload_key, job_key=job_key, provider="echo", protocol_version="1",
                  operation="parse", endpoint="https://e.example", account_hash="h", source_name=name,
                  file_name=name, fingerprint=name, size_bytes=1)
"""

CLAIM_ALL = (
    JOB
    + """
path, owner, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
with SqliteLedger(path) as ledger:
    for number in range(count):
        claim = ledger.claim(job(f"{number}.pdf"), owner=owner, now=1000.0, lease_seconds=60.0)
        if claim.is_ours:
            ledger.record_intent([claim.record.id], submission_id=owner, receipts={}, owner=owner, now=1000.0)
            print(claim.record.id, flush=True)
            receipt = Receipt(remote_id=f"{owner}-{number}")
            ledger.record_receipts({claim.record.id: receipt}, owner=owner, now=1000.0)
"""
)

# Walks one job through its life, saying each step before it is begun and after it is done.
LIFE = (
    JOB
    + """
import os, signal
path, cache, last = sys.argv[1], sys.argv[2], sys.argv[3]
def reached(word):
    if word == last:
        os.kill(os.getpid(), signal.SIGKILL)
ledger = SqliteLedger(path)
store = PayloadStore(cache, max_bytes=10**6)
record = ledger.claim(job("a.pdf"), owner="dead", now=1000.0, lease_seconds=60.0).record
reached("claimed")
ledger.record_intent([record.id], submission_id="s1", receipts={}, owner="dead", now=1001.0)
reached("sent")
receipt = Receipt(remote_id="r1")
ledger.record_receipts({record.id: receipt}, owner="dead", now=1002.0)
reached("answered")
ledger.observe(record.id, JobStatus(receipt=receipt, state=JobState.SUCCEEDED, raw_state="done"), now=1003.0)
reached("observed")
writer = store.writer("result.json", "application/json")
writer.write(b"{}")
reached("writing")
part = writer.finish()
reached("written")
store.save(record.payload_key, Payload(parts=(part,)))
reached("saved")
ledger.record_payload(record.id, Payload(parts=(part,)), now=1004.0)
reached("fetched")
"""
)
MOMENTS = ("claimed", "sent", "answered", "observed", "writing", "written", "saved", "fetched")


def lines(process):
    output, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    return output.split()


def test_two_processes_claim_fifty_jobs_exactly_once(start, ledger_file):
    processes = [start(CLAIM_ALL, ledger_file, owner, 50) for owner in ("one", "two")]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed = [job_id for process in processes for job_id in lines(process)]
    assert len(claimed) == len(set(claimed)) == 50
    with SqliteLedger(ledger_file) as ledger:
        jobs = ledger.jobs()
    assert {job.id for job in jobs} == set(claimed)
    assert {(job.step, job.attempt) for job in jobs} == {(JobStep.SUBMITTED, 1)}
    assert all(job.receipt.remote_id.startswith(job.submission_id) for job in jobs)


def test_many_processes_make_one_new_ledger_at_once(start, ledger_file):
    program = """
    ledger = SqliteLedger(sys.argv[1])
    print(ledger.account_hash("key"), flush=True)
    """
    processes = [start(program, ledger_file) for _ in range(6)]
    assert len({line for process in processes for line in lines(process)}) == 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_killed_process_leaves_can_be_gone_on_with(
    start, ledger_file, tmp_path, moment, engine_on, put
):
    process = start(LIFE, ledger_file, tmp_path / "cache", moment)
    process.communicate(timeout=100)
    assert process.returncode == -9
    index = MOMENTS.index(moment)
    with SqliteLedger(ledger_file) as ledger, PayloadStore(tmp_path / "cache", max_bytes=10**6) as store:
        (record,) = ledger.jobs()
        cached = store.find(record.payload_key)
        assert (cached is not None) == (index >= MOMENTS.index("saved"))
        alive = engine_on(ledger, owner="alive")
        assert not alive.claim(record).is_ours  # the dead one's lease still runs, or there is nothing to do
        alive.now = 1060.0
        claim = alive.claim(record)
        if moment == "claimed":
            alive.intend(claim.record)  # nothing was sent: send it
        elif moment == "sent":
            assert (claim.is_ours, claim.record.step) == (True, JobStep.UNKNOWN)
        elif moment == "fetched":
            assert (claim.is_ours, claim.record.step, claim.record.payload) == (
                False,
                JobStep.FETCHED,
                cached,
            )
        else:
            assert (claim.is_ours, claim.record.step) == (True, JobStep.SUBMITTED)
            assert claim.record.receipt == Receipt(remote_id="r1")
            payload = cached or put(store, {"result.json": b"{}"}, key=record.payload_key)
            ledger.record_payload(record.id, payload, now=1060.0)
            assert store.find(record.payload_key) == payload


def test_a_process_killed_among_many_writes_leaves_a_sound_ledger(start, ledger_file):
    seen = []
    for turn in range(5):
        process = start(CLAIM_ALL, ledger_file, f"turn-{turn}", 400)
        process.stdout.readline()
        process.stdin.write("go\n")
        process.stdin.flush()
        seen.extend(process.stdout.readline().strip() for _ in range(10 + 7 * turn))
        process.kill()
        process.wait()
        seen.extend(process.stdout.read().split())
    with SqliteLedger(ledger_file) as ledger:
        jobs = {job.id: job for job in ledger.jobs()}
        with ledger._database.reading() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert len(seen) == len(set(seen))
    # What was printed had its intent on the disk before.
    assert {jobs[job_id].step for job_id in seen} <= {JobStep.INTENT, JobStep.SUBMITTED}
    assert sum(job.step is JobStep.INTENT for job in jobs.values()) <= 5


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_parent_and_its_workers_share_a_ledger(ledger_file, tmp_path, method):
    program = tmp_path / "program.py"
    program.write_text(
        """
import multiprocessing
import sys
from docferry.ledger import SqliteLedger


def work(number):
    with SqliteLedger(sys.argv[1]) as ledger:
        return ledger.add_event("echo", f"r{number % 10}", event_id="e", now=1.0)


if __name__ == "__main__":
    with SqliteLedger(sys.argv[1]) as ledger:
        with multiprocessing.get_context(sys.argv[2]).Pool(3) as pool:
            print(sum(pool.map(work, range(60), chunksize=1)))
        print(len(ledger.take_events("echo", [f"r{number}" for number in range(10)])))
"""
    )
    run = subprocess.run(
        [sys.executable, program, ledger_file, method],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert run.stdout.split() == ["10", "10"]


def test_processes_that_share_a_small_cache_never_read_wrong_bytes(start, tmp_path):
    program = """
    import hashlib
    folder, owner = sys.argv[1], sys.argv[2]
    now = [1000.0]
    store = PayloadStore(folder, max_bytes=40_000, clock=lambda: now[0])
    kept = lost = 0
    for turn in range(60):
        now[0] += 100.0
        key = f"{turn % 12}"
        with store.hold(key):
            payload = store.find(key)
            if payload is None:
                names = [f"{turn % 5}.bin", f"{turn % 12}.bin"]
                parts = []
                for name in names:
                    with store.writer(name, "x/y") as writer:
                        writer.write(hashlib.sha256(name.encode()).digest() * 150)
                    parts.append(writer.part)
                payload = Payload(parts=tuple(parts))
                store.save(key, payload)
            for part in payload.parts:
                with store.open(part) as stream:
                    assert stream.read() == hashlib.sha256(part.name.encode()).digest() * 150
    print("well", store.info().size_bytes <= 60_000)
    """
    processes = [start(program, tmp_path / "cache", owner) for owner in ("one", "two", "three")]
    assert [lines(process) for process in processes] == [["well", "True"]] * 3
    with PayloadStore(tmp_path / "cache", max_bytes=40_000) as store:
        files = list((tmp_path / "cache").glob("blobs/*/*"))
        assert sum(path.stat().st_size for path in files) == store.info().size_bytes
        assert not list((tmp_path / "cache").glob("temp/*"))


def test_moments_are_in_order():
    assert all(LIFE.index(f'"{one}"') < LIFE.index(f'"{two}"') for one, two in pairwise(MOMENTS))
