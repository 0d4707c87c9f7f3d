"""What a failure of the service means for the caller: business codes, HTTP statuses and words.

Business errors come with HTTP 200 and a code that is not 0, so a code we know counts more than the HTTP
status. Sources of the codes: docs.somark.cn/en/api-reference/errors.md, and the vendor's client somark 0.1.0
for those that the page does not show: 1102, 1105, 1120, 1133, 1137, 1138 (both read 2026-11-21).
"""

import re
from dataclasses import replace
from enum import StrEnum

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    DocferryError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RejectedError,
    SourceNotFoundError,
    SourceTooLargeError,
)
from docferry.provider import Remedy, scrub
from docferry.provider.remedies import BUSY, EXPIRED, UNAVAILABLE, UNSUPPORTED, unreadable
from docferry_somark.wire import Envelope

__all__ = ["PROVIDER", "Asked", "expired", "failure_of", "job_failure"]

PROVIDER = "somark"


class Asked(StrEnum):
    """What was asked when the answer came."""

    SUBMIT = "submit"
    POLL = "poll"
    ACCOUNT = "account"


BAD_KEY = Remedy(
    kind=AuthenticationError,
    what="the service does not accept the API key",
    next_step="check SOMARK_API_KEY and the region: a key belongs to the host it was made on",
)
NO_PLAN = Remedy(
    kind=QuotaExceededError, what="the account has no active plan", next_step="choose one in the workbench"
)
NO_PAGES = Remedy(
    kind=QuotaExceededError,
    what="the account has not enough pages left",
    next_step="see `docferry account somark`, buy pages or wait until the free ones come back",
)
TOO_LARGE = Remedy(
    kind=SourceTooLargeError,
    what="the service refuses files of more than 200 MB or 300 pages",
    next_step="split the document",
)
BAD_OPTIONS = Remedy(
    kind=InvalidOptionsError,
    what="the service refuses the parameters of the request",
    next_step="check the options of provider somark",
)
UNKNOWN_JOB = Remedy(
    kind=JobNotFoundError,
    what="the service does not know the task",
    next_step="check the task id, the region and the key",
)
PARSE_FAILED = Remedy(
    kind=JobFailedError,
    what="the service could not parse the document",
    next_step="try it once more, or another provider",
)
WRONG_ADDRESS = Remedy(
    kind=InvalidOptionsError,
    what="there is no SoMark service at this address",
    next_step="check base_url or SOMARK_BASE_URL; it usually ends in /api/v1",
)

BY_CODE = {
    1101: BUSY,
    1102: replace(PARSE_FAILED, what="the service ran out of time while it parsed the document"),
    1104: UNSUPPORTED,
    1105: BAD_OPTIONS,
    1106: Remedy(
        kind=CorruptSourceError,
        what="the service cannot open the file",
        next_step="check that it is whole and needs no password",
    ),
    1107: BAD_KEY,
    1108: NO_PLAN,
    1111: Remedy(
        kind=SourceNotFoundError, what="the service did not receive the file", next_step="send it again"
    ),
    1118: TOO_LARGE,
    1120: PARSE_FAILED,
    1123: NO_PAGES,
    1124: BUSY,
    1132: TOO_LARGE,
    1133: BAD_OPTIONS,
    1137: PARSE_FAILED,
    1138: PARSE_FAILED,
    2000: BAD_OPTIONS,
}

# A question about a task sends nothing but its id: what is wrong with the request is wrong with the id.
BY_CODE_WHILE_POLLING = {
    **BY_CODE,
    1105: UNKNOWN_JOB,
    1111: UNKNOWN_JOB,
    1133: UNKNOWN_JOB,
    2000: UNKNOWN_JOB,
}

BY_STATUS = {
    401: BAD_KEY,
    402: NO_PAGES,
    403: BAD_KEY,
    404: WRONG_ADDRESS,
    405: WRONG_ADDRESS,
    408: UNAVAILABLE,
    413: TOO_LARGE,
    415: UNSUPPORTED,
    422: BAD_OPTIONS,
    425: UNAVAILABLE,
    429: BUSY,
}
BY_STATUS_WHILE_POLLING = {
    **{status: remedy for status, remedy in BY_STATUS.items() if remedy not in (TOO_LARGE, UNSUPPORTED)},
    404: UNKNOWN_JOB,
    410: UNKNOWN_JOB,
    422: UNKNOWN_JOB,
}

# One integration calls 1137 the code of the rate limit; its documents say "parsing failed". Words decide.
RATE_WORDS = re.compile(
    r"\brate\b|\bqps\b|\bconcurren|too many requests|too frequent|频繁|并发|限流|限速", re.IGNORECASE
)
AMBIGUOUS_CODES = frozenset({1137})

HTTP_ERRORS = range(400, 600)
SERVER_ERRORS = range(500, 600)
GATEWAY_VERDICTS = frozenset({404, 405, 410, 422})


def failure_of(  # noqa: PLR0913 - an answer and the circumstances it came in
    envelope: Envelope | None,
    *,
    status: int,
    asked: Asked,
    job_id: str = "",
    secret: str = "",
    retry_after_seconds: float | None = None,
) -> DocferryError | None:
    """The error that an answer amounts to; None when it tells of success.

    Args:
        envelope: The answer; None when it is not a JSON object.
        status: HTTP status.
        asked: What was asked.
        job_id: The task that was asked about, or empty.
        secret: The API key, which never gets into a message.
        retry_after_seconds: What the service asked for, or None.
    """
    code = None if envelope is None else envelope.code
    by_code = BY_CODE_WHILE_POLLING if asked is Asked.POLL else BY_CODE
    if code in by_code:
        remedy = by_code[code]
    elif _is_no_verdict(envelope, status=status, asked=asked):
        return unreadable(status, provider=PROVIDER, job_id=job_id)
    elif status in HTTP_ERRORS or (code is not None and code in HTTP_ERRORS):
        remedy = _remedy_of_status(status if status in HTTP_ERRORS else code or 0, envelope, asked)
    elif envelope is None or not 200 <= status < 300:  # noqa: PLR2004 - the 2xx range
        return unreadable(status, provider=PROVIDER, job_id=job_id)
    elif code == 0 or (code is None and envelope.data):
        return None
    else:
        remedy = _remedy_of_unknown(code, asked)
    reason = _reason(code, envelope.message if envelope else "", secret)
    if code in AMBIGUOUS_CODES and RATE_WORDS.search(reason):
        remedy = BUSY
    return remedy.error(
        provider=PROVIDER,
        reason=reason or f"HTTP {status}",
        job_id=job_id,
        retry_after_seconds=retry_after_seconds,
    )


def job_failure(code: int | None, message: str, *, job_id: str, secret: str = "") -> DocferryError:
    """Why a task failed, for a task that the service itself calls failed.

    Args:
        code: The business code that came with the reason, or None.
        message: The service's reason, or empty.
        job_id: The task.
        secret: The API key, which never gets into a message.
    """
    remedy = BY_CODE.get(code or 0, PARSE_FAILED)
    if remedy is BUSY or remedy is BAD_OPTIONS:
        remedy = PARSE_FAILED  # the request was accepted; it is the task that failed
    return remedy.error(provider=PROVIDER, reason=_reason(code, message, secret), job_id=job_id)


def expired(job_id: str) -> DocferryError:
    """The error for a result that the service no longer keeps."""
    return EXPIRED.error(provider=PROVIDER, job_id=job_id)


def _is_no_verdict(envelope: Envelope | None, *, status: int, asked: Asked) -> bool:
    """Whether an error says nothing of the document or task: it may be taken, and may be paid for."""
    if asked is Asked.SUBMIT:
        return status in SERVER_ERRORS
    # The service answers in JSON; a gateway's page must not close a task.
    return asked is Asked.POLL and envelope is None and status in GATEWAY_VERDICTS


def _remedy_of_status(status: int, envelope: Envelope | None, asked: Asked) -> Remedy:
    if envelope is not None and "api_key" in envelope.refused_fields:
        return replace(BAD_KEY, next_step="give an api_key: this deployment wants one, whatever its value")
    if status in SERVER_ERRORS:
        return UNAVAILABLE
    by_status = BY_STATUS_WHILE_POLLING if asked is Asked.POLL else BY_STATUS
    return by_status.get(status, replace(PARSE_FAILED, kind=RejectedError, what="the service refused"))


def _remedy_of_unknown(code: int | None, asked: Asked) -> Remedy:
    if code is None:
        return Remedy(kind=InvalidResponseError, what="the service's answer lacks the field code")
    if asked is Asked.POLL:
        return UNAVAILABLE  # no verdict on the task: it was paid for, and asking again may still bring it
    return Remedy(
        kind=RejectedError, what="the service refused", next_step="look the code up in its documents"
    )


def _reason(code: int | None, message: str, secret: str) -> str:
    """Code and words of the service."""
    words = scrub(message, secret)
    number = "" if code is None else f"code {code}"
    return ": ".join(part for part in (number, words) if part)
