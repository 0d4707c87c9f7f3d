"""Wakes whoever waits for a job when its service has called: events come through the ledger's inbox.

The receiver may be another process; all that is shared is the ledger.
"""

import asyncio
import logging

from docferry.errors import DocferryError
from docferry.provider.books import Books
from docferry.provider.clock import Clock

__all__ = ["LOOK_SECONDS", "Inbox"]

LOOK_SECONDS = 0.5
"""How often to look for events, while somebody waits for one."""

logger = logging.getLogger("docferry.provider")

_Turn = asyncio.Future[None]


class Inbox:
    """Sleeps that end early when an event came. Use it on the engine loop only.

    One look at the ledger serves everybody who waits.

    Args:
        books: The ledger.
        clock: What to wait with.
    """

    def __init__(self, *, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock
        self._waiting: dict[tuple[str, str], list[_Turn]] = {}
        self._looker: asyncio.Task[None] | None = None

    async def sleep(self, provider: str, remote_id: str, seconds: float) -> bool:
        """Wait that long, or until there is an event about the job that nobody was woken by before.

        Args:
            provider: Name of the provider.
            remote_id: The service's id of the job, or of the batch it is in.
            seconds: How long at most.

        Returns:
            Whether there was such an event.
        """
        key = (provider, remote_id)
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(turn)
        if self._looker is None or self._looker.done():
            self._looker = asyncio.create_task(self._look())
        timer = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({turn, timer}, return_when=asyncio.FIRST_COMPLETED)
            return turn.done()
        finally:
            timer.cancel()
            self._leave(key, turn)

    async def _look(self) -> None:
        while self._waiting:
            for provider in {provider for provider, _ in self._waiting}:
                await self._wake(provider)
            await self._clock.sleep(LOOK_SECONDS)

    async def _wake(self, provider: str) -> None:
        wanted = [remote_id for name, remote_id in self._waiting if name == provider]
        try:
            found = await self._books.do(self._books.ledger.take_events, provider, wanted)
        except DocferryError as error:
            # Polls go on, if rarely; a later look may succeed.
            logger.warning("events of provider %s cannot be read: %s", provider, error)
            return
        for remote_id in found:
            for turn in self._waiting.get((provider, remote_id), ()):
                if not turn.done():
                    turn.set_result(None)

    def _leave(self, key: tuple[str, str], turn: _Turn) -> None:
        turns = self._waiting[key]
        turns.remove(turn)
        if not turns:
            del self._waiting[key]
