"""The emulated service on a port of its own, and a client that speaks to it with httpx alone."""

import json
import time

import httpx
import pytest

from docferry.emulation import SteppedClock
from docferry.testing import ServedEmulators
from docferry_pulse.emulator import make_emulator

PATIENCE_SECONDS = 60


@pytest.fixture
def clock():
    return SteppedClock()


@pytest.fixture
def serve(clock):
    """Starts the service with the quirks, settings and faults given, else without limits and latencies."""
    with ServedEmulators(make_emulator, client=Client, clock=clock) as served:
        yield served


@pytest.fixture
def canned(serve):
    """The service with made-up results of two pages."""
    return serve(settings={"canned_pages": 2})


class Client:
    """Speaks the vendor's protocol."""

    def __init__(self, server):
        self.server = server
        self.service = server.services[0]
        self.counters = self.service.counters
        self.key = server.environment["PULSE_API_KEY"]
        self.base_url = server.environment["PULSE_BASE_URL"]
        # Reading the certificates takes longer than most of these tests, and nothing here is encrypted.
        self.http = httpx.Client(timeout=PATIENCE_SECONDS, verify=False)  # noqa: S501 - see above

    def stop(self):
        self.http.close()

    def send(self, method, path, *, key=None, **more):
        """The answer, whatever its status."""
        given = self.key if key is None else key
        headers = {"x-api-key": given} if given else {}
        return self.http.request(method, self.base_url + path, headers=headers, **more)

    def extract(self, file=b"%PDF-1.4 x", *, key=None, **fields):
        """Send a document, bytes or a pair of name and bytes; objects among the fields become JSON."""
        name, content = file if isinstance(file, tuple) else ("a.pdf", file)
        data = {k: json.dumps(v) if isinstance(v, dict | bool) else v for k, v in fields.items()}
        files = {"file": (name, content, "application/octet-stream")}
        return self.send("POST", "/extract", key=key, data=data, files=files)

    def job_id(self, file=b"%PDF-1.4 x", **fields):
        """Submit, and return the id of the job."""
        answer = self.extract(file, **{"async": "true"} | fields)
        assert answer.is_success, answer.text
        return answer.json()["job_id"]

    def job(self, job_id):
        return self.send("GET", f"/job/{job_id}").json()

    def wait(self, job_id):
        """Ask until the state is one that stays, and return the body."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            told = self.job(job_id)
            if told["status"] not in {"pending", "processing"}:
                return told
        raise AssertionError(f"the job is still {told['status']}")

    def result(self, file=b"%PDF-1.4 x", **fields):
        """Submit, wait, and return the result."""
        told = self.wait(self.job_id(file, **fields))
        assert told["status"] == "completed", told
        return told["result"]
