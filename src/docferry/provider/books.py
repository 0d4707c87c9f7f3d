"""The ledger and the payload cache as the engine uses them: off the loop, each one call at a time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
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

SMALL_BYTES = 64 * 1024
"""Parts of that size may wait in memory for the end of a fetch."""

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
        return await self._ledger_lane.call(partial(work, *args, **kwargs))

    async def handle(
        self, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Call a method of the payload store in its thread. Once begun it is not abandoned."""
        return await self._store_lane.call(partial(work, *args, **kwargs))

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

    What is small waits in memory for its whole, because each way to the store's thread and back costs.

    Args:
        books: Where the bytes go.
    """

    def __init__(self, *, books: Books) -> None:
        self._books = books
        self._parts: dict[str, PayloadPart | Keep] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was kept so far."""
        return not self._parts

    async def save(self, record: JobRecord, *, now: float) -> Payload:
        """Enter what was kept as the payload of a job, which is then FETCHED."""
        payload = await self._books.handle(self._save, record.payload_key)
        await self._books.do(self._books.ledger.record_payload, record.id, payload, now=now)
        return payload

    async def keep(self, part: Keep) -> None:
        """Keep bytes at hand: a few of them until they are written with the rest."""
        is_small = len(part.data) <= SMALL_BYTES
        self._parts[part.name] = (
            part
            if is_small
            else await self._books.handle(
                _written, self._books.store, part.name, part.media_type, (part.data,)
            )
        )

    async def stream(
        self, name: str, send: Callable[[Sink], Awaitable[Response]], *, check: PartCheck | None = None
    ) -> Response:
        """Save what `send` writes into the sink, if its response is a success.

        Raises:
            InvalidResponseError: It does not pass the check; it is not saved.
        """
        async with AsyncExitStack() as stack:
            body = _Body(books=self._books, name=name, stack=stack)
            response = await send(body.take)
            if response.is_success:
                media_type = response.headers.get("content-type", "").partition(";")[0].strip()
                self._parts[name] = await body.finish(media_type, check)
            return response

    def _save(self, payload_key: str) -> Payload:
        store = self._books.store
        with ExitStack() as stack:
            sealed = {
                name: _sealed(store, part, stack)
                for name, part in self._parts.items()
                if isinstance(part, Keep)
            }
            parts = (
                sealed[name].part if isinstance(part, Keep) else part for name, part in self._parts.items()
            )
            payload = Payload(parts=tuple(parts))
            store.save(payload_key, payload, sealed=tuple(sealed.values()))
            return payload


@dataclass(slots=True, kw_only=True)
class _Body:
    """A body on its way into the store: its first group of parts waits for a second one, or for the end."""

    books: Books
    name: str
    stack: AsyncExitStack
    _first: Sequence[bytes] = ()
    _writer: BlobWriter | None = None

    async def take(self, parts: Sequence[bytes]) -> None:
        if self._writer is None and not self._first:
            self._first = parts
            return
        writer = await self._opened()
        await self.books.handle(writer.write, *parts)

    async def finish(self, media_type: str, check: PartCheck | None) -> PayloadPart:
        if self._writer is None:
            store = self.books.store
            return await self.books.handle(_written, store, self.name, media_type, self._first, check)
        if check is not None:
            await self.books.handle(self._writer.check, check)
        self._writer.media_type = media_type
        return await self.books.handle(self._writer.finish)

    async def _opened(self) -> BlobWriter:
        if self._writer is None:
            opening = self.books.held(lambda: self.books.store.writer(self.name, ""), BlobWriter.discard)
            self._writer = await self.stack.enter_async_context(opening)
            await self.books.handle(self._writer.write, *self._first)
            self._first = ()
        return self._writer


def _sealed(store: PayloadStore, part: Keep, stack: ExitStack) -> BlobWriter:
    writer = stack.enter_context(store.writer(part.name, part.media_type))
    writer.write(part.data)
    writer.seal()
    return writer


def _written(
    store: PayloadStore, name: str, media_type: str, data: Sequence[bytes], check: PartCheck | None = None
) -> PayloadPart:
    with store.writer(name, media_type) as writer:
        writer.write(*data)
        if check is not None:
            writer.check(check)
    return writer.part
