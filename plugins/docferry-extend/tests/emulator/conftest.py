"""The emulated service on a port of its own, and a client that speaks to it with httpx alone."""

import json
import time

import httpx
import pytest

from docferry.emulation import SteppedClock
from docferry.testing import ServedEmulators
from docferry_extend.emulator import make_emulator

PATIENCE_SECONDS = 60
LATEST, LEGACY = "2026-02-09", "2025-04-21"


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
    """Speaks the vendor's protocol in both versions."""

    def __init__(self, server):
        self.service = server.services[0]
        self.counters = self.service.counters
        self.key = server.environment["EXTEND_API_KEY"]
        # Reading the certificates takes longer than most of these tests, and nothing here is encrypted.
        self.http = httpx.Client(
            base_url=server.environment["EXTEND_BASE_URL"],
            timeout=PATIENCE_SECONDS,
            verify=False,  # noqa: S501 - see above
        )

    def stop(self):
        self.http.close()

    def ask(self, method, path, *, key=None, version=LATEST, **more):
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        if version:
            headers["x-extend-api-version"] = version
        return self.http.request(method, path, headers=headers, **more)

    def upload(self, file=b"%PDF-1.4 x", *, version=LATEST, **more):
        """Send a file, bytes or a pair of name and bytes; its id."""
        name, content = file if isinstance(file, tuple) else ("a.pdf", file)
        answer = self.ask("POST", "/files/upload", version=version, files={"file": (name, content)}, **more)
        assert answer.status_code == 200, answer.text
        return (answer.json() if version == LATEST else answer.json()["file"])["id"]

    def begin(self, file=b"%PDF-1.4 x", *, version=LATEST, file_id=None, body=None, **config):
        file_id = file_id or self.upload(file, version=version)
        named = {"id": file_id} if version == LATEST else {"fileId": file_id}
        path = "/parse_runs" if version == LATEST else "/parse/async"
        return self.ask("POST", path, version=version, json={"file": named, "config": config, **(body or {})})

    def run(self, *arguments, version=LATEST, response_type=None, **more):
        """Begin a run, wait for its end, and return it."""
        begun = self.begin(*arguments, version=version, **more)
        assert begun.status_code == 200, begun.text
        return self.wait(begun.json()["id"], version=version, response_type=response_type)

    def look(self, run_id, *, version=LATEST, response_type=None):
        path = "/parse_runs/" if version == LATEST else "/parser_runs/"
        query = {"responseType": response_type} if response_type else None
        return self.ask("GET", path + run_id, version=version, params=query)

    def wait(self, run_id, *, version=LATEST, response_type=None):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self.look(run_id, version=version, response_type=response_type).json()
            run = answer if version == LATEST else answer["parserRun"]
            if run["status"] not in {"PROCESSING", "PENDING"}:
                return run
        raise AssertionError(json.dumps(run)[:300])


def blocks_of(run):
    """All blocks of a run, in order."""
    return [block for chunk in (run.get("output") or run)["chunks"] for block in chunk["blocks"]]
