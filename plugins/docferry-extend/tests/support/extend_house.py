"""The emulated service and a job engine of a test's own, over real HTTP, on a fast clock."""

from importlib.metadata import EntryPoint

from docferry.emulation import EmulatorServer, EmulatorSettings, read_fault_rules
from docferry.engine import current_engine
from docferry.errors import DocferryError
from docferry.provider import JobSettings
from docferry.provider.transport import HttpTransport
from docferry.testing import JobBench, Trial
from docferry_extend.emulator import make_emulator

QUICK = {"queue_seconds": 0, "work_seconds": 0.01, "seconds_per_page": 0, "requests_per_second": 0}
POINT = EntryPoint(name="extend", value="docferry_extend", group="docferry")


class House:
    """The service, and processes of a user's one after the other.

    Args:
        folder: Where ledger and cache are.
        settings: Settings of the emulator besides those that make it quick.
        faults: The fault script.
        quirks: Quirks of the emulator.
    """

    def __init__(self, folder, *, settings=None, faults=(), quirks=None):
        made = EmulatorSettings(
            **QUICK | (settings or {}),
            faults=read_fault_rules(faults),
            quirks={name: str(value) for name, value in (quirks or {}).items()},
        )
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.server = EmulatorServer(make_emulator(made))
        self.server.start()
        self.state = self.server.services[0].state
        self.counters = self.state.counters
        self._benches = []
        self.begin_process()

    @property
    def variables(self):
        return self.server.environment

    def transport(self, network):
        """What a bench asks of its service."""
        return HttpTransport(network=network)

    def begin_process(self):
        """Go on as another process, an hour later."""
        start = self._benches[-1].clock.now() + 3600 if self._benches else None
        self.bench = JobBench(folder=self.folder, service=self, start=start)
        self._benches.append(self.bench)
        current_engine().run(self.bench.open())

    def trial(self, **options):
        reach = {"base_url": self.variables["EXTEND_BASE_URL"], "api_key": self.variables["EXTEND_API_KEY"]}
        return Trial(
            name="extend",
            manager=self.bench.manager([POINT]),
            options={**reach, **options},
            jobs=JobSettings(),
        )

    def parse(self, source, *, pages=None, **options):
        """The document of a source."""
        return self.trial(**options).document(source, pages=pages)

    def error(self, source, *, pages=None, **options) -> DocferryError:
        """The error of a source that must fail."""
        return self.trial(**options).error(source, pages=pages)

    def close(self):
        for bench in self._benches:
            current_engine().run(bench.aclose())
        self.server.stop()
