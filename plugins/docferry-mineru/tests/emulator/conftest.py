"""The emulated cloud on ports of its own, and a client that speaks to it with httpx alone."""

import hashlib
import http.server
import io
import json
import threading
import time
import zipfile

import httpx
import pytest

from docferry.emulation import SteppedClock
from docferry.testing import ServedEmulators
from docferry_mineru.emulator import make_emulator

PATIENCE_SECONDS = 60
LASTING = {"done", "failed"}


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


@pytest.fixture(scope="module")
def shared():
    """The same for the tests of a module together: for those that leave nothing behind."""
    with ServedEmulators(make_emulator, client=Client) as served:
        yield served(settings={"canned_pages": 2})


@pytest.fixture
def site():
    """A web server on this machine: what it shows at which path, and what was sent to it."""
    opened = Site()
    yield opened
    opened.stop()


class Client:
    """Speaks the vendor's protocol."""

    def __init__(self, server):
        self.server = server
        self.service = server.services[0]
        self.counters = self.service.counters
        self.key = server.environment.get("MINERU_API_KEY", "")
        # Reading the certificates takes longer than most of these tests, and nothing here is encrypted.
        self.http = httpx.Client(timeout=PATIENCE_SECONDS, verify=False)  # noqa: S501 - see above
        addresses = server.environment
        self.root = addresses.get("MINERU_BASE_URL") or addresses["MINERU_SERVER_URL"]

    def stop(self):
        self.http.close()

    def ask(self, method, path, *, key=None, **more):
        """The answer to a request with a token."""
        token = self.key if key is None else key
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, f"{self.root}/api/v4{path}", headers=headers, **more)

    def post(self, path, body, *, key=None):
        response = self.ask("POST", path, key=key, json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def get(self, path, *, key=None):
        response = self.ask("GET", path, key=key)
        assert response.status_code == 200, response.text
        return response.json()

    def request_uploads(self, *files, **batch):
        """Ask for upload addresses; a file is a name or an object."""
        entries = [{"name": file} if isinstance(file, str) else file for file in files]
        return self.post("/file-urls/batch", {"files": entries, **batch})

    def put(self, address, content=b"%PDF-1.4 x", **more):
        return self.http.put(address, content=content, **more)

    def upload(self, *files, **batch):
        """Ask for addresses, send the files, and return the id of the batch.

        A file is bytes, or a pair of name or object and bytes.
        """
        pairs = [file if isinstance(file, tuple) else ("a.pdf", file) for file in files or (b"%PDF-1.4 x",)]
        answer = self.request_uploads(*(name for name, _ in pairs), **batch)
        assert answer["code"] == 0, answer
        data = answer["data"]
        for address, (_, content) in zip(data["file_urls"], pairs, strict=True):
            assert self.put(address, content).status_code == 200
        return data["batch_id"]

    def results(self, batch_id):
        return self.get(f"/extract-results/batch/{batch_id}")["data"]["extract_result"]

    def states(self, batch_id):
        return [result["state"] for result in self.results(batch_id)]

    def wait(self, batch_id):
        """Ask until all states are ones that stay, and return the results."""
        return self._until(lambda: self.results(batch_id))

    def wait_task(self, task_id, *, path="/extract/task/"):
        return self._until(lambda: [self.get(path + task_id)["data"]])[0]

    def wait_agent(self, task_id):
        return self._until(lambda: [self.agent("GET", f"/parse/{task_id}").json()["data"]])[0]

    def agent(self, method, path, **more):
        return self.http.request(method, f"{self.root}/api/v1/agent{path}", **more)

    def archive(self, *files, **batch):
        """Upload, wait, and open the archive of the first file."""
        return self.open_archive(self.wait(self.upload(*files, **batch))[0])

    def open_archive(self, result):
        assert result["state"] == "done", result
        response = self.http.get(result["full_zip_url"])
        assert response.status_code == 200, response.text
        return Archive(zipfile.ZipFile(io.BytesIO(response.content)))

    def _until(self, look):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            results = look()
            if all(result["state"] in LASTING for result in results):
                return results
        raise AssertionError(f"the tasks are still {[result['state'] for result in results]}")


class Archive:
    """A result archive."""

    def __init__(self, opened):
        self.names = opened.namelist()
        self.opened = opened
        assert opened.testzip() is None

    def find(self, ending):
        (name,) = [name for name in self.names if name.endswith(ending)]
        return self.opened.read(name)

    def json(self, ending):
        return json.loads(self.find(ending))

    @property
    def markdown(self):
        return self.find("full.md").decode()

    @property
    def items(self):
        return self.json("_content_list.json")


class Site:
    """Shows files, and keeps what is posted to it."""

    def __init__(self):
        site = self
        self.files = {}
        self.posted = []
        self.asked = []
        self.statuses = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                content = site.files.get(self.path)
                self._answer(404 if content is None else 200, content or b"")

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                site.posted.append(json.loads(body))
                self._answer(site.statuses.pop(0) if site.statuses else 200, b"")

            def _answer(self, status, content):
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_posts(self, count):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.posted) < count:
            assert time.monotonic() < deadline, f"only {len(self.posted)} posts came"
        return self.posted

    @staticmethod
    def is_signed(push, *, uid, seed):
        return push["checksum"] == hashlib.sha256(f"{uid}{seed}{push['content']}".encode()).hexdigest()
