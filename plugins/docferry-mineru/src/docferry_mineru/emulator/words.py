"""How the emulated cloud answers: its two envelopes, its codes, its words for states.

Source: mineru.net/apiManage/docs (read 2026-11-21); opendatalab/MinerU#5133 for the gateway's envelope.
"""

import hashlib
import math
from typing import Literal

from starlette.responses import JSONResponse, Response

from docferry.emulation import JobFailure, RefusalError
from docferry.errors import (
    CorruptSourceError,
    DocferryError,
    EmptySourceError,
    EncryptedSourceError,
    SourceTooLargeError,
    UnsupportedSourceError,
)

__all__ = ["BadParameterError", "CloudVoice", "message_of", "reason_of"]

GATEWAY_CODES = frozenset({"A0202", "A0211"})
TOO_MANY = "429"
MESSAGES = {
    "A0202": "user authenticate failed",
    "A0211": "token expired",
    "429": "too many requests",
    "-500": "param invalid",
    "-10001": "service exception",
    "-10002": "request parameter error",
    "-60001": "failed to generate upload url, please try again",
    "-60002": "failed to get matching file format",
    "-60003": "file reading failed",
    "-60004": "empty file",
    "-60005": "file size exceeds limit",
    "-60006": "file page count exceeds limit",
    "-60007": "model service temporarily unavailable",
    "-60008": "file read timeout",
    "-60009": "task submission queue is full",
    "-60010": "parsing failed",
    "-60011": "failed to get a valid file",
    "-60012": "task not found",
    "-60013": "no permission to access the task",
    "-60014": "running tasks cannot be deleted",
    "-60015": "file conversion failed",
    "-60016": "file conversion to the requested format failed",
    "-60017": "retry limit reached, please replace the file",
    "-60018": "daily task limit reached",
    "-60019": "daily html task limit reached",
    "-60020": "file split failed",
    "-60021": "failed to read the page count",
    "-60022": "failed to read the web page",
    "-30001": "file size exceeds limit",
    "-30002": "unsupported file type",
    "-30003": "page count exceeds limit",
    "-30004": "request parameter error",
}


class BadParameterError(Exception):
    """A parameter is wrong.

    Args:
        message: Which and why.
        code: The service's code.
    """

    def __init__(self, message: str, *, code: str = "-10002") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class CloudVoice:
    """Writes answers, each with a trace id of its own.

    Args:
        code_as: How codes are written.
    """

    def __init__(self, code_as: Literal["number", "text"]) -> None:
        self._code_as = code_as
        self._count = 0

    def answer(self, data: object) -> Response:
        """The answer to a request that succeeded."""
        return JSONResponse({"code": self._code("0"), "data": data, "msg": "ok", "trace_id": self._trace()})

    def refuse(self, code: str, message: str = "") -> RefusalError:
        """The error of that code, to be raised: HTTP 401 from the gateway, else HTTP 200 with the code."""
        words = message or message_of(code)
        if code in GATEWAY_CODES:
            body = {"traceId": self._trace(), "msgCode": code, "msg": words, "success": False}
            return RefusalError(JSONResponse(body, status_code=401), code=code)
        if code == TOO_MANY:
            return self.too_many(1.0)
        body = {"code": self._code(code), "msg": words, "trace_id": self._trace(), "data": None}
        return RefusalError(JSONResponse(body), code=code)

    def too_many(self, seconds: float) -> RefusalError:
        """HTTP 429, with the time to wait."""
        body = {"traceId": self._trace(), "msg": message_of(TOO_MANY), "success": False}
        headers = {"Retry-After": str(max(math.ceil(seconds), 1))}
        return RefusalError(JSONResponse(body, status_code=429, headers=headers), code=TOO_MANY)

    def _code(self, code: str) -> str | int:
        is_number = code.lstrip("-").isdecimal() and self._code_as == "number"
        return int(code) if is_number else code

    def _trace(self) -> str:
        self._count += 1
        return hashlib.sha256(f"trace {self._count}".encode()).hexdigest()[:32]


def message_of(code: str) -> str:
    """The words that go with a code."""
    return MESSAGES.get(code, "the service refuses")


def reason_of(failure: JobFailure, *, is_agent: bool = False) -> tuple[str, str]:
    """Code and words for a task that failed."""
    if failure.error is not None:
        code = _code_of(failure.error)
        return (AGENT_CODES.get(code, code) if is_agent else code), failure.error.message
    code = failure.code or "-60010"
    return code, failure.message or message_of(code)


AGENT_CODES = {"-60002": "-30002", "-60005": "-30001", "-60006": "-30003"}


def _code_of(error: DocferryError) -> str:
    match error:
        case EmptySourceError():
            return "-60004"
        case CorruptSourceError() | EncryptedSourceError():
            return "-60003"
        case SourceTooLargeError():
            return "-60005"
        case UnsupportedSourceError():
            return "-60002"
        case _:
            return "-60010"
