"""A source that several tasks need opened: whoever is cancelled first must not close it for the others."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from docferry.sources import SourceFile

__all__ = ["Custody"]


class Custody:
    """An opened source that is closed when the last task has let go of it. Use it on the engine loop only.

    Args:
        opened: What opens and closes the source; each is done once.
    """

    def __init__(self, opened: AbstractAsyncContextManager[SourceFile]) -> None:
        self._opened = opened
        self._holders = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[SourceFile]:
        """Open the source, and hold it until the block ends."""
        file = await self._opened.__aenter__()
        self.take()
        try:
            yield file
        finally:
            await self.release()

    def take(self) -> None:
        """Hold the source, which somebody holds already; `release` it later."""
        self._holders += 1

    async def release(self) -> None:
        """Let go of the source."""
        self._holders -= 1
        if not self._holders:
            await self._opened.__aexit__(None, None, None)
