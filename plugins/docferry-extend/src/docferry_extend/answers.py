"""What the service answers, as received: runs, files and problems, bare or in an envelope.

Reading is tolerant: a field of another type than documented counts as absent. Unknown fields are not lost,
because the payload keeps every body as received.
Source: extend-ai 1.20.0 and 0.2.0 on PyPI, types/{parse_run,parser_run,file,api_error,parse_error,error}.py
(read 2026-11-22); which of them come in an envelope was watched on the wire.
"""

from dataclasses import dataclass, field

from docferry.reading.values import (
    NOTHING,
    Raw,
    is_mapping,
    mapping_of,
    number_of,
    page_count_of,
    parse_json,
    scalar_text,
    text_of,
)

__all__ = ["Problem", "Run", "read_answer", "read_file_id", "read_problem", "read_run"]

ENVELOPES = ("parserRun", "parseRun", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error in the service's words.

    Args:
        code: Its code; empty when the answer has none.
        message: For people; empty when the answer has none.
        is_retryable: Whether the service says that trying again may help; None when it does not say.
        request_id: Its id of the request, or empty.
    """

    code: str = ""
    message: str = ""
    is_retryable: bool | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What an answer says about one run.

    Args:
        id: Id of the run; empty when the answer has none.
        status: The service's word, as received; empty when the answer has none.
        reason: Why it failed: a word of the service's, or empty.
        message: Why it failed, for people; empty when nothing is said.
        output: The object that holds the chunks; None when it is not in the answer.
        output_url: A signed address where that object is; empty for none.
        page_count: Pages parsed, or None.
        credits: What it cost, or None.
        file_id: The service's id of the file, or empty.
    """

    id: str
    status: str
    reason: str = ""
    message: str = ""
    output: Raw | None = field(default=None, repr=False)
    output_url: str = field(default="", repr=False)
    page_count: int | None = None
    credits: float | None = None
    file_id: str = ""


def read_answer(body: bytes) -> Raw | None:
    """The object of an answer, out of its envelope if it has one; None when it is not a JSON object."""
    answer = parse_json(body)
    if not is_mapping(answer):
        return None
    if "status" in answer or "id" in answer:  # a run holds a file, which is no envelope
        return answer
    return next((inner for name in ENVELOPES if is_mapping(inner := answer.get(name))), answer)


def read_problem(body: bytes) -> Problem | None:
    """The error that a body tells of, in any of its shapes; None when it tells of none."""
    answer = parse_json(body)
    if not is_mapping(answer):
        return None
    error = answer.get("error")
    inner = error if is_mapping(error) else answer
    is_run = bool(scalar_text(answer.get("status"))) and "code" not in answer
    message = scalar_text(inner.get("message")) or ("" if is_mapping(error) else text_of(error))
    code = scalar_text(inner.get("code"))
    if is_run or not (code or error or answer.get("success") is False):
        return None
    retryable = inner.get("retryable")
    return Problem(
        code=code.strip(),
        message=message.strip(),
        is_retryable=retryable if isinstance(retryable, bool) else None,
        request_id=scalar_text(inner.get("requestId", answer.get("requestId"))).strip(),
    )


def read_run(answer: Raw) -> Run:
    """What an answer says about its run."""
    output = answer.get("output")
    # The earlier version has the chunks in the run itself.
    found = output if is_mapping(output) else (answer if "chunks" in answer else None)
    usage, metrics = mapping_of(answer.get("usage")), mapping_of(answer.get("metrics"))
    file = mapping_of(answer.get("file"))
    return Run(
        id=scalar_text(answer.get("id")).strip(),
        status=scalar_text(answer.get("status")).strip(),
        reason=scalar_text(answer.get("failureReason")).strip(),
        message=scalar_text(answer.get("failureMessage")).strip(),
        output=found,
        output_url=_address(answer.get("outputUrl")),
        page_count=page_count_of(metrics.get("pageCount")),
        credits=number_of(usage.get("totalCredits", usage.get("credits"))),
        file_id=scalar_text(file.get("id") or answer.get("fileId")).strip(),
    )


def read_file_id(body: bytes) -> str:
    """The id in the answer to an upload; empty when it has none."""
    return scalar_text((read_answer(body) or NOTHING).get("id")).strip()


def _address(value: object) -> str:
    text = scalar_text(value).strip()
    return text if text.lower().startswith(("http://", "https://")) else ""
