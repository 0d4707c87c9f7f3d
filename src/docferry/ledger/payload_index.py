"""Which payload has which parts, and what must not be deleted yet, as parts of one transaction."""

import json
import sqlite3
from collections.abc import Iterable

from docferry.ledger.rows import to_json_list
from docferry.model import Payload, PayloadPart

__all__ = [
    "check_tables",
    "count_bytes",
    "count_payloads",
    "delete_expired_holds",
    "delete_holds",
    "delete_payload",
    "delete_unused_blobs",
    "insert_blob",
    "insert_hold",
    "insert_payload",
    "list_digests",
    "list_keys",
    "list_payloads_with",
    "list_unheld",
    "read_payload",
    "touch_payload",
]


def check_tables(connection: sqlite3.Connection) -> None:
    """Raise SQLite's error when a table or a column is missing."""
    connection.execute(
        """
        SELECT payloads.payload_key, used_at, parts.payload_key, position, name, media_type, parts.digest,
          blobs.digest, size_bytes, holds.payload_key, holds.digest, held_until
        FROM payloads, parts, blobs, holds LIMIT 0
        """
    )


def insert_payload(connection: sqlite3.Connection, payload_key: str, payload: Payload, *, now: float) -> None:
    """Enter a payload and its parts; there must be none with that key."""
    connection.execute("INSERT INTO payloads VALUES (?, ?)", (payload_key, now))
    connection.executemany(
        "INSERT OR IGNORE INTO blobs VALUES (?, ?)",
        [(part.digest, part.size_bytes) for part in payload.parts],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)",
        [
            (payload_key, position, part.name, part.media_type, part.digest)
            for position, part in enumerate(payload.parts)
        ],
    )


def read_payload(connection: sqlite3.Connection, payload_key: str) -> Payload | None:
    """The payload of that key, as it was entered."""
    is_there = connection.execute("SELECT 1 FROM payloads WHERE payload_key = ?", (payload_key,)).fetchone()
    if is_there is None:
        return None
    rows = connection.execute(
        """
        SELECT name, media_type, size_bytes, digest FROM parts JOIN blobs USING (digest)
        WHERE payload_key = ? ORDER BY position
        """,
        (payload_key,),
    )
    return Payload(parts=tuple(PayloadPart(**dict(row)) for row in rows))


def touch_payload(connection: sqlite3.Connection, payload_key: str, *, now: float) -> None:
    """Count a payload as used."""
    connection.execute("UPDATE payloads SET used_at = ? WHERE payload_key = ?", (now, payload_key))


def delete_payload(connection: sqlite3.Connection, payload_key: str) -> tuple[str, ...]:
    """Forget a payload, if it is there.

    Returns:
        The digests of its parts, whose blobs may now be without use.
    """
    rows = connection.execute("SELECT DISTINCT digest FROM parts WHERE payload_key = ?", (payload_key,))
    digests = tuple(row["digest"] for row in rows)
    connection.execute("DELETE FROM payloads WHERE payload_key = ?", (payload_key,))
    return digests


def list_keys(connection: sqlite3.Connection) -> frozenset[str]:
    """Keys of all payloads."""
    return frozenset(row["payload_key"] for row in connection.execute("SELECT payload_key FROM payloads"))


def list_unheld(connection: sqlite3.Connection, *, used_before: float, now: float) -> tuple[str, ...]:
    """Keys of payloads that were last used before that time and are not on hold, longest unused first."""
    rows = connection.execute(
        """
        SELECT payload_key FROM payloads
        WHERE used_at < ?
          AND payload_key NOT IN (SELECT payload_key FROM holds WHERE held_until > ?)
        ORDER BY used_at
        """,
        (used_before, now),
    )
    return tuple(row["payload_key"] for row in rows)


def list_payloads_with(connection: sqlite3.Connection, digest: str) -> tuple[str, ...]:
    """Keys of the payloads that have a part of that digest."""
    rows = connection.execute("SELECT DISTINCT payload_key FROM parts WHERE digest = ?", (digest,))
    return tuple(row["payload_key"] for row in rows)


def count_payloads(connection: sqlite3.Connection) -> tuple[int, int]:
    """Number of payloads, and bytes of all blobs."""
    (payload_count,) = connection.execute("SELECT count(*) FROM payloads").fetchone()
    return payload_count, count_bytes(connection)


def count_bytes(connection: sqlite3.Connection) -> int:
    """Bytes of all blobs."""
    (size_bytes,) = connection.execute("SELECT coalesce(sum(size_bytes), 0) FROM blobs").fetchone()
    return size_bytes


def insert_blob(connection: sqlite3.Connection, digest: str, size_bytes: int, *, held_until: float) -> int:
    """Enter a blob that no payload has yet.

    Returns:
        The id of the hold on it.
    """
    connection.execute("INSERT OR REPLACE INTO blobs VALUES (?, ?)", (digest, size_bytes))
    return _insert_hold(connection, payload_key="", digest=digest, held_until=held_until)


def insert_hold(connection: sqlite3.Connection, payload_key: str, *, held_until: float) -> int:
    """Hold a payload.

    Returns:
        The id of the hold.
    """
    return _insert_hold(connection, payload_key=payload_key, digest="", held_until=held_until)


def delete_holds(connection: sqlite3.Connection, hold_ids: Iterable[int]) -> None:
    """End holds."""
    connection.executemany("DELETE FROM holds WHERE id = ?", [(hold_id,) for hold_id in hold_ids])


def delete_expired_holds(connection: sqlite3.Connection, *, now: float) -> None:
    """End the holds of processes that did not."""
    connection.execute("DELETE FROM holds WHERE held_until <= ?", (now,))


def list_digests(connection: sqlite3.Connection) -> frozenset[str]:
    """The digests of all blobs."""
    return frozenset(row["digest"] for row in connection.execute("SELECT digest FROM blobs"))


def delete_unused_blobs(
    connection: sqlite3.Connection, digests: Iterable[str] | None, *, now: float
) -> tuple[str, ...]:
    """Forget blobs that no payload has and nobody holds.

    Args:
        connection: In a transaction.
        digests: Which to look at; None for all.
        now: The time.

    Returns:
        The digests whose files are to be deleted before the transaction ends.
    """
    rows = connection.execute(
        """
        SELECT digest FROM blobs
        WHERE (:digests IS NULL OR digest IN (SELECT value FROM json_each(:digests)))
          AND digest NOT IN (SELECT digest FROM parts)
          AND digest NOT IN (SELECT digest FROM holds WHERE held_until > :now)
        """,
        {"digests": None if digests is None else to_json_list(digests), "now": now},
    )
    unused = tuple(row["digest"] for row in rows)
    connection.execute(
        "DELETE FROM blobs WHERE digest IN (SELECT value FROM json_each(?))", (json.dumps(unused),)
    )
    return unused


def _insert_hold(connection: sqlite3.Connection, *, payload_key: str, digest: str, held_until: float) -> int:
    cursor = connection.execute(
        "INSERT INTO holds (payload_key, digest, held_until) VALUES (?, ?, ?)",
        (payload_key, digest, held_until),
    )
    return cursor.lastrowid or 0
