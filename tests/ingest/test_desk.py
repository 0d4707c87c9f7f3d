"""Submit now, collect later, over real HTTP to the depot on loopback."""

import asyncio
import dataclasses
import inspect
import sqlite3
import threading
from contextlib import closing, contextmanager
from importlib.metadata import EntryPoint

import pytest
from depot_plugin import CARD_BYTES
from depot_service import running_depot

import docferry
from docferry.chunking import ChunkSettings
from docferry.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidOptionsError,
    JobFailedError,
    JobNotFoundError,
    MissingCredentialError,
    SourceNotFoundError,
    SourceTooLargeError,
    SubmissionUnknownError,
    UnavailableError,
)
from docferry.ingest import Ingestor, JobDesk
from docferry.ledger import JobStep
from docferry.model import JobState, PageSelection
from docferry.plugin import PluginManager
from docferry.provider import JobSettings, NetworkSettings, OnUnknown


@pytest.fixture
def service():
    with running_depot() as depot:
        yield depot


@pytest.fixture
def manager():
    return PluginManager(points=[EntryPoint(name="depot", value="depot_plugin", group="docferry")])


@pytest.fixture
def settings(tmp_path):
    return JobSettings(ledger=tmp_path / "ledger.sqlite3", cache=tmp_path / "cache")


@pytest.fixture
def desk(service, manager, settings, monkeypatch):
    monkeypatch.setenv("DEPOT_BASE_URL", service.base_url)
    monkeypatch.setenv("DEPOT_API_KEY", "key-1")
    return JobDesk(jobs=settings, manager=manager)


@pytest.fixture
def hasty(desk, manager, settings):  # noqa: ARG001 - the desk's environment
    """A desk that does not wait long for answers."""
    network = NetworkSettings(read_timeout_seconds=0.2)
    return JobDesk(jobs=dataclasses.replace(settings, network=network), manager=manager)


@pytest.fixture
def ingest(manager, settings):
    """Parses, as a run does, with the desk's ledger and cache."""

    def run(sources, **more):
        ingestor = Ingestor(provider="depot", jobs=settings, manager=manager, **more)
        with ingestor.run(sources) as outcomes:
            return list(outcomes)

    return run


def submit(desk, sources, **more):
    return desk.submit(sources, provider="depot", **more)


def texts(outcomes):
    return [element.text for outcome in outcomes for element in outcome.document.elements]


def test_submitting_does_not_wait_for_jobs(desk, service, files):
    service.may_finish.clear()
    outcomes = submit(desk, files("one", "two"))
    assert [outcome.job.step for outcome in outcomes] == [JobStep.SUBMITTED] * 2
    assert {outcome.job.receipt.remote_id for outcome in outcomes} == {"b0", "b1"}
    assert service.polls == 0


def test_collecting_needs_no_source_and_gives_what_a_parse_gives(desk, service, files, ingest):
    paths = files("one\fmore", "two")
    jobs = [outcome.job for outcome in submit(desk, paths)]
    collected = list(desk.collect(jobs))
    assert [outcome.source for outcome in collected] == paths
    parsed = ingest(paths)
    assert [outcome.document for outcome in collected] == [outcome.document for outcome in parsed]
    assert [outcome.chunks for outcome in collected] == [outcome.chunks for outcome in parsed]
    assert len(service.submissions) == 2


def test_collecting_gives_outcomes_in_the_order_asked_for(desk, files):
    paths = files("one", "two", "three")
    ids = [outcome.job.id for outcome in submit(desk, paths)]
    assert [outcome.source for outcome in desk.collect(ids[::-1])] == paths[::-1]


def test_without_jobs_all_that_are_under_way_are_collected_oldest_first(desk, service, files):
    paths = files("one", "two")
    submit(desk, paths[0])
    submit(desk, paths[1])
    assert [outcome.source for outcome in desk.collect(provider="depot")] == paths
    assert list(desk.collect(provider="depot")) == []
    assert service.fetches == 2


def test_chunking_is_the_collectors_choice(desk, files):
    (outcome,) = submit(desk, files("A sentence of several words stands here. " * 30))
    (whole,) = desk.collect(outcome.job)
    (cut,) = desk.collect(outcome.job, chunking=ChunkSettings(max_tokens=40))
    (bare,) = desk.collect(outcome.job, chunking=None)
    assert (len(whole.chunks), len(bare.chunks)) == (1, 0)
    assert len(cut.chunks) > 3


def test_what_was_submitted_before_is_not_submitted_again(desk, service, files, ingest):
    paths = files("one", "two")
    first = submit(desk, paths)
    second = submit(desk, paths)
    assert [outcome.job.id for outcome in first] == [outcome.job.id for outcome in second]
    ingest(paths)
    third = submit(desk, paths)
    assert [outcome.job.step for outcome in third] == [JobStep.FETCHED] * 2
    assert len(service.submissions) == 2


def test_what_another_key_paid_for_is_a_job_that_is_fetched(desk, service, files):
    paths = files("one")
    list(desk.collect([submit(desk, paths)[0].job]))
    (outcome,) = submit(desk, paths, options={"api_key": "key-2"})
    assert outcome.job.step is JobStep.FETCHED
    assert texts(desk.collect(outcome.job)) == ["one [en]"]
    assert len(service.submissions) == 1


@pytest.mark.parametrize("batch", [1, 10])
def test_equal_files_of_one_call_are_one_job(desk, service, files, batch):
    outcomes = submit(desk, files("same", "same", "same"), options={"batch": batch})
    assert len({outcome.job.id for outcome in outcomes}) == 1
    assert len(service.files) == 1


def test_a_parse_takes_over_what_was_submitted(desk, service, files, ingest):
    paths = files("one", "two", "three")
    submit(desk, paths)
    assert texts(ingest(paths)) == ["one [en]", "two [en]", "three [en]"]
    assert len(service.submissions) == 3


def test_submitting_beside_a_parse_of_the_same_file_does_not_wait_for_it(desk, service, files, ingest):
    service.may_finish.clear()
    paths = files("one")
    parsed = []
    thread = threading.Thread(target=lambda: parsed.extend(ingest(paths)))
    thread.start()
    service.heard.wait(60)
    (outcome,) = submit(desk, paths)
    assert outcome.job.step is JobStep.SUBMITTED
    service.may_finish.set()
    thread.join()
    assert texts(parsed) == ["one [en]"]
    assert len(service.submissions) == 1


def test_what_goes_wrong_with_one_source_is_in_its_outcome(desk, service, files, tmp_path):
    service.refused = {"001.txt"}
    paths = files("one", "two", "three")
    outcomes = submit(desk, [paths[0], str(tmp_path / "absent.txt"), *paths[1:]])
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None),
        SourceNotFoundError,
        JobFailedError,
        type(None),
    ]
    assert outcomes[2].error.source == paths[1]
    assert [outcome.is_success for outcome in outcomes] == [True, False, False, True]
    assert sorted(service.files) == ["000.txt", "002.txt"]


def test_files_are_submitted_in_batches_and_the_last_is_not_kept_waiting(desk, service, files):
    outcomes = submit(desk, files(*map(str, range(25))), options={"batch": 10})
    assert sorted(len(names) for names in service.submissions) == [5, 10, 10]
    assert sorted(texts(desk.collect([outcome.job for outcome in outcomes]))) == sorted(
        f"{number} [en]" for number in range(25)
    )


def test_an_unknown_outcome_is_an_error_that_a_person_resolves(desk, hasty, service, files):
    service.may_answer.clear()
    paths = files("one")
    (outcome,) = submit(hasty, paths)
    assert isinstance(outcome.error, SubmissionUnknownError)
    (record,) = desk.list_jobs()
    assert record.step is JobStep.UNKNOWN
    assert f"docferry jobs resolve {record.id} --submitted JOB" in str(outcome.error)
    (unknown,) = desk.collect(record.id)
    assert isinstance(unknown.error, SubmissionUnknownError)
    service.may_answer.set()
    assert desk.resolve(record.id[:6], submitted="b0").step is JobStep.SUBMITTED
    assert texts(desk.collect(record.id)) == ["one [en]"]
    assert len(service.submissions) == 1


class TestResolve:
    @pytest.fixture
    def unknown(self, desk, hasty, service, files):
        """A job that the service has as b0, although it did not answer."""
        service.may_answer.clear()
        submit(hasty, files("one"))
        service.may_answer.set()
        (record,) = desk.list_jobs()
        assert record.step is JobStep.UNKNOWN
        return record

    def test_an_id_that_the_service_does_not_know_is_refused_and_the_job_stays_unknown(
        self, desk, unknown, service, files, ingest
    ):
        with pytest.raises(JobNotFoundError, match="does not know the job 'b77', so job") as caught:
            desk.resolve(unknown, submitted="b77")
        assert f"docferry jobs resolve {unknown.id} --submitted JOB" in str(caught.value)
        assert (caught.value.job_id, caught.value.source) == ("b77", unknown.source_name)
        (outcome,) = ingest(files("one"), on_error="collect")
        assert isinstance(outcome.error, SubmissionUnknownError)
        assert desk.resolve(unknown, submitted="b0").step is JobStep.SUBMITTED
        assert texts(ingest(files("one"))) == ["one [en]"]
        assert len(service.submissions) == 1

    def test_nothing_is_believed_when_the_service_cannot_be_asked(self, desk, unknown, service, monkeypatch):
        service.out_of_order = True
        with pytest.raises(UnavailableError, match="cannot be asked about 'b0'.*stays of unknown outcome"):
            desk.resolve(unknown, submitted="b0")
        monkeypatch.delenv("DEPOT_API_KEY")
        with pytest.raises(MissingCredentialError, match="set DEPOT_API_KEY"):
            desk.resolve(unknown, submitted="b0")
        assert desk.show(unknown).record.step is JobStep.UNKNOWN

    def test_the_job_of_another_file_is_refused(self, desk, unknown, service, files):
        (other,) = submit(desk, files("one", "two")[1])
        taken = other.job.receipt.remote_id
        with pytest.raises(
            ConfigurationError, match=f"'{taken}' of provider depot is that of .*001.txt"
        ) as caught:
            desk.resolve(unknown, submitted=taken)
        assert other.job.id in str(caught.value)
        assert desk.show(unknown).record.step is JobStep.UNKNOWN
        assert desk.resolve(unknown, submitted="b0").step is JobStep.SUBMITTED
        assert service.polls == 1

    @pytest.mark.parametrize("spell", [str.upper, "-".join], ids=["capitals", "hyphens"])
    def test_the_job_of_another_file_is_refused_however_its_id_is_spelt(self, desk, unknown, files, spell):
        """Services take a UUID with hyphens and without, in small letters and capitals."""
        (other,) = submit(desk, files("one", "two")[1])
        with pytest.raises(ConfigurationError, match="of provider depot is that of .*001.txt"):
            desk.resolve(unknown, submitted=spell(other.job.receipt.remote_id))
        assert desk.show(unknown).record.step is JobStep.UNKNOWN

    def test_without_a_job_at_the_service_it_is_not_asked(self, desk, unknown, service):
        service.out_of_order = True
        assert desk.resolve(unknown, resubmits=True).step is JobStep.OPEN
        assert service.polls == 0

    def test_another_key_is_told_to_be_the_wrong_one(self, unknown, manager, settings):
        other = JobDesk(jobs=settings, options={"depot": {"api_key": "key-2"}}, manager=manager)
        with pytest.raises(JobNotFoundError, match="give the key that it was submitted with"):
            other.resolve(unknown, submitted="b0")

    def test_a_job_that_never_got_its_document_is_no_such_job(self, desk, unknown, service):
        service.words = {"000.txt": "waiting for the file"}
        with pytest.raises(JobNotFoundError, match="'b0' of provider depot never got its document"):
            desk.resolve(unknown, submitted="b0")
        assert desk.show(unknown).record.step is JobStep.UNKNOWN

    @pytest.mark.parametrize("word", ["bad", "gone", "stopped"])
    def test_a_job_that_ended_without_success_was_started_all_the_same(self, desk, unknown, service, word):
        service.words = {"000.txt": word}
        assert desk.resolve(unknown, submitted="b0").step is JobStep.SUBMITTED


@pytest.fixture
def failing_ledger(desk, settings):
    """Has the ledger fail, as on a full disk, when a job comes to a step; returns how to end that."""

    @contextmanager
    def fail(step):
        desk.list_jobs()  # makes the file
        with closing(sqlite3.connect(settings.ledger)) as ledger:
            ledger.execute(
                f"CREATE TRIGGER failing BEFORE UPDATE ON jobs WHEN new.step = '{step}' "
                "BEGIN SELECT json('no JSON'); END"
            )
            yield
            ledger.execute("DROP TRIGGER failing")

    return fail


def test_a_job_that_the_ledger_does_not_take_is_told_with_its_id_and_not_paid_again(
    desk, service, files, failing_ledger
):
    with failing_ledger("submitted"):
        (outcome,) = submit(desk, files("one"))
    (record,) = desk.list_jobs()
    error = outcome.error
    assert isinstance(error, ConfigurationError)
    assert "the service has the document as its job b0, but the ledger" in error.message
    command = f"`docferry jobs resolve {record.id} --submitted b0`"
    assert error.next_step == f"once the ledger can be written, run {command}"
    desk.resolve(record, submitted="b0")
    assert texts(desk.collect()) == ["one [en]"]
    assert len(service.submissions) == 1


def test_a_result_that_cannot_be_entered_is_collected_later(desk, service, files, failing_ledger, ingest):
    paths = files("one")
    with failing_ledger("fetched"):
        (outcome,) = ingest(paths, on_error="collect")
    (record,) = desk.list_jobs()
    assert isinstance(outcome.error, ConfigurationError)
    assert outcome.error.next_step.endswith(f"run `docferry jobs resume {record.id}`")
    assert texts(desk.collect()) == ["one [en]"]
    assert len(service.submissions) == 1


def test_an_unknown_outcome_may_be_given_up(desk, hasty, service, files):
    service.may_answer.clear()
    paths = files("one")
    submit(hasty, paths)
    service.may_answer.set()
    (record,) = desk.list_jobs(steps=[JobStep.UNKNOWN])
    assert desk.resolve(record, resubmits=True).step is JobStep.OPEN
    (outcome,) = submit(desk, paths)
    assert outcome.job.step is JobStep.SUBMITTED
    assert len(service.submissions) == 2


@pytest.mark.parametrize("given", [{}, {"submitted": "b0", "resubmits": True}])
def test_a_resolution_says_one_thing(desk, files, given):
    (outcome,) = submit(desk, files("one"))
    with pytest.raises(InvalidOptionsError, match="give either `--submitted JOB` or `--resubmit`"):
        desk.resolve(outcome.job, **given)
    with pytest.raises(ConfigurationError, match="is not unknown"):
        desk.resolve(outcome.job, submitted="b9")


def test_collecting_never_resubmits(hasty, service, files, settings, manager):
    service.may_answer.clear()
    submit(hasty, files("one"))
    service.may_answer.set()
    eager = JobSettings(
        ledger=settings.ledger, cache=settings.cache, on_unknown=OnUnknown.RESUBMIT, refreshes=True
    )
    (outcome,) = JobDesk(jobs=eager, manager=manager).collect(provider="depot")
    assert isinstance(outcome.error, SubmissionUnknownError)
    assert len(service.submissions) == 1


def test_the_options_of_a_job_come_from_the_ledger(desk, files):
    (outcome,) = submit(desk, files("eins"), options={"language": "de"})
    assert texts(desk.collect(outcome.job)) == ["eins [de]"]


def test_a_key_may_be_given_to_the_desk_and_is_in_no_row(service, manager, settings, files, monkeypatch):
    monkeypatch.setenv("DEPOT_BASE_URL", service.base_url)
    desk = JobDesk(jobs=settings, options={"depot": {"api_key": "key-2"}}, manager=manager)
    (outcome,) = submit(desk, files("one"))
    assert service.owners == ["key-2"]
    assert "key-2" not in repr(desk.show(outcome.job))
    assert texts(desk.collect(outcome.job)) == ["one [en]"]
    with pytest.raises(MissingCredentialError):
        JobDesk(jobs=settings, manager=manager).account("depot")


def test_a_semantic_option_of_the_desk_does_not_change_what_was_submitted(desk, manager, settings, files):
    (outcome,) = submit(desk, files("eins"), options={"language": "de"})
    other = JobDesk(jobs=settings, options={"depot": {"language": "fr"}}, manager=manager)
    assert texts(other.collect(outcome.job)) == ["eins [de]"]


def test_pages_that_docferry_cut_out_keep_their_numbers(desk, documents, tmp_path, ingest):
    path = documents.text_pdf(tmp_path, pages=4, texts=["one", "two", "three", "four"])
    pages = PageSelection.parse("2,4-")
    (outcome,) = submit(desk, path, pages=pages)
    (collected,) = desk.collect(outcome.job)
    assert [page.number for page in collected.document.pages] == [2, 4]
    (parsed,) = ingest(path, pages=pages)
    assert parsed.document == collected.document


def test_the_jobs_address_must_be_where_the_settings_lead(desk, files, monkeypatch):
    (outcome,) = submit(desk, files("one"))
    monkeypatch.setenv("DEPOT_BASE_URL", "http://127.0.0.1:9")
    (collected,) = desk.collect(outcome.job)
    assert isinstance(collected.error, ConfigurationError)
    assert "set the address of provider depot to the former" in str(collected.error)


def test_another_key_that_does_not_find_the_job_does_not_close_it(desk, files, manager, settings):
    (outcome,) = submit(desk, files("one"))
    other = JobDesk(jobs=settings, options={"depot": {"api_key": "key-2"}}, manager=manager)
    (collected,) = other.collect(outcome.job)
    assert isinstance(collected.error, JobNotFoundError)
    assert "give the key that it was submitted with" in str(collected.error)
    assert desk.show(outcome.job).record.step is JobStep.SUBMITTED
    assert texts(desk.collect(outcome.job)) == ["one [en]"]


def test_a_failed_job_says_so_each_time_and_makes_no_new_attempt(desk, service, files):
    service.words = {"000.txt": "bad"}
    (outcome,) = submit(desk, files("one"))
    for _ in range(2):
        (collected,) = desk.collect(outcome.job)
        assert isinstance(collected.error, JobFailedError)
        assert collected.error.message == "the depot gave up"
        assert collected.source == outcome.source
    assert [record.step for record in desk.list_jobs(include_replaced=True)] == [JobStep.FAILED]


def test_a_failed_job_does_not_end_the_collection_unless_told_to(desk, service, files):
    service.words = {"000.txt": "bad"}
    jobs = [outcome.job for outcome in submit(desk, files("one", "two"))]
    assert [outcome.is_success for outcome in desk.collect(jobs)] == [False, True]
    with pytest.raises(JobFailedError):
        list(desk.collect(jobs, on_error="raise"))
    with pytest.raises(InvalidOptionsError, match="on_error is 'ignore'"):
        desk.collect(jobs, on_error="ignore")


def test_an_error_about_the_setup_carries_the_job_it_kept_from_being_collected(desk, files, monkeypatch):
    (outcome,) = submit(desk, files("one"))
    monkeypatch.delenv("DEPOT_API_KEY")
    (collected,) = desk.collect(outcome.job)
    assert isinstance(collected.error, MissingCredentialError)
    assert f"set DEPOT_API_KEY; run `docferry jobs resume {outcome.job.id}`" in str(collected.error)
    with pytest.raises(MissingCredentialError, match=outcome.job.id):
        desk.cancel(outcome.job)


def test_an_unknown_job_is_an_error_in_its_place(desk, files):
    (outcome,) = submit(desk, files("one"))
    first, second = desk.collect(["ffffffffffff", outcome.job.id])
    assert isinstance(first.error, JobNotFoundError)
    assert first.source == "ffffffffffff"
    assert second.is_success


def test_the_story_of_a_job_has_what_the_service_said(desk, files):
    (outcome,) = submit(desk, files("one"))
    list(desk.collect(outcome.job))
    story = desk.show(outcome.job.id)
    assert story.record.cost.pages == 2
    assert [observation.raw_state for observation in story.observations] == ["done"]


def test_jobs_are_listed_newest_first_and_filtered(desk, files):
    paths = files("one", "two")
    submit(desk, paths[0])
    submit(desk, paths[1])
    list(desk.collect(desk.list_jobs(source=paths[0])))
    assert [record.source_name for record in desk.list_jobs()] == paths[::-1]
    assert [record.source_name for record in desk.list_jobs(steps=[JobStep.FETCHED])] == paths[:1]
    assert len(desk.list_jobs(limit=1)) == 1
    assert desk.list_jobs(provider="other") == ()


class TestCancel:
    def test_the_service_stops_the_job(self, desk, service, files):
        service.may_finish.clear()
        (outcome,) = submit(desk, files("one"))
        assert desk.cancel(outcome.job.id)
        assert service.stopped == {"b0"}
        assert desk.show(outcome.job).record.step is JobStep.CANCELLED
        (collected,) = desk.collect(outcome.job)
        assert "the job was cancelled" in str(collected.error)

    def test_a_service_that_cannot_is_told_apart(self, desk, service, files):
        service.knows_cancelling = False
        service.may_finish.clear()
        (outcome,) = submit(desk, files("one"))
        assert not desk.cancel(outcome.job)
        assert desk.show(outcome.job).record.step is JobStep.SUBMITTED

    def test_a_job_that_has_ended_is_left_alone(self, desk, service, files):
        (outcome,) = submit(desk, files("one"))
        list(desk.collect(outcome.job))
        assert not desk.cancel(outcome.job)
        assert service.stopped == set()


def test_a_list_takes_steps_by_their_words(desk, files):
    submit(desk, files("one"))
    assert len(desk.list_jobs(steps="submitted")) == len(desk.list_jobs(steps=["submitted", "open"])) == 1
    with pytest.raises(InvalidOptionsError, match="'done' is no step of a job; use one of: open, intent"):
        desk.list_jobs(steps=["done"])
    with pytest.raises(InvalidOptionsError, match="at least 0"):
        desk.list_jobs(limit=-1)


class TestForget:
    def test_named_jobs_are_deleted(self, desk, service, files):
        paths = files("one", "two")
        first, second = (outcome.job for outcome in submit(desk, paths))
        assert desk.forget([first.id], even_under_way=True) == 1
        assert [record.id for record in desk.list_jobs()] == [second.id]
        submit(desk, paths)
        assert sorted(service.files) == ["000.txt", "000.txt", "001.txt"]

    def test_a_job_that_is_to_be_collected_is_not_deleted_by_mistake(self, desk, files):
        first, second, third = (outcome.job for outcome in submit(desk, files("one", "two", "three")))
        list(desk.collect(first))
        with pytest.raises(ConfigurationError) as caught:
            desk.forget([first, second, third])
        assert caught.value.message == (
            f"2 jobs ({second.id}, {third.id}) are under way: forgetting loses results that may be paid for, "
            "and none was forgotten"
        )
        assert len(desk.list_jobs()) == 3
        assert desk.forget([first, second, third], even_under_way=True) == 3

    def test_a_job_that_a_newer_attempt_replaced_needs_no_word(self, desk, manager, settings, files):
        paths = files("one")
        (outcome,) = submit(desk, paths)
        anew = JobDesk(jobs=dataclasses.replace(settings, refreshes=True), manager=manager)
        submit(anew, paths)
        assert desk.forget([outcome.job]) == 1

    def test_one_job_is_no_iterable_of_letters(self, desk, files):
        first, second = (outcome.job for outcome in submit(desk, files("one", "two")))
        assert desk.forget(first.id, even_under_way=True) == 1
        assert desk.forget(second, even_under_way=True) == 1
        with pytest.raises(JobNotFoundError, match="no job 'abc'"):
            desk.forget("abc")

    def test_a_negative_age_deletes_nothing(self, desk, files):
        list(desk.collect(outcome.job for outcome in submit(desk, files("one"))))
        with pytest.raises(InvalidOptionsError, match="no job is -1 days old"):
            desk.forget(older_than_days=-1)
        assert len(desk.list_jobs()) == 1

    def test_by_age_only_those_at_an_end_are_deleted(self, desk, files):
        first, second = (outcome.job for outcome in submit(desk, files("one", "two")))
        list(desk.collect(first))
        assert desk.forget(older_than_days=1) == 0
        assert desk.forget(older_than_days=0) == 1
        assert [record.id for record in desk.list_jobs()] == [second.id]

    def test_a_job_that_is_worked_on_is_not_deleted(self, desk, service, files, ingest):
        service.may_finish.clear()
        paths = files("one")
        thread = threading.Thread(target=ingest, args=(paths,))
        thread.start()
        service.heard.wait(60)
        (record,) = desk.list_jobs()
        with pytest.raises(ConfigurationError, match="a process is at work"):
            desk.forget([record], even_under_way=True)
        service.may_finish.set()
        thread.join()


class TestAttach:
    def test_a_job_started_elsewhere_is_collected_without_its_source(self, desk, service):
        service.submit("key-1", [("their.txt", b"theirs")])
        record = desk.attach("b0", provider="depot", options={"language": "de"})
        assert record.step is JobStep.SUBMITTED
        assert record.source_name == "depot:b0"
        assert record.fingerprint.startswith("job:")
        (collected,) = desk.collect(record)
        assert collected.document.elements[0].text == "theirs [de]"
        assert desk.attach("b0", provider="depot", options={"language": "de"}).id == record.id
        assert len(service.submissions) == 1

    def test_with_its_source_a_parse_of_the_source_takes_its_result(self, desk, service, files, ingest):
        paths = files("mine")
        service.submit("key-1", [("their.txt", b"mine")])
        desk.attach("b0", provider="depot", source=paths[0])
        assert texts(ingest(paths)) == ["mine [en]"]
        assert len(service.submissions) == 1

    def test_a_file_of_a_batch_is_named_by_its_item(self, desk, service):
        service.submit("key-1", [("a.txt", b"first"), ("b.txt", b"second")])
        record = desk.attach("b0", provider="depot", item_id="1")
        assert record.source_name == "depot:b0/1"
        assert texts(desk.collect(record)) == ["second [en]"]

    def test_a_source_is_one_file(self, desk, tmp_path, files):
        files("one", "two")
        with pytest.raises(InvalidOptionsError, match="name one file"):
            desk.attach("b0", provider="depot", source=tmp_path)
        with pytest.raises(SourceNotFoundError):
            desk.attach("b0", provider="depot", source=tmp_path / "absent.txt")

    def test_a_job_that_the_service_does_not_know_is_not_entered(self, desk, files, ingest, service):
        paths = files("mine")
        for source in (None, paths[0]):
            with pytest.raises(JobNotFoundError, match="does not know the job 'b0'; check the id"):
                desk.attach("b0", provider="depot", source=source)
        assert desk.list_jobs() == ()
        assert texts(ingest(paths)) == ["mine [en]"]
        assert len(service.submissions) == 1

    def test_the_job_of_another_file_is_not_entered(self, desk, files):
        one, two = files("one", "two")
        (submitted,) = submit(desk, (one,))
        with pytest.raises(ConfigurationError, match="is that of .*as job"):
            desk.attach(submitted.job.receipt.remote_id, provider="depot", source=two)
        assert [record.id for record in desk.list_jobs()] == [submitted.job.id]

    def test_a_job_entered_without_its_source_may_be_entered_with_it(self, desk, files, service, ingest):
        service.submit("key-1", [("their.txt", b"theirs")])
        desk.attach("b0", provider="depot")
        paths = files("theirs")
        desk.attach("b0", provider="depot", source=paths[0])
        assert texts(ingest(paths)) == ["theirs [en]"]
        assert len(service.submissions) == 1

    def test_nothing_is_entered_when_the_service_cannot_be_asked(self, desk, service):
        service.submit("key-1", [("their.txt", b"theirs")])
        service.out_of_order = True
        with pytest.raises(UnavailableError, match="cannot be asked about 'b0'"):
            desk.attach("b0", provider="depot")
        assert desk.list_jobs() == ()

    def test_what_is_known_already_is_not_asked_about(self, desk, service):
        service.submit("key-1", [("their.txt", b"theirs")])
        first = desk.attach("b0", provider="depot")
        asked = service.polls
        assert desk.attach("b0", provider="depot").id == first.id
        assert service.polls == asked

    def test_an_empty_id_is_refused(self, desk):
        with pytest.raises(InvalidOptionsError, match="is empty"):
            desk.attach(" ", provider="depot")


def test_the_account_is_asked_and_a_wrong_key_refused(desk):
    status = desk.account("depot")
    assert status.is_valid
    assert status.figures == (("pages left", "480"),)
    with pytest.raises(AuthenticationError):
        desk.account("depot", options={"api_key": "key-9"})


def test_the_cache_is_counted_and_cleared_and_nothing_is_paid_again(desk, service, files):
    paths = files("one", "two")
    jobs = [outcome.job for outcome in submit(desk, paths)]
    list(desk.collect(jobs))
    assert desk.cache_info().payload_count == 2
    assert desk.clear_cache() == 2
    assert desk.cache_info().payload_count == 0
    assert texts(desk.collect(jobs)) == ["one [en]", "two [en]"]
    assert (len(service.submissions), service.fetches) == (2, 4)


def test_a_payload_that_another_key_paid_for_and_the_cache_lost_is_submitted(desk, service, files):
    paths = files("one")
    list(desk.collect(submit(desk, paths)[0].job))
    (outcome,) = submit(desk, paths, options={"api_key": "key-2"})
    desk.clear_cache()
    (collected,) = desk.collect(outcome.job)
    assert isinstance(collected.error, JobNotFoundError)
    (again,) = submit(desk, paths, options={"api_key": "key-2"})
    assert again.job.step is JobStep.SUBMITTED
    assert service.owners == ["key-1", "key-2"]


def test_a_run_that_is_closed_leaves_unfinished_jobs(desk, service, files, manager, settings):
    service.may_finish.clear()
    run = Ingestor(provider="depot", jobs=settings, manager=manager).run(files("one", "two"))
    thread = threading.Thread(target=lambda: next(run, None))
    thread.start()
    while len(service.submissions) < 2 or service.polls < 2:
        assert thread.is_alive()
    run.close()
    thread.join()
    left = {record.id for record in desk.unfinished()}
    assert {record.id for record in desk.list_jobs(steps=[JobStep.SUBMITTED])} <= left
    service.may_finish.set()
    assert sorted(texts(desk.collect(provider="depot"))) == ["one [en]", "two [en]"]


def test_a_provider_without_jobs_is_named(settings):
    with pytest.raises(InvalidOptionsError, match="has no remote jobs"):
        JobDesk(jobs=settings).submit("a.pdf", provider="local")


class TestFaces:
    def test_every_method_has_a_twin_with_the_same_arguments(self):
        public = [name for name in dir(JobDesk) if not name.startswith("_")]
        plain = [name for name in public if not name.endswith("_async")]
        assert sorted(f"{name}_async" for name in plain) == [name for name in public if name not in plain]
        for name in plain:
            sync, twin = getattr(JobDesk, name), getattr(JobDesk, f"{name}_async")
            assert inspect.signature(sync).parameters == inspect.signature(twin).parameters, name

    def test_the_async_face_does_the_same(self, desk, service, files):
        async def work():
            outcomes = await desk.submit_async(files("one", "two"), provider="depot")
            jobs = [outcome.job for outcome in outcomes]
            async with desk.collect_async(jobs) as run:
                collected = [outcome async for outcome in run]
            assert run.report.page_count == 2
            assert (await desk.show_async(jobs[0])).record.state is JobState.SUCCEEDED
            attached = await desk.attach_async("b0", provider="depot", options={"language": "de"})
            assert len(await desk.list_jobs_async()) == 3
            assert not await desk.cancel_async(jobs[0])
            assert await desk.forget_async([attached], even_under_way=True) == 1
            assert (await desk.account_async("depot")).is_valid
            assert (await desk.cache_info_async()).payload_count == 2
            assert await desk.clear_cache_async() == 2
            assert {record.id for record in await desk.unfinished_async()} <= {job.id for job in jobs}
            with pytest.raises(ConfigurationError):
                await desk.resolve_async(jobs[0], resubmits=True)
            return collected

        with asyncio.Runner() as runner:
            assert texts(runner.run(work())) == ["one [en]", "two [en]"]
        assert len(service.submissions) == 2

    def test_cancelling_the_async_face_cancels_the_work(self, desk, service, files):
        service.may_answer.clear()

        async def work():
            task = asyncio.create_task(desk.submit_async(files("one"), provider="depot"))
            await asyncio.to_thread(service.heard.wait, 30)
            task.cancel()
            service.may_answer.set()
            with pytest.raises(asyncio.CancelledError):
                await task

        with asyncio.Runner() as runner:
            runner.run(work())
        while desk.list_jobs()[0].step is not JobStep.SUBMITTED:
            pass
        assert len(service.submissions) == 1


def test_the_two_functions_of_the_package_are_a_desk_for_one_call(
    service, manager, tmp_path, files, monkeypatch
):
    monkeypatch.setenv("DEPOT_BASE_URL", service.base_url)
    monkeypatch.setenv("DEPOT_API_KEY", "key-1")
    monkeypatch.setattr("docferry.ingest.desk.PluginManager", lambda: manager)
    settings = JobSettings(ledger=tmp_path / "ledger.sqlite3", cache=tmp_path / "cache")
    outcomes = docferry.submit(files("one", "two"), provider="depot", settings=settings)
    with docferry.collect([outcome.job for outcome in outcomes], settings=settings) as run:
        assert texts(run) == ["one [en]", "two [en]"]


def test_a_file_above_the_limit_of_the_options_is_not_sent(service, desk, manager, settings, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("12345678")
    options = {"max_size_bytes": 7}
    (outcome,) = desk.submit(str(path), provider="depot", options=options)
    assert isinstance(outcome.error, SourceTooLargeError)
    assert "8 bytes, more than 7" in str(outcome.error)
    run = Ingestor(provider="depot", options=options, jobs=settings, manager=manager, on_error="collect").run(
        str(path)
    )
    assert isinstance(next(iter(run)).error, SourceTooLargeError)
    assert service.submissions == []


def test_a_file_above_the_limit_of_the_card_is_sent_when_the_options_raise_it(service, desk, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (CARD_BYTES + 1))
    (refused,) = desk.submit(str(path), provider="depot")
    assert isinstance(refused.error, SourceTooLargeError)
    (sent,) = desk.submit(str(path), provider="depot", options={"max_size_bytes": CARD_BYTES + 1})
    assert sent.error is None
    assert service.files == ["a.txt"]


def test_a_refresh_is_collected_although_the_cache_has_an_older_result(
    desk, service, settings, manager, files, ingest
):
    path = files("one")
    ingest(path)
    refreshing = JobDesk(jobs=dataclasses.replace(settings, refreshes=True), manager=manager)
    (outcome,) = submit(refreshing, path)
    assert texts(desk.collect()) == ["one [en]"]
    assert (len(service.submissions), service.fetches) == (2, 2)
    assert desk.show(outcome.job).record.step is JobStep.FETCHED


def test_an_attached_job_is_collected_once_although_the_cache_has_its_result(
    desk, service, settings, manager, files, tmp_path
):
    path = files("one")
    (outcome,) = submit(desk, path)
    list(desk.collect())
    other = JobDesk(jobs=dataclasses.replace(settings, ledger=tmp_path / "other.sqlite3"), manager=manager)
    other.attach(
        outcome.job.receipt.remote_id, item_id=outcome.job.receipt.item_id, provider="depot", source=path
    )
    assert texts(other.collect()) == ["one [en]"]
    assert texts(other.collect()) == []
    assert len(service.submissions) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"look_ahead": -1}, "look_ahead is -1"),
        ({"chunking": ChunkSettings(encoding="no_such_base")}, "no_such_base"),
        ({"on_error": "shrug"}, "on_error is 'shrug'"),
    ],
)
def test_a_wrong_setting_is_one_error_before_the_first_job(desk, wrong, said):
    with pytest.raises(InvalidOptionsError, match=said):
        desk.collect(**wrong)
    with pytest.raises(InvalidOptionsError, match=said):
        desk.collect_async(**wrong)
