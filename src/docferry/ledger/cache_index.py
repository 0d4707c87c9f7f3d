"""The index of a cache folder, made anew when it is damaged: what it says stands in the manifests too."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from docferry.errors import ConfigurationError
from docferry.ledger import payload_index
from docferry.ledger.database import Database
from docferry.ledger.manifests import ManifestFolder
from docferry.ledger.schema import PAYLOAD_SCHEMA, REPAIR_SCHEMA, Schema
from docferry.ledger.trouble import Advice, Trouble, trouble_of

__all__ = ["BUSY_SECONDS", "CacheIndex", "Work"]

logger = logging.getLogger("docferry.ledger")

# Another process deletes files within its transaction, many of them when the cap was lowered.
BUSY_SECONDS = 30.0

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]


class CacheIndex:
    """The file `index.sqlite3` of a cache folder. Use it from any thread and process.

    Args:
        folder: The cache folder.
        manifests: What the index is made anew from.
        advice: The next steps for a person when it cannot be used.
        busy_seconds: How long to wait while another process writes.

    Raises:
        ConfigurationError: The index cannot be made, read or written, is some other program's, or was written
            by a newer docferry. A damaged one is no error.
    """

    def __init__(
        self, folder: Path, *, manifests: ManifestFolder, advice: Advice, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self._path = folder / "index.sqlite3"
        self._manifests = manifests
        self._advice = advice
        self._busy_seconds = busy_seconds
        self._inode: int | None = None
        try:
            self._database = self._open()
        except ConfigurationError as error:
            self._repair(error)
            self._database = self._open()

    def transact(self, work: Work[Result], *, is_durable: bool = True) -> Result:
        """Do something within one transaction; once more when the index turns out to be damaged.

        Args:
            work: What to do; the second time it must not mind what the first left in the folder.
            is_durable: As for `Database.transaction`.
        """
        try:
            return self._attempt(work, is_durable=is_durable)
        except ConfigurationError as error:
            self._database.close()
            self._repair(error)
        return self._attempt(work, is_durable=is_durable)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._database.close()

    def adopt(self, connection: sqlite3.Connection) -> None:
        """Enter the payloads that only the manifests know.

        A process that held the index open while another one put it aside may have saved some.
        """
        for manifest in self._manifests.others(payload_index.list_keys(connection)):
            payload_index.insert_payload(
                connection, manifest.payload_key, manifest.payload, now=manifest.saved_at
            )

    def _attempt(self, work: Work[Result], *, is_durable: bool) -> Result:
        if _inode(self._path) != self._inode:  # another process put the one that is open aside
            self._database.close()
        with self._database.transaction(is_durable=is_durable) as connection:
            return work(connection)

    def _open(self) -> Database:
        return self._database_at(self._path, PAYLOAD_SCHEMA, on_open=self._fill)

    def _database_at(self, path: Path, schema: Schema, *, on_open: Work[None] | None = None) -> Database:
        return Database(
            path, schema=schema, advice=self._advice, busy_seconds=self._busy_seconds, on_open=on_open
        )

    def _fill(self, connection: sqlite3.Connection) -> None:
        """Enter what the manifests know into an index that is empty.

        Whoever opens it does so before anything else, because bytes that no index knows are swept away.
        """
        self._inode = _inode(self._path)
        payload_index.check_tables(connection)
        payload_count, _size_bytes = payload_index.count_payloads(connection)
        if not payload_count:
            self.adopt(connection)

    def _repair(self, error: ConfigurationError) -> None:
        """Put a damaged index aside. Of processes that find the damage at once, one does, and others wait.

        Raises:
            ConfigurationError: The error, when it does not tell of damage.
        """
        is_damaged = trouble_of(error) is Trouble.DAMAGED
        if not (is_damaged or _may_be_on_the_move(error)):
            raise error
        aside = self._path.with_name(f"index.damaged-{time.time_ns()}.sqlite3")
        gate = self._database_at(self._path.with_name("repair.sqlite3"), REPAIR_SCHEMA)
        with contextlib.closing(gate), gate.transaction(is_durable=False):
            if self._is_sound():
                return
            if not is_damaged:
                raise error
            # The log first: SQLite would take it for that of a new file in the old one's place.
            for end in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    self._path.with_name(f"{self._path.name}{end}").replace(f"{aside}{end}")
            self._open().close()
        logger.warning(
            "the index of the payload cache %s was damaged; it is now %s, and a new index was made of the "
            "results that are in the folder",
            self._path.parent,
            aside.name,
        )

    def _is_sound(self) -> bool:
        try:
            database = self._database_at(self._path, PAYLOAD_SCHEMA)
            with contextlib.closing(database), database.reading() as connection:
                payload_index.check_tables(connection)
                (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except ConfigurationError as error:
            if trouble_of(error) is Trouble.DAMAGED:
                return False
            raise
        return verdict == "ok"


def _may_be_on_the_move(error: ConfigurationError) -> bool:
    """Whether another process may just be putting the file aside: SQLite then cannot read what it opened."""
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
