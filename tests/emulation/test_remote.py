import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from docferry.emulation import EmulatorProcess, EmulatorSettings, read_fault_rules
from docferry.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("installed")

PLUGIN = """
from docferry.model import ProviderInfo
from docferry.plugin import hookimpl
from docferry.provider import ProviderOptions


@hookimpl
def docferry_provider_info():
    return ProviderInfo(name="harbour", title="Harbour", formats=(), options_type=ProviderOptions)


@hookimpl
async def docferry_parse(source):
    raise NotImplementedError


@hookimpl
def docferry_emulator(settings):
    from specimen_harbour.emulator import make_emulator

    return make_emulator(settings)
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The made-up service as a plugin that other processes find."""
    package = tmp_path / "specimen_harbour"
    package.mkdir()
    (package / "__init__.py").write_text(PLUGIN)
    (package / "emulator.py").write_text(Path(__file__).with_name("harbour.py").read_text())
    about = tmp_path / "docferry_harbour-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: docferry-harbour\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[docferry]\nharbour = specimen_harbour\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH", ""))))
    monkeypatch.setenv("PYTHONPATH", path)


def test_a_process_of_its_own_serves_and_counts():
    settings = EmulatorSettings(faults=read_fault_rules([{"kind": "account", "nth": 1, "do": "status"}]))
    with EmulatorProcess(["harbour"], settings=settings) as emulator:
        address = emulator.environment["HARBOUR_BASE_URL"]
        headers = {"key": emulator.environment["HARBOUR_API_KEY"]}
        codes = [httpx.get(f"{address}/account", headers=headers, timeout=60).status_code for _ in range(2)]
        control = emulator.control("harbour")
        assert codes == [503, 200]
        assert control.counters()["requests"] == {"account": 2}
        assert control.jobs() == []
        control.use_faults(read_fault_rules([{"do": "status", "status": 500}]))
        assert httpx.get(f"{address}/account", timeout=60).status_code == 500
    emulator.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, timeout=60)


def test_what_goes_wrong_there_is_told_here():
    with pytest.raises(ConfigurationError, match="there is no provider 'harbor'; did you mean harbour"):
        EmulatorProcess(["harbor"]).start()


def test_it_ends_when_its_owner_is_killed():
    program = (
        "from docferry.emulation import EmulatorProcess\n"
        "import time\n"
        "emulator = EmulatorProcess(['harbour'])\n"
        "emulator.start()\n"
        "print(emulator.environment['HARBOUR_BASE_URL'], flush=True)\n"
        "time.sleep(100)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    address = owner.stdout.readline().strip()
    assert httpx.get(f"{address}/account", timeout=60).status_code == 418
    owner.kill()
    owner.communicate()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/account", timeout=60)
        except httpx.TransportError:
            return
    raise AssertionError("it goes on")
