"""The emulated service on a port of its own, and a client that speaks to it with httpx alone."""

import json
import time

import httpx
import pytest

from docferry.emulation import SteppedClock
from docferry.testing import ServedEmulators
from docferry_somark.emulator import make_emulator

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
        self.key = server.environment["SOMARK_API_KEY"]
        # Reading the certificates takes longer than most of these tests, and nothing here is encrypted.
        self.http = httpx.Client(timeout=PATIENCE_SECONDS, verify=False)  # noqa: S501 - see above
        self.base_url = server.environment["SOMARK_BASE_URL"]

    def stop(self):
        self.http.close()

    def post(self, path, data=None, *, key=None, **more):
        """The body of the answer, which is HTTP 200 whatever the code says."""
        form = {"api_key": self.key if key is None else key, **(data or {})}
        response = self.http.post(self.base_url + path, data=form, **more)
        assert response.status_code == 200, response.text
        return response.json()

    def upload(self, path, file, *, key=None, **fields):
        """Send a document, bytes or a pair of name and bytes; objects among the fields become JSON."""
        name, content = file if isinstance(file, tuple) else ("a.pdf", file)
        data = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in fields.items()}
        return self.post(path, data, key=key, files={"file": (name, content, "application/octet-stream")})

    def submit(self, file=b"%PDF-1.4 x", *, key=None, **fields):
        return self.upload("/parse/async", file, key=key, **fields)

    def task(self, file=b"%PDF-1.4 x", **fields):
        """Submit, and return the id of the task."""
        answer = self.submit(file, **fields)
        assert answer["code"] == 0, answer
        return answer["data"]["task_id"]

    def check(self, task_id, *, key=None):
        return self.post("/parse/async_check", {"task_id": task_id}, key=key)

    def wait(self, task_id):
        """Check until the state is one that stays, and return the data."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            data = self.check(task_id)["data"]
            if data["status"].upper() not in {"QUEUING", "PROCESSING"}:
                return data
        raise AssertionError(f"the task is still {data['status']}")

    def outputs(self, file, **fields):
        """Submit, wait, and return the outputs."""
        data = self.wait(self.task(file, **fields))
        assert data["status"] == "SUCCESS", data
        return data["result"]["outputs"]

    def sync(self, file=b"%PDF-1.4 x", **fields):
        return self.upload("/parse/sync", file, **fields)

    def usage(self, *, key=None):
        return self.post("/usage", key=key)
