"""Events of webhooks, as parts of one transaction: who called, never what the call said."""

import sqlite3
from collections.abc import Sequence

from docferry.ledger.rows import to_json_list

__all__ = ["read_untaken", "store_event", "take_untaken"]

# Long after the last repetition of any service; until then an event is kept to recognise it.
KEEP_SECONDS = 30 * 24 * 3600.0


def store_event(
    connection: sqlite3.Connection, provider: str, remote_id: str, *, event_id: str, now: float
) -> bool:
    """See `Ledger.add_event`."""
    connection.execute("DELETE FROM events WHERE received_at < ?", (now - KEEP_SECONDS,))
    cursor = connection.execute(
        "INSERT OR IGNORE INTO events (provider, remote_id, event_id, received_at) VALUES (?, ?, ?, ?)",
        (provider, remote_id, event_id, now),
    )
    return cursor.rowcount == 1


def read_untaken(connection: sqlite3.Connection, provider: str, remote_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of the remote ids, in the order given, with events that nobody took."""
    rows = connection.execute(
        """
        SELECT DISTINCT remote_id FROM events
        WHERE provider = ? AND is_taken = 0 AND remote_id IN (SELECT value FROM json_each(?))
        """,
        (provider, to_json_list(remote_ids)),
    )
    found = {row["remote_id"] for row in rows}
    return tuple(remote_id for remote_id in dict.fromkeys(remote_ids) if remote_id in found)


def take_untaken(connection: sqlite3.Connection, provider: str, remote_ids: Sequence[str]) -> tuple[str, ...]:
    """See `Ledger.take_events`."""
    found = read_untaken(connection, provider, remote_ids)
    connection.execute(
        """
        UPDATE events SET is_taken = 1
        WHERE provider = ? AND remote_id IN (SELECT value FROM json_each(?))
        """,
        (provider, to_json_list(found)),
    )
    return found
