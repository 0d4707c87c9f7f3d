"""The vendor's own clients, unmodified, against the emulator of MinerU; `make test-vendors` runs it.

It runs in an environment of its own that has the vendor's SDK and its two framework loaders, and nothing of
docferry. Everything docferry does here, it does as the command it is given: `client.py path/to/docferry`.

The SDK takes the two addresses as arguments. The loaders have no argument for them: they make their client by
calling `mineru.MinerU(token=...)`, so that name holds the SDK's class with the addresses filled in.
"""

import contextlib
import functools
import http.server
import importlib.metadata
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path

DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.pdf"
QUICK = ("--queue-seconds", "0", "--work-seconds", "0.2", "--requests-per-second", "0")
HEADING = "1.2 Passengers by month"
DISTRIBUTIONS = ("mineru-open-sdk", "langchain-mineru", "llama-index-readers-mineru")
PAGES = 8
PAGE = b"""<!DOCTYPE html><html><head><title>Ferries</title></head><body><h1>The timetable</h1>
<p>All boats leave on time.</p>
<table><tr><th>Boat</th><th>Leaves</th></tr><tr><td>Petrel</td><td>07:20</td></tr>
</table></body></html>"""


def main(command):
    # Frameworks look for their settings in the home folder.
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        os.environ["NO_PROXY"] = "127.0.0.1"
        document = Path(folder, "a folder", "annual report.pdf")
        document.parent.mkdir()
        document.write_bytes(DEMO.read_bytes())
        with emulator(command, *QUICK), file_server(document) as address:
            check("SDK: one file", lambda: extract(document))
            check("SDK: one address", lambda: extract_address(address))
            check("SDK: pages and extra formats", lambda: extract_some(document))
            check("SDK: several files", lambda: extract_batch(document))
            check("SDK: submit, and ask later", lambda: submit(document))
            check("SDK: web pages", lambda: crawl(f"{address}/timetable.html"))
            check("SDK: agent API", lambda: flash(document, address))
            check("SDK: errors", lambda: errors(document))
            check("LangChain loader, precision", lambda: langchain_precision(document))
            check("LangChain loader, agent, page by page", lambda: langchain_flash(document, address))
            check("LlamaIndex reader, precision", lambda: llama_index_precision(document))
            check("LlamaIndex reader, agent, page by page", lambda: llama_index_flash(document))
        with emulator(command, *QUICK[:4], "--set", "mineru.agent_requests_per_minute=1"):
            check("SDK: agent API, too many requests", lambda: too_many(document))
        with emulator(command, *QUICK, "--set", "mineru.has_err_code=true"):
            check("SDK: a file that fails", lambda: failed_file(document))
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS)
    say(f"{versions}: all passed")


@contextlib.contextmanager
def emulator(command, *options):
    """Run `docferry emulate mineru`, and point the clients at what it prints."""
    arguments = [command, "emulate", "mineru", "--port", "0", *options]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(2):
            name, _, value = process.stdout.readline().strip().partition("=")
            os.environ[name] = value
        os.environ["MINERU_TOKEN"] = os.environ["MINERU_API_KEY"]
        with loaders_use_the_emulator():
            yield
    finally:
        process.terminate()
        process.communicate()


@contextlib.contextmanager
def loaders_use_the_emulator():
    """Fill the addresses in where the loaders look for the SDK's client."""
    import mineru

    original = mineru.MinerU
    mineru.MinerU = functools.partial(original, **addresses())
    try:
        yield
    finally:
        mineru.MinerU = original


def addresses():
    root = os.environ["MINERU_BASE_URL"]
    return {"base_url": f"{root}/api/v4", "flash_base_url": f"{root}/api/v1/agent"}


@contextlib.contextmanager
def file_server(document):
    """The document and a web page at addresses of this machine, for clients that hand addresses on."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            is_page = self.path.endswith(".html")
            content = PAGE if is_page else document.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if is_page else "application/pdf")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/reports/annual.pdf"
    finally:
        server.shutdown()


def client(**arguments):
    from mineru import MinerU

    return MinerU(**arguments)


def extract(document):
    with client() as opened:
        result = opened.extract(str(document), timeout=60)
    check_result(result)
    assert result.filename == "annual report.pdf"
    assert len(result.images) == 5
    assert all(f"]({image.path})" in result.markdown for image in result.images if is_figure(result, image))
    items = result.content_list
    assert {item["page_idx"] for item in items} == set(range(PAGES))
    heading = next(item for item in items if item.get("text") == HEADING)
    assert (heading["type"], heading["text_level"], heading["page_idx"]) == ("text", 2, 2)
    table = next(item for item in items if item["type"] == "table")
    assert table["table_body"].startswith("<table><tr><td rowspan=1 colspan=1>Month</td>")
    assert table["table_caption"] == ["Table 1. Passengers by month and line, 2025"]
    assert all(
        0 <= low <= high <= 1000
        for item in items
        for low, high in zip(item["bbox"][:2], item["bbox"][2:], strict=True)
    )


def is_figure(result, image):
    return any(item["type"] == "image" and item["img_path"] == image.path for item in result.content_list)


def extract_address(address):
    with client() as opened:
        check_result(opened.extract(address, model="pipeline", timeout=60))


def extract_some(document):
    with client() as opened:
        result = opened.extract(
            str(document), pages="2,4-5", extra_formats=["docx", "html", "latex"], ocr=True, language="en"
        )
    assert {item["page_idx"] for item in result.content_list} == {0, 1, 2}
    assert HEADING not in result.markdown
    assert "<table>" in result.html
    assert result.latex.startswith("\\documentclass")
    with zipfile.ZipFile(io.BytesIO(result.docx)) as opened:
        assert "word/document.xml" in opened.namelist()
    saved = result.save_all(str(document.parent / "saved"))
    names = {path.name for path in saved.iterdir()}
    assert {"full.md", "layout.json", "images"} < names
    layout = json.loads((saved / "layout.json").read_text(encoding="utf-8"))
    assert [page["page_idx"] for page in layout["pdf_info"]] == [0, 1, 2]


def extract_batch(document):
    names = [document.with_name(f"{name}.pdf") for name in ("one", "two", "three")]
    for name in names:
        name.write_bytes(document.read_bytes())
    with client() as opened:
        results = list(opened.extract_batch([str(name) for name in names], model="vlm", timeout=60))
    assert sorted(result.filename for result in results) == ["one.pdf", "three.pdf", "two.pdf"]
    for result in results:
        check_result(result)


def submit(document):
    from mineru import FileParam

    with client() as opened:
        parameters = {str(document): FileParam(pages="1-2", data_id="my-id.1")}
        batch_id = opened.submit(str(document), file_params=parameters)
        first = opened.get_batch(batch_id)
        assert first[0].state in {"pending", "running"}
        while True:
            (result,) = opened.get_batch(batch_id)
            if result.state == "done":
                break
            assert result.state in {"pending", "running"}, result
    assert {item["page_idx"] for item in result.content_list} == {0, 1}


def crawl(page_address):
    with client() as opened:
        result = opened.crawl(page_address, timeout=60)
        assert result.state == "done", result
        assert result.markdown.startswith("# The timetable")
        assert "<td rowspan=1 colspan=1>07:20</td>" in result.markdown
        assert result.html.startswith("<!DOCTYPE html>")
        assert result.content_list is None
        unreachable = opened.crawl("http://127.0.0.1:9/page.html", timeout=60)
        assert (unreachable.state, unreachable.error) == ("failed", "failed to read the web page")


def flash(document, address):
    with client() as opened:
        for source in (str(document), address):
            result = opened.flash_extract(source, timeout=60)
            assert result.state == "done"
            assert HEADING in result.markdown
        some = opened.flash_extract(str(document), page_range="1-2", enable_table=False, timeout=60)
        assert HEADING not in some.markdown


def errors(document):
    import httpx
    from mineru import exceptions

    nobody = client(token="sk-nobody")
    # The SDK does not read the gateway's own envelope.
    expect(httpx.HTTPStatusError, lambda: nobody.get_task("x"))
    notes = document.with_name("notes.txt")
    notes.write_text("x")
    with client() as opened:
        expect(exceptions.TaskNotFoundError, lambda: opened.get_task("00000000"), code="-60012")
        expect(exceptions.MinerUError, lambda: opened.submit(str(notes)), code="-60002")
        expect(exceptions.ParamError, lambda: opened.submit(str(document), model="best"), code="-10002")
        expect(exceptions.ParamError, lambda: opened.submit(str(document), pages="a-b"), code="-10002")
        expect(exceptions.FlashUnsupportedTypeError, lambda: opened.flash_extract(str(notes)), code="-30002")
        wrong = {"page_range": "1-2,4"}
        expect(
            exceptions.FlashParamError, lambda: opened.flash_extract(str(document), **wrong), code="-30004"
        )


def too_many(document):
    from mineru import exceptions

    with client() as opened:
        assert opened.flash_extract(str(document)).state == "done"
        expect(exceptions.MinerUError, lambda: opened.flash_extract(str(document)), code="RATE_LIMITED")


def failed_file(document):
    damaged = document.with_name("damaged.pdf")
    damaged.write_bytes(DEMO.read_bytes()[:2000])
    with client() as opened:
        results = list(opened.extract_batch([str(damaged), str(document)], timeout=60))
    found = {result.filename: result for result in results}
    check_result(found["annual report.pdf"])
    failed = found["damaged.pdf"]
    assert (failed.state, failed.err_code, bool(failed.error)) == ("failed", "-60003", True)


def langchain_precision(document):
    from langchain_mineru import MinerULoader

    (loaded,) = MinerULoader(str(document), mode="precision", language="en", timeout=60).load()
    assert HEADING in loaded.page_content
    assert loaded.metadata["filename"] == "annual report.pdf"


def langchain_flash(document, address):
    from langchain_mineru import MinerULoader

    (loaded,) = MinerULoader([address], timeout=60).load()
    assert HEADING in loaded.page_content
    pages = MinerULoader(str(document), split_pages=True, pages="2-3", timeout=60).load()
    assert [page.metadata["page"] for page in pages] == [2, 3]
    assert [HEADING in page.page_content for page in pages] == [False, True]


def llama_index_precision(document):
    from llama_index.readers.mineru import MinerUReader

    (loaded,) = MinerUReader(mode="precision", pages="3", timeout=60).load_data(
        document, {"project": "harbour"}
    )
    assert HEADING in loaded.text
    assert loaded.metadata["project"] == "harbour"
    assert loaded.metadata["pages"] == "3"


def llama_index_flash(document):
    from llama_index.readers.mineru import MinerUReader

    loaded = MinerUReader(split_pages=True, pages="2-3", timeout=60).load_data([document])
    assert [page.metadata["page"] for page in loaded] == [2, 3]
    assert [HEADING in page.text for page in loaded] == [False, True]


def check_result(result):
    assert result.state == "done", result
    assert HEADING in result.markdown
    assert result.content_list


def expect(kind, call, *, code=None):
    try:
        call()
    except kind as error:
        found = getattr(error, "code", None)
        assert code is None or found == code, f"{kind.__name__} with {code} was wanted, not {found}"
        return
    raise AssertionError(f"{kind.__name__} was wanted")


def check(name, work):
    work()
    say(f"  {name}: passed")


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
