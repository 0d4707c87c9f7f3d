"""One HTTP/1.1 connection: bytes by asyncio, their grammar by h11, troubles as httpx's errors."""

import asyncio
import select
import socket
from collections import deque
from collections.abc import AsyncIterable, Callable
from typing import cast

import h11
import httpx

__all__ = ["Connection"]

MOST_UNREAD_BYTES = 1024 * 1024
"""With more at hand the peer is kept waiting, so that memory does not grow with a body."""

WORTHWHILE_BYTES = 256 * 1024
"""A body of known length is read when so much of it came, or its rest: every look at it costs the same."""

MOST_UNSENT_BYTES = 256 * 1024
MAX_HEAD_BYTES = 100 * 1024


class Connection(asyncio.Protocol):
    """A connection that carries one exchange after the other. Use it on one loop only."""

    def __init__(self) -> None:
        self._grammar = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._transport: asyncio.Transport | None = None
        self._unread: deque[bytes] = deque()
        self._n_unread = 0
        self._n_left = 0  # bytes of the body that h11 has not seen, as far as its length is known
        self._n_awaited = 1
        self._heard_at = 0.0
        self._is_held_up = False
        self._has_ended = False
        self._trouble: Exception | None = None
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None

    @property
    def is_reusable(self) -> bool:
        """Whether another exchange may begin: the last one is over, and nothing was heard since."""
        is_idle = self._grammar.our_state is h11.IDLE and self._grammar.their_state is h11.IDLE
        is_silent = not self._unread and not self._grammar.trailing_data[0]
        return is_idle and is_silent and not self._has_ended

    def has_news(self) -> bool:
        """Whether something came, such as the server's farewell, that the loop has not seen yet."""
        return self._transport is None or _is_readable(self._transport.get_extra_info("socket"))

    def finish(self) -> None:
        """End the exchange: make ready for another one where it is over."""
        if self._grammar.our_state is h11.DONE and self._grammar.their_state is h11.DONE:
            self._grammar.start_next_cycle()

    def close(self) -> None:
        """Close it, whatever is under way: what was not sent is not sent any more."""
        self._has_ended = True
        if self._transport is not None:
            self._transport.abort()

    async def send(self, request: httpx.Request) -> None:
        """Send a request, head and body.

        A server may answer and close before it has read everything; the answer is then there to be read.

        Raises:
            httpx.WriteTimeout: The server takes nothing any more.
            httpx.LocalProtocolError: The body is not of the length that the head says.
        """
        self._n_left = 0
        seconds = _seconds(request, "write")
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        await self._write(self._told(lambda: self._grammar.send(head)), seconds)
        async for part in cast("AsyncIterable[bytes]", request.stream):
            await self._write(self._told(lambda data=part: self._grammar.send(h11.Data(data=data))), seconds)
        await self._write(self._told(lambda: self._grammar.send(h11.EndOfMessage())), seconds)

    async def receive_head(self, request: httpx.Request) -> h11.Response:
        """The status and the headers of the answer.

        Raises:
            httpx.ReadTimeout: The server is silent.
            httpx.ReadError: The connection broke.
            httpx.RemoteProtocolError: It was closed without an answer, or the answer is not HTTP.
        """
        while True:
            event = await self._next_event(_seconds(request, "read"))
            if isinstance(event, h11.Response):
                self._n_left = _length(event)
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise httpx.RemoteProtocolError("the server answered with something else than a response")

    async def receive_part(self, request: httpx.Request) -> bytes:
        """The next bytes of the body; none at its end.

        Raises:
            httpx.HTTPError: As for the head, also where the body breaks off.
        """
        event = await self._next_event(_seconds(request, "read"))
        if not isinstance(event, h11.Data):
            return b""
        self._n_left -= len(event.data)
        return bytes(event.data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(MOST_UNSENT_BYTES)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._unread.append(data)
        self._n_unread += len(data)
        self._heard_at = asyncio.get_running_loop().time()
        if self._n_unread > MOST_UNREAD_BYTES and not self._is_held_up and self._transport is not None:
            self._is_held_up = True
            self._transport.pause_reading()
        if self._n_unread >= self._n_awaited:
            _settle(self._news)

    def eof_received(self) -> bool:
        """See asyncio.Protocol: the server says no more, and the connection is closed."""
        self._has_ended = True
        _settle(self._news)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._has_ended = True
        self._trouble = exc
        _settle(self._news)
        _settle(self._room)

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        _settle(self._room)
        self._room = None

    def _told(self, say: Callable[[], bytes | None]) -> bytes | None:
        try:
            return say()
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error

    async def _write(self, data: bytes | None, seconds: float | None) -> None:
        if not data or self._transport is None or self._has_ended:
            return
        if self._transport.is_closing():  # broken by an earlier write, and the loop has not told it yet
            return
        self._transport.write(data)
        if self._room is not None and not await _waited_for(self._room, seconds):
            raise httpx.WriteTimeout("the server takes nothing any more")

    async def _next_event(self, seconds: float | None) -> object:
        while True:
            try:
                event = self._grammar.next_event()
                if event is not h11.NEED_DATA:
                    return event
                self._grammar.receive_data(await self._read(seconds))
            except h11.RemoteProtocolError as error:
                raise httpx.RemoteProtocolError(str(error)) from error

    async def _read(self, seconds: float | None) -> bytes:
        """What came since, or nothing when the connection was closed."""
        loop = asyncio.get_running_loop()
        self._n_awaited = max(1, min(self._n_left, WORTHWHILE_BYTES))
        self._heard_at = loop.time()
        while self._n_unread < self._n_awaited and not self._has_ended:
            self._news = loop.create_future()
            silence = loop.time() - self._heard_at
            if await _waited_for(self._news, None if seconds is None else seconds - silence):
                break
            if seconds is not None and loop.time() - self._heard_at >= seconds:
                raise httpx.ReadTimeout("the server is silent")
        if not self._unread and self._trouble is not None:
            raise httpx.ReadError("the connection broke") from self._trouble
        data = b"".join(self._unread)
        self._unread.clear()
        self._n_unread = 0
        if self._is_held_up and self._transport is not None:
            self._is_held_up = False
            self._transport.resume_reading()
        return data


def _is_readable(connected: socket.socket) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([connected], [], [], 0)[0])
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


def _length(head: h11.Response) -> int:
    """How long the body is; 0 when nobody says, or it comes in chunks."""
    fields = dict(head.headers)
    return 0 if b"transfer-encoding" in fields else int(fields.get(b"content-length", b"0"))


def _seconds(request: httpx.Request, which: str) -> float | None:
    timeouts = cast("dict[str, float | None]", request.extensions.get("timeout", {}))
    return timeouts.get(which)


def _settle(future: "asyncio.Future[None] | None") -> None:
    if future is not None and not future.done():
        future.set_result(None)


async def _waited_for(future: "asyncio.Future[None]", seconds: float | None) -> bool:
    """Whether it was done in time. A timer is all it takes: no task, and no scope."""
    timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, _give_up, future)
    try:
        await future
    except TimeoutError:
        return False
    finally:
        if timer is not None:
            timer.cancel()
    return True


def _give_up(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_exception(TimeoutError())
