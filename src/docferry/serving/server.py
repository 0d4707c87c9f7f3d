"""uvicorn's server, but for how it waits for its end. It is imported where uvicorn is there for certain."""

import asyncio
import socket
from contextlib import suppress

import uvicorn

__all__ = ["PromptServer"]

SECOND = 1.0
GLANCE_SECONDS = 0.002


class PromptServer(uvicorn.Server):
    """Stops when it is told to, and no later than its last connection is gone.

    uvicorn looks ten times a second whether it shall stop, and then rests for another tenth, which is longer
    than most of what is asked of an emulator takes.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._was_told = asyncio.Event()

    def leave(self) -> None:
        """Take no more connections, finish what is under way, and end; to be called on its loop."""
        self.should_exit = True
        self._was_told.set()

    async def main_loop(self) -> None:
        """Keep the date of answers right until told to leave."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._was_told.wait(), SECOND)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections once their answers are out, for as long as the settings allow."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._emptied(), self.config.timeout_graceful_shutdown)
        for task in tuple(self.server_state.tasks):
            task.cancel()

    async def _emptied(self) -> None:
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(GLANCE_SECONDS)
