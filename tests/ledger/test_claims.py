"""Claims and leases: one worker per job, and no job twice."""

from dataclasses import replace

import pytest

from docferry.errors import ConfigurationError, JobNotFoundError
from docferry.ledger import JobStep, LeaseLostError
from docferry.ledger.keys import make_job_id
from docferry.model import Payload, PayloadPart, Receipt

PAYLOAD = Payload(
    parts=(PayloadPart(name="r.json", media_type="application/json", size_bytes=2, digest="0" * 64),)
)
CLOSING = ("failed", "cancelled", "expired")


def test_a_first_claim_makes_an_open_job_that_is_ours(engine, new_job):
    claim = engine.claim(new_job())
    record = claim.record
    assert claim.is_ours
    assert (record.step, record.attempt, record.is_current) == (JobStep.OPEN, 1, True)
    assert record.id == make_job_id(record.job_key, 1)
    assert (record.lease_owner, record.lease_until) == ("one", 1060.0)
    assert (record.created_at, record.updated_at, record.state, record.receipt) == (
        1000.0,
        1000.0,
        None,
        None,
    )


def test_a_claim_keeps_all_that_is_known_of_the_job(engine, new_job):
    new = new_job(pages="1-3,7", expected_pages=4, options_json='{"ocr":true}')
    record = engine.claim(new).record
    assert all(getattr(record, name) == getattr(new, name) for name in new.__dataclass_fields__)


def test_two_owners_get_the_same_job_and_one_of_them_the_lease(engine, other, new_job):
    first, second = engine.claim(new_job()), other.claim(new_job())
    assert (first.is_ours, second.is_ours) == (True, False)
    assert first.record == second.record


def test_another_account_has_a_job_of_its_own_for_the_same_payload(engine, new_job):
    one, two = (engine.claim(new_job(account=account)).record for account in ("a", "b"))
    assert one.id != two.id
    assert one.payload_key == two.payload_key


def test_a_job_whose_lease_lapsed_is_taken_over(engine, other, new_job):
    engine.claim(new_job())
    other.now = 1059.9
    assert not other.claim(new_job()).is_ours
    other.now = 1060.0
    claim = other.claim(new_job())
    assert claim.is_ours
    assert (claim.record.lease_owner, claim.record.lease_until) == ("two", 1120.0)


def test_a_released_job_is_free_at_once(engine, other, ledger, new_job):
    record = engine.claim(new_job()).record
    ledger.release("two", [record.id])
    assert not other.claim(new_job()).is_ours
    ledger.release("one", [record.id])
    assert other.claim(new_job()).is_ours


def test_a_heartbeat_keeps_the_lease_and_tells_what_is_still_ours(engine, other, ledger, new_job):
    kept, lapsed, foreign = (engine.claim(new_job(name)).record.id for name in ("a.pdf", "b.pdf", "c.pdf"))
    other.now = 1100.0
    other.claim(new_job("c.pdf"))
    ids = [foreign, lapsed, "ffffffffffff", kept]
    assert ledger.heartbeat("one", ids, now=1100.0, lease_seconds=60.0) == (lapsed, kept)
    other.now = 1159.0
    assert not other.claim(new_job("a.pdf")).is_ours


def test_a_second_claim_of_the_same_owner_is_ours_again_but_only_one_intent_gets_through(engine, new_job):
    first, second = engine.claim(new_job()), engine.claim(new_job())
    assert first.is_ours
    assert second.is_ours
    engine.intend(first.record)
    with pytest.raises(LeaseLostError):
        engine.intend(second.record, submission_id="s2")


@pytest.mark.parametrize("state", CLOSING)
def test_a_failure_is_never_kept_the_next_claim_makes_a_new_attempt(engine, other, ledger, new_job, state):
    old = engine.claim(new_job()).record
    engine.submit(old)
    engine.observe(old, state)
    claim = other.claim(new_job())
    assert claim.is_ours
    assert (claim.record.attempt, claim.record.step) == (2, JobStep.OPEN)
    assert claim.record.id != old.id
    assert ledger.find(old.id).is_current is False
    assert [job.id for job in ledger.jobs()] == [claim.record.id]
    assert [job.id for job in ledger.jobs(include_replaced=True)] == [claim.record.id, old.id]


def test_a_fetched_job_is_returned_as_it_is_to_everybody(engine, other, ledger, new_job):
    record = engine.claim(new_job()).record
    engine.submit(record)
    ledger.record_payload(record.id, PAYLOAD, now=1001.0)
    for claim in (engine.claim(new_job()), other.claim(new_job())):
        assert not claim.is_ours
        assert (claim.record.step, claim.record.payload) == (JobStep.FETCHED, PAYLOAD)


def test_an_intent_taken_over_from_another_owner_is_unknown(engine, other, new_job):
    record = engine.claim(new_job()).record
    engine.intend(record)
    other.now = 2000.0
    claim = other.claim(new_job())
    assert claim.is_ours
    assert (claim.record.step, claim.record.submission_id) == (JobStep.UNKNOWN, "s1")


def test_an_intent_that_was_released_is_unknown_to_the_next_owner(engine, other, ledger, new_job):
    record = engine.claim(new_job()).record
    engine.intend(record)
    ledger.release("one", [record.id])
    assert other.claim(new_job()).record.step is JobStep.UNKNOWN


def test_an_intent_of_our_own_stays_an_intent(engine, new_job):
    record = engine.claim(new_job()).record
    engine.intend(record)
    engine.now = 2000.0
    assert engine.claim(new_job()).record.step is JobStep.INTENT


def test_an_unknown_job_goes_to_one_worker_and_stays_unknown(engine, other, ledger, new_job):
    record = engine.claim(new_job()).record
    engine.intend(record)
    ledger.record_unknown([record.id], **engine.writer)
    assert not other.claim(new_job()).is_ours
    ledger.release("one", [record.id])
    claim = other.claim(new_job())
    assert (claim.is_ours, claim.record.step) == (True, JobStep.UNKNOWN)


class TestTake:
    def test_it_resumes_a_job_without_its_source(self, engine, other, ledger, new_job):
        record = engine.claim(new_job()).record
        receipt = engine.submit(record)
        assert not ledger.take(record.id, **other.lease).is_ours
        ledger.release("one", [record.id])
        claim = ledger.take(record.id, **other.lease)
        assert (claim.is_ours, claim.record.receipt) == (True, receipt)

    @pytest.mark.parametrize("state", CLOSING)
    def test_it_never_makes_an_attempt(self, engine, ledger, new_job, state):
        record = engine.claim(new_job()).record
        engine.submit(record)
        engine.observe(record, state)
        claim = ledger.take(record.id, **engine.lease)
        assert (claim.is_ours, claim.record.id, claim.record.step) == (False, record.id, JobStep(state))

    def test_it_needs_a_job(self, engine, ledger):
        with pytest.raises(JobNotFoundError, match="docferry jobs list"):
            ledger.take("000000000000", **engine.lease)


class TestStartOver:
    def test_it_makes_a_new_attempt_of_a_fetched_job(self, engine, ledger, new_job):
        old = engine.claim(new_job()).record
        engine.submit(old)
        ledger.record_payload(old.id, PAYLOAD, now=1001.0)
        claim = ledger.start_over(old.id, **engine.lease)
        assert claim.is_ours
        assert (claim.record.attempt, claim.record.step, claim.record.payload) == (2, JobStep.OPEN, None)
        assert claim.record.job_key == old.job_key
        assert ledger.find(old.id).step is JobStep.FETCHED
        assert engine.claim(new_job()).record.id == claim.record.id

    def test_two_refreshing_runs_share_one_job(self, engine, other, ledger, new_job):
        old = engine.claim(new_job()).record
        ledger.record_payload(old.id, PAYLOAD, now=1001.0)
        first = ledger.start_over(old.id, **engine.lease)
        second = ledger.start_over(old.id, **other.lease)
        assert (first.is_ours, second.is_ours) == (True, False)
        assert first.record.id == second.record.id

    def test_a_job_that_another_process_works_on_is_shared(self, engine, other, ledger, new_job):
        record = engine.claim(new_job()).record
        engine.submit(record)
        claim = ledger.start_over(record.id, **other.lease)
        assert (claim.is_ours, claim.record.id) == (False, record.id)

    def test_the_owner_of_a_replaced_job_learns_it(self, engine, other, ledger, new_job):
        record = engine.claim(new_job()).record
        other.now = 2000.0
        ledger.start_over(record.id, **other.lease)
        assert ledger.heartbeat("one", [record.id], now=2000.0, lease_seconds=60.0) == ()
        with pytest.raises(LeaseLostError):
            engine.intend(record)


class TestAttach:
    def test_a_job_started_elsewhere_is_submitted_and_free(self, engine, ledger, new_job):
        receipt = Receipt(remote_id="r-elsewhere", item_id="2")
        record = ledger.attach(new_job(), receipt, now=1000.0)
        assert (record.step, record.receipt, record.lease_owner) == (JobStep.SUBMITTED, receipt, "")
        assert engine.claim(new_job()).is_ours
        assert engine.claim(new_job()).record.id == record.id

    def test_attaching_the_same_job_again_changes_nothing(self, ledger, new_job):
        receipt = Receipt(remote_id="r-elsewhere")
        first = ledger.attach(new_job(), receipt, now=1000.0)
        assert ledger.attach(new_job(), receipt, now=2000.0) == first

    def test_attaching_another_job_replaces_the_one_at_work(self, engine, ledger, new_job):
        old = engine.claim(new_job()).record
        record = ledger.attach(new_job(), Receipt(remote_id="r-elsewhere"), now=1000.0)
        assert record.attempt == 2
        with pytest.raises(LeaseLostError):
            engine.intend(old)
        assert engine.claim(new_job()).record.step is JobStep.SUBMITTED

    def test_a_job_whose_result_is_to_be_collected_is_not_replaced(self, engine, ledger, new_job):
        old = engine.claim(new_job()).record
        engine.submit(old, remote_id="r1")
        with pytest.raises(ConfigurationError, match=f"run `docferry jobs resume {old.id}`"):
            ledger.attach(new_job(), Receipt(remote_id="r2"), now=1001.0)
        assert ledger.attach(new_job(), Receipt(remote_id="r1"), now=1001.0).id == old.id

    def test_attaching_the_job_of_an_unknown_outcome_settles_it(self, engine, ledger, new_job):
        old = engine.claim(new_job()).record
        receipt = Receipt(remote_id="r7")
        engine.intend(old, receipts={old.id: receipt})
        ledger.record_unknown([old.id], **engine.writer)
        assert ledger.attach(new_job(), receipt, now=1001.0).step is JobStep.SUBMITTED


class TestLostPayload:
    @pytest.fixture
    def fetched(self, engine, ledger, new_job):
        record = engine.claim(new_job()).record
        engine.submit(record)
        ledger.record_payload(record.id, PAYLOAD, now=1001.0)
        return record

    def test_it_is_fetched_again_by_one_worker(self, engine, other, ledger, fetched):
        ledger.release("one", [fetched.id])
        first = ledger.payload_lost(fetched.id, **engine.lease)
        second = ledger.payload_lost(fetched.id, **other.lease)
        assert (first.is_ours, second.is_ours) == (True, False)
        assert (first.record.step, first.record.payload) == (JobStep.SUBMITTED, None)
        assert first.record.receipt == Receipt(remote_id="r1")

    def test_a_job_that_was_never_fetched_is_left_as_it_is(self, engine, ledger, new_job):
        record = engine.claim(new_job()).record
        assert ledger.payload_lost(record.id, **engine.lease).record.step is JobStep.OPEN


def test_ids_that_collide_are_told_apart(engine, ledger, new_job):
    # The first attempt of another job is given the very id that this job's first attempt would have.
    new = new_job()
    taken = engine.claim(new_job("b.pdf")).record
    with ledger._database.transaction() as connection:
        connection.execute("UPDATE jobs SET id = ? WHERE id = ?", (make_job_id(new.job_key, 1), taken.id))
    record = engine.claim(new).record
    assert record.attempt == 2
    assert record.id == make_job_id(new.job_key, 2)
    assert engine.claim(new).record.id == record.id


def test_a_forgotten_job_starts_from_nothing(engine, ledger, new_job):
    record = engine.claim(new_job()).record
    engine.submit(record)
    assert ledger.forget([record.id, "000000000000"]) == 1
    assert engine.claim(new_job()).record.step is JobStep.OPEN


def test_a_record_can_be_claimed_like_a_new_job(engine, new_job):
    record = engine.claim(new_job()).record
    assert engine.claim(replace(record, attempt=99)).record == record
