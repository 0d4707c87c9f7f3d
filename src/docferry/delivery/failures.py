"""What failed sources mean to the stream that a framework reads."""

import logging
from typing import TYPE_CHECKING

from docferry.ingest import OnError, Outcome

if TYPE_CHECKING:
    from docferry.errors import DocferryError

__all__ = ["FailurePolicy"]


class FailurePolicy:
    """What the failed sources of one run mean to the stream a framework reads.

    Raise: never asked, because the run itself raises. Skip: the source is logged and left out. Collect: every
    good source is delivered, then `raise_collected` raises the errors as one group.
    """

    def __init__(self, *, on_error: OnError, logger: logging.Logger) -> None:
        self._on_error = on_error
        self._logger = logger
        self._errors: list[DocferryError] = []

    def delivers(self, outcome: Outcome) -> bool:
        """Whether to hand on an outcome; what a reader should know of it goes to the log."""
        if outcome.document is not None:
            for warning in outcome.document.warnings:
                self._logger.warning("%s: %s", outcome.source, warning.message)
            return True
        if outcome.error is not None and self._on_error is OnError.COLLECT:
            self._errors.append(outcome.error)
        else:
            self._logger.warning("left out a source that failed: %s", outcome.error)
        return False

    def raise_collected(self) -> None:
        """End the stream with the collected errors, if there are any.

        Raises:
            ExceptionGroup: Holds the DocferryError of each failed source, in order.
        """
        if self._errors:
            names = ", ".join(error.source for error in self._errors)
            raise ExceptionGroup(f"{len(self._errors)} of the sources failed: {names}", self._errors)
