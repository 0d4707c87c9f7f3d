"""The bounded stream between the producer and one reader."""

import asyncio

from docferry.ingest.outcome import Outcome

__all__ = ["OutcomeStream"]


class OutcomeStream:
    """Outcomes in order, then an end that stays: what is received after the end is the end again.

    Make and use it on the engine loop only.

    Args:
        capacity: Outcomes that may wait for the reader.
    """

    def __init__(self, *, capacity: int = 1) -> None:
        self._slots = asyncio.Semaphore(capacity)
        self._items: asyncio.Queue[Outcome | _End] = asyncio.Queue()

    async def send(self, outcome: Outcome) -> None:
        """Hand over an outcome; waits while the reader is behind."""
        await self._slots.acquire()
        self._items.put_nowait(outcome)

    def end(self, error: BaseException | None = None) -> None:
        """End the stream, with the error that the reader shall see, if any."""
        self._items.put_nowait(_End(error))

    async def receive(self) -> Outcome | None:
        """The next outcome, or None at the end.

        Raises:
            BaseException: The error that ended the stream, once; after that the stream has ended.
        """
        item = await self._items.get()
        if isinstance(item, _End):
            self.end()
            if item.error is not None:
                raise item.error
            return None
        self._slots.release()
        return item


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error
