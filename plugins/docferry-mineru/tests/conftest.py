"""Fixtures of this plugin's tests."""

import contextlib
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

# Test folders are no packages; what several of them share is imported from here.
sys.path.append(str(Path(__file__).parent / "support"))

from docferry.emulation import EmulatorSettings
from docferry.testing import EmulatedJobService, Workshop
from docferry_mineru.server import MEMORY


@pytest.fixture(autouse=True)
def no_server_is_known():
    """Ports are used again: the server of an earlier test must not be taken for that of this one."""
    MEMORY.clear()


@pytest.fixture
def cloud():
    """The emulated cloud, quick and without limits."""

    def reach(variables):
        return {"base_url": variables["MINERU_BASE_URL"], "api_key": variables["MINERU_API_KEY"]}

    settings = EmulatorSettings(
        queue_seconds=0,
        work_seconds=0,
        requests_per_second=0,
        concurrency=0,
        quirks={"submits_per_minute": "0", "queries_per_minute": "0"},
    )
    with EmulatedJobService("mineru", options=reach, settings=settings) as service:
        yield service


@pytest.fixture
def self_hosted(request):
    """An emulated self-hosted server of the protocol that the test is parametrized with."""
    settings = EmulatorSettings(
        queue_seconds=0,
        work_seconds=0,
        requests_per_second=0,
        concurrency=0,
        quirks={"protocol": request.param},
    )

    def reach(variables):
        return {"server_url": variables["MINERU_SERVER_URL"]}

    with EmulatedJobService("mineru", options=reach, settings=settings) as service:
        yield service


@pytest.fixture
def benches():
    """The benches that `parse` used, in order."""
    return []


@pytest.fixture
def parse(cloud, benches, tmp_path):
    """Parses sources with the cloud, each time in a process of its own on one ledger; the clock runs fast."""
    with parser(cloud, benches, tmp_path) as parse:
        yield parse


@pytest.fixture
def parse_at_home(self_hosted, benches, tmp_path):
    """Parses sources with the self-hosted server, as `parse` does with the cloud."""
    with parser(self_hosted, benches, tmp_path) as parse:
        yield parse


@contextlib.contextmanager
def parser(service, benches, folder):
    """Something that parses sources with a service."""
    point = entry_points(group="docferry")["mineru"]
    workshop = Workshop(name="mineru", entry_point=point, service=service, folder=folder)

    def parse(*sources, pages=None, plan=(), **options):
        bench = workshop.bench(after=benches[-1] if benches else None)
        benches.append(bench)
        bench.wire.plan(*plan) if plan else None
        trial = workshop.trial(bench, {**service.options, **options})
        with trial.ingestor(pages=pages).run(list(sources)) as run:
            return list(run)

    yield parse
    workshop.close()
