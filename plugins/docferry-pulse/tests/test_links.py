"""Sources that the service downloads itself."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pulse_documents import small_pdf

from docferry.errors import SourceNotFoundError
from docferry.ingest import JobDesk, parse
from docferry.model import PageSelection


@pytest.fixture
def web():
    """A web server with one document; gives its address and what was asked for."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers.get("user-agent", "")))
            content = small_pdf() if self.path.startswith("/tides") else b""
            self.send_response(200 if content else 404)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_the_service_downloads_and_docferry_does_not(emulate, web):
    base, seen = web
    service = emulate()
    document = parse(f"{base}/tides.pdf?sig=1", provider="pulse", options={"send_url": True})

    assert [page.number for page in document.pages] == [1, 2]
    assert document.source_fingerprint.startswith("url:")
    assert [path for path, _ in seen] == ["/tides.pdf?sig=1"]
    assert service.counters.requests["submit"] == 1
    (job,) = JobDesk().list_jobs()
    assert "sig" not in f"{job.source_name} {job.file_name} {job.options_json}"


def test_without_the_option_docferry_downloads_and_uploads(emulate, web):
    base, seen = web
    emulate()
    document = parse(f"{base}/tides.pdf", provider="pulse")

    assert document.source_fingerprint.startswith("sha256:")
    assert len(seen) == 1


def test_pages_are_selected_of_what_nobody_here_has_seen(emulate, web):
    base, _ = web
    emulate()
    document = parse(
        f"{base}/tides.pdf", provider="pulse", options={"send_url": True}, pages=PageSelection.of([2])
    )

    assert [page.number for page in document.pages] == [2]


def test_an_address_that_is_trusted_finds_what_was_paid_for(emulate, web):
    base, _ = web
    service = emulate()
    options = {"send_url": True, "trust_url": True}
    first = parse(f"{base}/tides.pdf?x-amz-signature=1", provider="pulse", options=options)
    second = parse(f"{base}/tides.pdf?x-amz-signature=2", provider="pulse", options=options)

    assert first == second
    assert service.counters.requests["submit"] == 1


def test_an_address_that_the_service_cannot_reach_is_an_error_of_the_source(emulate, web):
    base, _ = web
    emulate()
    with pytest.raises(SourceNotFoundError, match="could not download"):
        parse(f"{base}/nothing.pdf", provider="pulse", options={"send_url": True})
