"""How far a job has come: what is written when, and by whom."""

import pytest

from docferry.errors import ConfigurationError, JobFailedError, JobNotFoundError, UnavailableError
from docferry.ledger import JobStep, LeaseLostError
from docferry.model import Cost, JobState, JobStatus, Payload, PayloadPart, Receipt

PAYLOAD = Payload(
    parts=(
        PayloadPart(name="result.json", media_type="application/json", size_bytes=2, digest="0" * 64),
        PayloadPart(name="images/图1.png", media_type="image/png", size_bytes=9, digest="f" * 64),
    )
)
RECEIPT = Receipt(remote_id="r1")


@pytest.fixture
def record(engine, new_job):
    return engine.claim(new_job()).record


@pytest.fixture
def take_over(other, new_job):
    """Lets the other process take the job over, once its lease has lapsed."""

    def take():
        other.now = 5000.0
        return other.claim(new_job()).record

    return take


class TestIntent:
    def test_it_holds_the_submission_and_receipts_known_beforehand(self, engine, ledger, new_job):
        one, two = (engine.claim(new_job(name)).record for name in ("a.pdf", "b.pdf"))
        engine.intend(one, two, submission_id="batch", receipts={two.id: Receipt(remote_id="b", item_id="2")})
        one, two = ledger.find(one.id), ledger.find(two.id)
        assert (one.step, one.submission_id, one.receipt) == (JobStep.INTENT, "batch", None)
        assert (two.step, two.receipt) == (JobStep.INTENT, Receipt(remote_id="b", item_id="2"))

    def test_all_jobs_or_none(self, engine, other, new_job):
        ours = engine.claim(new_job("a.pdf")).record
        theirs = other.claim(new_job("b.pdf")).record
        with pytest.raises(LeaseLostError) as caught:
            engine.intend(ours, theirs)
        assert caught.value.job_ids == (theirs.id,)
        assert engine.step(ours) is JobStep.OPEN

    @pytest.mark.parametrize("reached", ["intent", "submitted", "unknown", "fetched", "failed", "forgotten"])
    def test_only_an_open_job_may_be_paid_for(self, engine, ledger, record, reached):
        engine.intend(record)
        if reached in {"submitted", "fetched", "failed"}:
            ledger.record_receipts({record.id: RECEIPT}, **engine.writer)
        if reached == "unknown":
            ledger.record_unknown([record.id], **engine.writer)
        if reached == "fetched":
            ledger.record_payload(record.id, PAYLOAD, now=1.0)
        if reached == "failed":
            engine.observe(record, "failed")
        if reached == "forgotten":
            ledger.forget([record.id])
        with pytest.raises(LeaseLostError):
            engine.intend(record)

    def test_an_owner_that_lost_its_lease_may_not_pay(self, engine, record, take_over):
        take_over()
        with pytest.raises(LeaseLostError, match=record.id):
            engine.intend(record)
        assert engine.step(record) is JobStep.OPEN


class TestTimeOfSubmission:
    def test_it_is_when_the_answer_came(self, engine, ledger, record):
        assert record.submitted_at is None
        engine.intend(record)
        assert ledger.find(record.id).submitted_at == engine.now
        engine.now += 60
        answered = engine.now
        ledger.record_receipts({record.id: RECEIPT}, **engine.writer)
        engine.now += 60
        engine.observe(record, "running")
        assert ledger.find(record.id).submitted_at == answered

    def test_it_is_when_the_request_went_out_if_the_answer_was_missing(self, engine, ledger, record):
        engine.intend(record)
        sent = engine.now
        ledger.record_unknown([record.id], **engine.writer)
        engine.now += 3600
        ledger.record_receipts({record.id: RECEIPT}, **engine.writer)
        assert ledger.find(record.id).submitted_at == sent

    def test_there_is_none_when_nothing_was_committed(self, engine, ledger, record):
        engine.intend(record)
        ledger.record_not_committed([record.id], **engine.writer)
        assert ledger.find(record.id).submitted_at is None

    def test_of_a_job_started_elsewhere_it_is_when_it_was_entered(self, ledger, new_job):
        assert ledger.attach(new_job(), RECEIPT, now=77.0).submitted_at == 77.0


class TestReceipts:
    def test_they_make_jobs_submitted(self, engine, ledger, record):
        engine.intend(record)
        engine.now = 1002.0
        ledger.record_receipts({record.id: Receipt(remote_id="r", item_id="3")}, **engine.writer)
        stored = ledger.find(record.id)
        assert (stored.step, stored.receipt) == (JobStep.SUBMITTED, Receipt(remote_id="r", item_id="3"))
        assert stored.updated_at == 1002.0

    def test_the_same_receipt_again_changes_nothing_and_another_is_refused(self, engine, ledger, record):
        engine.submit(record)
        ledger.record_receipts({record.id: RECEIPT}, **engine.writer)
        with pytest.raises(LeaseLostError):
            ledger.record_receipts({record.id: Receipt(remote_id="r2")}, **engine.writer)
        assert ledger.find(record.id).receipt == RECEIPT

    def test_an_answer_that_comes_after_the_lease_was_lost_settles_the_unknown_outcome(
        self, engine, ledger, record, take_over
    ):
        engine.intend(record)
        assert take_over().step is JobStep.UNKNOWN
        with pytest.raises(LeaseLostError):
            ledger.record_receipts({record.id: RECEIPT}, **engine.writer)
        stored = ledger.find(record.id)
        assert (stored.step, stored.receipt, stored.lease_owner) == (JobStep.SUBMITTED, RECEIPT, "two")

    def test_receipts_of_other_jobs_are_kept_when_one_is_lost(self, engine, ledger, new_job):
        one, two = (engine.claim(new_job(name)).record for name in ("a.pdf", "b.pdf"))
        engine.intend(one, two)
        ledger.forget([one.id])
        with pytest.raises(LeaseLostError) as caught:
            ledger.record_receipts({one.id: RECEIPT, two.id: RECEIPT}, **engine.writer)
        assert caught.value.job_ids == (one.id,)
        assert engine.step(two) is JobStep.SUBMITTED


class TestNotCommitted:
    def test_a_refused_job_is_open_again_and_may_be_sent_again(self, engine, ledger, record):
        engine.intend(record, receipts={record.id: RECEIPT})
        error = UnavailableError("busy", next_step="try later")
        ledger.record_not_committed([record.id], error=error, **engine.writer)
        stored = ledger.find(record.id)
        assert (stored.step, stored.receipt, stored.submission_id) == (JobStep.OPEN, None, "")
        assert (stored.error_class, stored.error_message) == ("UnavailableError", "busy; try later")
        engine.intend(record)
        assert ledger.find(record.id).error_class == ""

    def test_an_unknown_outcome_that_a_service_denies_is_open_again(self, engine, ledger, record):
        engine.intend(record)
        ledger.record_unknown([record.id], **engine.writer)
        ledger.record_not_committed([record.id], **engine.writer)
        assert engine.step(record) is JobStep.OPEN

    def test_a_submitted_job_is_never_taken_back(self, engine, ledger, record):
        engine.submit(record)
        with pytest.raises(LeaseLostError):
            ledger.record_not_committed([record.id], **engine.writer)
        assert engine.step(record) is JobStep.SUBMITTED

    def test_only_the_owner_may_say_so(self, engine, ledger, record, take_over):
        engine.intend(record)
        take_over()
        with pytest.raises(LeaseLostError):
            ledger.record_not_committed([record.id], **engine.writer)
        assert engine.step(record) is JobStep.UNKNOWN


class TestUnknown:
    def test_it_keeps_the_receipt_known_beforehand_and_the_reason(self, engine, ledger, record):
        engine.intend(record, receipts={record.id: RECEIPT})
        ledger.record_unknown([record.id], error=RuntimeError("S3CRET"), **engine.writer)
        stored = ledger.find(record.id)
        assert (stored.step, stored.receipt) == (JobStep.UNKNOWN, RECEIPT)
        assert (stored.error_class, stored.error_message) == ("RuntimeError", "")

    def test_an_open_job_was_never_sent(self, engine, ledger, record):
        with pytest.raises(LeaseLostError):
            ledger.record_unknown([record.id], **engine.writer)

    def test_an_answer_settles_it(self, engine, ledger, record):
        engine.intend(record)
        ledger.record_unknown([record.id], **engine.writer)
        ledger.record_receipts({record.id: RECEIPT}, **engine.writer)
        assert engine.step(record) is JobStep.SUBMITTED


class TestObservations:
    def test_each_distinct_status_is_kept_with_times_and_count(self, engine, ledger, record):
        engine.submit(record)
        said = [("pending", None), ("pending", None), ("running", 1), ("running", 2), ("running", 1)]
        for second, (state, pages_done) in enumerate(said):
            engine.now = 1000.0 + second
            engine.observe(record, state, pages_done=pages_done, pages_total=9 if pages_done else None)
        seen = ledger.observations(record.id)
        assert [(one.state, one.pages_done, one.pages_total, one.count) for one in seen] == [
            (JobState.PENDING, None, None, 2),
            (JobState.RUNNING, 1, 9, 2),
            (JobState.RUNNING, 2, 9, 1),
        ]
        assert (seen[1].first_seen_at, seen[1].last_seen_at) == (1002.0, 1004.0)

    def test_what_was_said_before_changes_the_row_no_more(self, engine, ledger, new_job):
        one, two = (engine.claim(new_job(name)).record for name in ("a.pdf", "b.pdf"))
        engine.submit(one)
        engine.submit(two)
        status = JobStatus(receipt=RECEIPT, state=JobState.RUNNING, raw_state="running")
        done = JobStatus(receipt=RECEIPT, state=JobState.SUCCEEDED, raw_state="done", cost=Cost(pages=2))
        ledger.observe_all([(one.id, status), (two.id, status)], now=1001.0)
        ledger.observe_all([(one.id, status), (two.id, done)], now=1002.0)
        ledger.observe_all([(two.id, done)], now=1003.0)
        one, two = ledger.find(one.id), ledger.find(two.id)
        assert (one.state, one.updated_at, one.cost) == (JobState.RUNNING, 1001.0, None)
        assert (two.state, two.updated_at, two.cost) == (JobState.SUCCEEDED, 1002.0, Cost(pages=2))
        assert [seen.count for seen in ledger.observations(one.id)] == [2]
        assert [seen.count for seen in ledger.observations(two.id)] == [1, 2]

    def test_counts_that_no_database_holds_were_not_said(self, engine, ledger, record):
        engine.submit(record)
        engine.observe(record, "running", pages_done=-(10**20), pages_total=10**20)
        engine.observe(record, "succeeded", cost=Cost(pages=10**20, credits=1e300))
        seen = ledger.observations(record.id)
        assert [(one.pages_done, one.pages_total) for one in seen] == [(None, None), (None, None)]
        assert ledger.find(record.id).cost == Cost(credits=1e300)

    def test_the_row_has_the_last_word_and_the_last_known_cost(self, engine, record):
        engine.submit(record)
        engine.observe(record, "running", "doing", cost=Cost(pages=3))
        engine.observe(record, "succeeded", "done", cost=Cost(credits=1.5))
        stored = engine.observe(record, "succeeded", "done")
        assert (stored.state, stored.raw_state) == (JobState.SUCCEEDED, "done")
        assert stored.cost == Cost(pages=3, credits=1.5)
        assert stored.step is JobStep.SUBMITTED

    @pytest.mark.parametrize("state", ["failed", "cancelled", "expired"])
    @pytest.mark.parametrize("reached", ["intent", "unknown", "submitted"])
    def test_an_end_without_success_closes_the_job(self, engine, ledger, record, reached, state):
        engine.intend(record, receipts={record.id: RECEIPT})
        if reached == "unknown":
            ledger.record_unknown([record.id], **engine.writer)
        if reached == "submitted":
            ledger.record_receipts({record.id: RECEIPT}, **engine.writer)
        error = JobFailedError("page 3 is damaged", next_step="repair it", source="a.pdf")
        stored = engine.observe(record, state, error=error)
        assert (stored.step, stored.state) == (JobStep(state), JobState(state))
        assert (stored.error_class, stored.error_message) == (
            "JobFailedError",
            "page 3 is damaged; repair it",
        )

    @pytest.mark.parametrize("state", ["failed", "cancelled", "expired"])
    def test_what_is_in_the_cache_stays_fetched(self, engine, ledger, record, state):
        engine.submit(record)
        ledger.record_payload(record.id, PAYLOAD, now=1001.0)
        assert engine.observe(record, state).step is JobStep.FETCHED

    def test_a_closed_job_stays_closed(self, engine, record):
        engine.submit(record)
        engine.observe(record, "failed", error=JobFailedError("first"))
        stored = engine.observe(record, "cancelled", error=JobFailedError("second"))
        assert (stored.step, stored.error_message) == (JobStep.FAILED, "first")

    def test_anybody_may_observe(self, other, engine, record):
        engine.submit(record)
        assert other.observe(record, "running").state is JobState.RUNNING

    def test_long_words_are_cut(self, engine, record):
        assert len(engine.observe(record, "running", "x" * 999).raw_state) == 100

    def test_a_forgotten_job_cannot_be_observed(self, engine, ledger, record):
        engine.observe(record, "running")
        ledger.forget([record.id])
        with pytest.raises(LeaseLostError):
            engine.observe(record, "running")
        assert ledger.observations(record.id) == ()


class TestPayload:
    def test_it_is_kept_by_name_and_digest(self, engine, ledger, record):
        engine.submit(record)
        ledger.record_payload(record.id, PAYLOAD, now=1005.0)
        stored = ledger.find(record.id)
        assert (stored.step, stored.payload, stored.updated_at) == (JobStep.FETCHED, PAYLOAD, 1005.0)

    def test_it_is_kept_even_by_an_owner_that_lost_the_lease(self, engine, ledger, record, take_over):
        engine.submit(record)
        take_over()
        ledger.record_payload(record.id, PAYLOAD, now=5001.0)
        assert engine.step(record) is JobStep.FETCHED

    def test_a_forgotten_job_has_no_place_for_it(self, ledger):
        with pytest.raises(LeaseLostError):
            ledger.record_payload("000000000000", PAYLOAD, now=1.0)


class TestResolve:
    @pytest.fixture
    def unknown(self, engine, ledger, record):
        engine.intend(record)
        ledger.record_unknown([record.id], **engine.writer)
        ledger.release("one", [record.id])
        return record

    def test_submitted(self, engine, ledger, unknown, new_job):
        stored = ledger.resolve(unknown.id, Receipt(remote_id="found"), now=1010.0)
        assert (stored.step, stored.receipt) == (JobStep.SUBMITTED, Receipt(remote_id="found"))
        assert engine.claim(new_job()).record.id == unknown.id

    def test_resubmit(self, engine, ledger, unknown, new_job):
        assert ledger.resolve(unknown.id, None, now=1010.0).step is JobStep.OPEN
        engine.intend(engine.claim(new_job()).record)

    def test_an_intent_with_a_lapsed_lease_counts_as_unknown(self, engine, ledger, record):
        engine.intend(record)
        assert ledger.resolve(record.id, None, now=1060.0).step is JobStep.OPEN

    def test_not_while_a_process_is_at_work(self, engine, ledger, record):
        engine.intend(record)
        with pytest.raises(ConfigurationError, match="another process is at work.* 45 seconds"):
            ledger.resolve(record.id, None, now=1015.0)
        assert engine.step(record) is JobStep.INTENT

    def test_not_a_job_whose_outcome_is_known(self, engine, ledger, record):
        engine.submit(record)
        with pytest.raises(ConfigurationError, match="it is submitted; see `docferry jobs show"):
            ledger.resolve(record.id, None, now=2000.0)

    def test_not_a_job_that_was_replaced(self, ledger, unknown, other):
        ledger.start_over(unknown.id, **other.lease)
        with pytest.raises(ConfigurationError, match="replaced by a newer attempt"):
            ledger.resolve(unknown.id, None, now=2000.0)

    def test_not_a_job_that_is_not_there(self, ledger):
        with pytest.raises(JobNotFoundError):
            ledger.resolve("000000000000", None, now=2000.0)


@pytest.mark.parametrize("step", JobStep)
def test_every_step_is_open_or_unanswered_or_accepted_or_closed(step):
    assert [step is JobStep.OPEN, step.is_unanswered, step.is_accepted, step.is_closed].count(True) == 1
    assert step.is_under_way == (step.is_unanswered or step is JobStep.SUBMITTED)


def test_one_answer_about_several_jobs_is_entered_at_once(engine, ledger, new_job):
    records = [engine.claim(new_job(name)).record for name in ("a.pdf", "b.pdf")]
    for record in records:
        engine.submit(record)
    running, failed = (
        JobStatus(receipt=Receipt(remote_id="r1"), state=state, raw_state=state.value)
        for state in (JobState.RUNNING, JobState.FAILED)
    )
    ledger.observe_all([(records[0].id, running), (records[1].id, failed)], now=1002.0)
    assert [engine.step(record) for record in records] == [JobStep.SUBMITTED, JobStep.FAILED]
    assert [ledger.observations(record.id)[0].state for record in records] == [running.state, failed.state]


def test_a_forgotten_job_keeps_no_other_from_being_entered(engine, ledger, new_job):
    record = engine.claim(new_job()).record
    engine.submit(record)
    status = JobStatus(receipt=Receipt(remote_id="r1"), state=JobState.RUNNING, raw_state="running")
    with pytest.raises(LeaseLostError) as caught:
        ledger.observe_all([("f" * 32, status), (record.id, status)], now=1002.0)
    assert caught.value.job_ids == ("f" * 32,)
    assert len(ledger.observations(record.id)) == 1
    ledger.observe_all([], now=1003.0)
