"""Every status and code of the service, and the remedy that fits."""

import json

import pytest

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    EmptySourceError,
    EncryptedSourceError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    ResultExpiredError,
    SourceError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry_pulse.failures import Asked, failure_of, job_failure
from docferry_pulse.wire import read_answer

# HTTP status, code, and the error on submission.
SUBMITTED = [
    (401, "AUTH_001", AuthenticationError),
    (401, "AUTH_002", AuthenticationError),
    (401, "AUTH_003", AuthenticationError),
    (403, "AUTH_004", AuthenticationError),
    (401, "AUTH_005", AuthenticationError),
    (403, "AUTH_006", AuthenticationError),
    (400, "REQ_001", InvalidOptionsError),
    (400, "REQ_002", InvalidOptionsError),
    (400, "REQ_003", InvalidOptionsError),
    (400, "REQ_004", InvalidOptionsError),
    (400, "REQ_005", InvalidOptionsError),
    (400, "REQ_006", SourceError),
    (400, "REQ_007", InvalidOptionsError),
    (400, "FILE_001", UnsupportedSourceError),
    (413, "FILE_002", SourceTooLargeError),
    (400, "FILE_002", SourceTooLargeError),
    (400, "FILE_003", CorruptSourceError),
    (400, "FILE_004", EmptySourceError),
    (400, "FILE_005", SourceNotFoundError),
    (400, "FILE_006", EncryptedSourceError),
    (400, "FILE_099", UnsupportedSourceError),
    (400, "SCHEMA_001", InvalidOptionsError),
    (403, "BILLING_001", QuotaExceededError),
    (403, "BILLING_002", QuotaExceededError),
    (402, "BILLING_003", QuotaExceededError),
    (400, "PROC_001", JobFailedError),
    (404, "STORAGE_001", RejectedError),
    (500, "GENERAL_001", UnavailableError),
    (429, "GENERAL_004", RateLimitedError),
    (429, "RATE_001", RateLimitedError),
    (400, "", InvalidOptionsError),
    (401, "", AuthenticationError),
    (402, "", QuotaExceededError),
    (403, "", AuthenticationError),
    (404, "", InvalidOptionsError),
    (405, "", InvalidOptionsError),
    (408, "", UnavailableError),
    (410, "", ResultExpiredError),
    (413, "", SourceTooLargeError),
    (415, "", UnsupportedSourceError),
    (418, "", RejectedError),
    (422, "", InvalidOptionsError),
    (429, "", RateLimitedError),
    (502, "", UnavailableError),
    (503, "", UnavailableError),
    (504, "", UnavailableError),
    # An HTTP status that is clear counts more than a code whose meaning changed over the years.
    (401, "REQ_006", AuthenticationError),
    (413, "REQ_001", SourceTooLargeError),
]


def answer(code="", message="words of the page", *, details=None):
    body = {"error": {"code": code, "message": message, "details": details or {}}}
    return read_answer(json.dumps(body).encode())


@pytest.mark.parametrize(("status", "code", "kind"), SUBMITTED)
def test_each_status_and_code_on_submission(status, code, kind):
    error = failure_of(answer(code), status=status, asked=Asked.SUBMIT)

    assert type(error) is kind
    assert error.next_step or kind is ResultExpiredError
    assert code in error.message


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "JOB_001", JobNotFoundError),
        (404, "", JobNotFoundError),
        (400, "REQ_003", JobNotFoundError),
        (403, "AUTH_004", AuthenticationError),
        (410, "", ResultExpiredError),
        (429, "", RateLimitedError),
        (503, "", UnavailableError),
    ],
)
def test_each_status_while_asking(status, code, kind):
    error = failure_of(answer(code), status=status, asked=Asked.POLL, job_id="j1")

    assert type(error) is kind
    assert error.job_id == "j1"


@pytest.mark.parametrize(("status", "code"), [(404, ""), (404, "STORAGE_001"), (400, "JOB_001")])
def test_a_step_on_a_document_that_is_gone_says_so(status, code):
    error = failure_of(answer(code), status=status, asked=Asked.FOLLOW_UP)

    assert isinstance(error, RejectedError)
    assert isinstance(error, JobNotFoundError) or "store" in error.message


def test_an_older_meaning_of_the_code_of_page_ranges_is_told_by_its_words():
    error = failure_of(answer("REQ_006", "missing schema"), status=400, asked=Asked.SUBMIT)

    assert type(error) is InvalidOptionsError


@pytest.mark.parametrize("status", [200, 202])
def test_success_is_no_error(status):
    assert failure_of(read_answer(b'{"job_id": "1"}'), status=status, asked=Asked.SUBMIT) is None


@pytest.mark.parametrize("status", [200, 204, 302])
def test_success_without_json_is_unreadable(status):
    error = failure_of(None, status=status, asked=Asked.SUBMIT)

    assert type(error) is InvalidResponseError


def test_the_cause_in_the_details_is_told():
    error = failure_of(
        answer("GENERAL_001", "Internal server error", details={"error": "no workers"}),
        status=500,
        asked=Asked.POLL,
    )

    assert "no workers" in error.message


@pytest.mark.parametrize(
    "body", [b'{"error": "too much"}', b'{"detail": "too much"}', b'{"error": {"message": "too much"}}']
)
def test_all_shapes_of_errors_are_read(body):
    error = failure_of(read_answer(body), status=400, asked=Asked.SUBMIT)

    assert "too much" in error.message


def test_the_advice_when_to_come_back_is_taken_from_header_or_body():
    body = read_answer(b'{"error": {"code": "RATE_001"}, "retry_after": 12}')

    def busy(seconds):
        return failure_of(body, status=429, asked=Asked.SUBMIT, retry_after_seconds=seconds)

    assert busy(3.0).retry_after_seconds == 3.0
    assert busy(None).retry_after_seconds == 12.0


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("File is password protected", EncryptedSourceError),
        ("The PDF is corrupted", CorruptSourceError),
        ("unsupported file", UnsupportedSourceError),
        ("Invalid page range", SourceError),
        ("Insufficient credits", QuotaExceededError),
        ("something went wrong", JobFailedError),
        ({"code": "FILE_003", "message": "bad"}, CorruptSourceError),
        ({"code": "AUTH_002", "message": "bad"}, JobFailedError),
        ({"code": "RATE_001", "message": "busy"}, JobFailedError),
        ("", JobFailedError),
    ],
)
def test_a_failed_job_is_told_by_code_or_words(error, kind):
    body = read_answer(json.dumps({"job_id": "j1", "status": "failed", "error": error}).encode())

    assert type(job_failure(body, job_id="j1")) is kind


def test_no_key_and_no_signature_gets_into_a_message():
    words = "see https://s3.example/x?sig=abc and pk-1\nnow."
    told = failure_of(answer("REQ_003", words), status=400, asked=Asked.SUBMIT, secret="pk-1")

    assert "(REQ_003: see https://s3.example/x and *** now)" in str(told)
    error = failure_of(answer("REQ_003", "bad pk-1"), status=400, asked=Asked.SUBMIT, secret="pk-1")
    assert "pk-1" not in str(error)
