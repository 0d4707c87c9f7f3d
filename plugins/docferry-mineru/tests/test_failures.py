"""Every code of the cloud and the agent at every place, and both envelopes."""

import json

import pytest
from mineru_talk import TOKEN, answer, gateway

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    DocferryError,
    EmptySourceError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    ProviderError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.provider import Response
from docferry_mineru.envelope import read_envelope
from docferry_mineru.failures import BY_CODE, Asked, Reader

# Code: the error on submission, while asking, and of a task that failed.
CODES = {
    "A0202": (AuthenticationError, AuthenticationError, AuthenticationError),
    "A0211": (AuthenticationError, AuthenticationError, AuthenticationError),
    "-500": (InvalidOptionsError, JobNotFoundError, JobFailedError),
    "-10001": (UnavailableError, UnavailableError, UnavailableError),
    "-10002": (InvalidOptionsError, JobNotFoundError, JobFailedError),
    "-30001": (SourceTooLargeError, SourceTooLargeError, SourceTooLargeError),
    "-30002": (UnsupportedSourceError, UnsupportedSourceError, UnsupportedSourceError),
    "-30003": (SourceTooLargeError, SourceTooLargeError, SourceTooLargeError),
    "-30004": (InvalidOptionsError, InvalidOptionsError, JobFailedError),
    "-60001": (UnavailableError, UnavailableError, UnavailableError),
    "-60002": (UnsupportedSourceError, UnsupportedSourceError, UnsupportedSourceError),
    "-60003": (CorruptSourceError, CorruptSourceError, CorruptSourceError),
    "-60004": (EmptySourceError, EmptySourceError, EmptySourceError),
    "-60005": (SourceTooLargeError, SourceTooLargeError, SourceTooLargeError),
    "-60006": (SourceTooLargeError, SourceTooLargeError, SourceTooLargeError),
    "-60007": (RateLimitedError, RateLimitedError, UnavailableError),
    "-60008": (SourceNotFoundError, SourceNotFoundError, SourceNotFoundError),
    "-60009": (RateLimitedError, RateLimitedError, JobFailedError),
    "-60010": (JobFailedError, JobFailedError, JobFailedError),
    "-60011": (JobFailedError, JobFailedError, JobFailedError),
    "-60012": (JobNotFoundError, JobNotFoundError, JobFailedError),
    "-60013": (AuthenticationError, AuthenticationError, AuthenticationError),
    "-60014": (RejectedError, RejectedError, RejectedError),
    "-60015": (UnsupportedSourceError, UnsupportedSourceError, UnsupportedSourceError),
    "-60016": (JobFailedError, JobFailedError, JobFailedError),
    "-60017": (JobFailedError, JobFailedError, JobFailedError),
    "-60018": (QuotaExceededError, QuotaExceededError, QuotaExceededError),
    "-60019": (QuotaExceededError, QuotaExceededError, QuotaExceededError),
    "-60020": (JobFailedError, JobFailedError, JobFailedError),
    "-60021": (JobFailedError, JobFailedError, JobFailedError),
    "-60022": (SourceNotFoundError, SourceNotFoundError, SourceNotFoundError),
    "-69999": (RejectedError, UnavailableError, JobFailedError),  # a code that nobody knows
}
STATUSES = {
    400: (InvalidOptionsError, JobNotFoundError),
    401: (AuthenticationError, AuthenticationError),
    403: (AuthenticationError, AuthenticationError),
    404: (InvalidOptionsError, JobNotFoundError),
    405: (InvalidOptionsError, InvalidOptionsError),
    408: (UnavailableError, UnavailableError),
    410: (RejectedError, JobNotFoundError),
    413: (SourceTooLargeError, SourceTooLargeError),
    415: (UnsupportedSourceError, UnsupportedSourceError),
    422: (InvalidOptionsError, JobNotFoundError),
    425: (UnavailableError, UnavailableError),
    429: (RateLimitedError, RateLimitedError),
    500: (UnavailableError, UnavailableError),
    502: (UnavailableError, UnavailableError),
    503: (UnavailableError, UnavailableError),
}
BATCH = {"batch_id": "b1"}


def error_of(response, asked=Asked.SUBMIT, secrets=(TOKEN,)):
    try:
        Reader(secrets=secrets).read(response, asked, job_id="t1")
    except DocferryError as error:
        return error
    return None


def test_the_table_has_every_known_code():
    assert set(CODES) == {*BY_CODE, "-69999"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("as_number", [True, False])
def test_each_code_has_its_remedy_on_submission_and_while_asking(code, as_number):
    given = int(code) if as_number and code.lstrip("-").isdecimal() else code
    for asked, expected in zip((Asked.SUBMIT, Asked.POLL), CODES[code], strict=False):
        error = error_of(answer(code=given, msg="words of the service"), asked)
        assert type(error) is expected
        assert error.message.endswith(f"(code {code}: words of the service)")
        if isinstance(error, ProviderError):
            assert (error.provider, error.job_id, error.request_id) == ("mineru", "t1", "trace-1")


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_its_remedy_when_a_task_failed(code):
    error = Reader().task_error(code, "words", job_id="t1")
    assert type(error) is CODES[code][2]
    assert error.next_step or code == "-60014"


def test_a_failed_task_without_a_code_keeps_the_services_words():
    error = Reader(secrets=(TOKEN,)).task_error(
        "", f"see https://x.org/a?sign={TOKEN} {TOKEN}\nend", job_id="t1"
    )
    assert type(error) is JobFailedError
    assert error.message.endswith("(see https://x.org/a *** end)")


@pytest.mark.parametrize("code", ["-60018", "-60019"])
def test_used_up_quotas_are_for_tomorrow(code):
    assert "tomorrow" in error_of(answer(code=code)).next_step


@pytest.mark.parametrize("code", ["A0202", "A0211"])
@pytest.mark.parametrize("asked", [Asked.SUBMIT, Asked.POLL])
def test_the_gateways_envelope_is_read_as_well(code, asked):
    error = error_of(gateway(code), asked)
    assert type(error) is AuthenticationError
    assert error.request_id == "trace-2"
    assert f"code {code}" in error.message


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("body", [b"<html>sorry</html>", b"", b"[]", b'{"code": 0}'])
def test_http_errors_without_a_known_code_go_by_their_status(status, body):
    for asked, expected in zip((Asked.SUBMIT, Asked.POLL), STATUSES[status], strict=True):
        assert type(error_of(Response(status=status, body=body), asked)) is expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
    ],
)
def test_what_a_busy_service_asks_for_is_read(headers, seconds):
    assert error_of(Response(status=429, headers=headers)).retry_after_seconds == seconds


@pytest.mark.parametrize("body", [b"", b"<html>welcome</html>", b"[]", b"null", b"7", b'"ok"'])
def test_a_success_that_is_no_object_is_no_answer(body):
    assert type(error_of(Response(status=200, body=body))) is InvalidResponseError


@pytest.mark.parametrize("code", [0, "0", None])
def test_success_has_many_forms(code):
    envelope = Reader().read(answer(BATCH, code=code), Asked.SUBMIT)
    assert envelope.data == BATCH


@pytest.mark.parametrize(
    "body", [{"code": {}, "data": []}, {"msg": 7, "trace_id": None}, {"success": False}, {"code": True}]
)
def test_envelopes_of_other_types_are_read_without_a_crash(body):
    assert read_envelope(json.dumps(body).encode()) is not None


def test_a_failure_without_a_code_is_a_failure():
    assert (
        type(error_of(Response(status=200, body=b'{"success": false, "msg": "no"}'))) is InvalidOptionsError
    )
