"""What a failure of the cloud or the agent means for the caller: codes, HTTP statuses and failed tasks.

A code we know counts more than the HTTP status: business errors come with HTTP 200.
Source of the codes: mineru.net/doc/docs/index_en and mineru.net/apiManage (read 2026-11-21); -30001 to -30004
of the agent: mineru-open-sdk 0.2.5, exceptions.py (read 2026-11-22).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    DocferryError,
    EmptySourceError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnsupportedSourceError,
)
from docferry.provider import Remedy, Response, read_retry_after, scrub
from docferry.provider.remedies import BUSY, EXPIRED, UNAVAILABLE, UNSUPPORTED
from docferry_mineru.envelope import Envelope, read_envelope

__all__ = [
    "FOREIGN_TASK_CODE",
    "PROVIDER",
    "Asked",
    "Reader",
    "expired",
    "lacking",
    "task_failure",
    "unreadable",
]

PROVIDER = "mineru"

FOREIGN_TASK_CODE = "-60013"
"""The task is another account's: the token is good."""

HTTP_ERRORS = range(400, 600)
SERVER_ERRORS = range(500, 600)
SUCCESS = range(200, 300)


class Asked(StrEnum):
    """What was asked when the answer came."""

    SUBMIT = "submit"
    POLL = "poll"
    FETCH = "fetch"


TOMORROW = "try again tomorrow: what was handed in before goes on, and is not handed in again"

BAD_TOKEN = Remedy(
    kind=AuthenticationError,
    what="the service does not accept the token",
    next_step="check MINERU_API_KEY; tokens are made at mineru.net/apiManage/token",
)
OLD_TOKEN = replace(
    BAD_TOKEN,
    what="the token has expired",
    next_step="make a new one at mineru.net/apiManage/token; what is under way is found again with it",
)
BAD_OPTIONS = Remedy(
    kind=InvalidOptionsError,
    what="the service refuses the parameters of the request",
    next_step="check the options of provider mineru",
)
WRONG_KIND = replace(UNSUPPORTED, next_step="convert it to PDF, and see that its name has the right suffix")
TOO_LARGE = Remedy(
    kind=SourceTooLargeError, what="the file is larger than the service takes", next_step="split it"
)
TOO_LONG = Remedy(
    kind=SourceTooLargeError,
    what="the document has more pages than the service takes",
    next_step="select pages, or split it",
)
UNREACHABLE = Remedy(
    kind=SourceNotFoundError,
    what="the service cannot download the address",
    next_step="set url_sources to here, so that docferry downloads it and uploads the file",
)
PARSE_FAILED = Remedy(
    kind=JobFailedError,
    what="the service could not parse the document",
    next_step="try it once more, or another model_version",
)
UNKNOWN_TASK = Remedy(
    kind=JobNotFoundError,
    what="the service does not know the task",
    next_step="check the task id; the service may have deleted it",
)
FOREIGN_TASK = Remedy(
    kind=AuthenticationError,
    what="the task belongs to another account",
    next_step="give the token that it was handed in with",
)
NO_FILES_LEFT = Remedy(
    kind=QuotaExceededError, what="the account has used up its files of the day", next_step=TOMORROW
)
WRONG_ADDRESS = Remedy(
    kind=InvalidOptionsError,
    what="there is no MinerU service at this address",
    next_step="check base_url or MINERU_BASE_URL; a server of your own is server_url",
)
REFUSED = Remedy(
    kind=RejectedError, what="the service refused", next_step="look the code up at mineru.net/apiManage"
)

BY_CODE: Mapping[str, Remedy] = {
    "A0202": BAD_TOKEN,
    "A0211": OLD_TOKEN,
    "-500": BAD_OPTIONS,
    "-10001": UNAVAILABLE,
    "-10002": BAD_OPTIONS,
    "-30001": TOO_LARGE,
    "-30002": WRONG_KIND,
    "-30003": TOO_LONG,
    "-30004": BAD_OPTIONS,
    "-60001": replace(UNAVAILABLE, what="the service has no address to upload to now"),
    "-60002": WRONG_KIND,
    "-60003": Remedy(
        kind=CorruptSourceError,
        what="the service cannot read the file",
        next_step="check that it is whole and needs no password",
    ),
    "-60004": Remedy(
        kind=EmptySourceError, what="the service received an empty file", next_step="check the file"
    ),
    "-60005": TOO_LARGE,
    "-60006": TOO_LONG,
    "-60007": replace(UNAVAILABLE, what="the service's model cannot work now"),
    "-60008": UNREACHABLE,
    "-60009": replace(BUSY, what="the service's queue is full"),
    "-60010": PARSE_FAILED,
    "-60011": replace(PARSE_FAILED, what="the service did not get the file", next_step="parse it again"),
    "-60012": UNKNOWN_TASK,
    FOREIGN_TASK_CODE: FOREIGN_TASK,
    "-60014": replace(REFUSED, what="the service does not delete tasks under way", next_step=""),
    "-60015": Remedy(
        kind=UnsupportedSourceError,
        what="the service could not convert the file to PDF",
        next_step="convert it to PDF yourself",
    ),
    "-60016": replace(
        PARSE_FAILED,
        what="the service could not export the result",
        next_step="leave out extra_formats, or try again later",
    ),
    "-60017": replace(
        PARSE_FAILED,
        what="the service takes this file no more, after failing with it several times",
        next_step="save the document anew, so that it is another file, or use another provider",
    ),
    "-60018": NO_FILES_LEFT,
    "-60019": replace(NO_FILES_LEFT, what="the account has used up its web pages of the day"),
    "-60020": replace(
        PARSE_FAILED, what="the service could not split the file", next_step="try it once more"
    ),
    "-60021": replace(
        PARSE_FAILED, what="the service could not count the pages", next_step="try it once more"
    ),
    "-60022": replace(UNREACHABLE, what="the service could not fetch the web page"),
}

# A question about a task sends nothing but its id: what is wrong with the request is wrong with the id.
BY_CODE_WHILE_POLLING: Mapping[str, Remedy] = {**BY_CODE, "-500": UNKNOWN_TASK, "-10002": UNKNOWN_TASK}

# The service refuses before it takes anything in, and says that another try may work: they are waited out.
WAITED_OUT = frozenset({"-60007", "-60009"})

BY_STATUS: Mapping[int, Remedy] = {
    400: BAD_OPTIONS,
    401: BAD_TOKEN,
    403: replace(BAD_TOKEN, what="the service refuses access"),
    404: WRONG_ADDRESS,
    405: WRONG_ADDRESS,
    408: UNAVAILABLE,
    413: TOO_LARGE,
    415: WRONG_KIND,
    422: BAD_OPTIONS,
    425: UNAVAILABLE,
    429: BUSY,
}
BY_STATUS_WHILE_POLLING: Mapping[int, Remedy] = {
    **BY_STATUS,
    **dict.fromkeys((400, 404, 410, 422), UNKNOWN_TASK),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads answers of the cloud or the agent.

    Args:
        secrets: What never gets into a message: the token and the seed.
    """

    secrets: tuple[str, ...] = ()

    def read(self, response: Response, asked: Asked, *, job_id: str = "") -> Envelope:
        """What an answer tells of success.

        Args:
            response: The answer.
            asked: What was asked.
            job_id: The task that was asked about, or empty.

        Raises:
            DocferryError: What the answer amounts to, if it tells of a failure.
            InvalidResponseError: It cannot be read.
        """
        envelope = read_envelope(response.body)
        error = self._failure(envelope, response, asked, job_id)
        if error is not None:
            raise error
        if envelope is None:
            raise unreadable(response, job_id=job_id)
        return envelope

    def task_error(self, code: str, message: str, *, job_id: str) -> DocferryError:
        """Why a task failed, for a task that the service itself calls failed."""
        return task_failure(code, scrub(message, *self.secrets), job_id=job_id)

    def _failure(
        self, envelope: Envelope | None, response: Response, asked: Asked, job_id: str
    ) -> DocferryError | None:
        remedy = _remedy(envelope, response.status, asked)
        if remedy is None:
            return None
        found = envelope or Envelope()
        return remedy.error(
            provider=PROVIDER,
            reason=_reason(found.code, scrub(found.message, *self.secrets)) or f"HTTP {response.status}",
            job_id=job_id,
            request_id=found.trace_id,
            retry_after_seconds=read_retry_after(response.headers),
        )


def task_failure(code: str, message: str, *, job_id: str) -> DocferryError:
    """Why a task failed.

    Args:
        code: The code that came with the reason, or empty: the service often leaves it out.
        message: The service's reason, fit to be shown, or empty.
        job_id: The task.
    """
    remedy = BY_CODE.get(code, PARSE_FAILED)
    if remedy in (BAD_OPTIONS, UNKNOWN_TASK) or remedy.kind is RateLimitedError:
        remedy = PARSE_FAILED  # the request was accepted; it is the task that failed
    return remedy.error(provider=PROVIDER, reason=_reason(code, message), job_id=job_id)


def expired(job_id: str) -> DocferryError:
    """The error for a result that the service no longer keeps."""
    return EXPIRED.error(provider=PROVIDER, job_id=job_id)


def unreadable(response: Response, *, job_id: str = "") -> InvalidResponseError:
    """The error for an answer that is no JSON object."""
    return InvalidResponseError(
        f"the service answered HTTP {response.status} with something else than a JSON object",
        next_step="check the address, or try again later",
        provider=PROVIDER,
        job_id=job_id,
    )


def lacking(field: str, *, request_id: str = "") -> InvalidResponseError:
    """The error for an answer without what was asked for.

    Args:
        field: What it lacks.
        request_id: The service's id of the request, or empty.
    """
    return InvalidResponseError(
        f"the service's answer lacks {field}",
        next_step="try again later, or report it to the service",
        provider=PROVIDER,
        request_id=request_id,
    )


def _remedy(envelope: Envelope | None, status: int, asked: Asked) -> Remedy | None:
    code = "" if envelope is None else envelope.code
    known = (BY_CODE if asked is Asked.SUBMIT else BY_CODE_WHILE_POLLING).get(code)
    if known is not None:
        return replace(known, kind=RateLimitedError) if code in WAITED_OUT else known
    if status in SERVER_ERRORS:
        return UNAVAILABLE
    if status in HTTP_ERRORS:
        return (BY_STATUS if asked is Asked.SUBMIT else BY_STATUS_WHILE_POLLING).get(status, REFUSED)
    if envelope is None or status not in SUCCESS or envelope.is_success or not code:
        return None
    # While polling it is no verdict on the task: asking again may still bring the result.
    return REFUSED if asked is Asked.SUBMIT else UNAVAILABLE


def _reason(code: str, message: str) -> str:
    number = f"code {code}" if code and code != "0" else ""
    return ": ".join(part for part in (number, message) if part)
