"""Job records to and from rows of the table `jobs`."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import asdict, fields

from docferry.ledger.keys import make_job_id, strip_endpoint
from docferry.ledger.record import JobRecord, JobStep, NewJob
from docferry.ledger.redaction import redact_source_name
from docferry.model import Cost, JobState, Payload, PayloadPart, Receipt

__all__ = [
    "find_current",
    "find_job",
    "insert_attempt",
    "load_jobs",
    "payload_to_json",
    "read_job",
    "read_payload_json",
    "to_json_list",
]

_NEW_JOB_FIELDS = tuple(field.name for field in fields(NewJob))

_INSERT = """
INSERT INTO jobs (
  id, attempt, is_current, step, created_at, updated_at, submitted_at, lease_owner, lease_until,
  remote_id, item_id, payload_key, job_key, provider, protocol_version, operation, endpoint, account_hash,
  source_name, file_name, fingerprint, size_bytes, pages, expected_pages, options_json, is_refresh
) VALUES (
  :id, :attempt, 1, :step, :now, :now, :submitted_at, :lease_owner, :lease_until, :remote_id, :item_id,
  :payload_key, :job_key, :provider, :protocol_version, :operation, :endpoint, :account_hash,
  :source_name, :file_name, :fingerprint, :size_bytes, :pages, :expected_pages, :options_json, :is_refresh
)
"""


def insert_attempt(  # noqa: PLR0913 - a row is what it is
    connection: sqlite3.Connection,
    new: NewJob,
    *,
    step: JobStep,
    receipt: Receipt | None,
    owner: str,
    lease_until: float,
    now: float,
) -> JobRecord:
    """Make the next attempt of a job key the current one; the one before becomes history."""
    (attempt,) = connection.execute(
        "SELECT coalesce(max(attempt), 0) + 1 FROM jobs WHERE job_key = ?", (new.job_key,)
    ).fetchone()
    if attempt > 1:
        connection.execute(
            "UPDATE jobs SET is_current = 0 WHERE job_key = ? AND is_current = 1", (new.job_key,)
        )
    # Among a million jobs, two share a short id with odds of about 1 in 500: leaving out an attempt number
    # gives another id.
    while find_job(connection, make_job_id(new.job_key, attempt)) is not None:
        attempt += 1
    job_id = make_job_id(new.job_key, attempt)
    row = {name: getattr(new, name) for name in _NEW_JOB_FIELDS}
    row |= {
        "id": job_id,
        "attempt": attempt,
        "step": step.value,
        "now": now,
        "submitted_at": now if receipt else None,
        "lease_owner": owner,
        "lease_until": lease_until,
        "remote_id": receipt.remote_id if receipt else None,
        "item_id": receipt.item_id if receipt else "",
        "endpoint": strip_endpoint(new.endpoint),
        "source_name": redact_source_name(new.source_name),
        "file_name": redact_source_name(new.file_name),
    }
    connection.execute(_INSERT, row)
    return load_jobs(connection, (job_id,))[job_id]


def find_job(connection: sqlite3.Connection, job_id: str) -> JobRecord | None:
    """The job with exactly that id."""
    return load_jobs(connection, (job_id,)).get(job_id)


def find_current(connection: sqlite3.Connection, job_key: str) -> JobRecord | None:
    """The newest attempt of a job key."""
    row = connection.execute("SELECT * FROM jobs WHERE job_key = ? AND is_current = 1", (job_key,)).fetchone()
    return None if row is None else read_job(row)


def load_jobs(connection: sqlite3.Connection, job_ids: Collection[str]) -> dict[str, JobRecord]:
    """The jobs that there are among those ids, by id."""
    rows = connection.execute(
        "SELECT * FROM jobs WHERE id IN (SELECT value FROM json_each(?))", (to_json_list(job_ids),)
    )
    return {row["id"]: read_job(row) for row in rows}


def to_json_list(values: Iterable[str]) -> str:
    """For `json_each`, which takes any number of values where bound parameters are limited."""
    return json.dumps(list(values))


def read_job(row: sqlite3.Row) -> JobRecord:
    """A row as a record."""
    given = {name: row[name] for name in _NEW_JOB_FIELDS}
    given["is_refresh"] = bool(row["is_refresh"])
    return JobRecord(
        **given,
        id=row["id"],
        attempt=row["attempt"],
        is_current=bool(row["is_current"]),
        step=JobStep(row["step"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        submitted_at=row["submitted_at"],
        state=None if row["state"] is None else JobState(row["state"]),
        raw_state=row["raw_state"],
        receipt=_read_receipt(row),
        submission_id=row["submission_id"],
        cost=_read_cost(row),
        error_class=row["error_class"],
        error_message=row["error_message"],
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        payload=None if row["payload_json"] is None else read_payload_json(row["payload_json"]),
    )


def payload_to_json(payload: Payload) -> str:
    """The parts of a payload as JSON; names and digests, no content."""
    return json.dumps([asdict(part) for part in payload.parts], separators=(",", ":"))


def read_payload_json(text: str) -> Payload:
    """What `payload_to_json` wrote."""
    return Payload(parts=tuple(PayloadPart(**part) for part in json.loads(text)))


def _read_receipt(row: sqlite3.Row) -> Receipt | None:
    return None if row["remote_id"] is None else Receipt(remote_id=row["remote_id"], item_id=row["item_id"])


def _read_cost(row: sqlite3.Row) -> Cost | None:
    if row["cost_pages"] is None and row["cost_credits"] is None:
        return None
    return Cost(pages=row["cost_pages"], credits=row["cost_credits"])
