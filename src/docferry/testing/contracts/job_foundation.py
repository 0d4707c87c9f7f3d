"""What a subclass of the job contract says about its service, and the benches its tests work on."""

import itertools
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from docferry.engine import current_engine
from docferry.plugin import PluginManager
from docferry.provider import JobApi, JobSettings, ProviderOptions, read_options
from docferry.settings import PluginPolicy
from docferry.testing.contracts.provider import ProviderContract
from docferry.testing.contracts.secrecy import secrets_of
from docferry.testing.jobs import DocumentedError, JobBench, JobService, RequestKind, Trouble
from docferry.testing.trial import Trial

__all__ = ["JobContract", "Workshop"]

PATIENCE_SECONDS = 10.0
HOUR = 3600.0
"""After an hour every lease of a process that died has lapsed."""


class Workshop:
    """Makes benches, and trials of one provider on them.

    Args:
        name: Provider name.
        entry_point: Its plugin.
        service: The service.
        folder: Where benches keep their ledgers and caches.
    """

    def __init__(self, *, name: str, entry_point: EntryPoint, service: JobService, folder: Path) -> None:
        self.name = name
        self.service = service
        self._entry_point = entry_point
        self._folder = folder
        self._numbers = itertools.count(1)
        self._benches: list[JobBench] = []

    def bench(self, *, after: JobBench | None = None) -> JobBench:
        """A bench: a new process with an empty ledger, or the one that follows another on its ledger."""
        folder = after.folder if after else self._folder / f"bench-{next(self._numbers)}"
        start = after.clock.now() + HOUR if after else None
        bench = JobBench(folder=folder, service=self.service, start=start)
        self._benches.append(bench)
        current_engine().run(bench.open())
        return bench

    def trial(self, bench: JobBench, options: Mapping[str, Any] | None = None) -> Trial:
        """A trial whose jobs are carried over that bench, with the options that reach the service."""
        return Trial(
            name=self.name,
            manager=bench.manager([self._entry_point]),
            options=self.service.options if options is None else options,
            jobs=JobSettings(),
        )

    def options(self) -> ProviderOptions:
        """The options that reach the service."""
        info = PluginManager(policy=PluginPolicy(), points=[self._entry_point]).provider(self.name).info
        return read_options(info.options_type, self.service.options, provider=self.name)

    def secrets(self) -> list[str]:
        """The keys among them."""
        return secrets_of(self.options())

    def api(self, bench: JobBench) -> JobApi:
        """How to speak with the service, watched by the bench's wire."""
        return bench.watched(self.trial(bench).provider.job_api(self.options()))

    def close(self) -> None:
        """Close all benches."""
        for bench in self._benches:
            current_engine().run(bench.aclose())


class JobContract(ProviderContract):
    """The part of the job contract that a provider's author fills in."""

    documented_errors: tuple[DocumentedError, ...]
    """The errors that the service documents, and what each means to a user; at least one."""

    @pytest.fixture
    def service(self) -> Any:  # noqa: ANN401 - a JobService, or a generator of one
        """The `JobService`, made anew for each test: an emulator, or a script. To be overridden."""
        pytest.fail(f"{type(self).__name__} lacks the fixture `service`")

    @pytest.fixture
    def options(self, service: JobService) -> Mapping[str, Any]:
        """Options that reach the service."""
        return service.options

    @pytest.fixture
    def workshop(self, entry_point: EntryPoint, service: JobService, tmp_path: Path) -> Iterator[Workshop]:
        """Makes benches and trials."""
        made = Workshop(name=self.provider, entry_point=entry_point, service=service, folder=tmp_path)
        yield made
        made.close()

    @pytest.fixture
    def make_trial(self, workshop: Workshop, options: Mapping[str, Any]) -> Callable[[], Trial]:
        """Makes trials, each on a bench of its own."""
        return lambda: workshop.trial(workshop.bench(), options)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Have tests with the argument `documented_error` run once for each."""
        super().pytest_generate_tests(metafunc)
        if "documented_error" in metafunc.fixturenames:
            metafunc.parametrize("documented_error", self.documented_errors, ids=lambda error: error.name)

    @contextmanager
    def _killed_at(
        self, kind: RequestKind, *, bench: JobBench, workshop: Workshop, reaches: bool
    ) -> Generator[bool]:
        """A process that died while it waited for an answer; gives whether it came to such a request.

        Nothing of it runs while the block does: its request gets no answer, and its clock stands still, so
        that it prolongs no lease.
        """
        bench.wire.plan(kind, Trouble(answer=None, reaches=reaches))
        ingestor = workshop.trial(bench).ingestor()
        with ThreadPoolExecutor(max_workers=1) as pool, ingestor.run(self.samples[0].source()) as run:
            reading = pool.submit(next, run, None)
            try:
                waits = int(PATIENCE_SECONDS / 0.01)
                is_held = any(bench.wire.held.wait(0.01) or reading.done() for _ in range(waits))
                assert is_held, "the parse neither ends nor sends anything"
                bench.clock.stop()
                yield bench.wire.held.is_set()
            finally:
                bench.clock.go_on()
                bench.wire.cut()
                run.close()
