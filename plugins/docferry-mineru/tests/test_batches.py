"""Batches over real HTTP: what goes wrong with one file is that file's trouble, and nothing is sent twice."""

import pytest
from mineru_files import small_pdf

from docferry.emulation import FaultRule
from docferry.errors import InvalidResponseError, JobFailedError, SubmissionUnknownError
from docferry.provider.faults import Fault, TransportFault
from docferry.sources import Source
from docferry.testing import RequestKind, Trouble

LOST = Trouble(answer=TransportFault(Fault.UNKNOWN, "ReadError"))


def sources(count):
    return [
        Source.from_bytes(small_pdf(1, title=f"No. {number}"), name=f"report-{number:02}.pdf")
        for number in range(count)
    ]


def kinds_of(cloud):
    return dict(cloud._service.counters.requests)


def texts(outcome):
    return [element.text for element in outcome.document.elements]


@pytest.fixture
def break_down(cloud):
    """Has something go wrong."""

    def break_down(**rule):
        cloud._service.state.use_faults([FaultRule(**rule)])

    return break_down


def test_many_files_are_batches_and_each_file_gets_its_own_result(parse, cloud):
    outcomes = parse(*sources(12), files_per_batch=5)

    assert [outcome.error for outcome in outcomes] == [None] * 12
    for number, outcome in enumerate(outcomes):
        assert texts(outcome)[0] == f"Tides No. {number}"
    kinds = kinds_of(cloud)
    assert 3 <= kinds["upload_urls"] < 12  # a clock that runs fast does not wait long for company
    assert kinds["upload"] == 12
    assert kinds["asset"] == 12
    assert cloud.submission_count == 12


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"do": "fail_job", "kind": "upload", "code": "-60010"}, JobFailedError),
        ({"do": "truncate_body", "kind": "asset"}, InvalidResponseError),
        ({"do": "malformed", "kind": "asset"}, InvalidResponseError),
    ],
)
def test_one_bad_file_of_ten_loses_none_of_the_others(parse, break_down, rule, error):
    break_down(file="report-03.pdf", **rule)
    check_the_others(parse(*sources(10)), error)


def check_the_others(outcomes, error):
    """Nine files arrive, each with its own text; the one is named with its reason."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    assert [outcome.source for outcome in failed] == ["report-03.pdf"]
    assert isinstance(failed[0].error, error)
    assert "report-03.pdf" in str(failed[0].error)
    said = [texts(outcome)[0] for outcome in outcomes if outcome.error is None]
    assert said == [f"Tides No. {number}" for number in range(10) if number != 3]


@pytest.mark.parametrize("self_hosted", ["server-4", "server-3", "server-2"], indirect=True)
@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"do": "fail_job", "code": "-60010"}, JobFailedError),
        ({"do": "truncate_body"}, InvalidResponseError),
        ({"do": "malformed"}, (InvalidResponseError, SubmissionUnknownError)),
    ],
    ids=["failed", "truncated", "malformed"],
)
def test_one_bad_file_of_ten_at_a_server_loses_none_of_the_others(
    request, self_hosted, parse_at_home, rule, error
):
    is_oldest = "server-2" in request.node.callspec.id
    kind = "parse" if is_oldest else "submit" if rule["do"] == "fail_job" else "fetch"
    self_hosted._service.state.use_faults([FaultRule(file="report-03.pdf", kind=kind, **rule)])
    check_the_others(parse_at_home(*sources(10)), error)


def test_an_upload_that_never_arrived_is_seen_at_the_service_and_sent_again(parse, cloud):
    (outcome,) = parse(*sources(1), plan=(RequestKind.SUBMIT, LOST))

    assert outcome.error is None
    assert kinds_of(cloud)["upload_urls"] == 2
    assert kinds_of(cloud)["upload"] == 1


def test_an_upload_that_arrived_unheard_is_seen_at_the_service_and_not_sent_again(parse, cloud):
    arrived = Trouble(answer=LOST.answer, reaches=True)
    (outcome,) = parse(*sources(1), plan=(RequestKind.SUBMIT, arrived))

    assert outcome.error is None
    assert kinds_of(cloud)["upload_urls"] == 1
    assert cloud.submission_count == 1


def test_web_pages_are_batches_of_their_own(parse, cloud):
    page = Source.from_bytes(b"<html><body><h1>Tides</h1><p>High water.</p></body></html>", name="tides.html")
    outcomes = parse(*sources(2), page)

    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert kinds_of(cloud)["upload_urls"] in (2, 3)


def test_equal_names_are_told_apart(parse):
    same = [Source.from_bytes(small_pdf(1, title=word), name="report.pdf") for word in ("One", "Two")]
    outcomes = parse(*same)

    assert [texts(outcome)[0] for outcome in outcomes] == ["Tides One", "Tides Two"]
