"""Ledgers, stores and jobs for the tests of this room."""

import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest

from docferry.ledger import (
    JobRecord,
    NewJob,
    PayloadStore,
    SqliteLedger,
    make_job_key,
    make_payload_key,
)
from docferry.model import JobState, JobStatus, Payload, Receipt

PROGRAM_START = """
import sys
from docferry.ledger import *
from docferry.model import *
"""


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now=1_700_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger_file(tmp_path):
    return tmp_path / "books" / "ledger.sqlite3"


@pytest.fixture
def ledger(ledger_file):
    with SqliteLedger(ledger_file) as ledger:
        yield ledger


@pytest.fixture
def new_job():
    """Makes a NewJob for a file of that name; every name has content of its own."""

    def make(name="a.pdf", *, account="hash-of-account", options=None, **changes):
        payload_key = make_payload_key(
            fingerprint=f"sha256:{name}",
            suffix=".pdf",
            pages="",
            provider="echo",
            protocol_version="1",
            operation="parse",
            options=options or {},
        )
        endpoint = "https://echo.example/api"
        job = NewJob(
            payload_key=payload_key,
            job_key=make_job_key(payload_key=payload_key, endpoint=endpoint, account_hash=account),
            provider="echo",
            protocol_version="1",
            operation="parse",
            endpoint=endpoint,
            account_hash=account,
            source_name=name,
            file_name=name,
            fingerprint=f"sha256:{name}",
            size_bytes=1000,
        )
        return replace(job, **changes)

    return make


class Engine:
    """Calls a ledger as one process would: one owner, a lease of a minute, and its own idea of the time."""

    def __init__(self, ledger, owner="one", now=1000.0):
        self.ledger = ledger
        self.owner = owner
        self.now = now

    @property
    def lease(self):
        return {"owner": self.owner, "now": self.now, "lease_seconds": 60.0}

    @property
    def writer(self):
        return {"owner": self.owner, "now": self.now}

    def claim(self, new):
        return self.ledger.claim(new, **self.lease)

    def intend(self, *records, submission_id="s1", receipts=None):
        ids = [record.id for record in records]
        self.ledger.record_intent(ids, submission_id=submission_id, receipts=receipts or {}, **self.writer)

    def submit(self, record, *, remote_id="r1", item_id=""):
        self.intend(record)
        receipt = Receipt(remote_id=remote_id, item_id=item_id)
        self.ledger.record_receipts({record.id: receipt}, **self.writer)
        return receipt

    def observe(self, record, state, raw_state="", **more):
        status = JobStatus(
            receipt=Receipt(remote_id="r1"), state=JobState(state), raw_state=raw_state or state, **more
        )
        return self.ledger.observe(record.id, status, now=self.now)

    def step(self, record: JobRecord):
        return self.ledger.find(record.id).step


@pytest.fixture
def engine(ledger):
    return Engine(ledger)


@pytest.fixture
def other(ledger):
    return Engine(ledger, owner="two")


@pytest.fixture
def engine_on():
    """Makes an Engine for any ledger."""
    return Engine


@pytest.fixture
def store(tmp_path, clock):
    with PayloadStore(tmp_path / "cache", max_bytes=1_000_000, clock=clock) as store:
        yield store


@pytest.fixture
def put():
    """Writes parts, given by name, into a store, and saves them if there is a key; returns the payload."""

    def write(store, parts, *, key=""):
        written = []
        for name, data in parts.items():
            with store.writer(name, "application/octet-stream") as writer:
                writer.write(data)
            written.append(writer.part)
        payload = Payload(parts=tuple(written))
        if key:
            store.save(key, payload)
        return payload

    return write


@pytest.fixture
def read():
    """Reads all bytes of a part."""

    def read_all(store, part):
        with store.open(part) as stream:
            return stream.read()

    return read_all


@pytest.fixture
def start():
    """Starts a Python process that runs a program with arguments; all are ended at the end of the test."""
    processes = []

    def run(program, *arguments):
        text = textwrap.dedent(PROGRAM_START) + textwrap.dedent(program)
        process = subprocess.Popen(
            [sys.executable, "-c", text, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()
