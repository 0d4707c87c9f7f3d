"""The operations on a parsed document: typed results, in the ledger, and paid once."""

import asyncio
import json
import warnings

import pytest
from pulse_documents import small_pdf

from docferry.errors import (
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RejectedError,
)
from docferry.ingest import JobDesk, parse
from docferry.ledger import JobStep
from docferry.sources import Source
from docferry_pulse import (
    SchemaConfig,
    Topic,
    extract_schema,
    extract_schema_async,
    extract_schema_by_topic,
    extract_schema_by_topic_async,
    split,
    split_async,
)
from docferry_pulse.operations import read_schema_result, read_split_result, read_topic_results

TOPICS = (Topic(name="tides", description="high water"), Topic(name="moorings"))
SCHEMA = SchemaConfig(schema={"type": "object", "properties": {"water": {"type": "string"}}})


@pytest.fixture
def parsed(emulate):
    """Parses a document of two pages; gives the service and the job."""

    def parsed(*, options=None, **quirks):
        service = emulate(**quirks)
        parse(Source.from_bytes(small_pdf(), name="tides.pdf"), provider="pulse", options=options)
        (job,) = JobDesk().list_jobs()
        return service, job

    return parsed


def faults(service, *rules):
    from docferry.emulation import read_fault_rules

    service.state.use_faults(read_fault_rules(rules))


def test_a_split_finds_the_pages_of_topics_and_is_paid_once(parsed):
    service, job = parsed()
    first = split(job.id, TOPICS)
    second = split(job, TOPICS)

    assert first.pages == {"tides": (1,), "moorings": (2,)}
    assert first.credits_used == 4.0
    assert first == second
    assert service.counters.requests["split"] == 1
    record = JobDesk().show(first.job).record
    assert (record.operation, record.step, record.fingerprint) == ("split", JobStep.FETCHED, job.fingerprint)


def test_other_topics_are_another_step(parsed):
    service, job = parsed()
    split(job, TOPICS)
    split(job, TOPICS[:1])

    assert service.counters.requests["split"] == 2


def test_a_schema_finds_values_and_is_paid_once(parsed):
    service, job = parsed()
    found = extract_schema(job, SCHEMA)

    assert found.values == {"water": "High water is at 06:12."}
    assert found.citations["water"]
    assert found.version == 1
    assert extract_schema(job.id[:8], SCHEMA) == found
    assert service.counters.requests["schema"] == 1


def test_documents_are_looked_at_together(parsed):
    service, first = parsed()
    other = small_pdf(lines=(("Water", "The water is cold."),))
    parse(Source.from_bytes(other, name="cold.pdf"), provider="pulse")
    second = next(job for job in JobDesk().list_jobs() if job.id != first.id)
    found = extract_schema([first, second], SCHEMA)

    assert len(found.extraction_ids) == 2
    assert service.counters.requests["schema"] == 1


def test_topics_of_a_split_have_schemas_of_their_own(parsed):
    service, job = parsed()
    found = split(job, TOPICS)
    results = extract_schema_by_topic(found, {"tides": SCHEMA})

    assert results.results["tides"].values == {"water": "High water is at 06:12."}
    assert extract_schema_by_topic(found, {"tides": SCHEMA}) == results
    assert service.counters.requests["schema"] == 1
    with pytest.raises(InvalidOptionsError, match="no topic 'boats'"):
        extract_schema_by_topic(found, {"boats": SCHEMA})


def test_the_async_face_does_the_same(parsed):
    _, job = parsed()

    async def both():
        found = await split_async(job, TOPICS)
        return (
            found,
            await extract_schema_async(job, SCHEMA),
            await extract_schema_by_topic_async(found, {"tides": SCHEMA}),
        )

    found, values, results = asyncio.run(both())

    assert found == split(job, TOPICS)
    assert values == extract_schema(job, SCHEMA)
    assert results == extract_schema_by_topic(found, {"tides": SCHEMA})


def test_a_parse_under_way_is_waited_for(emulate):
    service = emulate(answers_at_once=False)
    source = Source.from_bytes(small_pdf(), name="tides.pdf")
    (outcome,) = JobDesk().submit(source, provider="pulse")

    assert split(outcome.job, TOPICS).pages["tides"] == (1,)
    assert service.counters.requests["submit"] == 1


def test_a_large_parse_has_its_record_too(parsed):
    _, job = parsed(large_pages=0)

    assert split(job, TOPICS).pages["moorings"] == (2,)


def test_with_storage_off_there_is_no_step(parsed):
    _, job = parsed(options={"storage": {"enabled": False}})
    with pytest.raises(RejectedError, match="storage off"):
        split(job, TOPICS)


def test_a_record_that_is_gone_says_so(parsed):
    service, job = parsed()
    faults(service, {"kind": "split", "do": "refuse", "code": "STORAGE_001"})
    with pytest.raises(JobNotFoundError, match="no longer knows the parsed document"):
        split(job, TOPICS)


def test_other_refusals_are_their_errors(parsed):
    service, job = parsed()
    faults(service, {"kind": "schema", "do": "refuse", "code": "SCHEMA_001", "message": "bad type"})
    with pytest.raises(InvalidOptionsError, match="bad type"):
        extract_schema(job, SCHEMA)
    faults(service, {"kind": "split", "do": "refuse", "code": "BILLING_002"})
    with pytest.raises(QuotaExceededError):
        split(job, TOPICS)


def test_a_step_that_fails_is_told_and_can_be_tried_again(parsed):
    service, job = parsed()
    faults(service, {"kind": "split", "do": "fail_job", "message": "no luck", "times": 1})
    with pytest.raises(JobFailedError, match="no luck"):
        split(job, TOPICS)

    assert split(job, TOPICS).pages


def test_a_step_without_an_answer_is_not_repeated(parsed):
    from docferry.errors import SubmissionUnknownError

    service, job = parsed()
    faults(service, {"kind": "split", "do": "reset", "when": "after"})
    for _ in range(2):
        with pytest.raises(SubmissionUnknownError):
            split(job, TOPICS)
    assert service.counters.requests["split"] == 1


def test_a_job_that_is_no_parse_is_refused(parsed):
    _, job = parsed()
    found = split(job, TOPICS)
    with pytest.raises(InvalidOptionsError, match="is a split"):
        extract_schema(found.job, SCHEMA)
    with pytest.raises(JobNotFoundError):
        split("ffffffffffff", TOPICS)


@pytest.mark.parametrize("topics", [(), (Topic(name=""),), (Topic(name="a"), Topic(name="a"))])
def test_topics_need_names_of_their_own(topics):
    with pytest.raises(InvalidOptionsError, match="topics"):
        split("ffffffffffff", topics)


def test_something_must_say_which_values():
    with pytest.raises(InvalidOptionsError, match="which values"):
        extract_schema("ffffffffffff", SchemaConfig())
    with pytest.raises(InvalidOptionsError, match="no job"):
        extract_schema([], SCHEMA)


def test_saved_configurations_are_sent_by_id(parsed):
    _, job = parsed()

    assert split(job, config_id="c1").pages == {}
    assert extract_schema(job, SchemaConfig(config_id="c2")).values == {}


def test_collecting_a_step_as_a_document_names_the_function(parsed):
    _, job = parsed()
    found = split(job, TOPICS)
    (outcome,) = JobDesk().collect(found.job)

    assert isinstance(outcome.error, InvalidOptionsError)
    assert "docferry_pulse.split" in str(outcome.error)


@pytest.mark.parametrize("read", [read_split_result, read_schema_result, read_topic_results])
@pytest.mark.parametrize("result", [{}, {"split_output": 7, "schema_output": [], "results": "x"}])
def test_results_without_their_field_are_the_services_fault(read, result):
    with pytest.raises(InvalidResponseError):
        read(result, job="j")


def test_results_are_read_in_every_spelling():
    found = read_split_result(
        {"splitId": "s", "split-output": {"splits": {"a": [1, "2", None, 0]}}, "creditsUsed": 2}, job="j"
    )
    assert (found.split_id, found.pages, found.credits_used) == ("s", {"a": (1, 2)}, 2.0)
    values = read_schema_result({"schemaOutput": {"values": {"a": [1]}}, "schema-id": "x"}, job="j")
    assert (values.values, values.citations, values.schema_id) == ({"a": [1]}, {}, "x")
    topics = read_topic_results({"results": {"a": {"values": {}}, "b": 7}, "errors": {"b": "no"}}, job="j")
    assert (set(topics.results), topics.errors) == ({"a"}, {"b": "no"})


def test_documented_results_are_read(pulse_samples):
    path = pulse_samples / "sdk_schema_split_tables_batch_typed.json"
    sample = json.loads(path.read_text(encoding="utf-8"))

    assert read_split_result(sample["split"], job="j").pages == {"key": (1,)}
    assert read_schema_result(sample["schema"], job="j").values == {"key": "value"}


def test_no_step_warns_of_options_that_a_parse_used(parsed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        _, job = parsed(options={"return_html": True})
        assert split(job, TOPICS).pages
