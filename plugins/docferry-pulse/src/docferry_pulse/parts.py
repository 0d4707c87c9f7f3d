"""The parts of a payload: what they are called, and what the kept bodies say."""

from docferry.errors import InvalidResponseError
from docferry.provider import PayloadReader
from docferry_pulse.failures import PROVIDER
from docferry_pulse.wire import Answer, read_answer

__all__ = ["IMAGE_FOLDER", "JOB_PART", "RESULT_PART", "no_output", "read_kept"]

JOB_PART = "job.json"
"""The answer that said that the job is done, as received; it holds the result unless that is large."""

RESULT_PART = "result.json"
"""A large result, as received."""

IMAGE_FOLDER = "images"


def read_kept(payload: PayloadReader) -> Answer:
    """What was kept of a job: the large result if there is one, else the answer that brought the result.

    Raises:
        InvalidResponseError: It is not JSON, or holds no result.
    """
    parts = {part.name for part in payload.payload.parts}
    name = RESULT_PART if RESULT_PART in parts else JOB_PART
    answer = read_answer(payload.read(name)) if name in parts else None
    if answer is None:
        raise InvalidResponseError("the kept result is not a JSON object", provider=PROVIDER)
    if not answer.result:
        raise no_output(answer.job_id)
    return answer


def no_output(job_id: str) -> InvalidResponseError:
    """The error for a job that succeeded and returned nothing."""
    return InvalidResponseError(
        "the job succeeded, and its result is empty",
        next_step="report the job id to the service",
        provider=PROVIDER,
        job_id=job_id,
    )
