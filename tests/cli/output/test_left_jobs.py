"""What is said of jobs left behind names commands that find them."""

import shlex
from itertools import pairwise

import pytest

from docferry.cli.output.left_jobs import LeftJobs
from docferry.ledger import JobStep, NewJob, SqliteLedger


@pytest.fixture
def ledger():
    books = SqliteLedger(":memory:")
    yield books
    books.close()


@pytest.fixture
def sent(ledger):
    """A job whose request went out, and its process ended before an answer came."""
    new = NewJob(
        payload_key="p",
        job_key="j",
        provider="depot",
        protocol_version="1",
        operation="parse",
        endpoint="http://localhost/",
        account_hash="a",
        source_name="a.txt",
        file_name="a.txt",
        fingerprint="sha256:0",
        size_bytes=1,
        options_json="{}",
    )
    record = ledger.claim(new, owner="me", now=0.0, lease_seconds=9.0).record
    ledger.record_intent((record.id,), submission_id="s", receipts={}, owner="me", now=0.0)
    return ledger.find(record.id)


def test_the_command_for_unknown_outcomes_lists_a_job_without_an_answer(ledger, sent):
    (clause,) = LeftJobs(records=(sent,)).clauses()
    said, _, command = clause.partition(": ")
    words = shlex.split(command)
    steps = [JobStep(word) for before, word in pairwise(words) if before == "--step"]
    assert said == "1 job of unknown outcome"
    assert ledger.jobs(steps=steps) == (sent,)
