"""Why a file of SQLite cannot be used, in words, and what a person does about it. Pure."""

import sqlite3
from dataclasses import dataclass
from enum import Enum, auto

from docferry.errors import ConfigurationError

__all__ = ["Advice", "Trouble", "describe_trouble", "trouble_of"]


class Trouble(Enum):
    """What a file suffers from, as far as the remedies differ."""

    LOCKED = auto()  # by another process, for now
    DAMAGED = auto()
    READ_ONLY = auto()
    DISK = auto()  # full, or failing
    OTHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The next step for a person, an imperative clause for each trouble.

    Args:
        usual: For what has no step of its own.
        damaged: For a damaged file; empty for the usual step.
        newer: For a file that a newer docferry wrote; empty for the usual step.
        disk: For a full disk; empty for the usual step.
        locked: For a file that another process has locked.
    """

    usual: str
    damaged: str = ""
    newer: str = ""
    disk: str = ""
    locked: str = "try again, or end the process that has it open"

    def against(self, trouble: Trouble) -> str:
        """The step against that trouble."""
        own = {Trouble.LOCKED: self.locked, Trouble.DAMAGED: self.damaged, Trouble.DISK: self.disk}
        return own.get(trouble, "") or self.usual


_CODES = {
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_FULL: Trouble.DISK,
    sqlite3.SQLITE_IOERR: Trouble.DISK,
}


def trouble_of(error: BaseException | None) -> Trouble:
    """What an error tells of: one of SQLite, or the ConfigurationError that was raised from it."""
    if isinstance(error, ConfigurationError):
        error = error.__cause__
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return Trouble.OTHER
    if code == sqlite3.SQLITE_IOERR_SHORT_READ:
        return Trouble.DAMAGED  # somebody cut it while it was open
    if code == sqlite3.SQLITE_ERROR and str(error).startswith("no such"):
        return Trouble.DAMAGED  # a table or a column is missing that its version has
    return _CODES.get(code & 0xFF, Trouble.OTHER)


def describe_trouble(error: sqlite3.Error, *, busy_seconds: float) -> str:
    """Why the file cannot be used, a clause that follows a colon.

    Args:
        error: What SQLite raised.
        busy_seconds: How long a lock was waited for.
    """
    trouble = trouble_of(error)
    if trouble is Trouble.LOCKED:
        return f"another process kept it locked for {busy_seconds:g} seconds"
    if trouble is Trouble.DAMAGED:
        return f"it is damaged or not a database ({error})"
    if trouble is Trouble.READ_ONLY:
        return "it cannot be written"
    if trouble is Trouble.DISK:
        return f"the disk is full or failing ({error})"
    return str(error)
