"""A thread with a loop that serves until it is told to stop."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from docferry.errors import ConfigurationError

if TYPE_CHECKING:
    import socket

    from docferry.serving.server import PromptServer

__all__ = ["ServerThread"]

PATIENCE_SECONDS = 10.0


class ServerThread:
    """Runs servers in one daemon thread from `start` to `stop`; it ends with the process.

    Args:
        listeners: Each server with the socket it listens on, which is closed at the end.
        name: Name of the thread, and of what is served in the message when it does not start.
        farewell: Awaited on the servers' loop when they have stopped.
    """

    def __init__(
        self,
        listeners: "Sequence[tuple[PromptServer, socket.socket]]",
        *,
        name: str,
        farewell: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._listeners = listeners
        self._name = name
        self._farewell = farewell
        self._failure: BaseException | None = None
        self._is_ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
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
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has stopped already
                self._loop.call_soon_threadsafe(self._leave)
        self._thread.join(PATIENCE_SECONDS)

    def _leave(self) -> None:
        for server, _ in self._listeners:
            server.leave()

    def _run(self) -> None:
        loop = self._loop = asyncio.new_event_loop()
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
