"""The job runners of this process: one for each ledger and cache, on the engine loop."""

import asyncio
import weakref
from pathlib import Path

from docferry.engine import current_engine
from docferry.provider.books import Books
from docferry.provider.clock import SystemClock
from docferry.provider.job_settings import JobSettings
from docferry.provider.limits import Limiters
from docferry.provider.runner import JobRunner
from docferry.provider.transport import HttpTransport, NetworkSettings
from docferry.settings import cache_folder, ledger_path

__all__ = ["close_runners", "job_runner"]


class _JobRoom:
    """What all runners of one engine loop share: the limits of accounts, and the connections."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.limiters = Limiters(clock=self.clock)
        self.transports: dict[NetworkSettings, HttpTransport] = {}
        self.runners: dict[tuple[str, str], JobRunner] = {}
        self._gates: dict[tuple[str, str], asyncio.Lock] = {}

    def transport(self, network: NetworkSettings) -> HttpTransport:
        if network not in self.transports:
            self.transports[network] = HttpTransport(network=network)
        return self.transports[network]

    async def runner(self, ledger: str, cache: str) -> JobRunner:
        key = (ledger, cache)
        async with self._gates.setdefault(key, asyncio.Lock()):
            if key not in self.runners:
                self.runners[key] = JobRunner(
                    books=await Books.open(ledger, cache),
                    transports=self.transport,
                    limiters=self.limiters,
                    clock=self.clock,
                )
        return self.runners[key]

    async def drain(self) -> None:
        """Hear the answers to requests that may cost money and are out."""
        for runner in self.runners.values():
            await runner.settle()

    async def aclose(self) -> None:
        while self.transports:
            _, transport = self.transports.popitem()
            await transport.aclose()
        while self.runners:
            _, runner = self.runners.popitem()
            await runner.books.aclose()


_rooms: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _JobRoom]" = weakref.WeakKeyDictionary()


async def job_runner(settings: JobSettings) -> JobRunner:
    """The runner for that ledger and cache. Call it on the engine loop only.

    Without the cache, payloads are kept in a temporary folder that ends with the process.

    Raises:
        ConfigurationError: The ledger cannot be used, or the cache is locked.
    """
    loop = asyncio.get_running_loop()
    room = _rooms.get(loop)
    if room is None:
        room = _rooms[loop] = _JobRoom()
        current_engine().before_stop(room.drain)
        current_engine().at_stop(room.aclose)
    ledger = str(settings.ledger or ledger_path())
    cache = str(settings.cache or cache_folder()) if settings.uses_cache else ":memory:"
    return await room.runner(_absolute(ledger), _absolute(cache))


async def close_runners() -> None:
    """Close every ledger, cache and connection of this loop, and let their threads end.

    For tests, each of which has books of its own. What is still under way opens its books again.
    """
    room = _rooms.get(asyncio.get_running_loop())
    if room is not None:
        await room.aclose()


def _absolute(path: str) -> str:
    return path if path == ":memory:" else str(Path(path).expanduser().absolute())
