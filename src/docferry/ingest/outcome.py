"""What became of each source, and of the run."""

from dataclasses import dataclass, field
from enum import StrEnum

from docferry.chunking import Chunk
from docferry.errors import DocferryError, InvalidOptionsError
from docferry.model import Document

__all__ = ["OnError", "Outcome", "Report", "read_on_error"]


class OnError(StrEnum):
    """What a failed source does to the run."""

    RAISE = "raise"  # its error is raised in its place, and the run ends
    SKIP = "skip"  # it is left out; the report names it
    COLLECT = "collect"  # its outcome is delivered in its place, with the error in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one source: a document and its chunks, or an error.

    Args:
        source: Name of the source.
        document: The parsed document; None on failure.
        chunks: Its chunks in reading order; empty on failure, and for a document without text.
        error: Why there is no document; None on success.
    """

    source: str
    document: Document | None = None
    chunks: tuple[Chunk, ...] = ()
    error: DocferryError | None = None

    @property
    def is_success(self) -> bool:
        """Whether there is a document."""
        return self.error is None


@dataclass(slots=True, kw_only=True)
class Report:
    """Figures of a run, complete once the run has ended. The only thing of a run that changes.

    Args:
        succeeded: Names of the sources parsed, in order.
        failed: The outcomes that hold an error, in order.
        page_count: Pages of all documents.
        chunk_count: Chunks of all documents.
        is_complete: Whether the run came to its end, so that every source was tried.
    """

    succeeded: list[str] = field(default_factory=list[str])
    failed: list[Outcome] = field(default_factory=list[Outcome])
    page_count: int = 0
    chunk_count: int = 0
    is_complete: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.document is None:
            self.failed.append(outcome)
            return
        self.succeeded.append(outcome.source)
        self.page_count += len(outcome.document.pages)
        self.chunk_count += len(outcome.chunks)


def read_on_error(value: OnError | str) -> OnError:
    """What a failed source does to a run.

    Raises:
        InvalidOptionsError: It is another word.
    """
    try:
        return OnError(value)
    except ValueError as error:
        raise InvalidOptionsError(f"on_error is '{value}'", next_step="use raise, skip or collect") from error
