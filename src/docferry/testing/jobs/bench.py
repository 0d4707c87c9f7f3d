"""A job engine of a test's own: a fast clock, a watched wire, a ledger and a cache in a folder.

One bench stands for one process, as far as the ledger can tell: a second bench on the same folder finds what
the first one left.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, fields
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from docferry.errors import DocferryError
from docferry.model import AccountStatus, Document, JobStatus, PageSelection, Receipt
from docferry.plugin import PluginManager, Provider
from docferry.provider import (
    Exchange,
    ItemAnswer,
    JobApi,
    Keep,
    Leg,
    NetworkSettings,
    ParseContext,
    ProviderOptions,
    Request,
    Response,
    SubmitItem,
)
from docferry.provider.books import Books
from docferry.provider.limits import Limiters
from docferry.provider.runner import JobRunner
from docferry.provider.transport import HttpTransport
from docferry.settings import PluginPolicy
from docferry.sources import Source
from docferry.testing.fast_clock import FastClock
from docferry.testing.jobs.service import JobService
from docferry.testing.jobs.wire import RequestKind, Wire

if TYPE_CHECKING:
    from docferry.provider.transport import Transport

__all__ = ["JobBench"]

Result = TypeVar("Result")


class JobBench:
    """Carries jobs to a service under test.

    Args:
        folder: Where ledger and cache are.
        service: The service.
        start: The clock's first reading, in seconds since the epoch; None for the clock's own.
    """

    def __init__(self, *, folder: Path, service: JobService, start: float | None = None) -> None:
        self.folder = folder
        self.clock = FastClock() if start is None else FastClock(start=start)
        self._transport: Transport = service.transport(NetworkSettings())
        self.wire = Wire(transport=self._transport, clock=self.clock)
        self._runner: JobRunner | None = None

    def manager(self, points: Iterable[EntryPoint]) -> PluginManager:
        """A plugin manager whose providers carry their jobs over this bench."""
        return _BenchManager(points=points, bench=self)

    async def open(self) -> None:
        """Make ready for work; on the engine loop, before anything else there."""
        books = await Books.open(str(self.folder / "ledger.sqlite3"), str(self.folder / "payloads"))
        self._runner = JobRunner(
            books=books,
            transports=lambda _network: self.wire,
            limiters=Limiters(clock=self.clock),
            clock=self.clock,
        )

    @property
    def runner(self) -> JobRunner:
        """The job runner; on the engine loop only."""
        if self._runner is None:
            raise AssertionError("a bench is opened first")
        return self._runner

    def watched(self, api: JobApi) -> JobApi:
        """The same protocol, with every request told to the wire before it is sent."""
        return cast("JobApi", _WatchedApi(api, self.wire))

    async def aclose(self) -> None:
        """Close the books and the connections; on the engine loop. Closing again does nothing."""
        self.wire.cut()
        self.clock.go_on()
        if isinstance(self._transport, HttpTransport):
            await self._transport.aclose()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.books.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class _BenchContext(ParseContext):
    """The host's services, with jobs over the bench."""

    bench: JobBench = field(repr=False)

    async def run_job(
        self, api: JobApi, source: Source, *, pages: PageSelection | None, options: ProviderOptions
    ) -> Document:
        """Parse with the service, through the bench's ledger and cache."""
        bench = self.bench
        return await bench.runner.parse(
            bench.watched(api), source, pages=pages, options=options, context=self, settings=self.jobs
        )


class _BenchManager(PluginManager):
    """Finds plugins as usual."""

    def __init__(self, *, points: Iterable[EntryPoint], bench: JobBench) -> None:
        super().__init__(policy=PluginPolicy(), points=points)
        self._bench = bench

    def provider(self, name: str) -> Provider:
        """The provider, with its jobs over the bench."""
        return _BenchProvider(super().provider(name), bench=self._bench)


class _BenchProvider(Provider):
    """Hands another context to the plugin, and nothing else."""

    def __init__(self, provider: Provider, *, bench: JobBench) -> None:
        self.info = provider.info
        self.distribution = provider.distribution
        self._provider = provider
        self._bench = bench

    async def parse(
        self,
        source: Source,
        *,
        pages: PageSelection | None,
        options: ProviderOptions,
        context: ParseContext,
    ) -> Document:
        """Parse one source with the bench's context."""
        given: dict[str, Any] = {item.name: getattr(context, item.name) for item in fields(context)}
        return await self._provider.parse(
            source, pages=pages, options=options, context=_BenchContext(**given, bench=self._bench)
        )

    def job_api(self, options: ProviderOptions) -> JobApi:
        """How to speak with the provider's service."""
        return self._provider.job_api(options)


class _WatchedApi:
    """A JobApi whose exchanges say what their requests are for."""

    def __init__(self, api: JobApi, wire: Wire) -> None:
        self._api = api
        self._wire = wire
        self.__module__ = api.__module__  # by which a bug's message finds whose it is

    def __getattr__(self, name: str) -> object:
        return getattr(self._api, name)

    def submit(self, items: Sequence[SubmitItem]) -> Exchange[tuple[ItemAnswer, ...]]:
        answers = yield from self._told(self._api.submit(items), RequestKind.PREPARE)
        return tuple(self._told_leg(answer) if isinstance(answer, Leg) else answer for answer in answers)

    def poll(self, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
        return self._told(self._api.poll(receipts), RequestKind.POLL)

    def fetch(self, status: JobStatus) -> Exchange[None]:
        return self._told(self._api.fetch(status), RequestKind.FETCH)

    def cancel(self, receipt: Receipt) -> Exchange[bool]:
        return self._told(self._api.cancel(receipt), RequestKind.CANCEL)

    def account(self) -> Exchange[AccountStatus]:
        return self._told(self._api.account(), RequestKind.ACCOUNT)

    def _told_leg(self, leg: Leg) -> Leg:
        return Leg(exchange=lambda: self._told(leg.exchange(), RequestKind.PREPARE))

    def _told(
        self, exchange: Exchange[Result], kind: RequestKind
    ) -> Generator[Request | Keep, Response, Result]:
        try:
            step = next(exchange)
            while True:
                if isinstance(step, Request):
                    self._wire.expect(step, RequestKind.SUBMIT if step.commits else kind)
                try:
                    response = yield step
                except DocferryError as error:
                    step = exchange.throw(error)
                else:
                    step = exchange.send(response)
        except StopIteration as end:
            return end.value
        finally:
            exchange.close()
