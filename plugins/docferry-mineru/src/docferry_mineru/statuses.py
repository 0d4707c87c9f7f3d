"""What the cloud and the agent say about tasks, in our words."""

import re
from dataclasses import dataclass

from docferry.model import Cost, JobState, JobStatus, Receipt
from docferry.provider import scrub
from docferry.reading.values import NOTHING, Raw, integer_of, mapping_of, page_count_of, scalar_text
from docferry_mineru.failures import Reader

__all__ = ["TaskAnswer", "read_task", "status_of", "unseen"]

NOT_ARRIVED = frozenset({"waiting-file", "uploading"})
"""The service knows the task and has no file for it yet."""

# Documented are waiting-file, pending, running, converting, done and failed; the agent adds uploading. The
# others are what its own clients, or a next version, might say.
# Source: mineru.net/apiManage; mineru-open-sdk 0.2.5 (read 2026-11-21)
WORDS = {
    **dict.fromkeys((*NOT_ARRIVED, "pending", "queued", "created"), JobState.PENDING),
    **dict.fromkeys(("running", "converting", "processing"), JobState.RUNNING),
    **dict.fromkeys(("done", "success", "completed"), JobState.SUCCEEDED),
    **dict.fromkeys(("failed", "error"), JobState.FAILED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswer:
    """What an answer says about one task.

    Args:
        state: The service's word.
        task_id: Id of the task; empty for a file of a batch.
        data_id: The id that the file was sent with, or empty.
        file_name: The name that the service knows the file by, or empty.
        result_url: Signed address of the result, or empty.
        error_code: Why it failed, or empty.
        error_message: Why it failed, or empty.
        pages_done: Pages parsed, or None.
        pages_total: Pages to parse, or None.
    """

    state: str
    task_id: str = ""
    data_id: str = ""
    file_name: str = ""
    result_url: str = ""
    error_code: str = ""
    error_message: str = ""
    pages_done: int | None = None
    pages_total: int | None = None


def read_task(raw: Raw) -> TaskAnswer:
    """Read one task out of an answer."""
    progress = mapping_of(raw.get("extract_progress")) or NOTHING
    total = page_count_of(progress.get("total_pages"))
    done = integer_of(progress.get("extracted_pages"))
    return TaskAnswer(
        state=scalar_text(raw.get("state")).strip(),
        task_id=scalar_text(raw.get("task_id")),
        data_id=scalar_text(raw.get("data_id")),
        file_name=scalar_text(raw.get("file_name")),
        result_url=(scalar_text(raw.get("full_zip_url")) or scalar_text(raw.get("markdown_url"))).strip(),
        error_code=scalar_text(raw.get("err_code")).strip(),
        error_message=scalar_text(raw.get("err_msg")),
        pages_done=None if total is None or done is None else max(0, min(done, total)),
        pages_total=total,
    )


def status_of(task: TaskAnswer, receipt: Receipt, *, reader: Reader) -> JobStatus:
    """The status that an answer tells.

    Args:
        task: The answer.
        receipt: Which task was asked about.
        reader: Makes the error of a failed task.
    """
    is_plain = task.state in WORDS
    word = task.state if is_plain else re.sub(r"[\s_]+", "-", task.state.casefold())
    state = WORDS.get(word)
    has_failed = state is JobState.FAILED
    has_succeeded = state is JobState.SUCCEEDED
    return JobStatus(
        receipt=receipt,
        state=state or JobState.RUNNING,
        raw_state=task.state if is_plain else scrub(task.state, *reader.secrets),
        is_known=state is not None,
        has_document=word not in NOT_ARRIVED,
        pages_done=task.pages_done,
        pages_total=task.pages_total,
        error=reader.task_error(task.error_code, task.error_message, job_id=receipt.remote_id)
        if has_failed
        else None,
        cost=Cost(pages=task.pages_total) if has_succeeded and task.pages_total else None,
        detail=task if has_succeeded else None,
    )


def unseen(receipt: Receipt) -> JobStatus:
    """The status of a file that the answer about its batch leaves out."""
    return JobStatus(receipt=receipt, state=JobState.PENDING, raw_state="", has_document=False)
