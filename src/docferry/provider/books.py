"""The ledger and the payload cache as the engine uses them: off the loop, each one call at a time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import BinaryIO, ParamSpec, TypeVar

from docferry.ledger import BlobWriter, JobRecord, Ledger, PayloadStore, SqliteLedger, open_store
from docferry.model import Payload, PayloadPart
from docferry.provider.exchange import Keep, PartCheck, Response
from docferry.provider.lane import Lane
from docferry.provider.owners import name_process
from docferry.provider.payload_reader import PayloadReader
from docferry.provider.transport import Sink

__all__ = ["Books", "PayloadCollector"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Books:
    """A ledger and a payload store, each with a thread that works on it.

    Two threads, because a heartbeat must not wait until a large payload is on the disk.

    Args:
        ledger: The ledger.
        store: The payload store.
    """

    def __init__(self, *, ledger: Ledger, store: PayloadStore) -> None:
        self.ledger = ledger
        self.store = store
        self.owner = name_process()
        self._ledger_lane = Lane(name="docferry-ledger")
        self._store_lane = Lane(name="docferry-payloads")

    @classmethod
    async def open(cls, ledger: str, cache: str) -> "Books":
        """Open both in a worker thread: another process may keep them locked for a while.

        Args:
            ledger: Path of the ledger, or ":memory:".
            cache: Folder of the payload store, or ":memory:".

        Raises:
            ConfigurationError: The ledger cannot be used, or the payload store is locked.
        """
        return await asyncio.to_thread(lambda: cls(ledger=SqliteLedger(ledger), store=open_store(cache)))

    async def do(
        self, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Call a method of the ledger in its thread. Once begun it is not abandoned."""
        return await _queued(self._ledger_lane, partial(work, *args, **kwargs))

    async def handle(
        self, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Call a method of the payload store in its thread. Once begun it is not abandoned."""
        return await _queued(self._store_lane, partial(work, *args, **kwargs))

    async def aclose(self) -> None:
        """Close the files and let the threads end."""
        await self.do(self.ledger.close)
        await self.handle(self.store.close)
        self._ledger_lane.close()
        self._store_lane.close()

    @asynccontextmanager
    async def held(
        self, acquire: Callable[[], Result], release: Callable[[Result], object]
    ) -> AsyncGenerator[Result]:
        """Have something of the payload store while the block runs; never left over, however it ends.

        Args:
            acquire: Called in the store's thread.
            release: Called there with what came of it.
        """
        things: list[Result] = []  # a cancelled await does not return what the call brought

        def get() -> None:
            things.append(acquire())

        try:
            await self.handle(get)
            yield things[0]
        finally:
            for thing in things:
                await self.handle(release, thing)

    def reader(self, payload: Payload) -> PayloadReader:
        """Access to a payload's bytes."""

        def open_part(name: str) -> BinaryIO:
            part = payload.part(name)
            if part is None:
                raise KeyError(name)
            return self.store.open(part)

        return PayloadReader(payload=payload, opener=open_part)


class PayloadCollector:
    """Saves the parts of one payload into the store.

    Args:
        books: Where the bytes go.
    """

    def __init__(self, *, books: Books) -> None:
        self._books = books
        self._parts: dict[str, PayloadPart] = {}

    @property
    def payload(self) -> Payload:
        """What was saved so far."""
        return Payload(parts=tuple(self._parts.values()))

    async def save(self, record: JobRecord, *, now: float) -> Payload:
        """Enter what was saved as the payload of a job, which is then FETCHED."""
        payload = self.payload
        await self._books.handle(self._books.store.save, record.payload_key, payload)
        await self._books.do(self._books.ledger.record_payload, record.id, payload, now=now)
        return payload

    async def keep(self, part: Keep) -> None:
        """Save bytes at hand."""

        def save() -> PayloadPart:
            with self._books.store.writer(part.name, part.media_type) as writer:
                writer.write(part.data)
            return writer.part

        self._parts[part.name] = await self._books.handle(save)

    async def stream(
        self, name: str, send: Callable[[Sink], Awaitable[Response]], *, check: PartCheck | None = None
    ) -> Response:
        """Save what `send` writes into the sink, if its response is a success.

        Raises:
            InvalidResponseError: It does not pass the check; it is not saved.
        """
        store = self._books.store
        async with self._books.held(lambda: store.writer(name, ""), BlobWriter.discard) as writer:

            async def sink(data: bytes) -> None:
                await self._books.handle(writer.write, data)

            response = await send(sink)
            if response.is_success and check is not None:
                await self._books.handle(writer.check, check)
            if response.is_success:
                writer.media_type = response.headers.get("content-type", "").partition(";")[0].strip()
                self._parts[name] = await self._books.handle(writer.finish)
            return response


async def _queued(lane: Lane, call: Callable[[], Result]) -> Result:
    """Await to the end however often cancelled meanwhile: a write to the ledger is not left half known."""
    task = asyncio.wrap_future(lane.submit(call))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        raise
