"""What a plugin is handed for one parse."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import anyio.to_thread

from docferry.model import ProgressEvent, ProgressPhase, ProviderInfo
from docferry.sources import Source, SourceFile

__all__ = ["ParseContext"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseContext:
    """The host's services for one call of `docferry_parse`.

    Args:
        info: The provider's own card.
        opener: Opens a source and checks it against the card; `open` is the way to call it.
        listener: Receives progress events on the engine's thread.
    """

    info: ProviderInfo
    opener: Callable[[Source], AbstractAsyncContextManager[SourceFile]] = field(repr=False)
    listener: Callable[[ProgressEvent], None] = field(repr=False)

    def open(self, source: Source) -> AbstractAsyncContextManager[SourceFile]:
        """Bring the bytes of a source to this machine: `async with context.open(source) as file`.

        The file is there until the block ends. It is not empty, of a media type the provider reads, and
        within the limits of the provider's card.

        Raises:
            SourceError: On entering the block; the class says why.
        """
        return self.opener(source)

    def report(self, source: Source, *, pages_done: int, pages_total: int | None) -> None:
        """Tell how many of the pages of this source are parsed."""
        self.listener(
            ProgressEvent(
                source=source.name,
                phase=ProgressPhase.PARSING,
                pages_done=pages_done,
                pages_total=pages_total,
            )
        )

    async def run_in_thread(
        self, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Run blocking or CPU work in a worker thread. A cancelled caller does not wait for its end."""
        return await anyio.to_thread.run_sync(lambda: work(*args, **kwargs), abandon_on_cancel=True)
