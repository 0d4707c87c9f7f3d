"""How the emulated service answers: its errors, their codes and statuses, its words for states."""

from starlette.responses import JSONResponse

from docferry.emulation import JobFailure, RefusalError
from docferry.errors import (
    CorruptSourceError,
    DocferryError,
    EmptySourceError,
    EncryptedSourceError,
    UnsupportedSourceError,
)
from docferry.model import JobState
from docferry_pulse.emulator.quirks import PulseQuirks

__all__ = ["Words"]

# Source: docs.runpulse.com/advanced/error-handling in three ages (read 2026-11-21); FILE_003 to FILE_006
# are of the table of 2025.
ERRORS = {
    "AUTH_001": (401, "API key is missing"),
    "AUTH_002": (401, "Invalid API key"),
    "AUTH_003": (401, "API key has expired"),
    "AUTH_004": (403, "Insufficient permissions"),
    "AUTH_005": (401, "Authentication failed"),
    "AUTH_006": (403, "Domain is not allowed"),
    "BILLING_001": (403, "Trial or monthly limit reached"),
    "BILLING_002": (403, "Insufficient credits"),
    "BILLING_003": (402, "Payment required"),
    "FILE_001": (400, "Invalid file type"),
    "FILE_002": (413, "File size exceeds the limit"),
    "FILE_003": (400, "File is corrupt"),
    "FILE_004": (400, "File is empty"),
    "FILE_005": (400, "File download failed"),
    "FILE_006": (400, "File is password protected"),
    "GENERAL_001": (500, "Internal server error"),
    "GENERAL_004": (429, "Too many requests"),
    "JOB_001": (404, "Job not found"),
    "JOB_GONE": (410, "Result has been retrieved already or has expired"),
    "PROC_001": (400, "Document could not be processed"),
    "RATE_001": (429, "Rate limit exceeded"),
    "REQ_001": (400, "No file or file_url was given"),
    "REQ_002": (400, "Invalid request body"),
    "REQ_003": (400, "Invalid parameter value"),
    "REQ_004": (400, "Missing parameter"),
    "REQ_005": (400, "Invalid chunk size"),
    "REQ_006": (400, "Invalid page range"),
    "SCHEMA_001": (400, "Invalid schema"),
    "STORAGE_001": (404, "Extraction not found"),
}
UNHEARD_OF = (418, "The service refuses")

STATES = {
    JobState.PENDING: "pending",
    JobState.RUNNING: "processing",
    JobState.SUCCEEDED: "completed",
    JobState.FAILED: "failed",
    JobState.EXPIRED: "expired",
}


class Words:
    """Writes as the service does.

    Args:
        quirks: How it behaves where nobody knows for certain.
    """

    def __init__(self, quirks: PulseQuirks) -> None:
        self._quirks = quirks

    def state(self, state: JobState) -> str:
        """The service's word for a state."""
        return STATES.get(state, self._quirks.cancel_word)

    def refuse(self, code: str, message: str = "") -> RefusalError:
        """The error of that code, to be raised."""
        status, words = ERRORS.get(code, UNHEARD_OF)
        text = message or words
        body: dict[str, object] = {"error": {"code": code, "message": text, "details": {}}}
        if code == "GENERAL_001":
            body = {"error": {"code": code, "message": words, "details": {"error": message}}}
        if self._quirks.error_form == "text":
            body = {"error": text}
        elif self._quirks.error_form == "detail":
            body = {"detail": text}
        return RefusalError(JSONResponse(body, status_code=status), code=code)

    def failure(self, failure: JobFailure) -> object:
        """What a failed job says of why."""
        code, text = reason_of(failure)
        if self._quirks.failure_form == "object":
            return {"code": code, "message": text}
        return text


def reason_of(failure: JobFailure) -> tuple[str, str]:
    """Code and words for a job that failed."""
    if failure.error is not None:
        return _code_of(failure.error), failure.error.message
    code = failure.code or "PROC_001"
    return code, failure.message or ERRORS.get(code, ERRORS["PROC_001"])[1]


def _code_of(error: DocferryError) -> str:
    match error:
        case EncryptedSourceError():
            return "FILE_006"
        case CorruptSourceError():
            return "FILE_003"
        case EmptySourceError():
            return "FILE_004"
        case UnsupportedSourceError():
            return "FILE_001"
        case _:
            return "PROC_001"
