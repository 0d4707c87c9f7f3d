"""One SQLite file: opened once per process, shared by its threads, safe across forks and processes.

Nothing here knows what is in the file. SQLite's errors end here.
"""

import contextlib
import os
import sqlite3
import stat
import threading
import weakref
from collections.abc import Callable, Generator
from pathlib import Path

from docferry.errors import ConfigurationError
from docferry.ledger.schema import Schema, migrate
from docferry.ledger.transaction import immediate
from docferry.ledger.trouble import Advice, describe_trouble, trouble_of

__all__ = ["MEMORY", "Database"]

MEMORY = Path(":memory:")
# How long a process waits for another one's write: long enough for any disk, and short beside the engine's
# leases, so that one heartbeat that fails is followed by others in time.
BUSY_SECONDS = 5.0
WAL_ATTEMPTS = 100
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
OWNER_ONLY = 0o700


class Database:
    """A SQLite file in WAL mode that only its owner may read.

    One connection serves all threads, one at a time. The file and its folder are made when they are missing.

    Args:
        path: Where it is; `MEMORY` for a database that ends with the object.
        schema: What is in it.
        advice: The next steps for a person when the file cannot be used.
        busy_seconds: How long to wait while another process writes.
        on_open: Called within a transaction whenever the file was opened, before anything else is done.

    Raises:
        ConfigurationError: It cannot be made, read or written, is damaged, is some other program's, or was
            written by a newer docferry.
    """

    def __init__(
        self,
        path: Path,
        *,
        schema: Schema,
        advice: Advice,
        busy_seconds: float = BUSY_SECONDS,
        on_open: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        self.path = path
        self._schema = schema
        self._advice = advice
        self._busy_seconds = busy_seconds
        self._on_open = on_open
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._is_durable: bool | None = None
        with self._guard():
            self._connect()
        with _fork_lock:
            _open_databases.add(self)

    @contextlib.contextmanager
    def transaction(self, *, is_durable: bool = True) -> Generator[sqlite3.Connection]:
        """Everything in the block happens at once or not at all, with all other writers kept out.

        Args:
            is_durable: Whether it must outlive a power cut from the moment the block ends. Otherwise it
                outlives a crash of the process only, which is much faster.
        """
        with self._guard():
            connection = self._connect()
            if is_durable is not self._is_durable:
                # A connection's setting, and one that cannot change within a transaction.
                connection.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
                self._is_durable = is_durable
            with immediate(connection):
                yield connection

    @contextlib.contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """For a single query; several need a transaction to see one state."""
        with self._guard():
            yield self._connect()

    def close(self) -> None:
        """Close the file; the next use opens it again. A database in memory is gone."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    @contextlib.contextmanager
    def _guard(self) -> Generator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError):
                raise  # docferry's own mistake, not the file's
            except sqlite3.Error as error:
                reason = describe_trouble(error, busy_seconds=self._busy_seconds)
                next_step = self._advice.against(trouble_of(error))
                raise self._failure(reason, next_step=next_step) from error

    def _failure(self, reason: str, *, next_step: str = "") -> ConfigurationError:
        return ConfigurationError(
            f"the {self._schema.name} {self.path} cannot be used: {reason}",
            next_step=next_step or self._advice.usual,
        )

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        if self.path != MEMORY:
            self._make_file()
        connection = sqlite3.connect(
            self.path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        with contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            self._prepare(connection)
            stack.pop_all()
        self._connection, self._is_durable = connection, None
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        refusal = migrate(connection, self._schema)
        if refusal:
            raise self._failure(
                refusal.reason, next_step=self._advice.newer if refusal.is_newer else self._advice.usual
            )
        self._make_private()
        _switch_to_wal(connection)
        if self._on_open is not None:
            with immediate(connection):
                self._on_open(connection)

    def _make_file(self) -> None:
        # SQLite gives its side files the mode of the main file, so the main file is made first, and private.
        try:
            self.path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))
        except (FileExistsError, NotADirectoryError) as error:
            raise self._failure(f"there is a file in the place of the folder {self.path.parent}") from error
        except OSError as error:
            raise self._failure(error.strerror or type(error).__name__) from error

    def _make_private(self) -> None:
        # Called once the file is known to be ours: the mode of a stranger's file is the stranger's business.
        for path in (self.path, *(self.path.with_name(self.path.name + end) for end in ("-wal", "-shm"))):
            with contextlib.suppress(OSError):  # not there, or another user's; SQLite has the last word
                mode = stat.S_IMODE(path.stat().st_mode)
                if mode & ~OWNER_ONLY:
                    path.chmod(mode & OWNER_ONLY)

    def before_fork(self) -> None:
        """Close the file, because a connection must not live on both sides of a fork.

        SQLite's locks belong to a process: a child that went on with the parent's files would hold none, and
        the parent, taking itself for the last user, would delete the log that the child writes to.
        """
        self._lock.acquire()
        if self.path != MEMORY:
            self.close()

    def after_fork_in_parent(self) -> None:
        """Let the threads go on; the next use opens the file again."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """Start afresh, whatever the state of the parent's threads was. A database in memory was copied."""
        self._lock = threading.RLock()
        if self._connection is not None and self.path != MEMORY:
            # Only after a fork that did not announce itself. Closing would harm the parent's file.
            _abandoned_connections.append(self._connection)
            self._connection = None


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # Two processes that switch a new file at once would deadlock, so SQLite refuses one of them without
    # waiting. Writing waits as usual; after the other's switch this one finds nothing left to do.
    for _attempt in range(WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            with immediate(connection):
                pass
        else:
            return


_open_databases: "weakref.WeakSet[Database]" = weakref.WeakSet()
_abandoned_connections: list[sqlite3.Connection] = []
_forking: list[Database] = []
_fork_lock = threading.Lock()


def _before_fork() -> None:
    _fork_lock.acquire()
    _forking.extend(_open_databases)
    for database in _forking:
        database.before_fork()


def _after_fork_in_parent() -> None:
    for database in _forking:
        database.after_fork_in_parent()
    _forking.clear()
    _fork_lock.release()


def _after_fork_in_child() -> None:
    global _fork_lock  # noqa: PLW0603 - the parent's lock may be held by a thread that is not here
    _fork_lock = threading.Lock()
    _forking.clear()
    for database in list(_open_databases):
        database.after_fork_in_child()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )
