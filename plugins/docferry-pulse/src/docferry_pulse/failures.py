"""What a failure of the service means for the caller: HTTP statuses, codes, and words.

The HTTP status decides first, because the service's tables of codes have changed their meaning over time; the
code then tells apart what shares a status. Source of the codes: docs.runpulse.com/advanced/error-handling in
three ages, and pulse-ai-cli 0.1.0 (read 2026-11-21 and 2026-11-22).
"""

import re
from dataclasses import replace
from enum import StrEnum

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    DocferryError,
    EmptySourceError,
    EncryptedSourceError,
    InvalidOptionsError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RejectedError,
    ResultExpiredError,
    SourceError,
    SourceNotFoundError,
    SourceTooLargeError,
)
from docferry.provider import Remedy, scrub
from docferry.provider.remedies import BUSY, EXPIRED, UNAVAILABLE, UNSUPPORTED, unreadable
from docferry_pulse.wire import Answer

__all__ = ["PROVIDER", "Asked", "expired", "failure_of", "gone", "job_failure", "no_record"]

PROVIDER = "pulse"


class Asked(StrEnum):
    """What was asked when the answer came."""

    SUBMIT = "submit"
    FOLLOW_UP = "follow_up"  # an operation on a document that was parsed before
    POLL = "poll"
    CANCEL = "cancel"
    ACCOUNT = "account"


BAD_KEY = Remedy(
    kind=AuthenticationError,
    what="the service does not accept the API key",
    next_step="check PULSE_API_KEY; keys are made at platform.runpulse.com",
)
FORBIDDEN = Remedy(
    kind=AuthenticationError,
    what="the API key may not do this",
    next_step="look at the key's permissions at platform.runpulse.com",
)
NO_CREDITS = Remedy(
    kind=QuotaExceededError,
    what="the account has not enough credits left",
    next_step="see runpulse.com/billing, and the credit cap of the key",
)
TOO_LARGE = Remedy(
    kind=SourceTooLargeError, what="the service refuses files of this size", next_step="split the document"
)
BAD_OPTIONS = Remedy(
    kind=InvalidOptionsError,
    what="the service refuses the parameters of the request",
    next_step="check the options of provider pulse",
)
BAD_PAGES = Remedy(
    kind=SourceError,
    what="the document has not the pages that were asked for",
    next_step="select pages that it has",
)
UNKNOWN_JOB = Remedy(
    kind=JobNotFoundError,
    what="the service does not know the job",
    next_step="check the job id, the base URL and the key",
)
NO_EXTRACTION = Remedy(
    kind=JobNotFoundError,
    what="the service no longer knows the parsed document",
    next_step="parse it again with storage on, then run the operation",
)
PARSE_FAILED = Remedy(
    kind=JobFailedError,
    what="the service could not process the document",
    next_step="try it once more, or another provider",
)
WRONG_ADDRESS = Remedy(
    kind=InvalidOptionsError,
    what="there is no Pulse service at this address",
    next_step="check base_url or PULSE_BASE_URL",
)
REFUSED = Remedy(
    kind=RejectedError, what="the service refused", next_step="look the code up in its documents"
)

BY_CODE = {
    "FILE_001": UNSUPPORTED,
    "FILE_002": TOO_LARGE,
    "FILE_003": Remedy(
        kind=CorruptSourceError,
        what="the service cannot read the file",
        next_step="check that it is whole, or save it anew",
    ),
    "FILE_004": Remedy(
        kind=EmptySourceError, what="the service received an empty file", next_step="check the file"
    ),
    "FILE_005": Remedy(
        kind=SourceNotFoundError,
        what="the service could not download the document",
        next_step="check that its address can be reached from outside, or leave send_url out",
    ),
    "FILE_006": Remedy(
        kind=EncryptedSourceError,
        what="the document needs a password",
        next_step="take the password off; the service takes none",
    ),
    "REQ_006": BAD_PAGES,
    "GENERAL_004": BUSY,
}
"""Codes that say more than their family."""

BY_FAMILY = {
    "AUTH": BAD_KEY,
    "BILLING": NO_CREDITS,
    "FILE": UNSUPPORTED,
    "GENERAL": UNAVAILABLE,
    "JOB": UNKNOWN_JOB,
    "PROC": PARSE_FAILED,
    "RATE": BUSY,
    "REQ": BAD_OPTIONS,
    "SCHEMA": replace(BAD_OPTIONS, what="the service refuses the schema", next_step="correct the schema"),
    "STORAGE": replace(REFUSED, what="the service cannot store or find what it parsed"),
}

BY_STATUS = {
    400: BAD_OPTIONS,
    401: BAD_KEY,
    402: NO_CREDITS,
    403: FORBIDDEN,
    404: WRONG_ADDRESS,
    405: WRONG_ADDRESS,
    408: UNAVAILABLE,
    413: TOO_LARGE,
    415: UNSUPPORTED,
    422: BAD_OPTIONS,
    425: UNAVAILABLE,
    429: BUSY,
}
SETTLED_STATUSES = frozenset({401, 402, 408, 413, 415, 425, 429})
"""HTTP statuses that mean one thing, whatever the code says."""

NOT_ABOUT_JOBS = frozenset({TOO_LARGE, UNSUPPORTED, BAD_PAGES, BAD_OPTIONS, WRONG_ADDRESS})
"""A question about a job sends nothing but its id: what is wrong with the request is wrong with the id."""

# The reason of a failed job is a sentence more often than a code.
FAILURE_WORDS = (
    (re.compile(r"password|encrypt", re.IGNORECASE), BY_CODE["FILE_006"]),
    (re.compile(r"corrupt|damaged|malformed (?:pdf|file)|invalid pdf", re.IGNORECASE), BY_CODE["FILE_003"]),
    (re.compile(r"unsupported|invalid file type", re.IGNORECASE), UNSUPPORTED),
    (re.compile(r"page range|pages? (?:is|are) out of range", re.IGNORECASE), BAD_PAGES),
    (re.compile(r"insufficient credits|credit limit", re.IGNORECASE), NO_CREDITS),
)

SERVER_ERRORS = range(500, 600)


def failure_of(  # noqa: PLR0913 - an answer and the circumstances it came in
    answer: Answer | None,
    *,
    status: int,
    asked: Asked,
    job_id: str = "",
    secret: str = "",
    retry_after_seconds: float | None = None,
) -> DocferryError | None:
    """The error that an answer amounts to; None when it tells of success.

    Args:
        answer: The answer; None when it is not a JSON object.
        status: HTTP status.
        asked: What was asked.
        job_id: The job that was asked about, or empty.
        secret: The API key, which never gets into a message.
        retry_after_seconds: What the headers asked for, or None.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - the 2xx range
        return None if answer is not None else unreadable(status, provider=PROVIDER, job_id=job_id)
    if status < 400:  # noqa: PLR2004 - redirects are followed before
        return unreadable(status, provider=PROVIDER, job_id=job_id)
    remedy = _remedy(status, answer.error_code if answer else "", asked)
    if remedy is BAD_PAGES and answer is not None and "page" not in answer.error.casefold():
        remedy = BAD_OPTIONS  # an older table gives the code another meaning
    reason = _reason(answer, secret) or f"HTTP {status}"
    named_seconds = answer.retry_after_seconds if answer else None
    return remedy.error(
        provider=PROVIDER,
        reason=reason,
        job_id=job_id,
        retry_after_seconds=named_seconds if retry_after_seconds is None else retry_after_seconds,
    )


def job_failure(answer: Answer, *, job_id: str, secret: str = "") -> DocferryError:
    """Why a job failed, for a job that the service itself calls failed."""
    remedy = _by_code(answer.error_code) or next(
        (remedy for pattern, remedy in FAILURE_WORDS if pattern.search(answer.error)), PARSE_FAILED
    )
    if remedy in {BUSY, BAD_KEY, BAD_OPTIONS, UNKNOWN_JOB, UNAVAILABLE}:
        remedy = PARSE_FAILED  # the request was accepted; it is the job that failed
    return remedy.error(provider=PROVIDER, reason=_reason(answer, secret), job_id=job_id)


def expired(job_id: str) -> DocferryError:
    """The error for a job whose result the service no longer keeps."""
    remedy = replace(EXPIRED, next_step="parse the document again, which is billed again")
    return remedy.error(provider=PROVIDER, job_id=job_id)


def gone(job_id: str) -> ResultExpiredError:
    """The error for a large result that is not handed out any more.

    Nobody can tell which of the reasons it was; the message names them all.
    """
    return ResultExpiredError(
        "the service hands a large result out once and for an hour: the hour is over, or it was fetched "
        "before, by a download that broke off, by a run that ended before it was kept, or by another program",
        next_step="look for the extraction at platform.runpulse.com, or parse the document again, which is "
        "billed again",
        provider=PROVIDER,
        job_id=job_id,
    )


def no_record(job_id: str) -> RejectedError:
    """The error for an operation on a document of which the service kept no record."""
    return RejectedError(
        "the parsed document has no extraction id: it was parsed with storage off",
        next_step="parse it again with storage on, which is billed again",
        provider=PROVIDER,
        job_id=job_id,
    )


def _remedy(status: int, code: str, asked: Asked) -> Remedy:
    if status in SERVER_ERRORS:
        return BUSY if BY_CODE.get(code) is BUSY else UNAVAILABLE
    if status in SETTLED_STATUSES:
        return BY_STATUS[status]
    if status == 410:  # noqa: PLR2004 - HTTP Gone
        return replace(EXPIRED, next_step="")
    remedy = _by_code(code) or BY_STATUS.get(status, REFUSED)
    if remedy is BAD_KEY and status == 403:  # noqa: PLR2004 - HTTP Forbidden
        return FORBIDDEN
    return _as_asked(remedy, status, asked)


def _as_asked(remedy: Remedy, status: int, asked: Asked) -> Remedy:
    if asked in {Asked.POLL, Asked.CANCEL} and remedy in NOT_ABOUT_JOBS:
        return UNKNOWN_JOB
    is_missing = status == 404 or remedy is UNKNOWN_JOB  # noqa: PLR2004 - HTTP Not Found
    if asked is Asked.FOLLOW_UP and is_missing:
        return NO_EXTRACTION
    return remedy


def _by_code(code: str) -> Remedy | None:
    return BY_CODE.get(code) or BY_FAMILY.get(code.partition("_")[0])


def _reason(answer: Answer | None, secret: str) -> str:
    """Code and words of the service."""
    if answer is None:
        return ""
    return ": ".join(part for part in (answer.error_code, scrub(answer.error, secret).rstrip(" .")) if part)
