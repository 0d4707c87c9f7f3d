"""A server with the made-up service of harbour.py, its clock in the test's hands."""

import importlib.util
import time
from pathlib import Path

import httpx
import pytest

from docferry.emulation import EmulatorServer, EmulatorSettings, SteppedClock, read_fault_rules

PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def harbour():
    """The module harbour.py."""
    found = importlib.util.spec_from_file_location("harbour", Path(__file__).with_name("harbour.py"))
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def clock():
    return SteppedClock()


@pytest.fixture
def serve(harbour, clock):
    """Starts the service with the settings and fault rules given, and hands out a client of it."""
    opened = []

    def serve(*faults, **settings):
        quick = {"queue_seconds": 0, "work_seconds": 0, "seconds_per_page": 0}
        made = EmulatorSettings(**quick | settings, clock=clock, faults=read_fault_rules(faults))
        server = EmulatorServer(harbour.make_emulator(made))
        server.start()
        opened.append(server)
        opened.append(Client(server))
        return opened[-1]

    yield serve
    for thing in reversed(opened):
        thing.stop()


class Client:
    """Speaks the made-up service's protocol."""

    def __init__(self, server):
        self.server = server
        self.service = server.services[0]
        self.counters = self.service.counters
        # Reading the certificates takes longer than most of these tests, and nothing here is encrypted.
        self.http = httpx.Client(
            base_url=server.environment["HARBOUR_BASE_URL"],
            timeout=PATIENCE_SECONDS,
            verify=False,  # noqa: S501 - see above
        )

    def stop(self):
        self.http.close()

    def submit(self, name="a.txt", text="Some words.", **fields):
        return self.http.post("/jobs", files={"file": (name, text.encode())}, data=fields)

    def poll(self, job_id):
        return self.http.get(f"/jobs/{job_id}")

    def account(self, key="sk-harbour-emulator"):
        return self.http.get("/account", headers={"key": key})

    def wait(self, job_id):
        """Poll until the state is one that stays; parsing takes real time, whatever the clock says."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self.poll(job_id).json()
            if answer["state"] not in {"pending", "running"}:
                return answer
        raise AssertionError(f"the job is still {answer['state']}")

    def parsed(self, job_id):
        """Wait until the parse is done, without asking for the state."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        job = self.service.state.jobs._jobs[job_id]
        while not job.work.done():
            assert time.monotonic() < deadline
