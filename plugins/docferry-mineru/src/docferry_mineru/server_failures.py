"""What a failure of a server of your own means for the caller.

Version 4 answers {error: {type, code, message, param}}, version 3 {detail: text or list}, version 2
{error: text}.
HTTP 409 with a task in its body is no conflict but the task's result.
Source: the packages mineru 2.7.6, 3.4.5 and 4.0.12 (read 2026-11-22).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    DocferryError,
    InvalidOptionsError,
    JobFailedError,
    JobNotFoundError,
    RateLimitedError,
    RejectedError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.provider import Remedy, Response, read_retry_after, scrub
from docferry.reading.values import NOTHING, Raw, is_mapping, items_of, mapping_of, parse_json, scalar_text
from docferry_mineru.failures import PROVIDER, Asked, lacking

__all__ = ["OtherServerError", "ServerReader"]

SERVER_ERRORS = range(500, 600)
NO_SUCH_CALL = frozenset({404, 405})

BAD_KEY = Remedy(
    kind=AuthenticationError,
    what="the server does not accept the key",
    next_step="give the key that it was started with, as api_key or MINERU_SERVER_API_KEY",
)
BAD_OPTIONS = Remedy(
    kind=InvalidOptionsError,
    what="the server refuses the parameters of the request",
    next_step="check the options of provider mineru",
)
NO_TIER = Remedy(
    kind=InvalidOptionsError,
    what="the server does not offer the tier",
    next_step="set the option tier to one that it offers, or start it with another --tier",
)
UNKNOWN_TASK = Remedy(
    kind=JobNotFoundError,
    what="the server does not know the task",
    next_step="parse the document again; servers keep tasks for a day at most, and not across a restart",
)
WRONG_ADDRESS = Remedy(
    kind=InvalidOptionsError,
    what="the server does not know the address",
    next_step="check server_url or MINERU_SERVER_URL",
)
PARSE_FAILED = Remedy(
    kind=JobFailedError,
    what="the server could not parse the document",
    next_step="see its log; its models may be missing",
)
TOO_LARGE = Remedy(
    kind=SourceTooLargeError, what="the file is larger than the server takes", next_step="split it"
)
UNSUPPORTED = Remedy(
    kind=UnsupportedSourceError,
    what="the server does not read this kind of file",
    next_step="convert it to PDF",
)
CORRUPT = Remedy(
    kind=CorruptSourceError,
    what="the server cannot read the file",
    next_step="check that it is whole and needs no password",
)
UNAVAILABLE = Remedy(kind=UnavailableError, what="the server cannot work now", next_step="try again later")
BUSY = Remedy(kind=RateLimitedError, what="the server asks for fewer requests", next_step="try again later")
REFUSED = Remedy(kind=RejectedError, what="the server refused")

BY_CODE: Mapping[str, Remedy] = {
    "invalid_request": BAD_OPTIONS,
    "unsupported_output_format": BAD_OPTIONS,
    "page_range_invalid": BAD_OPTIONS,
    "quality_tier_unavailable": NO_TIER,
    "invalid_api_key": BAD_KEY,
    "job_not_found": UNKNOWN_TASK,
    "task_not_found": UNKNOWN_TASK,
    "job_already_terminal": replace(REFUSED, what="the task has ended already"),
    "upload_already_terminal": replace(REFUSED, what="the upload has ended already"),
    "file_too_large": TOO_LARGE,
    "parse_failed": PARSE_FAILED,
    "invalid_response": UNAVAILABLE,
}

BY_STATUS: Mapping[int, Remedy] = {
    400: BAD_OPTIONS,
    401: BAD_KEY,
    403: BAD_KEY,
    404: WRONG_ADDRESS,
    405: WRONG_ADDRESS,
    408: UNAVAILABLE,
    409: PARSE_FAILED,
    410: UNKNOWN_TASK,
    413: TOO_LARGE,
    415: UNSUPPORTED,
    422: BAD_OPTIONS,
    425: UNAVAILABLE,
    429: BUSY,
}

# Version 3 says why in words only.
BY_WORDS = (
    (re.compile(r"unsupported (file )?type|file type .*not supported", re.IGNORECASE), UNSUPPORTED),
    (re.compile(r"failed to load file|cannot open|is encrypted|password", re.IGNORECASE), CORRUPT),
)


class OtherServerError(Exception):
    """The server does not know the call: it is not the one that was met. Stays inside this plugin.

    Args:
        error: What to raise when it was met just now.
    """

    def __init__(self, error: DocferryError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReader:
    """Reads answers of a server.

    Args:
        secret: The key, which never gets into a message.
    """

    secret: str = ""

    def read(self, response: Response, asked: Asked, *, job_id: str = "") -> Raw:
        """What an answer tells of success: also an HTTP error whose body is a task.

        Raises:
            OtherServerError: A file was handed in, and the server does not know how.
            DocferryError: What the answer amounts to, if it tells of a failure.
        """
        raw = parse_json(response.body)
        body = raw if is_mapping(raw) else NOTHING
        is_task = "task_id" in body and "status" in body
        if is_task or (response.is_success and body):
            return body
        if response.is_success:
            raise self._lacking(response, job_id)
        error = self.failure(response, asked, job_id=job_id)
        if asked is Asked.SUBMIT and response.status in NO_SUCH_CALL:
            raise OtherServerError(error)
        raise error

    def read_task_id(self, response: Response) -> str:
        """The task that a file was handed in for.

        Raises:
            OtherServerError: The server does not know how.
            InvalidResponseError: The answer names no task.
            DocferryError: Why the server refused the file.
        """
        task_id = scalar_text(self.read(response, Asked.SUBMIT).get("task_id"))
        if not task_id:
            raise lacking("task_id")
        return task_id

    def failure(self, response: Response, asked: Asked, *, job_id: str = "") -> DocferryError:
        """The error that an answer of HTTP 4xx or 5xx amounts to."""
        code, words = _complaint(mapping_of(parse_json(response.body)))
        remedy = _by_words(words) or BY_CODE.get(code) or _by_status(response.status, words, asked)
        reason = self._reason(code, words) or f"HTTP {response.status}"
        return remedy.error(
            provider=PROVIDER,
            reason=reason,
            job_id=job_id,
            retry_after_seconds=read_retry_after(response.headers),
        )

    def task_error(self, code: str, words: str, *, job_id: str) -> DocferryError:
        """Why a task failed, for a task that the server itself calls failed."""
        remedy = _by_words(words) or BY_CODE.get(code, PARSE_FAILED)
        if remedy in (BAD_KEY, UNKNOWN_TASK):
            remedy = PARSE_FAILED  # the request was accepted; it is the task that failed
        return remedy.error(provider=PROVIDER, reason=self._reason(code, words), job_id=job_id)

    def _reason(self, code: str, words: str) -> str:
        return ": ".join(part for part in (code, scrub(words, self.secret)) if part)

    @staticmethod
    def _lacking(response: Response, job_id: str) -> DocferryError:
        # Half a document may have been taken: nobody knows.
        return UnavailableError(
            f"the server answered HTTP {response.status} with something else than a JSON object",
            next_step="check server_url, or try again later",
            provider=PROVIDER,
            job_id=job_id,
        )


def _complaint(body: Raw) -> tuple[str, str]:
    """Code and words of an error, in any of the three forms."""
    error = body.get("error")
    if is_mapping(error):
        return scalar_text(error.get("code")), scalar_text(error.get("message"))
    detail = body.get("detail")
    words = scalar_text(error) or scalar_text(detail) or "; ".join(_details(detail))
    return "", words or scalar_text(body.get("message"))


def _details(detail: object) -> Iterator[str]:
    for raw in items_of(detail):
        item = mapping_of(raw)
        place = ".".join(scalar_text(part) for part in items_of(item.get("loc")))
        yield f"{place} {scalar_text(item.get('msg'))}".strip()


def _by_words(words: str) -> Remedy | None:
    return next((remedy for pattern, remedy in BY_WORDS if pattern.search(words)), None)


def _by_status(status: int, words: str, asked: Asked) -> Remedy:
    if status == 404 and asked is not Asked.SUBMIT:  # noqa: PLR2004 - the status of what is not there
        return UNKNOWN_TASK
    if status == 500 and words:  # noqa: PLR2004 - version 2 puts into it why a parse failed
        return PARSE_FAILED
    return UNAVAILABLE if status in SERVER_ERRORS else BY_STATUS.get(status, REFUSED)
