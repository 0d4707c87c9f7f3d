"""What the library logs and a person at the command line should know, kept until it can be told."""

import logging
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["Notices"]

TOLD_LOGGERS = ("docferry.ledger",)
"""Of these rooms, whose warnings are about the user's files, and come with no error and no document."""


class Notices(logging.Handler):
    """Collects warnings on whatever thread they are logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._messages: deque[str] = deque()

    @contextmanager
    def collected(self) -> Generator[None]:
        """Collect until the block ends."""
        loggers = [logging.getLogger(name) for name in TOLD_LOGGERS]
        for logger in loggers:
            logger.addHandler(self)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self._messages.append(record.getMessage())

    def take(self) -> tuple[str, ...]:
        """Those that were not taken yet, in order."""
        taken: list[str] = []
        while self._messages:
            taken.append(self._messages.popleft())
        return tuple(taken)
