"""Serves emulators on this machine: one thread, one loop, one port for each app."""

import socket
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp, Receive, Scope, Send

from docferry.emulation.connection import SCOPE_KEY, Connections
from docferry.emulation.control import with_control
from docferry.emulation.service import EmulatedService
from docferry.serving import ServerThread, listen, make_server
from docferry.serving.server import PromptServer

__all__ = ["EmulatorServer"]

LOOPBACK = "127.0.0.1"


class EmulatorServer:
    """Listens on loopback ports from `start` to `stop`, or for the length of a `with` block.

    It runs in a daemon thread of this process and ends with it. A service is served once: after `stop` its
    jobs and files are gone, and only its counters stay.

    Args:
        services: The services.
        port: The first port; the apps of the first service come first, and each takes the next port. With 0,
            every app takes a port that is free.
    """

    def __init__(self, *services: EmulatedService, port: int = 0) -> None:
        self.services = services
        self._port = port
        self._server: ServerThread | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make clients use these services, in the order of the services."""
        return {
            name: value
            for service in self.services
            for name, value in service.environment(service.state.origins)
        }

    def start(self) -> None:
        """Listen. Requests are taken when this returns.

        Raises:
            ConfigurationError: A port is taken, or the server does not start.
        """
        sockets = self._bind()
        listeners: list[tuple[PromptServer, socket.socket]] = []
        for service in self.services:
            apps = (with_control(service), *service.apps[1:])
            mine, sockets = sockets[: len(apps)], sockets[len(apps) :]
            service.state.origins = tuple(
                f"http://{LOOPBACK}:{listener.getsockname()[1]}" for listener in mine
            )
            counters = service.state.counters
            listeners += [
                (_make_server(app, Connections(counters)), listener)
                for app, listener in zip(apps, mine, strict=True)
            ]
        self._server = ServerThread(listeners, name="emulator", farewell=self._close)
        self._server.start()

    def stop(self) -> None:
        """Close all connections and wait until nothing is left. Stopping again does nothing."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bind(self) -> list[socket.socket]:
        count = sum(len(service.apps) for service in self.services)
        with ExitStack() as stack:
            sockets = [
                stack.enter_context(listen(LOOPBACK, self._port + index if self._port else 0))
                for index in range(count)
            ]
            stack.pop_all()
        return sockets

    async def _close(self) -> None:
        for service in self.services:
            await service.state.close()


def _make_server(app: ASGIApp, connections: Connections) -> PromptServer:
    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, SCOPE_KEY: connections}, receive, send)

    return make_server(served, http=connections.protocol())
