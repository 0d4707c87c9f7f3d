"""How the emulated service answers: errors, states and times, in the words of either version.

Source: docs.extend.ai/api-reference/error-handling; extend-ai 1.20.0 and 0.2.0 on PyPI, types/{api_error,
error,parse_error_code,too_many_requests_error_body}.py (read 2026-11-22).
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import JSONResponse

from docferry.emulation import JobFailure, RefusalError
from docferry.errors import (
    CorruptSourceError,
    EncryptedSourceError,
    NeedsOcrError,
    SourceTooLargeError,
    UnsupportedSourceError,
)
from docferry.model import JobState
from docferry_extend.emulator.quirks import ExtendQuirks

__all__ = ["LATEST", "LEGACY", "STATUS_WORDS", "Voice", "reason_of", "told_time"]

LATEST = "2026-02-09"
LEGACY = "2025-04-21"
DOCS = "https://docs.extend.ai/2026-02-09/api-reference/error-handling"

# Code to HTTP status, message and whether trying again may help.
ERRORS = {
    "INVALID_REQUEST": (400, "The request is invalid.", False),
    "UNAUTHORIZED": (401, "The API key is invalid.", False),
    "USAGE_BLOCKED": (402, "The organization has no credits left.", False),
    "FORBIDDEN": (403, "The API key may not do this.", False),
    "NOT_FOUND": (404, "Not found.", False),
    "ENDPOINT_REMOVED": (410, "This endpoint does not exist in this API version.", False),
    "FILE_SIZE_TOO_LARGE": (413, "The file exceeds the maximum allowed size.", False),
    "RATE_LIMIT_EXCEEDED": (429, "Too many requests. Back off and retry.", True),
    "INTERNAL_ERROR": (500, "An unexpected internal error occurred.", True),
}
REASONS = {
    "UNABLE_TO_DOWNLOAD_FILE": "The file could not be downloaded from the provided URL.",
    "FILE_TYPE_NOT_SUPPORTED": "The file type is not supported for parsing.",
    "FILE_SIZE_TOO_LARGE": "The file exceeds the maximum allowed size.",
    "CORRUPT_FILE": "The file appears to be corrupted or malformed.",
    "OCR_ERROR": "An error occurred during optical character recognition.",
    "PASSWORD_PROTECTED_FILE": "The file is password protected and cannot be processed.",
    "FAILED_TO_CONVERT_TO_PDF": "The file could not be converted to PDF for processing.",
    "FAILED_TO_CONVERT_TO_JPEG": "The file could not be converted to JPEG for processing.",
    "FAILED_TO_GENERATE_TARGET_FORMAT": "The output could not be generated in the requested format.",
    "CHUNKING_ERROR": "An error occurred while chunking the document.",
    "INTERNAL_ERROR": "An unexpected internal error occurred.",
    "INVALID_CONFIG_OPTIONS": "The provided configuration options are invalid.",
    "OUT_OF_CREDITS": "Insufficient credits to process the file.",
}
RETRYABLE_REASONS = frozenset({"OCR_ERROR", "INTERNAL_ERROR"})
STATUS_WORDS = {
    JobState.PENDING: "PROCESSING",
    JobState.RUNNING: "PROCESSING",
    JobState.SUCCEEDED: "PROCESSED",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "CANCELLED",
}


class Voice:
    """Makes errors.

    Args:
        quirks: How the service behaves.
    """

    def __init__(self, quirks: ExtendQuirks) -> None:
        self._quirks = quirks
        self._count = 0

    def refuse(self, code: str, message: str = "") -> RefusalError:
        """The error of that code, to be raised, as the current version words it."""
        return self.refusal(code, message)

    def refusal(
        self, code: str, message: str = "", *, version: str = LATEST, retry_after_seconds: float | None = None
    ) -> RefusalError:
        """The error of that code, as a version words it.

        Args:
            code: The service's code, or the reason of a run that failed.
            message: Words for people; the usual ones when empty.
            version: Version of the API.
            retry_after_seconds: When to come again, in seconds; None to say nothing.
        """
        status, usual, is_retryable = ERRORS.get(
            code, (400, REASONS.get(code, "The request was refused."), code in RETRYABLE_REASONS)
        )
        words = message or usual
        headers: dict[str, str] = {"x-extend-api-version": version}
        if retry_after_seconds is not None and self._quirks.has_retry_after:
            headers["Retry-After"] = f"{max(retry_after_seconds, 1):.0f}"
        body = self._body(code, words, version=version, status=status, is_retryable=is_retryable)
        return RefusalError(JSONResponse(body, status_code=status, headers=headers), code=code)

    def _body(
        self, code: str, message: str, *, version: str, status: int, is_retryable: bool
    ) -> Mapping[str, object]:
        self._count += 1
        documented = {
            "code": code,
            "message": message,
            "retryable": is_retryable,
            "requestId": f"req_{self._count:022d}",
        }
        match self._quirks.error_body:
            case "plain":
                return {"error": message}
            case "nested":
                return {"error": documented}
            case _ if version == LEGACY and status == 401:  # noqa: PLR2004 - as the earlier client types it
                return {"success": False, "error": message}
            case _ if version == LEGACY and status == 429:  # noqa: PLR2004 - as above
                return {"error": message}
            case _:
                return documented if code in REASONS else {**documented, "docUrl": DOCS}


def reason_of(failure: JobFailure) -> tuple[str, str]:
    """Word and sentence for a run that failed."""
    if failure.error is None:
        reason = failure.code or "INTERNAL_ERROR"
        return reason, failure.message or REASONS.get(reason, "")
    match failure.error:
        case EncryptedSourceError():
            reason = "PASSWORD_PROTECTED_FILE"
        case UnsupportedSourceError():
            reason = "FILE_TYPE_NOT_SUPPORTED"
        case SourceTooLargeError():
            reason = "FILE_SIZE_TOO_LARGE"
        case CorruptSourceError():
            reason = "CORRUPT_FILE"
        case NeedsOcrError():
            reason = "OCR_ERROR"
        case _:
            reason = "INTERNAL_ERROR"
    return reason, REASONS[reason]


def told_time(seconds: float) -> str:
    """A time as the service writes it."""
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
