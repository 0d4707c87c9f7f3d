"""Who works on a job: claims and leases, as steps within one transaction."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace

from docferry.errors import ConfigurationError, JobNotFoundError
from docferry.ledger.record import Claim, JobRecord, JobStep, NewJob
from docferry.ledger.rows import find_current, find_job, insert_attempt, to_json_list
from docferry.model import Receipt

__all__ = [
    "Claimant",
    "attach_job",
    "claim_job",
    "give_up_payload",
    "no_such_job",
    "prolong_leases",
    "release_leases",
    "require_job",
    "start_over_job",
    "take_job",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """Who asks for a job, when, and for how long."""

    owner: str
    now: float
    lease_seconds: float

    def may_take(self, record: JobRecord) -> bool:
        """Whether nobody else holds the lease."""
        return record.lease_owner in ("", self.owner) or record.lease_until <= self.now


def claim_job(connection: sqlite3.Connection, new: NewJob, claimant: Claimant) -> Claim:
    """See `Ledger.claim`."""
    record = find_current(connection, new.job_key)
    if record is None or record.step.is_closed:
        return _claim_new_attempt(connection, new, claimant)
    return _take_lease(connection, record, claimant)


def take_job(connection: sqlite3.Connection, job_id: str, claimant: Claimant) -> Claim:
    """See `Ledger.take`."""
    return _take_lease(connection, require_job(connection, job_id), claimant)


def start_over_job(connection: sqlite3.Connection, job_id: str, claimant: Claimant) -> Claim:
    """See `Ledger.start_over`."""
    record = require_job(connection, job_id)
    new = replace(record, is_refresh=True)
    if not record.is_current:
        return claim_job(connection, new, claimant)
    # At FETCHED and after, a lease that was not given back yet guards nothing.
    is_at_work = not (record.step is JobStep.FETCHED or record.step.is_closed)
    if is_at_work and not claimant.may_take(record):
        return Claim(record=record, is_ours=False)
    return _claim_new_attempt(connection, new, claimant)


def attach_job(connection: sqlite3.Connection, new: NewJob, receipt: Receipt, *, now: float) -> JobRecord:
    """See `Ledger.attach`."""
    record = find_current(connection, new.job_key)
    if record is not None and record.step.is_accepted and record.receipt == receipt:
        return record
    if record is not None and record.step is JobStep.SUBMITTED:
        raise ConfigurationError(
            f"job {record.id} parses the same and its result was not collected: another one in its place "
            "loses it",
            next_step=(
                f"run `docferry jobs resume {record.id}`, or `docferry jobs forget {record.id} --force`"
            ),
            source=record.source_name,
        )
    return insert_attempt(
        connection, new, step=JobStep.SUBMITTED, receipt=receipt, owner="", lease_until=0.0, now=now
    )


def give_up_payload(connection: sqlite3.Connection, job_id: str, claimant: Claimant) -> Claim:
    """See `Ledger.payload_lost`."""
    connection.execute(
        """
        UPDATE jobs SET step = CASE WHEN remote_id IS NULL THEN ? ELSE ? END, payload_json = NULL,
          updated_at = ?
        WHERE id = ? AND step = ?
        """,
        (
            JobStep.OPEN.value,
            JobStep.SUBMITTED.value,
            claimant.now,
            job_id,
            JobStep.FETCHED.value,
        ),
    )
    return take_job(connection, job_id, claimant)


def prolong_leases(
    connection: sqlite3.Connection, job_ids: Collection[str], claimant: Claimant
) -> tuple[str, ...]:
    """See `Ledger.heartbeat`."""
    values = (to_json_list(job_ids), claimant.owner)
    connection.execute(
        """
        UPDATE jobs SET lease_until = ?
        WHERE id IN (SELECT value FROM json_each(?)) AND lease_owner = ? AND is_current = 1
        """,
        (claimant.now + claimant.lease_seconds, *values),
    )
    rows = connection.execute(
        """
        SELECT id FROM jobs
        WHERE id IN (SELECT value FROM json_each(?)) AND lease_owner = ? AND is_current = 1
        """,
        values,
    )
    ours = {row["id"] for row in rows}
    return tuple(job_id for job_id in job_ids if job_id in ours)


def release_leases(connection: sqlite3.Connection, owner: str, job_ids: Collection[str]) -> None:
    """See `Ledger.release`."""
    connection.execute(
        """
        UPDATE jobs SET lease_owner = '', lease_until = 0
        WHERE id IN (SELECT value FROM json_each(?)) AND lease_owner = ?
        """,
        (to_json_list(job_ids), owner),
    )


def require_job(connection: sqlite3.Connection, job_id: str) -> JobRecord:
    """The job with exactly that id.

    Raises:
        JobNotFoundError: There is none.
    """
    record = find_job(connection, job_id)
    if record is None:
        raise no_such_job(job_id)
    return record


def no_such_job(job_id: str) -> JobNotFoundError:
    """The ledger has no job with that id, or beginning of an id."""
    what = f"the ledger has no job '{job_id}'" if job_id.strip() else "the id of the job is empty"
    return JobNotFoundError(what, next_step="see `docferry jobs list` for the jobs there are")


def _claim_new_attempt(connection: sqlite3.Connection, new: NewJob, claimant: Claimant) -> Claim:
    record = insert_attempt(
        connection,
        new,
        step=JobStep.OPEN,
        receipt=None,
        owner=claimant.owner,
        lease_until=claimant.now + claimant.lease_seconds,
        now=claimant.now,
    )
    return Claim(record=record, is_ours=True)


def _take_lease(connection: sqlite3.Connection, record: JobRecord, claimant: Claimant) -> Claim:
    is_done = record.step is JobStep.FETCHED or record.step.is_closed
    if is_done or not record.is_current or not claimant.may_take(record):
        return Claim(record=record, is_ours=False)
    step, updated_at = record.step, record.updated_at
    if step is JobStep.INTENT and record.lease_owner != claimant.owner:
        # Whoever wrote the intent is gone, and with it what it knew.
        step, updated_at = JobStep.UNKNOWN, claimant.now
    connection.execute(
        "UPDATE jobs SET lease_owner = ?, lease_until = ?, step = ?, updated_at = ? WHERE id = ?",
        (claimant.owner, claimant.now + claimant.lease_seconds, step.value, updated_at, record.id),
    )
    return Claim(record=require_job(connection, record.id), is_ours=True)
