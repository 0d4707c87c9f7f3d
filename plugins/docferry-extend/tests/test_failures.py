"""Every code, reason and status has its remedy, whatever shape it comes in."""

import pytest
from extend_shapes import KEY, problem, response

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    EncryptedSourceError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    ProviderError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    SourceError,
    SourceNotFoundError,
    SourceTooLargeError,
    TransientError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry_extend.answers import read_problem
from docferry_extend.failures import Asked, failure_of, run_failure

REASONS = {
    "UNABLE_TO_DOWNLOAD_FILE": SourceNotFoundError,
    "FILE_TYPE_NOT_SUPPORTED": UnsupportedSourceError,
    "FILE_SIZE_TOO_LARGE": SourceTooLargeError,
    "CORRUPT_FILE": CorruptSourceError,
    "OCR_ERROR": UnavailableError,
    "PASSWORD_PROTECTED_FILE": EncryptedSourceError,
    "FAILED_TO_CONVERT_TO_PDF": CorruptSourceError,
    "FAILED_TO_CONVERT_TO_JPEG": CorruptSourceError,
    "FAILED_TO_GENERATE_TARGET_FORMAT": JobFailedError,
    "CHUNKING_ERROR": JobFailedError,
    "INTERNAL_ERROR": UnavailableError,
    "INVALID_CONFIG_OPTIONS": InvalidOptionsError,
    "OUT_OF_CREDITS": QuotaExceededError,
    "SOMETHING_NEW": JobFailedError,
    "": JobFailedError,
}

# Code and status: the class for each thing asked.
CODES = {
    ("INVALID_REQUEST", 400): dict.fromkeys(Asked, InvalidOptionsError),
    ("UNAUTHORIZED", 401): dict.fromkeys(Asked, AuthenticationError),
    ("", 402): dict.fromkeys(Asked, QuotaExceededError),
    ("USAGE_BLOCKED", 403): dict.fromkeys(Asked, QuotaExceededError),
    ("FORBIDDEN", 403): dict.fromkeys(Asked, AuthenticationError),
    ("NOT_FOUND", 404): {
        Asked.UPLOAD: InvalidOptionsError,
        Asked.SUBMIT: SourceNotFoundError,
        Asked.POLL: JobNotFoundError,
        Asked.ACCOUNT: InvalidOptionsError,
    },
    ("", 405): dict.fromkeys(Asked, InvalidOptionsError),
    ("", 408): dict.fromkeys(Asked, UnavailableError),
    ("ENDPOINT_REMOVED", 410): dict.fromkeys(Asked, InvalidOptionsError),
    ("FILE_SIZE_TOO_LARGE", 413): dict.fromkeys(Asked, SourceTooLargeError),
    ("", 413): dict.fromkeys(Asked, SourceTooLargeError),
    ("FILE_TYPE_NOT_SUPPORTED", 400): dict.fromkeys(Asked, UnsupportedSourceError),
    ("CORRUPT_FILE", 400): dict.fromkeys(Asked, CorruptSourceError),
    ("PASSWORD_PROTECTED_FILE", 400): dict.fromkeys(Asked, EncryptedSourceError),
    ("", 422): dict.fromkeys(Asked, InvalidOptionsError),
    ("RATE_LIMIT_EXCEEDED", 429): dict.fromkeys(Asked, RateLimitedError),
    ("", 429): dict.fromkeys(Asked, RateLimitedError),
    ("INTERNAL_ERROR", 500): {
        Asked.UPLOAD: UnavailableError,
        Asked.SUBMIT: InvalidResponseError,
        Asked.POLL: UnavailableError,
        Asked.ACCOUNT: UnavailableError,
    },
    ("OCR_ERROR", 422): dict.fromkeys(Asked, UnavailableError),
    ("TEAPOT", 418): dict.fromkeys(Asked, RejectedError),
}


def failed(answer, *, asked=Asked.SUBMIT, **more):
    return failure_of(read_problem(answer.body), status=answer.status, asked=asked, **more)


@pytest.mark.parametrize("asked", Asked)
@pytest.mark.parametrize(("code", "status"), CODES)
def test_every_code_has_its_remedy_whatever_was_asked(code, status, asked):
    body = {"code": code, "message": "no"} if code else {"error": "no"}
    error = failed(response(body, status=status), asked=asked, job_id="pr_1")

    assert type(error) is CODES[code, status][asked]
    if isinstance(error, ProviderError):
        assert (error.provider, error.job_id) == ("extend", "pr_1")


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_a_run_has_its_remedy(reason):
    error = run_failure(reason, "because", job_id="pr_1")

    assert type(error) is REASONS[reason]
    assert "because" in str(error)
    assert error.next_step


@pytest.mark.parametrize(
    "body",
    [
        {"code": "UNAUTHORIZED", "message": "bad key", "retryable": False, "requestId": "req_1"},
        {"error": {"code": "UNAUTHORIZED", "message": "bad key", "requestId": "req_1"}},
        {"success": False, "error": "bad key", "requestId": "req_1"},
        {"success": False, "code": "unauthorized", "error": "bad key", "requestId": "req_1"},
    ],
)
def test_errors_are_read_in_every_shape(body):
    error = failed(response(body, status=401))

    assert type(error) is AuthenticationError
    assert "bad key" in str(error)
    assert error.request_id == "req_1"


def test_success_false_is_an_error_even_with_200():
    assert type(failed(response({"success": False, "error": "no"}))) is RejectedError


@pytest.mark.parametrize(
    "body",
    [{"id": "pr_1", "status": "FAILED"}, {"success": True, "file": {}}, b"<html>", b"[]", {"error": None}],
)
def test_what_is_no_error_is_none(body):
    assert failed(response(body)) is None


def test_a_410_names_the_option():
    error = failed(problem("ENDPOINT_REMOVED", status=410, message="Use POST /parse_runs"), asked=Asked.POLL)

    assert "api_version" in str(error)
    assert "Use POST /parse_runs" in str(error)


def test_a_refused_version_header_names_the_option():
    error = failed(problem("INVALID_REQUEST", status=400, message="x-extend-api-version is not supported"))

    assert "option api_version" in str(error)


def test_refused_page_ranges_are_about_the_source():
    message = "must be at most 750; Path: config.advancedOptions.pageRanges[0].end"

    assert type(failed(problem("INVALID_REQUEST", status=400, message=message))) is SourceError


@pytest.mark.parametrize("asked", [Asked.POLL, Asked.SUBMIT])
def test_a_gateways_404_says_nothing_about_run_or_file(asked):
    assert type(failed(response(b"<html>", status=404), asked=asked)) is InvalidOptionsError


@pytest.mark.parametrize(("retryable", "kind"), [(True, TransientError), (False, RejectedError)])
def test_of_unknown_codes_the_service_says_whether_to_try_again(retryable, kind):
    assert type(failed(problem("SOMETHING_NEW", status=418, retryable=retryable))) is kind


def test_a_server_error_leaves_open_whether_a_run_was_begun():
    assert type(failed(response(b"<html>", status=502))) is InvalidResponseError


def test_what_the_service_asks_for_is_kept():
    error = failed(problem("RATE_LIMIT_EXCEEDED", status=429), retry_after_seconds=7.0)

    assert error.retry_after_seconds == 7.0


def test_messages_hold_no_secrets_no_signed_addresses_and_are_short():
    message = f"key {KEY} at https://h/a.pdf?sig=abc#x " + "long " * 100
    error = failed(problem("INVALID_REQUEST", status=400, message=message), secrets=(KEY, ""))

    assert KEY not in str(error)
    assert "sig=abc" not in str(error)
    assert len(error.message) < 300
