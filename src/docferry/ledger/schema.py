"""The tables, as a chain of steps from an empty file to the newest version."""

import sqlite3
from dataclasses import dataclass

from docferry.ledger.transaction import immediate

__all__ = ["LEDGER_SCHEMA", "PAYLOAD_SCHEMA", "REPAIR_SCHEMA", "Refusal", "Schema", "migrate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a database holds.

    Args:
        name: For messages, such as "ledger".
        application_id: Marks a file as of this kind in its header.
        migrations: Statements by version: the first tuple leads from an empty file to version 1. A published
            tuple never changes; what changes is appended.
    """

    name: str
    application_id: int
    migrations: tuple[tuple[str, ...], ...]

    @property
    def version(self) -> int:
        """The newest version."""
        return len(self.migrations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a sound file is not used.

    Args:
        reason: In words.
        is_newer: Whether a newer docferry wrote it; else it is some other program's.
    """

    reason: str
    is_newer: bool


def migrate(connection: sqlite3.Connection, schema: Schema) -> Refusal | None:
    """Bring a file to the newest version; all steps happen at once or not at all.

    Several processes may do so at once. A newer or a foreign file is not touched.

    Args:
        connection: In autocommit mode.
        schema: What the file is to hold.

    Returns:
        Why the file is not used; None when all is well.
    """
    if _version(connection) == schema.version and not _refusal(connection, schema):
        return None
    with immediate(connection):
        refusal = _refusal(connection, schema)
        if not refusal:
            _apply(connection, schema)
    return refusal


def _apply(connection: sqlite3.Connection, schema: Schema) -> None:
    for statements in schema.migrations[_version(connection) :]:
        for statement in statements:
            connection.execute(statement)
    # These pragmas take no parameters; both values are integers of this module.
    connection.execute(f"PRAGMA application_id = {schema.application_id:d}")
    connection.execute(f"PRAGMA user_version = {schema.version:d}")


def _refusal(connection: sqlite3.Connection, schema: Schema) -> Refusal | None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (table_count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    version = _version(connection)
    if application_id != schema.application_id and (table_count or application_id or version):
        return Refusal(reason=f"it is not a docferry {schema.name}", is_newer=False)
    if version > schema.version:
        return Refusal(
            reason=(
                f"it has version {version}, and this docferry knows versions up to {schema.version}; "
                "it was written by a newer docferry"
            ),
            is_newer=True,
        )
    return None


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


LEDGER_SCHEMA = Schema(
    name="ledger",
    application_id=0x646F6366,  # "docf"
    migrations=(
        (
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
            """
            CREATE TABLE jobs (
              id TEXT PRIMARY KEY,
              job_key TEXT NOT NULL,
              attempt INTEGER NOT NULL,
              is_current INTEGER NOT NULL,
              payload_key TEXT NOT NULL,
              provider TEXT NOT NULL,
              protocol_version TEXT NOT NULL,
              operation TEXT NOT NULL,
              endpoint TEXT NOT NULL,
              account_hash TEXT NOT NULL,
              source_name TEXT NOT NULL,
              file_name TEXT NOT NULL,
              fingerprint TEXT NOT NULL,
              size_bytes INTEGER NOT NULL,
              pages TEXT NOT NULL,
              expected_pages INTEGER,
              options_json TEXT NOT NULL,
              step TEXT NOT NULL,
              state TEXT,
              raw_state TEXT NOT NULL DEFAULT '',
              remote_id TEXT,
              item_id TEXT NOT NULL DEFAULT '',
              submission_id TEXT NOT NULL DEFAULT '',
              cost_pages INTEGER,
              cost_credits REAL,
              error_class TEXT NOT NULL DEFAULT '',
              error_message TEXT NOT NULL DEFAULT '',
              payload_json TEXT,
              lease_owner TEXT NOT NULL DEFAULT '',
              lease_until REAL NOT NULL DEFAULT 0,
              created_at REAL NOT NULL,
              updated_at REAL NOT NULL,
              UNIQUE (job_key, attempt)
            )
            """,
            # The database itself refuses a second live job for the same key.
            "CREATE UNIQUE INDEX jobs_current ON jobs (job_key) WHERE is_current = 1",
            "CREATE INDEX jobs_submission ON jobs (submission_id) WHERE submission_id <> ''",
            "CREATE INDEX jobs_created ON jobs (created_at)",
            """
            CREATE TABLE observations (
              job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
              state TEXT NOT NULL,
              raw_state TEXT NOT NULL,
              pages_done INTEGER NOT NULL,
              pages_total INTEGER NOT NULL,
              first_seen_at REAL NOT NULL,
              last_seen_at REAL NOT NULL,
              count INTEGER NOT NULL,
              PRIMARY KEY (job_id, state, raw_state, pages_done, pages_total)
            )
            """,
        ),
        (
            """
            CREATE TABLE events (
              provider TEXT NOT NULL,
              remote_id TEXT NOT NULL,
              event_id TEXT NOT NULL,
              received_at REAL NOT NULL,
              is_taken INTEGER NOT NULL DEFAULT 0,
              PRIMARY KEY (provider, remote_id, event_id)
            )
            """,
            "CREATE INDEX events_received ON events (received_at)",
        ),
        (
            "ALTER TABLE jobs ADD COLUMN submitted_at REAL",
            "UPDATE jobs SET submitted_at = updated_at WHERE step <> 'open'",
        ),
        ("ALTER TABLE jobs ADD COLUMN is_refresh INTEGER NOT NULL DEFAULT 0",),
    ),
)

PAYLOAD_SCHEMA = Schema(
    name="payload cache",
    application_id=0x646F6370,  # "docp"
    migrations=(
        (
            "CREATE TABLE payloads (payload_key TEXT PRIMARY KEY, used_at REAL NOT NULL)",
            "CREATE INDEX payloads_used ON payloads (used_at)",
            """
            CREATE TABLE parts (
              payload_key TEXT NOT NULL REFERENCES payloads (payload_key) ON DELETE CASCADE,
              position INTEGER NOT NULL,
              name TEXT NOT NULL,
              media_type TEXT NOT NULL,
              digest TEXT NOT NULL,
              PRIMARY KEY (payload_key, position)
            )
            """,
            "CREATE INDEX parts_digest ON parts (digest)",
            "CREATE TABLE blobs (digest TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL)",
            # What must not be deleted yet: a payload that is being read, or a blob whose payload is not yet
            # saved. A hold ends by itself, for its process may be dead.
            """
            CREATE TABLE holds (
              id INTEGER PRIMARY KEY,
              payload_key TEXT NOT NULL DEFAULT '',
              digest TEXT NOT NULL DEFAULT '',
              held_until REAL NOT NULL
            )
            """,
        ),
    ),
)

# Nothing is in this one: its lock keeps the repairs of an index apart.
REPAIR_SCHEMA = Schema(name="payload cache", application_id=0x646F6372, migrations=())  # "docr"
