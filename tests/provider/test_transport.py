"""Requests over real sockets: what is sent, what comes back, and what is never logged."""

import asyncio
import dataclasses
import hashlib
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from docferry.errors import ConfigurationError, SourceError, SourceNotFoundError
from docferry.provider import FilePart, NetworkSettings, Request
from docferry.provider.faults import Fault, Outlook, TransportFault
from docferry.provider.transport import REQUESTS_IN_FLIGHT, HttpTransport
from docferry.sources import SourceFile


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        if len(body) < size:  # the client thought better of it
            self.close_connection = True
            return
        server = self.server
        with server.lock:
            server.now += 1
            server.most = max(server.most, server.now)
        if self.path.startswith("/slow"):
            server.gate.wait(60)
        with server.lock:
            server.now -= 1
        if self.path.startswith("/away"):
            self._reply(302, b"", Location=f"http://localhost:{server.server_port}/echo?sig=other")
            return
        if self.path.startswith("/on"):
            self._reply(307, b"", Location=f"http://localhost:{server.server_port}/echo")
            return
        if self.path.startswith("/loop"):
            self._reply(302, b"", Location="/loop")
            return
        if self.path.startswith("/cut"):
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"short")
            self.close_connection = True
            return
        status = 503 if self.path.startswith("/busy") else 200
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": dict(self.headers),
            "body": body.decode("latin-1"),
        }
        self._reply(status, json.dumps(seen).encode(), **{"Retry-After": "7", "Set-Cookie": "account=first"})

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - http.server's names

    def _reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.lock, made.gate, made.now, made.most = threading.Lock(), threading.Event(), 0, 0
    made.url = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.gate.set()
    made.shutdown()
    made.server_close()
    thread.join()


def send(*requests, network=None, sink=None):
    async def main():
        transport = HttpTransport(network=network or NetworkSettings())
        try:
            return await asyncio.gather(*(transport.send(request, sink=sink) for request in requests))
        finally:
            await transport.aclose()

    with asyncio.Runner() as runner:
        return runner.run(main())


def echo(*requests, **kwargs):
    return json.loads(send(*requests, **kwargs)[0].body)


def file_of(content=b"12345", name="ä b.pdf"):
    return SourceFile(
        name=name,
        file_name=name,
        media_type="application/pdf",
        size_bytes=len(content),
        fingerprint="",
        content=content,
    )


def test_form_fields_repeat_in_order(server):
    form = (("formats", "json"), ("key", "k"), ("formats", "markdown"))
    seen = echo(Request(method="POST", url=f"{server.url}/echo", form=form))
    assert seen["body"] == "formats=json&formats=markdown&key=k"
    assert seen["headers"]["Content-Type"] == "application/x-www-form-urlencoded"


def test_multipart_carries_file_and_fields(server):
    part = FilePart(field="file", file=file_of(), file_name="a.pdf", media_type="application/pdf")
    seen = echo(Request(method="POST", url=f"{server.url}/echo", form=(("key", "k"),), files=(part,)))
    assert 'name="file"; filename="a.pdf"' in seen["body"]
    assert "12345" in seen["body"]
    assert int(seen["headers"]["Content-Length"]) == len(seen["body"])


def test_upload_has_a_length_and_no_content_type(server):
    seen = echo(Request(method="PUT", url=f"{server.url}/echo", upload=file_of(b"x" * 3_000_000)))
    assert seen["headers"]["Content-Length"] == "3000000"
    assert "Content-Type" not in seen["headers"]
    assert "Transfer-Encoding" not in seen["headers"]
    assert len(seen["body"]) == 3_000_000


@pytest.fixture
def big_file(tmp_path):
    """A file on the disk, as it was when it was hashed."""
    content = b"x" * 3_000_000
    path = tmp_path / "big.pdf"
    path.write_bytes(content)
    return dataclasses.replace(
        file_of(content), content=path, fingerprint=f"sha256:{hashlib.sha256(content).hexdigest()}"
    )


def sending(server, file, way):
    if way == "upload":
        return Request(method="PUT", url=f"{server.url}/echo", upload=file)
    part = FilePart(field="file", file=file, file_name="a.pdf", media_type="application/pdf")
    return Request(method="POST", url=f"{server.url}/echo", files=(part,))


@pytest.mark.parametrize("way", ["upload", "form"])
def test_a_file_on_the_disk_is_sent_whole(server, big_file, way):
    seen = echo(sending(server, big_file, way))
    assert seen["body"].count("x") >= 3_000_000
    assert int(seen["headers"]["Content-Length"]) == len(seen["body"])


@pytest.mark.parametrize("way", ["upload", "form"])
@pytest.mark.parametrize("change", [b"x" * 2_999_999 + b"y", b"x" * 2_999_999, b"x" * 3_000_001])
def test_a_file_that_was_changed_never_arrives_whole(server, big_file, way, change):
    big_file.content.write_bytes(change)
    with pytest.raises(SourceError, match="was changed") as caught:
        send(sending(server, big_file, way))
    assert caught.value.source == big_file.name


@pytest.mark.parametrize("way", ["upload", "form"])
def test_a_file_that_is_gone_is_the_sources_trouble(server, big_file, way):
    big_file.content.unlink()
    with pytest.raises(SourceNotFoundError):
        send(sending(server, big_file, way))


def test_own_headers_stay_away_from_foreign_addresses(server):
    network = NetworkSettings(headers=(("X-Gateway", "g"),))
    own = echo(Request(method="GET", url=f"{server.url}/echo"), network=network)
    foreign = echo(Request(method="GET", url=f"{server.url}/echo", is_foreign=True), network=network)
    assert own["headers"]["X-Gateway"] == "g"
    assert "X-Gateway" not in foreign["headers"]


def test_a_cookie_set_for_one_account_does_not_go_along_for_another(server):
    async def main():
        transport = HttpTransport(network=NetworkSettings())
        try:
            request = Request(method="GET", url=f"{server.url}/echo")
            return [await transport.send(request) for _ in range(2)]
        finally:
            await transport.aclose()

    first, second = asyncio.run(main())
    assert first.headers["set-cookie"] == "account=first"
    assert "Cookie" not in json.loads(second.body)["headers"]


def test_a_redirect_to_another_host_takes_no_key_along(server):
    seen = echo(Request(method="GET", url=f"{server.url}/away", headers={"x-api-key": "secret"}))
    assert seen["path"] == "/echo?sig=other"
    assert "x-api-key" not in seen["headers"]


def test_an_endless_redirect_ends(server):
    with pytest.raises(TransportFault) as caught:
        send(Request(method="GET", url=f"{server.url}/loop"))
    assert caught.value.fault is Fault.IMPOSSIBLE


def test_a_body_streams_into_the_sink_on_success_only(server):
    parts = []

    async def sink(data):
        parts.extend(data)

    good, busy = send(
        Request(method="GET", url=f"{server.url}/echo"),
        Request(method="GET", url=f"{server.url}/busy"),
        sink=sink,
    )
    assert good.body == b""
    assert good.saved_bytes == len(b"".join(parts))
    assert (busy.status, busy.headers["retry-after"]) == (503, "7")


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://127.0.0.1:1/", Fault.NOT_SENT),
        ("nonsense://x/", Fault.IMPOSSIBLE),
        ("http://", Fault.IMPOSSIBLE),
    ],
)
def test_trouble_says_how_far_it_got(url, fault):
    with pytest.raises(TransportFault) as caught:
        send(Request(method="GET", url=url))
    assert caught.value.fault is fault


@pytest.mark.parametrize("network", [None, NetworkSettings(proxy="http://127.0.0.1:1")])
def test_a_refused_connection_is_told_apart(network):
    with pytest.raises(TransportFault, match="nothing listens") as caught:
        send(Request(method="GET", url="http://127.0.0.1:1/"), network=network)
    assert caught.value.outlook is Outlook.DOUBTFUL


def test_a_body_too_long_for_memory_is_not_asked_for_again(server):
    async def main():
        transport = HttpTransport(network=NetworkSettings(), max_body_bytes=10)
        try:
            await transport.send(Request(method="GET", url=f"{server.url}/echo"))
        finally:
            await transport.aclose()

    with asyncio.Runner() as runner, pytest.raises(TransportFault, match="ResponseTooLarge") as caught:
        runner.run(main())
    assert caught.value.fault is Fault.UNREADABLE


def test_a_body_that_breaks_off_is_no_response(server):
    with pytest.raises(TransportFault) as caught:
        send(Request(method="GET", url=f"{server.url}/cut"))
    assert caught.value.fault is Fault.UNKNOWN


def open_when_full(server):
    """Lets the slow requests go once as many as may be are under way, and one more had time to come."""
    for _ in range(10_000):
        if server.now >= REQUESTS_IN_FLIGHT:
            break
        server.gate.wait(0.005)
    server.gate.wait(0.2)
    server.gate.set()


def test_requests_in_flight_are_bounded(server):
    requests = [Request(method="GET", url=f"{server.url}/slow") for _ in range(60)]
    opener = threading.Thread(target=open_when_full, args=(server,))
    opener.start()
    send(*requests)
    opener.join()
    assert server.most == REQUESTS_IN_FLIGHT


def test_no_query_and_no_key_is_ever_logged(server, caplog):
    with caplog.at_level(logging.INFO):
        send(
            Request(
                method="GET",
                url=f"{server.url}/away?sig=topsecret",
                headers={"Authorization": "Bearer topkey"},
            )
        )
        send(Request(method="GET", url=f"{server.url}/echo", query={"sig": "topsecret"}))
    assert "/echo" in caplog.text
    for secret in ("topsecret", "topkey", "sig=other"):
        assert secret not in caplog.text


def test_requests_and_responses_hide_their_content_in_reprs(server):
    request = Request(
        method="POST",
        url=f"{server.url}/echo?sig=topsecret",
        form=(("api_key", "topsecret"),),
        headers={"a": "topsecret"},
    )
    assert "topsecret" not in repr(request)
    assert "topsecret" not in repr(send(request)[0])


def test_a_certificate_file_that_is_none_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigurationError, match="ca_file"):
        send(
            Request(method="GET", url="http://127.0.0.1:1/"),
            network=NetworkSettings(ca_file=str(tmp_path / "no")),
        )


def test_proxy_variables_of_the_environment_are_used(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    seen = echo(Request(method="GET", url="http://service.invalid/echo"))
    assert seen["path"] == "http://service.invalid/echo"


def test_a_proxy_of_the_settings_is_used(server):
    seen = echo(
        Request(method="GET", url="http://service.invalid/echo"), network=NetworkSettings(proxy=server.url)
    )
    assert seen["path"] == "http://service.invalid/echo"


def test_a_document_is_not_sent_on_to_another_host(server):
    with pytest.raises(TransportFault) as caught:
        send(Request(method="POST", url=f"{server.url}/on", form=(("api_key", "topsecret"),)))
    assert caught.value.fault is Fault.IMPOSSIBLE


def test_the_intent_is_written_once_there_is_a_place(server):
    order = []

    async def before():
        order.append("before")

    async def main():
        transport = HttpTransport(network=NetworkSettings())
        try:
            held = [
                transport.send(Request(method="GET", url=f"{server.url}/slow"))
                for _ in range(REQUESTS_IN_FLIGHT)
            ]
            tasks = [asyncio.create_task(work) for work in held]
            while server.now < REQUESTS_IN_FLIGHT:
                await asyncio.sleep(0.005)
            paid = asyncio.create_task(
                transport.send(Request(method="POST", url=f"{server.url}/echo"), before=before)
            )
            await asyncio.sleep(0.05)
            order.append("place")
            server.gate.set()
            await asyncio.gather(paid, *tasks)
        finally:
            await transport.aclose()

    with asyncio.Runner() as runner:
        runner.run(main())
    assert order == ["place", "before"]
