"""The plugin against the real open-source MinerU servers, as published; `make integration-mineru` runs it.

Each version gets an environment of its own below .venv-integration-mineru-VERSION (about 800 MB each), is
started on loopback without any models, and parses a PDF, a DOCX, a PPTX, an XLSX and a web page. A server of
version 3 without models refuses PDFs and does not know web pages: there that refusal is what is wanted.
Versions given as arguments choose among them.
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import docferry
from docferry.errors import DocferryError, JobFailedError, UnsupportedSourceError
from docferry.model import Document, ElementKind
from docferry.rendering import render_text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = os.environ.get("PYTHON", sys.executable)
PATIENCE_SECONDS = 120
JUDGE = "--judge"
SECRET = "integration-key"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, kw_only=True)
class Server:
    """One published server.

    Args:
        version: Version of the distribution mineru.
        health: Path that answers once it is ready.
        arguments: Its arguments besides host and port; FOLDER stands for a folder of its own.
        refusals: What it refuses, and the error that this must be.
        key: The key that it asks for; empty for none.
    """

    version: str
    health: str
    arguments: tuple[str, ...] = ()
    refusals: dict[str, type[DocferryError]] = field(default_factory=dict)
    key: str = ""

    @property
    def environment(self):
        return ROOT / f".venv-integration-mineru-{self.version}"


SERVERS = (
    Server(
        version="4.0.12",
        health="/v1/health",
        arguments=("--tier", "flash", "--upload-dir", "FOLDER/uploads", "--api-key", SECRET),
        key=SECRET,
    ),
    Server(
        version="3.4.5",
        health="/health",
        refusals={"demo.pdf": JobFailedError, "survey.html": UnsupportedSourceError},
    ),
)
WANTED = {
    "demo.pdf": ("Merrow Harbour Ferries", "1.2 Passengers by month", "21,340"),
    "survey.docx": (
        "Harbour Survey 2031",
        "Counts by week",
        "Count people, not tickets.",
        "131",
        "Nothing is",
    ),
    "survey.pptx": ("Harbour Survey 2031", "Close the gate", "131", "Plans for the next year"),
    "survey.xlsx": ("North", "131", "A second gate", "5900"),
    "survey.html": (
        "Harbour Survey 2031",
        "Counts by week",
        "Count people, not tickets.",
        "131",
        "Nothing is",
    ),
}
PAGES = {"demo.pdf": 8, "survey.docx": 1, "survey.pptx": 2, "survey.xlsx": 2, "survey.html": 1}
WITH_TABLES = ("survey.docx", "survey.pptx", "survey.xlsx", "survey.html")


def main():
    heads = f"{'s':>5} {'pages':>5} {'elements':>8} {'tables':>6} {'boxes':>5}"
    say(f"{'server':8} {'document':12} {heads}  result")
    statuses = []
    for server in (server for server in SERVERS if not sys.argv[1:] or server.version in sys.argv[1:]):
        install(server)
        # Ledger and payloads of its own: what one server parsed, docferry would not ask another for.
        with tempfile.TemporaryDirectory() as folder:
            paths = {"DOCFERRY_LEDGER": f"{folder}/ledger.sqlite3", "DOCFERRY_CACHE": f"{folder}/payloads"}
            command = [sys.executable, __file__, JUDGE, server.version]
            statuses.append(subprocess.run(command, env={**os.environ, **paths}, check=False).returncode)
    say("not as wanted" if any(statuses) else "all as wanted")
    return 1 if any(statuses) else 0


def judge_server(server):
    problems = []
    with tempfile.TemporaryDirectory() as folder, running(server, Path(folder)) as address:
        documents = make_documents(server, Path(folder, "documents"))
        problems += judge_key(server, documents[-1], address)
        for path in documents:
            problems += judge(server, path, address)
        problems += judge_pages(server, documents[0], address)
    for problem in problems:
        say(problem)
    return 1 if problems else 0


def install(server):
    stamp = server.environment / ".installed"
    if stamp.exists():
        return
    say(f"installing mineru {server.version} into {server.environment.name} (about 800 MB)")
    subprocess.run([PYTHON, "-m", "venv", str(server.environment)], check=True)
    pip = [str(server.environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, f"mineru=={server.version}"], check=True)
    stamp.touch()


def make_documents(server, folder):
    """The documents, written in the server's environment, and the demo of the repository."""
    folder.mkdir()
    python = str(server.environment / "bin" / "python")
    subprocess.run([python, str(HERE / "office_documents.py"), str(folder)], check=True)
    (folder / "demo.pdf").write_bytes((ROOT / "examples" / "demo.pdf").read_bytes())
    return [folder / name for name in WANTED]


@contextlib.contextmanager
def running(server, folder):
    """Start the server in a folder of its own; it writes into its home and into the current folder."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    arguments = [argument.replace("FOLDER", str(folder)) for argument in server.arguments]
    command = [str(server.environment / "bin" / "mineru-api"), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=folder,
            env={**os.environ, "HOME": str(folder), "MINERU_API_OUTPUT_ROOT": str(folder / "output")},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(process, address + server.health, folder / "log")
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(process, address, log):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError), OPENER.open(address, timeout=5):
            return
        time.sleep(0.5)
    raise SystemExit(f"the server does not start:\n{log.read_text(errors='replace')[-3000:]}")


def judge(server, path, address):
    """Parse a document, print its row, and return what is not as wanted."""
    wanted = server.refusals.get(path.name)
    options = {"server_url": address, **({"api_key": server.key} if server.key else {})}
    began = time.monotonic()
    try:
        document = docferry.parse(path, provider="mineru", options=options)
    except DocferryError as error:
        is_wanted = wanted is not None and isinstance(error, wanted)
        problems = [] if is_wanted else [f"{type(error).__name__}: {error}"]
        seconds = time.monotonic() - began
        row = f"{seconds:5.1f} {'':5} {'':8} {'':6} {'':5}  "
        say(f"{server.version:8} {path.name:12} {row}{'refused, as wanted' if is_wanted else problems[0]}")
    else:
        problems = ["it was to be refused"] if wanted else list(faults_of(document, path.name))
        seconds = time.monotonic() - began
        boxes = sum(any(region.box for region in element.regions) for element in document.elements)
        tables = sum(element.kind is ElementKind.TABLE for element in document.elements)
        row = f"{seconds:5.1f} {len(document.pages):5} {len(document.elements):8} {tables:6} {boxes:5}"
        warnings = ", ".join(warning.code for warning in document.warnings)
        result = "; ".join(problems) or f"as wanted{f' ({warnings})' if warnings else ''}"
        say(f"{server.version:8} {path.name:12} {row}  {result}")
    return [f"{server.version} {path.name}: {problem}" for problem in problems]


def faults_of(document: Document, name):
    """What is wrong with a document."""
    text = render_text(document)
    for wanted in WANTED[name]:
        if wanted not in text:
            yield f"{wanted!r} is missing"
    if [page.number for page in document.pages] != list(range(1, PAGES[name] + 1)):
        yield f"pages {[page.number for page in document.pages]} instead of {PAGES[name]}"
    tables = [element.table for element in document.elements if element.kind is ElementKind.TABLE]
    if name in WITH_TABLES and not any(table and ("1", "120") in pairs_of(table) for table in tables):
        yield "the table has no cells"
    unplaced = [element.id for element in document.elements if not element.regions]
    if unplaced:
        yield f"{len(unplaced)} elements without a page"
    if name == "demo.pdf" and not any(
        element.kind in {ElementKind.TITLE, ElementKind.HEADING} for element in document.elements
    ):
        yield "no headings"


def pairs_of(table):
    """Texts of neighbouring cells."""
    by_place = {(cell.row, cell.column): cell.text.strip() for cell in table.cells}
    return {(text, by_place.get((row, column + 1))) for (row, column), text in by_place.items()}


def judge_pages(server, path, address):
    """Pages keep their numbers in the document when only some are asked for."""
    if path.name in server.refusals:
        return []
    options = {"server_url": address, "api_key": server.key, "page_ranges": "2-3"}
    try:
        document = docferry.parse(path, provider="mineru", options=options)
    except DocferryError as error:
        found = f"{type(error).__name__}: {error}"
    else:
        found = str([page.number for page in document.pages])
    say(f"{server.version:8} {'(pages 2-3)':12} {found}")
    return [] if found == "[2, 3]" else [f"{server.version}: pages 2-3 are {found}"]


def judge_key(server, path, address):
    """A wrong key is an error of its own kind, where the server asks for one."""
    if not server.key:
        return []
    options = {"server_url": address, "api_key": "wrong"}
    try:
        docferry.parse(path, provider="mineru", options=options)
    except DocferryError as error:
        found = type(error).__name__
    else:
        found = "no error"
    say(f"{server.version:8} {'(wrong key)':12} {found}")
    return [] if found == "AuthenticationError" else [f"{server.version}: a wrong key is {found}"]


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if JUDGE in sys.argv:
        sys.exit(judge_server(next(server for server in SERVERS if server.version == sys.argv[-1])))
    sys.exit(main())
