"""What a failure of the service means for the caller: codes of answers, reasons of runs, HTTP statuses.

Sources: docs.extend.ai/api-reference/error-handling and agents.md for the codes; extend-ai 1.20.0 on PyPI,
types/parse_run.py, and 0.2.0, types/parse_error_code.py, for the reasons (all read 2026-11-22). 410 was seen
on a live server.
"""

import re
from dataclasses import replace
from enum import StrEnum

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    DocferryError,
    EncryptedSourceError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RejectedError,
    SourceError,
    SourceNotFoundError,
    SourceTooLargeError,
    TransientError,
    UnavailableError,
)
from docferry.provider import Remedy, remedies, scrub
from docferry.provider.remedies import BUSY, EXPIRED, UNAVAILABLE, UNSUPPORTED
from docferry_extend.answers import Problem

__all__ = ["PROVIDER", "Asked", "expired", "failure_of", "run_failure", "unreadable"]

PROVIDER = "extend"
NOTHING_SAID = Problem()


class Asked(StrEnum):
    """What was asked when the answer came."""

    UPLOAD = "upload"
    SUBMIT = "submit"
    POLL = "poll"
    ACCOUNT = "account"


BAD_KEY = Remedy(
    kind=AuthenticationError,
    what="the service does not accept the API key",
    next_step="check EXTEND_API_KEY, the region, to which a key belongs, and the workspace_id, which keys of "
    "a whole organisation need",
)
NO_CREDITS = Remedy(
    kind=QuotaExceededError,
    what="the account has not enough credits left",
    next_step="buy credits in the service's dashboard",
)
BAD_OPTIONS = Remedy(
    kind=InvalidOptionsError,
    what="the service refuses the parameters of the request",
    next_step="check the options of provider extend",
)
WRONG_VERSION = Remedy(
    kind=InvalidOptionsError,
    what="the service does not serve this path in this version of its API",
    next_step="set the option api_version of provider extend to a version that it serves",
)
BAD_PAGES = Remedy(
    kind=SourceError, what="the service refuses the pages asked for", next_step="select other pages"
)
WRONG_ADDRESS = Remedy(
    kind=InvalidOptionsError,
    what="there is no Extend service at this address",
    next_step="check base_url or EXTEND_BASE_URL",
)
UNKNOWN_JOB = Remedy(
    kind=JobNotFoundError,
    what="the service does not know the run",
    next_step="check the run's id, the region, the workspace and the key",
)
UNKNOWN_FILE = Remedy(
    kind=SourceNotFoundError,
    what="the service does not know the file",
    next_step="check the file's id, the region and the workspace, or upload the file",
)
NO_DOWNLOAD = Remedy(
    kind=SourceNotFoundError,
    what="the service cannot download the file",
    next_step="leave sends_urls out, so that it is downloaded here and uploaded",
)
TOO_LARGE = Remedy(
    kind=SourceTooLargeError, what="the file is too large for the service", next_step="split the document"
)
CORRUPT = Remedy(
    kind=CorruptSourceError, what="the service cannot read the file", next_step="check that it is whole"
)
LOCKED = Remedy(
    kind=EncryptedSourceError,
    what="the document needs a password",
    next_step="give the option password, or save the document without one",
)
NOT_CONVERTED = Remedy(
    kind=CorruptSourceError,
    what="the service cannot convert the file",
    next_step="check that it opens, or convert it to PDF yourself",
)
PARSE_FAILED = Remedy(
    kind=JobFailedError,
    what="the service could not parse the document",
    next_step="try other options, or another provider",
)
PASSING = Remedy(
    kind=UnavailableError,
    what="the service stumbled over the document",
    next_step="parse it again later; the service says that this may help",
)
LATER = Remedy(kind=TransientError, what="the service refused for now", next_step="try again later")
REFUSED = Remedy(kind=RejectedError, what="the service refused")

# Why a run fails. The synchronous call gives the same words as codes, and so do refusals of files.
BY_REASON = {
    "UNABLE_TO_DOWNLOAD_FILE": NO_DOWNLOAD,
    "FILE_TYPE_NOT_SUPPORTED": UNSUPPORTED,
    "FILE_SIZE_TOO_LARGE": TOO_LARGE,
    "CORRUPT_FILE": CORRUPT,
    "OCR_ERROR": PASSING,
    "PASSWORD_PROTECTED_FILE": LOCKED,
    "FAILED_TO_CONVERT_TO_PDF": NOT_CONVERTED,
    "FAILED_TO_CONVERT_TO_JPEG": NOT_CONVERTED,
    "FAILED_TO_GENERATE_TARGET_FORMAT": PARSE_FAILED,
    "CHUNKING_ERROR": replace(PARSE_FAILED, next_step="leave the options of chunking out"),
    "INTERNAL_ERROR": PASSING,
    "INVALID_CONFIG_OPTIONS": BAD_OPTIONS,
    "OUT_OF_CREDITS": NO_CREDITS,
}

BY_CODE = {
    **BY_REASON,
    "INVALID_REQUEST": BAD_OPTIONS,
    "UNAUTHORIZED": BAD_KEY,
    "FORBIDDEN": BAD_KEY,
    "RATE_LIMIT_EXCEEDED": BUSY,
    "USAGE_BLOCKED": NO_CREDITS,
    "ENDPOINT_REMOVED": WRONG_VERSION,
    "INTERNAL_ERROR": UNAVAILABLE,
}

NOT_FOUND = "NOT_FOUND"
GONE = 404
NOT_FOUND_AT = {Asked.POLL: UNKNOWN_JOB, Asked.SUBMIT: UNKNOWN_FILE}

BY_STATUS = {
    400: BAD_OPTIONS,
    401: BAD_KEY,
    402: NO_CREDITS,
    403: BAD_KEY,
    405: WRONG_ADDRESS,
    408: UNAVAILABLE,
    410: WRONG_VERSION,
    413: TOO_LARGE,
    415: UNSUPPORTED,
    422: BAD_OPTIONS,
    425: UNAVAILABLE,
    429: BUSY,
}

SERVER_ERRORS = range(500, 600)
SUCCESS = range(200, 300)
VERSION_WORDS = re.compile(r"api[ -]?version", re.IGNORECASE)


def failure_of(  # noqa: PLR0913 - an answer and the circumstances it came in
    problem: Problem | None,
    *,
    status: int,
    asked: Asked,
    job_id: str = "",
    secrets: tuple[str, ...] = (),
    retry_after_seconds: float | None = None,
) -> DocferryError | None:
    """The error that an answer amounts to; None when it tells of success.

    Args:
        problem: What the body says is wrong; None when it says nothing of the kind.
        status: HTTP status.
        asked: What was asked.
        job_id: The run that was asked about, or empty.
        secrets: What must never get into a message.
        retry_after_seconds: What the service asked for, or None.
    """
    if problem is None and status in SUCCESS:
        return None
    said = problem or NOTHING_SAID
    remedy = _remedy(said, status, asked)
    if status in SERVER_ERRORS and asked is Asked.SUBMIT:
        return unreadable(status, job_id)  # nobody knows whether a run was begun
    return remedy.error(
        provider=PROVIDER,
        reason=_reason(said.code or f"HTTP {status}", said.message, secrets),
        job_id=job_id,
        request_id=said.request_id,
        retry_after_seconds=retry_after_seconds,
    )


def run_failure(reason: str, message: str, *, job_id: str, secrets: tuple[str, ...] = ()) -> DocferryError:
    """Why a run failed, for a run that the service itself calls failed.

    Args:
        reason: The service's word, or empty.
        message: The service's sentence, or empty.
        job_id: The run.
        secrets: What must never get into a message.
    """
    remedy = BY_REASON.get(reason.upper(), PARSE_FAILED)
    return remedy.error(provider=PROVIDER, reason=_reason(reason, message, secrets), job_id=job_id)


def expired(job_id: str) -> DocferryError:
    """The error for a result that the service no longer keeps."""
    return EXPIRED.error(provider=PROVIDER, job_id=job_id)


def unreadable(status: int, job_id: str = "") -> InvalidResponseError:
    """The error for an answer that is nothing of what the service documents."""
    return remedies.unreadable(status, provider=PROVIDER, job_id=job_id, wanted="it documents")


def _remedy(problem: Problem, status: int, asked: Asked) -> Remedy:
    code = problem.code.upper()
    if code == NOT_FOUND or status == GONE:
        # A gateway's page says nothing about the run: the job must not be given up for it.
        return NOT_FOUND_AT.get(asked, WRONG_ADDRESS) if problem is not NOTHING_SAID else WRONG_ADDRESS
    known = BY_CODE.get(code) or BY_STATUS.get(status)
    if known is BAD_OPTIONS:
        return _bad_request(problem.message)
    if known is PASSING:  # of a request, not of a run
        return UNAVAILABLE
    if known is not None:
        return known
    if status in SERVER_ERRORS:
        return UNAVAILABLE
    return LATER if problem.is_retryable else REFUSED


def _bad_request(message: str) -> Remedy:
    """What a refusal of parameters is about, as far as its words tell."""
    if VERSION_WORDS.search(message):
        return WRONG_VERSION
    return BAD_PAGES if "pageRanges" in message else BAD_OPTIONS


def _reason(word: str, message: str, secrets: tuple[str, ...]) -> str:
    """The service's word and sentence."""
    return ": ".join(part for part in (scrub(word, *secrets), scrub(message, *secrets)) if part)
