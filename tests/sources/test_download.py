import hashlib
import logging
import pickle
import socket
import traceback
import tracemalloc
import zlib

import anyio
import pytest

from docferry.errors import (
    CorruptSourceError,
    DocferryError,
    EmptySourceError,
    RateLimitedError,
    SourceError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnavailableError,
)
from docferry.sources import Source, open_source

pytestmark = pytest.mark.anyio

PDF = b"%PDF-1.7\n..."
MEGABYTE = 1024 * 1024


async def opened(url, **settings):
    """What is known of the file at a URL, and its bytes."""
    async with open_source(Source.from_url(url), **settings) as file:
        return file, file.read_bytes()


async def fails(url, kind, **settings):
    with pytest.raises(DocferryError) as caught:
        await opened(url, **settings)
    assert type(caught.value) is kind
    assert "secret" not in "".join(traceback.format_exception(caught.value))
    pickle.loads(pickle.dumps(caught.value))
    return caught.value


async def test_a_url_is_downloaded_hashed_and_described(web):
    file, data = await opened(web.serve("/docs/report.pdf", PDF) + "?sig=secret#page=2")
    assert data == PDF
    assert file.name == f"{web.address}/docs/report.pdf"
    assert file.file_name == "report.pdf"
    assert file.media_type == "application/pdf"
    assert file.size_bytes == len(PDF)
    assert file.fingerprint == f"sha256:{hashlib.sha256(PDF).hexdigest()}"
    assert file.content.suffix == ".pdf"
    assert not file.content.exists()
    assert web.requests[0][0] == "/docs/report.pdf?sig=secret"


@pytest.mark.parametrize(
    ("path", "headers", "file_name"),
    [
        ("/a%20report.pdf", {}, "a report.pdf"),
        ("/%E5%A0%B1%E5%91%8A", {}, "報告.pdf"),
        (
            "/download",
            {"Content-Disposition": 'attachment; filename="annual report.pdf"'},
            "annual report.pdf",
        ),
        ("/d", {"Content-Disposition": "attachment; filename*=UTF-8''%E5%A0%B1%E5%91%8A.pdf"}, "報告.pdf"),
        ("/d", {"Content-Disposition": 'attachment; filename="../../etc/passwd"'}, "passwd.pdf"),
        ("/d", {"Content-Disposition": "attachment"}, "d.pdf"),
        ("/d", {"Content-Disposition": "; ; filename*=x'y"}, "x'y.pdf"),
        ("/picture.png", {"Content-Type": "image/png"}, "picture.pdf"),
        ("/", {}, "document.pdf"),
    ],
)
async def test_the_file_name_comes_from_the_server_or_the_address(web, path, headers, file_name):
    file, _ = await opened(web.serve(path, PDF, headers=headers))
    assert file.file_name == file_name


@pytest.mark.parametrize(
    ("path", "declared", "media_type", "file_name"),
    [
        ("/export", "text/csv; charset=utf-8", "text/csv", "export.csv"),
        ("/notes.md", "text/plain", "text/markdown", "notes.md"),
        ("/export", "application/pdf", "text/plain", "export.txt"),
        ("/export.txt", "text/html", "text/plain", "export.txt"),
    ],
)
async def test_the_declared_type_only_tells_kinds_of_text_apart(web, path, declared, media_type, file_name):
    file, _ = await opened(web.serve(path, b"a,b\n1,2\n", headers={"Content-Type": declared}))
    assert (file.media_type, file.file_name) == (media_type, file_name)


async def test_a_login_page_instead_of_a_document_is_html(web):
    file, _ = await opened(web.serve("/report.pdf", b"<!doctype html><title>Log in</title>"))
    assert file.media_type == "text/html"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_the_name_stays(web, status):
    web.serve("/files/report.pdf", PDF)
    url = web.redirect("/latest", "/files/report.pdf?sig=secret", status=status, body=b"moved")
    file, data = await opened(url)
    assert data == PDF
    assert file.name == f"{web.address}/latest"
    assert file.file_name == "report.pdf"


async def test_a_redirect_to_another_host_does_not_take_the_password_along(web):
    target = web.serve("/b.pdf", PDF).replace("127.0.0.1", "localhost")
    url = web.redirect("/a.pdf", target).replace("http://", "http://user:secret@")
    await opened(url)
    asked = {path: headers.get("Authorization") for path, headers in web.requests}
    assert asked["/a.pdf"].startswith("Basic ")
    assert asked["/b.pdf"] is None


async def test_redirects_in_a_circle_end(web):
    error = await fails(web.redirect("/a.pdf", "/a.pdf?sig=secret"), SourceError)
    assert "redirects" in error.message
    assert len(web.requests) == 11


async def test_a_redirect_to_something_else_than_the_web_is_refused(web):
    await fails(web.redirect("/a.pdf", "file:///etc/passwd?secret"), SourceError)
    await fails(web.redirect("/b.pdf", "http://[::1/a?secret"), UnavailableError)
    await fails(web.redirect("/c.pdf", "http://xn--/a?secret"), SourceError)


async def test_no_log_line_holds_a_query_or_password(web, caplog):
    caplog.set_level(logging.INFO)
    web.serve("/b.pdf", PDF)
    url = web.redirect("/a.pdf", f"{web.address}/b.pdf?sig=secret")
    await opened(url.replace("http://", "http://user:secret@") + "?token=secret")
    assert "/b.pdf" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (202, UnavailableError),
        (204, EmptySourceError),
        (206, SourceError),
        (304, SourceError),
        (400, SourceError),
        (401, SourceError),
        (403, SourceError),
        (404, SourceNotFoundError),
        (407, SourceError),
        (408, UnavailableError),
        (410, SourceNotFoundError),
        (429, RateLimitedError),
        (451, SourceError),
        (500, UnavailableError),
        (503, UnavailableError),
        (599, UnavailableError),
    ],
)
async def test_a_status_that_is_no_success_is_a_typed_error_with_advice(web, status, kind):
    error = await fails(web.serve("/a.pdf", status=status) + "?sig=secret", kind)
    assert error.source == f"{web.address}/a.pdf"
    assert str(status) in error.message
    assert error.next_step


@pytest.mark.parametrize(
    ("advice", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 22 Nov 2026 10:01:30 GMT", 90.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
async def test_too_many_requests_says_when_to_come_back(web, advice, seconds):
    def answer(handler):
        handler.send_response_only(429)
        handler.send_header("Date", "Sun, 22 Nov 2026 10:00:00 GMT")
        handler.send_header("Retry-After", advice)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    error = await fails(web.handle("/a.pdf", answer), RateLimitedError)
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///a.pdf",
        "http://host:port/a?secret",
        "http://[::1/a?secret",
        "https://xn--/a?secret",
        "http://127.0.0.1:99999/a?secret",
        "http://127.0.0.1:-1/a?secret",
    ],
)
async def test_an_address_that_is_none_is_an_error(url):
    await fails(url, SourceError)


async def test_nobody_listening_is_unavailable(web, deaf_port):
    assert web
    error = await fails(f"http://127.0.0.1:{deaf_port}/a.pdf?secret", UnavailableError)
    assert "reached" in error.message


@pytest.fixture
def deaf_port():
    """A port that is taken, so that no other test gets it, and at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


async def test_a_server_that_says_nothing_is_given_up(web):
    url = web.handle("/a.pdf", lambda _: web.over.wait(60))
    error = await fails(url, UnavailableError, idle_timeout_seconds=0.05)
    assert "0.05 seconds" in error.message
    web.over.set()


async def test_a_body_that_stalls_is_given_up(web):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.wfile.flush()
        web.over.wait(60)

    await fails(web.handle("/a.pdf", answer), UnavailableError, idle_timeout_seconds=0.05)
    web.over.set()


async def test_a_body_shorter_than_announced_is_no_file(web):
    error = await fails(web.serve("/a.pdf", PDF, length=1000), UnavailableError)
    assert "broke off" in error.message


async def test_an_answer_that_is_not_http_is_unavailable(web):
    def answer(handler):
        handler.wfile.write(b"220 ftp.example.org ready\r\n")
        handler.close_connection = True

    await fails(web.handle("/a.pdf", answer), UnavailableError)


async def test_a_tls_connection_to_a_plain_server_is_unavailable(web):
    await fails(web.serve("/a.pdf", PDF).replace("http://", "https://"), UnavailableError)


def deflated(data):
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


async def test_the_compression_of_the_transfer_is_undone(web):
    text = b"# Tides\n" * 1000
    file, data = await opened(web.serve("/a.md", deflated(text), headers={"Content-Encoding": "gzip"}))
    assert data == text
    assert file.size_bytes == len(text)


async def test_damaged_compression_is_a_corrupt_source(web):
    url = web.serve("/a.md", b"not gzip at all", headers={"Content-Encoding": "gzip"})
    await fails(url, CorruptSourceError)


async def test_compression_does_not_slip_a_large_file_past_the_limit(web):
    url = web.serve("/a.md", deflated(bytes(5 * MEGABYTE)), headers={"Content-Encoding": "gzip"})
    await fails(url, SourceTooLargeError, max_size_bytes=MEGABYTE)


async def test_an_announced_size_above_the_limit_is_refused_before_the_body(web):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        web.over.wait(60)

    error = await fails(web.handle("/a.pdf", answer), SourceTooLargeError, max_size_bytes=10**9)
    assert "1,000,000,000,000" in error.message
    web.over.set()


def endless(handler):
    """Sends parts until the client has gone."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(bytes(64 * 1024))
    except OSError:
        handler.close_connection = True


async def test_an_endless_body_ends_at_the_limit(web):
    await fails(web.handle("/a.pdf", endless), SourceTooLargeError, max_size_bytes=3 * MEGABYTE)


async def test_a_cancelled_download_ends(web):
    with anyio.move_on_after(0.2) as scope:
        await opened(web.handle("/a.pdf", endless))
    assert scope.cancelled_caught


async def test_memory_does_not_grow_with_a_download(web):
    size_bytes = 64 * MEGABYTE
    part = b"%PDF-1.7" + bytes(MEGABYTE - 8)

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(size_bytes))
        handler.end_headers()
        for _ in range(size_bytes // len(part)):
            handler.wfile.write(part)

    url = web.handle("/a.pdf", answer)
    await opened(web.serve("/small.pdf", PDF))  # what is loaded and cached at first use is not counted
    tracemalloc.start()
    async with open_source(Source.from_url(url)) as file:
        assert file.size_bytes == size_bytes
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 16 * MEGABYTE


async def test_a_proxy_named_in_the_environment_is_used(web, monkeypatch):
    web.answers["http://docs.example.org/a.pdf"] = lambda handler: (
        web.serve("/x", PDF) and web.answers["/x"](handler)
    )
    monkeypatch.setenv("HTTP_PROXY", web.address)
    _, data = await opened("http://docs.example.org/a.pdf")
    assert data == PDF
    monkeypatch.setenv("HTTP_PROXY", web.address)


async def test_names_and_queries_with_spaces_and_chinese_reach_the_server(web):
    web.serve("/%E5%A0%B1%E5%91%8A%201.pdf", PDF)
    file, _ = await opened(f"{web.address}/報告 1.pdf?q=報 告")
    assert file.name == f"{web.address}/報告 1.pdf"
    assert file.file_name == "報告 1.pdf"
