"""What the vendors' clients and ours send, recorded between them and an emulator; for the scripts here.

Needs the standard library only, because the scripts run in environments of the vendors' clients.
"""

import contextlib
import email.parser
import email.policy
import hashlib
import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
from urllib.parse import parse_qsl, urlsplit

OF_THE_CONNECTION = {"connection", "content-length", "host", "transfer-encoding"}


@contextlib.contextmanager
def emulator(command, name, *options):
    """Run `docferry emulate NAME`; gives the variables that it prints."""
    arguments = [command, "emulate", name, "--port", "0", *options]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        pairs = (process.stdout.readline().strip().partition("=") for _ in range(2))
        yield {key: value for key, _, value in pairs}
    finally:
        process.terminate()
        process.communicate()


@contextlib.contextmanager
def recorder(target):
    """Serve on a port of its own, hand every request on to an address, and keep it.

    Gives the address to use instead, and the list of requests, which grows. Each is a dictionary of method,
    path, query, headers (names in lower case) and body: a JSON value, or the parts of a form.
    """
    kept = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(target, kept))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def parse_with_docferry(command, document, *arguments, folder, variables):
    """Run `docferry parse` on a document with a ledger and a cache of its own; what it prints."""
    environment = {
        **os.environ,
        **variables,
        "DOCFERRY_LEDGER": str(folder / "ledger.sqlite3"),
        "DOCFERRY_CACHE": str(folder / "payloads"),
    }
    done = subprocess.run(
        [command, "parse", str(document), "--to", "document", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def without_ids(request, prefixes):
    """A request without the ids that a service makes anew each time: what is left of each is its prefix."""
    text = json.dumps(request)
    for word in text.replace('"', " ").replace("/", " ").split():
        prefix = next((each for each in prefixes if word.startswith(each)), "")
        text = text.replace(word, prefix) if prefix else text
    return json.loads(text)


def differences(theirs, ours):
    """Where two requests differ: a sorted list of places such as "headers.user-agent"."""
    return sorted(_differing(theirs, ours, ""))


def check(name, work):
    """Do one piece of work, and say that it passed."""
    work()
    say(f"  {name}: passed")


def say(line):
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _differing(one, other, place):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            inner = f"{place}.{key}" if place else key
            yield from _differing(one.get(key, "(none)"), other.get(key, "(none)"), inner)
    elif one != other:
        yield place


def _handler(target, kept):
    host = urlsplit(target).netloc

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self):
            body = self._body()
            kept.append(_described(self.command, self.path, self.headers, body))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in OF_THE_CONNECTION}
            connection = http.client.HTTPConnection(host, timeout=60)
            connection.request(self.command, self.path, body=body or None, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in OF_THE_CONNECTION:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_GET = do_POST = do_PUT = do_DELETE = handle_one  # noqa: N815 - the server's names

        def _body(self):
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *_arguments):
            pass

    return Handler


def _described(method, address, headers, body):
    parts = urlsplit(address)
    named = {k.lower(): v for k, v in headers.items() if k.lower() not in OF_THE_CONNECTION}
    kind = named.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        named["content-type"] = "multipart/form-data"
        content = {"parts": _form(kind, body)}
    else:
        content = json.loads(body) if body else {}
    return {
        "method": method,
        "path": parts.path,
        "query": dict(parse_qsl(parts.query)),
        "headers": named,
        "body": content,
    }


def _form(kind, body):
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + body
    )
    return [
        {
            "disposition": part["Content-Disposition"],
            "type": part.get("Content-Type", ""),
            "sha256": hashlib.sha256(part.get_payload(decode=True) or b"").hexdigest(),
        }
        for part in message.iter_parts()
    ]
