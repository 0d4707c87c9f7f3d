"""A web server on loopback whose answers each test writes itself."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Web:
    """A running server: `serve` adds answers, `requests` has what was asked for.

    Released at the end of the test: handlers that wait for `over` then return.
    """

    def __init__(self):
        self.answers = {}
        self.requests = []
        self.over = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                web.requests.append((self.path, dict(self.headers)))
                path = self.path.partition("?")[0]
                web.answers.get(path, not_found)(self)

            def log_message(self, *_):
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def serve(self, path, body=b"", *, status=200, headers=(), length=None):
        """Answer that path with a body; `length` announces another length than it has. Returns the URL."""

        def answer(handler):
            handler.send_response(status)
            for name, value in dict(headers).items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body) if length is None else length))
            handler.end_headers()
            handler.wfile.write(body)
            if length is not None:
                handler.close_connection = True

        return self.handle(path, answer)

    def handle(self, path, answer):
        """Answer that path with a function of the handler. Returns the URL."""
        self.answers[path] = answer
        return self.address + path

    def redirect(self, path, location, *, status=302, body=b""):
        """Send whoever asks for that path elsewhere. Returns the URL."""
        return self.serve(path, body, status=status, headers={"Location": location})

    def stop(self):
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def not_found(handler):
    handler.send_error(404)


@pytest.fixture
def web():
    server = Web()
    yield server
    server.stop()
