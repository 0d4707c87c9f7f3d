"""A server of version 3 that answers every file with one bundle: the bones of the protocol, on loopback."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TASK = "4f9c2a10"
HEALTH = {"status": "healthy", "version": "3.1.15", "protocol_version": 2}
STATUS = {"task_id": TASK, "status": "completed", "backend": "pipeline", "error": None}


@contextmanager
def bundle_server(archive):
    """Serve the archive; gives the address.

    Args:
        archive: Bytes of the result's zip archive.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answers = {
                "/health": (200, "application/json", json.dumps(HEALTH).encode()),
                f"/tasks/{TASK}": (200, "application/json", json.dumps(STATUS).encode()),
                f"/tasks/{TASK}/result": (200, "application/zip", archive),
            }
            self.answer(*answers.get(self.path, (404, "application/json", b'{"detail":"Not Found"}')))

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(202, "application/json", json.dumps(STATUS | {"status": "pending"}).encode())

        def answer(self, status, media_type, body):
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
