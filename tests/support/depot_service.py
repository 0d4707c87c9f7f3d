"""The depot as a real HTTP service on loopback: keeps what it is sent, and does as the test tells it."""

import email.parser
import email.policy
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class DepotService:
    """Counts what it is asked; its jobs end when the test lets them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.keys = {"key-1", "key-2"}
        self.submissions = []
        """Names of the files of each submission that was accepted, in order."""
        self.owners = []
        self.contents = {}
        self.stopped = set()
        self.words = {}
        """What to say of the jobs of a file, by name, instead of "done"."""
        self.refused = set()
        self.polls = 0
        self.fetches = 0
        self.knows_cancelling = True
        self.out_of_order = False
        self.may_finish = threading.Event()
        self.may_finish.set()
        self.may_answer = threading.Event()
        """Clear it to have submissions accepted but not answered."""
        self.may_answer.set()
        self.heard = threading.Event()
        self.base_url = ""
        self.last_headers = {}

    @property
    def files(self):
        """Names of all files submitted."""
        return [name for names in self.submissions for name in names]

    def submit(self, key, files):
        names = tuple(name for name, _ in files)
        if self.refused.intersection(names):
            return 422, {}
        with self.lock:
            batch = f"b{len(self.submissions)}"
            self.submissions.append(names)
            self.owners.append(key)
            self.contents[batch] = tuple(content for _, content in files)
        self.heard.set()
        self.may_answer.wait(60)
        return 200, {"batch": batch}

    def poll(self, key, batch):
        with self.lock:
            self.polls += 1
        number = int(batch[1:]) if batch[1:].isdecimal() else -1
        if not 0 <= number < len(self.submissions) or self.owners[number] != key:
            return 404, {}
        return 200, {"states": [self._word(batch, name) for name in self.submissions[number]]}

    def _word(self, batch, name):
        if batch in self.stopped:
            return "stopped"
        return self.words.get(name, "done") if self.may_finish.is_set() else "wait"

    def stop(self, key, batch):
        if self.poll(key, batch)[0] == 404:
            return 404, {}
        if self.knows_cancelling:
            self.stopped.add(batch)
        return 200, {"stopped": self.knows_cancelling}

    def result(self, batch, item):
        with self.lock:
            self.fetches += 1
        return self.contents[batch][int(item)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size)
        if len(body) < size:  # the client died on the way
            return
        self._answer(lambda key: self.server.depot.submit(key, self._files(body)))

    def do_GET(self):
        _, kind, *names = urlsplit(self.path).path.split("/")
        if kind == "results":
            self._send(200, self.server.depot.result(*names), "text/plain; charset=utf-8")
        elif kind == "account":
            self._answer(lambda _key: (200, {"pages left": 480}))
        else:
            self._answer(lambda key: self.server.depot.poll(key, names[0]))

    def do_DELETE(self):
        self._answer(lambda key: self.server.depot.stop(key, self.path.rpartition("/")[2]))

    def _files(self, body):
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        return [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_parts()]

    def _answer(self, work):
        self.server.depot.last_headers = dict(self.headers)
        key = self.headers.get("x-depot-key", "")
        status, value = work(key) if key in self.server.depot.keys else (401, {})
        if self.server.depot.out_of_order:
            status, value = 501, {}  # which is not asked again
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status, body, media_type):
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A killed client is no news."""


@contextmanager
def running_depot():
    """A depot that listens until the block ends."""
    depot = DepotService()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.depot = depot
    depot.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield depot
    finally:
        depot.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()
