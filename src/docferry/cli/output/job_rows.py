"""Jobs as values of JSON. Nothing in them is secret."""

import json
from datetime import UTC, datetime

from docferry.ingest import JobStory, SubmitOutcome
from docferry.ledger import CacheInfo, JobRecord, Observation

__all__ = ["cache_row", "job_row", "story_row", "submit_row"]


def job_row(record: JobRecord) -> dict[str, object]:
    """A job; times are ISO 8601 in UTC."""
    receipt, cost = record.receipt, record.cost
    error = {"error": record.error_class, "message": record.error_message} if record.error_class else None
    return {
        "id": record.id,
        "provider": record.provider,
        "source": record.source_name,
        "step": record.step.value,
        "state": None if record.state is None else record.state.value,
        "raw_state": record.raw_state,
        "remote_id": None if receipt is None else receipt.remote_id,
        "item_id": "" if receipt is None else receipt.item_id,
        "pages": record.pages,
        "expected_pages": record.expected_pages,
        "cost": None if cost is None else {"pages": cost.pages, "credits": cost.credits},
        "error": error,
        "created_at": _time(record.created_at),
        "updated_at": _time(record.updated_at),
        "attempt": record.attempt,
        "is_current": record.is_current,
        "operation": record.operation,
        "endpoint": record.endpoint,
        "file_name": record.file_name,
        "size_bytes": record.size_bytes,
        "fingerprint": record.fingerprint,
        "options": json.loads(record.options_json),
    }


def story_row(story: JobStory) -> dict[str, object]:
    """A job with what its service said about it, and the parts of its payload."""
    payload = story.record.payload
    parts = () if payload is None else payload.parts
    return {
        **job_row(story.record),
        "observations": [_observation_row(observation) for observation in story.observations],
        "payload": [
            {"name": part.name, "media_type": part.media_type, "size_bytes": part.size_bytes}
            for part in parts
        ],
    }


def submit_row(outcome: SubmitOutcome) -> dict[str, object]:
    """What became of a source that was to be submitted."""
    job, error = outcome.job, outcome.error
    return {
        "source": outcome.source,
        "job": None if job is None else job.id,
        "step": None if job is None else job.step.value,
        "remote_id": None if job is None or job.receipt is None else job.receipt.remote_id,
        "error": None
        if error is None
        else {"error": type(error).__name__, "message": error.message, "next_step": error.next_step},
    }


def cache_row(info: CacheInfo) -> dict[str, object]:
    """How full the cache is."""
    return {
        "folder": str(info.folder),
        "results": info.payload_count,
        "size_bytes": info.size_bytes,
        "max_bytes": info.max_bytes,
    }


def _observation_row(observation: Observation) -> dict[str, object]:
    return {
        "state": observation.state.value,
        "raw_state": observation.raw_state,
        "pages_done": observation.pages_done,
        "pages_total": observation.pages_total,
        "first_seen_at": _time(observation.first_seen_at),
        "last_seen_at": _time(observation.last_seen_at),
        "count": observation.count,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds")
