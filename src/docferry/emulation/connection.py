"""The connections of a server, so that a fault can reset or end one."""

import asyncio
import socket
import struct
from typing import cast

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from docferry.emulation.counters import Counters

__all__ = ["Connections", "connections_of"]

SCOPE_KEY = "docferry.connections"
LINGER_NOT = struct.pack("ii", 1, 0)
Address = tuple[str, int]


class Connections:
    """Open connections of one server by the client's address.

    Args:
        counters: Where they are counted.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._open: dict[Address, asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Make a protocol for uvicorn that enters its connections here."""
        registry, counters = self._open, self._counters

        class RegisteringProtocol(H11Protocol):
            has_spoken = False

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                if self.client is not None:
                    registry[self.client] = transport

            def data_received(self, data: bytes) -> None:
                if not self.has_spoken:
                    # Not before: the end of the one that it takes the place of may come to be read after it.
                    self.has_spoken = True
                    counters.connected()
                super().data_received(data)

            def connection_lost(self, exc: Exception | None) -> None:
                if self.has_spoken:
                    counters.disconnected()
                if self.client is not None:
                    registry.pop(self.client, None)
                super().connection_lost(exc)

        return RegisteringProtocol

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Reset the connection of a request, and wait until the server has noticed."""
        transport = self._transport(scope)
        wire = transport.get_extra_info("socket")
        # Without this, a connection whose bytes were all read would end politely.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        transport.abort()
        await _until_disconnected(receive)

    async def end(self, scope: Scope, receive: Receive) -> None:
        """End the connection of a request after what was sent, and wait until the server has noticed."""
        self._transport(scope).close()
        await _until_disconnected(receive)

    def _transport(self, scope: Scope) -> asyncio.Transport:
        return self._open[cast("Address", tuple(scope["client"]))]


def connections_of(scope: Scope) -> Connections:
    """The connections of the server that a request came to.

    Raises:
        RuntimeError: The app runs on another server than `EmulatorServer`.
    """
    connections: object = scope.get(SCOPE_KEY)
    if not isinstance(connections, Connections):
        raise RuntimeError("faults of connections need docferry.emulation.EmulatorServer")  # noqa: TRY004 - not a type of the caller's
    return connections


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
