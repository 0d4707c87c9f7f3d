"""How the emulated server of version 4.0 answers: its errors, its words for states, its tasks.

Source: the package mineru 4.0.12 (read 2026-11-22).
"""

from starlette.responses import JSONResponse

from docferry.emulation import RefusalError
from docferry.errors import UnsupportedSourceError
from docferry.model import JobState
from docferry_mineru.emulator.middle_4 import VERSION_4
from docferry_mineru.emulator.server import Job, ServerFile, Task, stamp
from docferry_mineru.emulator.words import reason_of

__all__ = ["FORMATS", "describe_file", "describe_task", "refuse_as_new_server"]

FORMATS = ("markdown", "middle_json", "structured_content", "zip")
ALL_OUTPUTS = (*FORMATS[:3], "html", "latex", "docx", "zip")
TIME = "%Y-%m-%dT%H:%M:%SZ"
WORDS = {
    JobState.PENDING: "queued",
    JobState.RUNNING: "running",
    JobState.SUCCEEDED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "canceled",
}
STATUSES = {
    "invalid_request": 400,
    "unsupported_output_format": 400,
    "page_range_invalid": 400,
    "invalid_api_key": 401,
    "job_not_found": 404,
    "job_already_terminal": 409,
    "quality_tier_unavailable": 503,
}
MESSAGES = {
    "invalid_api_key": "Invalid or missing API key",
    "unsupported_output_format": "Unsupported output format",
    "job_already_terminal": "Job is already terminal",
    "quality_tier_unavailable": "No basic, standard, or advanced tier available in this server.",
}
TYPES = {401: "authentication_error", 503: "engine_error"}


def refuse_as_new_server(code: str, message: str = "", *, parameter: str | None = None) -> RefusalError:
    """The error of that code, to be raised."""
    status = STATUSES.get(code, 500)
    error = {
        "type": TYPES.get(status, "invalid_request_error" if status != 500 else "engine_error"),  # noqa: PLR2004 - an HTTP status
        "code": code,
        "message": message or MESSAGES.get(code, "the server refuses"),
        "param": parameter,
    }
    return RefusalError(JSONResponse({"error": error}, status_code=status), code=code)


def describe_task(task: Task) -> dict[str, object]:
    """The task as every answer has it."""
    created, started, ended = task.times()
    link = f"/v1/tasks/{task.id}"
    return {
        "status": _word(task),
        "created_at": stamp(created, form=TIME),
        "started_at": stamp(started, form=TIME),
        "finished_at": stamp(ended, form=TIME),
        "tier": task.files[0].tier,
        "output_formats": list(task.files[0].outputs),
        "access_level": "anonymous",
        "progress": {
            "completed": task.count(JobState.SUCCEEDED),
            "failed": task.count(JobState.FAILED),
            "total": len(task.jobs),
        },
        "files": [describe_file(job) for job in task.jobs],
        "links": {"self": link, "cancel": link},
        "task_id": task.id,
        "status_url": link,
        "result_url": f"{link}/result",
    }


def _word(task: Task) -> str:
    states = [job.state for job in task.jobs]
    if not task.has_ended:
        return WORDS[JobState.PENDING if set(states) == {JobState.PENDING} else JobState.RUNNING]
    return WORDS[states[0]] if len(set(states)) == 1 else "partial"


def describe_file(job: Job) -> dict[str, object]:
    """A file of a task."""
    is_done = job.state is JobState.SUCCEEDED
    wanted = job.request.outputs if isinstance(job.request, ServerFile) else ()
    outputs = {
        name: {"file_id": f"file-{job.id[:24]}", "bytes": 1} if name in wanted else None
        for name in ALL_OUTPUTS
    }
    milliseconds = int(((job.ended_at or 0.0) - (job.started_at or 0.0)) * 1000)
    parse = {"model_used": None, "duration_ms": milliseconds, "parser_version": VERSION_4}
    error: dict[str, object] | None = None
    if job.failure is not None:
        is_unread = job.failure.code == "-60002" or isinstance(job.failure.error, UnsupportedSourceError)
        message = f"Unsupported file type: {job.file_name}" if is_unread else reason_of(job.failure)[1]
        error = {"type": "engine_error", "code": "parse_failed", "message": message, "param": None}
    return {
        "file_id": f"file-{job.id[-24:]}",
        "name": job.request.name,
        "page_range": _range_text(job) if is_done else "",
        "status": WORDS[job.state],
        "parse": parse if is_done else None,
        "output_files": outputs if is_done else None,
        "error": error,
    }


def _range_text(job: Job) -> str:
    """The pages that were parsed, as ranges."""
    document = job.result.document if job.result is not None else None
    numbers = [page.number for page in document.pages] if document is not None else [1]
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges)
