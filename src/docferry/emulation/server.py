"""Serves emulators on this machine: one thread, one loop, one port for each app."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from docferry.emulation.connection import SCOPE_KEY, Connections
from docferry.emulation.control import with_control
from docferry.emulation.service import EmulatedService
from docferry.errors import ConfigurationError

__all__ = ["EmulatorServer"]

LOOPBACK = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75
PATIENCE_SECONDS = 10.0
BACKLOG = 2048


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
        self._servers: list[uvicorn.Server] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._is_ready = threading.Event()

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
        listeners: list[tuple[uvicorn.Server, socket.socket]] = []
        for service in self.services:
            apps = (with_control(service), *service.apps[1:])
            mine, sockets = sockets[: len(apps)], sockets[len(apps) :]
            service.state.origins = tuple(
                f"http://{LOOPBACK}:{listener.getsockname()[1]}" for listener in mine
            )
            listeners += [(_make_server(app), listener) for app, listener in zip(apps, mine, strict=True)]
        self._servers = [server for server, _ in listeners]
        self._thread = threading.Thread(
            target=self._run, args=(listeners,), name="docferry-emulator", daemon=True
        )
        self._thread.start()
        self._is_ready.wait(PATIENCE_SECONDS)
        if self._failure is not None or not all(server.started for server in self._servers):
            self.stop()
            raise ConfigurationError("the emulator does not start") from self._failure

    def stop(self) -> None:
        """Close all connections and wait until nothing is left. Stopping again does nothing."""
        if self._thread is None:
            return
        for server in self._servers:
            server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)
        self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bind(self) -> list[socket.socket]:
        count = sum(len(service.apps) for service in self.services)
        sockets: list[socket.socket] = []
        try:
            for index in range(count):
                sockets.append(_listen(self._port + index if self._port else 0))  # noqa: PERF401 - see below
        except (OSError, OverflowError) as error:
            # What is open already must be closed: a comprehension would lose it.
            for opened in sockets:
                opened.close()
            raise ConfigurationError(
                f"port {self._port + len(sockets)} cannot be used ({error})", next_step="choose another port"
            ) from error
        return sockets

    def _run(self, listeners: list[tuple[uvicorn.Server, socket.socket]]) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._serve(listeners))
        except (OSError, BaseExceptionGroup) as error:
            self._failure = error
        finally:
            self._is_ready.set()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
            for _, listener in listeners:
                listener.close()

    async def _serve(self, listeners: list[tuple[uvicorn.Server, socket.socket]]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for server, listener in listeners:
                    group.create_task(server.serve(sockets=[listener]))
                await _until_started([server for server, _ in listeners])
                self._is_ready.set()
        finally:
            for service in self.services:
                await service.state.close()


async def _until_started(servers: Sequence[uvicorn.Server]) -> None:
    while not all(server.started for server in servers):  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.001)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _make_server(app: ASGIApp) -> uvicorn.Server:
    connections = Connections()

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, SCOPE_KEY: connections}, receive, send)

    return uvicorn.Server(
        uvicorn.Config(
            served,
            http=connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
        )
    )
