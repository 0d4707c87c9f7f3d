"""Fixtures of this plugin's tests."""

import sys
from pathlib import Path

import pytest

# Test folders are no packages; what several of them share is imported from here.
sys.path.append(str(Path(__file__).parent / "support"))

from pulse_shapes import KEY, make_item

from docferry.emulation import EmulatorServer, EmulatorSettings
from docferry_pulse.api import make_api
from docferry_pulse.emulator import make_emulator
from docferry_pulse.options import PulseOptions


@pytest.fixture
def api():
    return make_api(PulseOptions(api_key=KEY), environment={})


@pytest.fixture
def item(tmp_path):
    return make_item(tmp_path)


@pytest.fixture(scope="session")
def pulse_samples():
    """Bodies from the service's documents, in a folder beside the repository; skipped without it."""
    folder = Path(__file__).resolve().parents[4] / "shared" / "samples" / "pulse"
    if not folder.is_dir():
        pytest.skip("the folder shared/samples is not beside the repository")
    return folder


@pytest.fixture
def emulate(monkeypatch, tmp_path):
    """Starts the service with quirks, for docferry as a user has it: variables, ledger and cache.

    Unless told otherwise it answers with results in the place of receipts, so that nothing waits for a poll.
    """
    opened = []

    def emulate(*, settings=None, **quirks):
        quick = {"queue_seconds": 0, "work_seconds": 0, "seconds_per_page": 0}
        made = EmulatorSettings(
            **quick | (settings or {}),
            quirks={name: str(value) for name, value in ({"answers_at_once": True} | quirks).items()},
        )
        server = EmulatorServer(make_emulator(made))
        server.start()
        opened.append(server)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        return server.services[0]

    monkeypatch.setenv("DOCFERRY_LEDGER", str(tmp_path / "ledger.sqlite3"))
    monkeypatch.setenv("DOCFERRY_CACHE", str(tmp_path / "payloads"))
    yield emulate
    for server in opened:
        server.stop()
