"""The ledger in a SQLite file: one transaction per method."""

import os
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from docferry.errors import JobNotFoundError
from docferry.ledger import claims, inbox
from docferry.ledger.claims import Claimant
from docferry.ledger.database import Database
from docferry.ledger.keys import JOB_ID_DIGITS, hash_account
from docferry.ledger.ledger import LeaseLostError
from docferry.ledger.record import Claim, JobRecord, JobStep, NewJob, Observation
from docferry.ledger.redaction import redact_source_name
from docferry.ledger.resolution import check_resolvable
from docferry.ledger.rows import find_current, read_job, to_json_list
from docferry.ledger.schema import LEDGER_SCHEMA
from docferry.ledger.steps import (
    read_observations,
    store_intent,
    store_not_committed,
    store_payload,
    store_receipts,
    store_status,
    store_statuses,
    store_unknown,
)
from docferry.ledger.trouble import Advice
from docferry.model import JobStatus, Payload, Receipt
from docferry.settings import ledger_path

__all__ = ["SqliteLedger"]

INSTALLATION_KEY_BYTES = 32
_ELSEWHERE = "or set DOCFERRY_LEDGER to another path"
ADVICE = Advice(
    usual=f"check the file and its folder, {_ELSEWHERE}",
    damaged=(
        "move it and its -wal and -shm files aside and run again: results in the cache stay, but jobs under "
        "way are lost to docferry and may be paid for again unless `docferry jobs attach` enters them"
    ),
    newer=f"upgrade docferry, {_ELSEWHERE}",
    disk="make room and run again: jobs that were submitted are in the ledger and go on",
)
# As many matches of an ambiguous id as a message names.
NAMED_MATCHES = 5


class SqliteLedger:
    """A `Ledger` in a SQLite file that only its owner may read. See there for the methods.

    Args:
        path: The file, made when it is missing; ":memory:" for a ledger that ends with the object. None for
            the one in the settings.

    Raises:
        ConfigurationError: The file cannot be made, read or written, is damaged, is some other program's, or
            was written by a newer docferry.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._database = Database(
            ledger_path() if path is None else Path(path), schema=LEDGER_SCHEMA, advice=ADVICE
        )
        self._installation_key = b""

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """See `Ledger.close`."""
        self._database.close()

    def account_hash(self, account: str) -> str:
        """See `Ledger.account_hash`."""
        if not self._installation_key:
            self._installation_key = self._load_installation_key()
        return hash_account(account, installation_key=self._installation_key)

    def _load_installation_key(self) -> bytes:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO meta VALUES ('installation_key', ?)",
                (secrets.token_bytes(INSTALLATION_KEY_BYTES),),
            )
            (key,) = connection.execute("SELECT value FROM meta WHERE name = 'installation_key'").fetchone()
        return bytes(key)

    def claim(self, new: NewJob, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """See `Ledger.claim`."""
        claimant = Claimant(owner=owner, now=now, lease_seconds=lease_seconds)
        with self._database.transaction(is_durable=False) as connection:
            return claims.claim_job(connection, new, claimant)

    def take(self, job_id: str, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """See `Ledger.take`."""
        claimant = Claimant(owner=owner, now=now, lease_seconds=lease_seconds)
        with self._database.transaction(is_durable=False) as connection:
            return claims.take_job(connection, job_id, claimant)

    def start_over(self, job_id: str, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """See `Ledger.start_over`."""
        claimant = Claimant(owner=owner, now=now, lease_seconds=lease_seconds)
        with self._database.transaction(is_durable=False) as connection:
            return claims.start_over_job(connection, job_id, claimant)

    def attach(self, new: NewJob, receipt: Receipt, *, now: float) -> JobRecord:
        """See `Ledger.attach`."""
        with self._database.transaction() as connection:
            return claims.attach_job(connection, new, receipt, now=now)

    def record_intent(
        self,
        job_ids: Collection[str],
        *,
        submission_id: str,
        receipts: Mapping[str, Receipt],
        owner: str,
        now: float,
    ) -> None:
        """See `Ledger.record_intent`."""
        with self._database.transaction() as connection:
            store_intent(
                connection, job_ids, submission_id=submission_id, receipts=receipts, owner=owner, now=now
            )

    def record_receipts(self, receipts: Mapping[str, Receipt], *, owner: str, now: float) -> None:
        """See `Ledger.record_receipts`."""
        with self._database.transaction() as connection:
            lost = store_receipts(connection, receipts, owner=owner, now=now)
        _raise_for(lost)

    def record_not_committed(
        self, job_ids: Collection[str], *, owner: str, now: float, error: Exception | None = None
    ) -> None:
        """See `Ledger.record_not_committed`."""
        with self._database.transaction() as connection:
            lost = store_not_committed(connection, job_ids, owner=owner, now=now, error=error)
        _raise_for(lost)

    def record_unknown(
        self, job_ids: Collection[str], *, owner: str, now: float, error: Exception | None = None
    ) -> None:
        """See `Ledger.record_unknown`."""
        with self._database.transaction() as connection:
            lost = store_unknown(connection, job_ids, owner=owner, now=now, error=error)
        _raise_for(lost)

    def observe(self, job_id: str, status: JobStatus, *, now: float) -> JobRecord:
        """See `Ledger.observe`."""
        with self._database.transaction(is_durable=False) as connection:
            return store_status(connection, job_id, status, now=now)

    def observe_all(self, statuses: Sequence[tuple[str, JobStatus]], *, now: float) -> None:
        """See `Ledger.observe_all`."""
        if not statuses:
            return
        with self._database.transaction(is_durable=False) as connection:
            lost = store_statuses(connection, statuses, now=now)
        _raise_for(lost)

    def record_payload(self, job_id: str, payload: Payload, *, now: float) -> None:
        """See `Ledger.record_payload`."""
        # A power cut may undo it: the payload is then found in the cache, or fetched once more, for nothing.
        with self._database.transaction(is_durable=False) as connection:
            store_payload(connection, job_id, payload, now=now)

    def payload_lost(self, job_id: str, *, owner: str, now: float, lease_seconds: float) -> Claim:
        """See `Ledger.payload_lost`."""
        claimant = Claimant(owner=owner, now=now, lease_seconds=lease_seconds)
        with self._database.transaction(is_durable=False) as connection:
            return claims.give_up_payload(connection, job_id, claimant)

    def heartbeat(
        self, owner: str, job_ids: Collection[str], *, now: float, lease_seconds: float
    ) -> tuple[str, ...]:
        """See `Ledger.heartbeat`."""
        claimant = Claimant(owner=owner, now=now, lease_seconds=lease_seconds)
        with self._database.transaction(is_durable=False) as connection:
            return claims.prolong_leases(connection, job_ids, claimant)

    def release(self, owner: str, job_ids: Collection[str]) -> None:
        """See `Ledger.release`."""
        with self._database.transaction(is_durable=False) as connection:
            claims.release_leases(connection, owner, job_ids)

    def find(self, job_id: str) -> JobRecord:
        """See `Ledger.find`."""
        prefix = job_id.strip().lower()
        matches = self._match(prefix)
        if len(matches) == 1:
            return matches[0]
        if matches:
            ids = ", ".join(record.id for record in matches[:NAMED_MATCHES])
            raise JobNotFoundError(
                f"the ids of several jobs begin with '{job_id}'", next_step=f"give more digits: {ids}"
            )
        raise claims.no_such_job(job_id)

    def _match(self, prefix: str) -> list[JobRecord]:
        if not 0 < len(prefix) <= JOB_ID_DIGITS or set(prefix) - set("0123456789abcdef"):
            return []
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs WHERE id >= :prefix AND id < :prefix || 'g' ORDER BY id LIMIT :limit",
                {"prefix": prefix, "limit": NAMED_MATCHES},
            )
            return [read_job(row) for row in rows]

    def current(self, job_key: str) -> JobRecord | None:
        """See `Ledger.current`."""
        with self._database.reading() as connection:
            return find_current(connection, job_key)

    def jobs(
        self,
        *,
        provider: str = "",
        steps: Collection[JobStep] = (),
        source: str = "",
        include_replaced: bool = False,
        limit: int | None = None,
    ) -> tuple[JobRecord, ...]:
        """See `Ledger.jobs`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT * FROM jobs
                WHERE (:provider = '' OR provider = :provider)
                  AND (:source = '' OR source_name = :source)
                  AND (:steps = '[]' OR step IN (SELECT value FROM json_each(:steps)))
                  AND (is_current = 1 OR :include_replaced)
                ORDER BY created_at DESC, rowid DESC
                LIMIT :limit
                """,
                {
                    "provider": provider,
                    "source": redact_source_name(source),
                    "steps": to_json_list(step.value for step in steps),
                    "include_replaced": include_replaced,
                    "limit": -1 if limit is None else limit,
                },
            )
            return tuple(read_job(row) for row in rows)

    def observations(self, job_id: str) -> tuple[Observation, ...]:
        """See `Ledger.observations`."""
        with self._database.reading() as connection:
            return read_observations(connection, job_id)

    def resolve(self, job_id: str, receipt: Receipt | None, *, now: float) -> JobRecord:
        """See `Ledger.resolve`."""
        with self._database.transaction() as connection:
            record = claims.require_job(connection, job_id)
            check_resolvable(record, now=now)
            owner = record.lease_owner
            if receipt is None:
                store_not_committed(connection, (job_id,), owner=owner, now=now, error=None)
            else:
                store_receipts(connection, {job_id: receipt}, owner=owner, now=now)
            claims.release_leases(connection, owner, (job_id,))
            return claims.require_job(connection, job_id)

    def forget(self, job_ids: Collection[str]) -> int:
        """See `Ledger.forget`."""
        with self._database.transaction() as connection:
            return connection.execute(
                "DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?))", (to_json_list(job_ids),)
            ).rowcount

    def add_event(self, provider: str, remote_id: str, *, event_id: str, now: float) -> bool:
        """See `Ledger.add_event`."""
        with self._database.transaction() as connection:
            return inbox.store_event(connection, provider, remote_id, event_id=event_id, now=now)

    def take_events(self, provider: str, remote_ids: Iterable[str]) -> tuple[str, ...]:
        """See `Ledger.take_events`."""
        wanted = tuple(remote_ids)
        with self._database.reading() as connection:  # asked twice a second: most often there is nothing
            if not inbox.read_untaken(connection, provider, wanted):
                return ()
        with self._database.transaction(is_durable=False) as connection:
            return inbox.take_untaken(connection, provider, wanted)


def _raise_for(lost: tuple[str, ...]) -> None:
    if lost:
        raise LeaseLostError(lost)
