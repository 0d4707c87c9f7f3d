"""How far a job has come: the changes of its step, as parts of one transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from docferry.ledger.ledger import LeaseLostError
from docferry.ledger.record import JobRecord, JobStep, Observation
from docferry.ledger.redaction import describe_error, redact
from docferry.ledger.rows import load_jobs, payload_to_json, to_json_list
from docferry.model import Cost, JobState, JobStatus, Payload, Receipt

__all__ = [
    "read_observations",
    "store_intent",
    "store_not_committed",
    "store_payload",
    "store_receipts",
    "store_status",
    "store_statuses",
    "store_unknown",
]

MAX_RAW_STATE_CHARACTERS = 100
_CLOSING_STEPS = {
    JobState.FAILED: JobStep.FAILED,
    JobState.CANCELLED: JobStep.CANCELLED,
    JobState.EXPIRED: JobStep.EXPIRED,
}
_UNDER_WAY = to_json_list(step.value for step in JobStep if step.is_under_way)
# Stands for "not said" in a key column, where NULLs would all differ.
_NOT_SAID = -1
_LARGEST_INTEGER = 2**63 - 1  # that SQLite holds


def store_intent(  # noqa: PLR0913 - the arguments of the ledger's method
    connection: sqlite3.Connection,
    job_ids: Collection[str],
    *,
    submission_id: str,
    receipts: Mapping[str, Receipt],
    owner: str,
    now: float,
) -> None:
    """See `Ledger.record_intent`."""
    records = load_jobs(connection, job_ids)
    lost = _lost(job_ids, records, lambda job: _is_held(job, owner) and job.step is JobStep.OPEN)
    if lost:
        raise LeaseLostError(lost)
    connection.executemany(
        """
        UPDATE jobs SET step = 'intent', submission_id = ?, remote_id = ?, item_id = ?,
          error_class = '', error_message = '', updated_at = ?, submitted_at = ?
        WHERE id = ?
        """,
        [(submission_id, *_receipt_columns(receipts.get(job_id)), now, now, job_id) for job_id in job_ids],
    )


def store_receipts(
    connection: sqlite3.Connection, receipts: Mapping[str, Receipt], *, owner: str, now: float
) -> tuple[str, ...]:
    """See `Ledger.record_receipts`; returns the jobs lost, for the caller to raise after the commit."""
    records = load_jobs(connection, receipts.keys())

    def is_written(job: JobRecord) -> bool:
        # The missing answer of a request made before the lease was lost.
        is_answer = job.step is JobStep.UNKNOWN
        may_change = job.step is JobStep.OPEN or job.step.is_unanswered
        return may_change and (is_answer or job.lease_owner == owner)

    def is_known(job: JobRecord) -> bool:
        return job.step is not JobStep.OPEN and job.receipt == receipts[job.id]

    connection.executemany(
        """
        UPDATE jobs SET step = 'submitted', remote_id = ?, item_id = ?,
          error_class = '', error_message = '', updated_at = ?, submitted_at = ?
        WHERE id = ?
        """,
        [
            (*_receipt_columns(receipts[job.id]), now, _submission_time(job, now), job.id)
            for job in records.values()
            if is_written(job)
        ],
    )
    return _lost(
        receipts.keys(),
        records,
        lambda job: job.lease_owner == owner and (is_written(job) or is_known(job)),
    )


def store_not_committed(
    connection: sqlite3.Connection,
    job_ids: Collection[str],
    *,
    owner: str,
    now: float,
    error: Exception | None,
) -> tuple[str, ...]:
    """See `Ledger.record_not_committed`; returns the jobs lost, for the caller to raise after the commit."""

    def is_ours(job: JobRecord) -> bool:
        return job.lease_owner == owner and (job.step is JobStep.OPEN or job.step.is_unanswered)

    records = load_jobs(connection, job_ids)
    connection.executemany(
        """
        UPDATE jobs SET step = 'open', remote_id = NULL, item_id = '', submission_id = '',
          submitted_at = NULL, error_class = ?, error_message = ?, updated_at = ?
        WHERE id = ?
        """,
        [(*_error_columns(error), now, job.id) for job in records.values() if is_ours(job)],
    )
    return _lost(job_ids, records, is_ours)


def store_unknown(
    connection: sqlite3.Connection,
    job_ids: Collection[str],
    *,
    owner: str,
    now: float,
    error: Exception | None,
) -> tuple[str, ...]:
    """See `Ledger.record_unknown`; returns the jobs lost, for the caller to raise after the commit."""

    def is_ours(job: JobRecord) -> bool:
        return job.lease_owner == owner and job.step.is_unanswered

    records = load_jobs(connection, job_ids)
    connection.executemany(
        "UPDATE jobs SET step = 'unknown', error_class = ?, error_message = ?, updated_at = ? WHERE id = ?",
        [(*_error_columns(error), now, job.id) for job in records.values() if is_ours(job)],
    )
    return _lost(job_ids, records, is_ours)


def store_statuses(
    connection: sqlite3.Connection, statuses: Sequence[tuple[str, JobStatus]], *, now: float
) -> tuple[str, ...]:
    """See `Ledger.observe_all`; returns the jobs lost, for the caller to raise after the commit."""
    job_ids = to_json_list(job_id for job_id, _ in statuses)
    rows = connection.execute(
        "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE id = value)", (job_ids,)
    )
    lost = dict.fromkeys(row["value"] for row in rows)
    _enter_statuses(connection, [told for told in statuses if told[0] not in lost], now=now)
    return tuple(lost)


def store_status(connection: sqlite3.Connection, job_id: str, status: JobStatus, *, now: float) -> JobRecord:
    """See `Ledger.observe`."""
    store_statuses(connection, ((job_id, status),), now=now)
    return _require(connection, job_id)


def _enter_statuses(
    connection: sqlite3.Connection, statuses: Sequence[tuple[str, JobStatus]], *, now: float
) -> None:
    """Enter what was said of jobs, by groups: the same is said of many, and most of it was said before."""
    words = {status.raw_state for _, status in statuses}
    raw_states = {word: redact(word)[:MAX_RAW_STATE_CHARACTERS] for word in words}
    said: dict[tuple[object, ...], list[str]] = defaultdict(list)
    seen: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for job_id, status in statuses:
        state = (status.state.value, raw_states[status.raw_state])
        pages = (_count(count, absent=_NOT_SAID) for count in (status.pages_done, status.pages_total))
        said[(*state, *_cost_columns(status.cost))].append(job_id)
        seen[(*state, *pages)].append(job_id)
    connection.executemany(
        """
        UPDATE jobs SET state = :state, raw_state = :raw_state, updated_at = :now,
          cost_pages = coalesce(:pages, cost_pages), cost_credits = coalesce(:credits, cost_credits)
        WHERE id IN (SELECT value FROM json_each(:job_ids)) AND (
          state IS NOT :state OR raw_state IS NOT :raw_state
          OR cost_pages IS NOT coalesce(:pages, cost_pages)
          OR cost_credits IS NOT coalesce(:credits, cost_credits)
        )
        """,
        [
            {
                "state": state,
                "raw_state": raw_state,
                "pages": cost_pages,
                "credits": cost_credits,
                "now": now,
                "job_ids": to_json_list(job_ids),
            }
            for (state, raw_state, cost_pages, cost_credits), job_ids in said.items()
        ],
    )
    connection.executemany(
        """
        INSERT INTO observations
        SELECT value, ?, ?, ?, ?, ?, ?, 1 FROM json_each(?) WHERE true
        ON CONFLICT (job_id, state, raw_state, pages_done, pages_total)
        DO UPDATE SET last_seen_at = excluded.last_seen_at, count = count + 1
        """,
        [(*columns, now, now, to_json_list(job_ids)) for columns, job_ids in seen.items()],
    )
    connection.executemany(
        """
        UPDATE jobs SET step = ?, error_class = ?, error_message = ?, updated_at = ?
        WHERE id = ? AND step IN (SELECT value FROM json_each(?))
        """,
        [
            (_CLOSING_STEPS[status.state].value, *_error_columns(status.error), now, job_id, _UNDER_WAY)
            for job_id, status in statuses
            if status.state in _CLOSING_STEPS
        ],
    )


def _cost_columns(cost: Cost | None) -> tuple[int | None, float | None]:
    return (None, None) if cost is None else (_count(cost.pages, absent=None), cost.credits)


def _count(given: int | None, *, absent: int | None) -> int | None:
    """A count that a service gave; one that the database cannot hold was not said."""
    return given if given is not None and 0 <= given <= _LARGEST_INTEGER else absent


def store_payload(connection: sqlite3.Connection, job_id: str, payload: Payload, *, now: float) -> None:
    """See `Ledger.record_payload`."""
    entered = connection.execute(
        """
        UPDATE jobs SET step = 'fetched', payload_json = ?, error_class = '', error_message = '',
          is_refresh = 0, updated_at = ?
        WHERE id = ?
        """,
        (payload_to_json(payload), now, job_id),
    )
    if not entered.rowcount:
        raise LeaseLostError((job_id,))


def read_observations(connection: sqlite3.Connection, job_id: str) -> tuple[Observation, ...]:
    """See `Ledger.observations`."""
    rows = connection.execute(
        "SELECT * FROM observations WHERE job_id = ? ORDER BY first_seen_at, rowid", (job_id,)
    )
    return tuple(
        Observation(
            state=JobState(row["state"]),
            raw_state=row["raw_state"],
            pages_done=_read_count(row["pages_done"]),
            pages_total=_read_count(row["pages_total"]),
            first_seen_at=row["first_seen_at"],
            last_seen_at=row["last_seen_at"],
            count=row["count"],
        )
        for row in rows
    )


def _require(connection: sqlite3.Connection, job_id: str) -> JobRecord:
    record = load_jobs(connection, (job_id,)).get(job_id)
    if record is None:
        raise LeaseLostError((job_id,))
    return record


def _is_held(job: JobRecord, owner: str) -> bool:
    return job.is_current and job.lease_owner == owner


def _lost(
    job_ids: Iterable[str], records: Mapping[str, JobRecord], is_kept: Callable[[JobRecord], bool]
) -> tuple[str, ...]:
    return tuple(job_id for job_id in job_ids if job_id not in records or not is_kept(records[job_id]))


def _submission_time(job: JobRecord, now: float) -> float:
    """Now, when the answer has just come; when it was missing for a while, the time of the request."""
    return job.submitted_at if job.step is JobStep.UNKNOWN and job.submitted_at is not None else now


def _receipt_columns(receipt: Receipt | None) -> tuple[str | None, str]:
    return (None, "") if receipt is None else (receipt.remote_id, receipt.item_id)


def _error_columns(error: Exception | None) -> tuple[str, str]:
    return ("", "") if error is None else describe_error(error)


def _read_count(value: int) -> int | None:
    return None if value == _NOT_SAID else value
