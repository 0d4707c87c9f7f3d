"""How the emulated service answers: its envelope, its codes, its words for states."""

from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from docferry.emulation import JobFailure, RefusalError
from docferry.errors import (
    CorruptSourceError,
    DocferryError,
    EncryptedSourceError,
    UnsupportedSourceError,
)
from docferry.model import JobState

__all__ = ["WORDS", "answer", "reason_of", "refuse"]

MESSAGES = {
    "1101": "parse requests are too frequent",
    "1102": "parsing timed out",
    "1104": "file type is not supported",
    "1106": "invalid PDF file",
    "1107": "invalid api key",
    "1108": "no active plan",
    "1111": "file not found",
    "1118": "file exceeds the size limit",
    "1123": "not enough pages left",
    "1124": "QPS limit exceeded",
    "1132": "file exceeds the size or page limit",
    "1133": "invalid parameter",
    "1137": "parsing failed",
    "2000": "invalid request parameters",
}
WORDS = {
    JobState.PENDING: "QUEUING",
    JobState.RUNNING: "PROCESSING",
    JobState.SUCCEEDED: "SUCCESS",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "FAILED",
}


def answer(message: str, data: object, *, warnings: Sequence[str] = ()) -> Response:
    """The answer to a request that succeeded; warnings stand beside the data."""
    body: dict[str, object] = {"code": 0, "message": message, "data": data}
    return JSONResponse({**body, "warnings": list(warnings)} if warnings else body)


def refuse(code: str, message: str = "") -> RefusalError:
    """The error of that code, to be raised: HTTP 200 with a code that is not 0."""
    body = {
        "code": int(code) if code.isdecimal() else -1,
        "message": message or MESSAGES.get(code, "the service refuses"),
        "data": None,
    }
    return RefusalError(JSONResponse(body), code=code)


def reason_of(failure: JobFailure) -> tuple[str, str]:
    """Code and words for a job that failed."""
    if failure.error is None:
        code = failure.code or "1137"
        return code, failure.message or MESSAGES.get(code, MESSAGES["1137"])
    return _code_of(failure.error), failure.error.message


def _code_of(error: DocferryError) -> str:
    match error:
        case CorruptSourceError() | EncryptedSourceError():
            return "1106"
        case UnsupportedSourceError():
            return "1104"
        case _:
            return "1137"
