"""Changes of a SQLite file that happen at once or not at all."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["immediate"]


@contextmanager
def immediate(connection: sqlite3.Connection) -> Generator[None]:
    """Everything in the block happens at once or not at all, with all other writers kept out from its start.

    Args:
        connection: In autocommit mode, and in no transaction.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:  # it failed, and SQLite has not rolled back by itself
            connection.execute("ROLLBACK")
