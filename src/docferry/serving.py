"""Serves HTTP apps of this process from a thread of its own: emulators, and the receiver of webhooks.

Needs uvicorn, which the extras `emulator` and `webhook` bring.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from docferry.errors import ConfigurationError

if TYPE_CHECKING:
    import uvicorn

__all__ = ["ServerThread", "listen", "make_server"]

PATIENCE_SECONDS = 10.0
BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75


class ServerThread:
    """Runs servers in one daemon thread from `start` to `stop`; it ends with the process.

    Args:
        listeners: Each server with the socket it listens on, which is closed at the end.
        name: Name of the thread, and of what is served in the message when it does not start.
        farewell: Awaited on the servers' loop when they have stopped.
    """

    def __init__(
        self,
        listeners: "Sequence[tuple[uvicorn.Server, socket.socket]]",
        *,
        name: str,
        farewell: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._listeners = listeners
        self._name = name
        self._farewell = farewell
        self._failure: BaseException | None = None
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"docferry-{name}", daemon=True)

    def start(self) -> None:
        """Serve. Requests are taken when this returns.

        Raises:
            ConfigurationError: It does not start.
        """
        self._thread.start()
        self._is_ready.wait(PATIENCE_SECONDS)
        if self._failure is not None or not all(server.started for server, _ in self._listeners):
            self.stop()
            raise ConfigurationError(f"the {self._name} does not start") from self._failure

    def stop(self) -> None:
        """Close all connections and wait until nothing is left."""
        for server, _ in self._listeners:
            server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._serve())
        except (OSError, BaseExceptionGroup) as error:
            self._failure = error
        finally:
            self._is_ready.set()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
            for _, listener in self._listeners:
                listener.close()

    async def _serve(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for server, listener in self._listeners:
                    group.create_task(server.serve(sockets=[listener]))
                while not all(server.started for server, _ in self._listeners):  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.001)
                self._is_ready.set()
        finally:
            if self._farewell is not None:
                await self._farewell()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; 0 takes a port that is free.

    Args:
        host: A name or address of this machine.
        port: The port.

    Raises:
        ConfigurationError: There is no such host here, or the port is taken.
    """
    with contextlib.ExitStack() as stack:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listener = stack.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            raise ConfigurationError(
                f"port {port} cannot be used ({error})", next_step="choose another port"
            ) from error
        stack.pop_all()
        return listener


def make_server(app: Any, **more: Any) -> "uvicorn.Server":  # noqa: ANN401 - an ASGI app, and uvicorn's settings
    """A server that says nothing of itself, logs nothing and leaves signals alone.

    Args:
        app: An ASGI app.
        more: Settings of `uvicorn.Config` besides.
    """
    import uvicorn  # noqa: PLC0415 - an extra

    return uvicorn.Server(
        uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
            **more,
        )
    )
