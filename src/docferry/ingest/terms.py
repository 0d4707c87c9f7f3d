"""What is the same for all sources of a run, checked before the first one is touched."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from docferry.chunking import ChunkSettings, load_tokenizer
from docferry.errors import InvalidOptionsError
from docferry.ingest.outcome import OnError, read_on_error
from docferry.model import ProgressEvent

__all__ = ["DEFAULT_CHUNKING", "RunTerms", "ignore"]

DEFAULT_CHUNKING = ChunkSettings()


def ignore(_event: ProgressEvent) -> None:
    """The listener of a run that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTerms:
    """What is the same for all sources of a run, wherever their documents come from.

    Args:
        chunking: How documents are cut; None for documents only.
        on_error: What a failed source does to the run.
        look_ahead: Sources worked on ahead of the reader.
        listener: Receives progress events.
    """

    chunking: ChunkSettings | None
    on_error: OnError
    look_ahead: int
    listener: Callable[[ProgressEvent], None] = ignore

    @classmethod
    def read(
        cls,
        *,
        chunking: ChunkSettings | None,
        on_error: OnError | str,
        look_ahead: int,
        on_progress: Callable[[ProgressEvent], None] | None,
    ) -> Self:
        """The terms as a caller gives them.

        Raises:
            InvalidOptionsError: on_error is another word, look_ahead is negative, or there is no such
                encoding.
            TokenizerUnavailableError: The encoding's vocabulary is not to be had.
        """
        if look_ahead < 0:
            raise InvalidOptionsError(f"look_ahead is {look_ahead}", next_step="use 0 or more")
        if chunking is not None:
            load_tokenizer(chunking.encoding)  # a wrong encoding is one error now, not one for each source
        return cls(
            chunking=chunking,
            on_error=read_on_error(on_error),
            look_ahead=look_ahead,
            listener=on_progress or ignore,
        )
