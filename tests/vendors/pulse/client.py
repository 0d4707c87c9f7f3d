"""The vendor's own clients, unmodified, against the emulator of Pulse; `make test-vendors` runs it.

It runs in an environment of its own that has the vendor's SDK and command line and nothing of docferry.
It runs in an environment of its own that has the vendor's SDK and command line, and nothing of docferry.
requests of all three for the same call are recorded and compared field by field.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.pdf"
QUICK = ("--queue-seconds", "0", "--work-seconds", "0.2")
HEADING = "1.2 Passengers by month"
DOCUMENT = "annual report.pdf"
MOMENT = "2026-01-01T00:00:00Z"
JOB_ID = "3f2b8c1e-0000-4000-8000-000000000001"
EXTRACTION_ID = "3f2b8c1e-0000-4000-8000-000000000002"
SPLIT_ID = "3f2b8c1e-0000-4000-8000-000000000003"

# The result of every recorded job: of a parse, a split and a schema step at once.
RESULT = {
    "markdown": "".join(f"Page {number}\n\n<!-- PageBreak [{number}] -->\n" for number in range(1, 9)),
    "page_count": 8,
    "extraction_id": EXTRACTION_ID,
    "split_id": SPLIT_ID,
    "schema_id": "s",
    "version": 1,
}
STEP_RESULTS = {
    "split_output": {"splits": {"crew": [1], "energy": []}},
    "schema_output": {"values": {}, "citations": {}},
    "results": {"crew": {"values": {}, "citations": {}}},
}

SPELLING = {"figure_processing": "figureProcessing"}
"""Of the fields of these calls, the one whose name the SDK spells in another case."""


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        os.environ["PULSE_CONFIG_DIR"] = folder
        os.environ["NO_PROXY"] = "127.0.0.1"
        document = Path(folder, "a folder", DOCUMENT)
        document.parent.mkdir()
        document.write_bytes(DEMO.read_bytes())
        with emulator(command, *QUICK):
            check("SDK: extract at once", lambda: extract(document))
            check("SDK: extract with async, job, cancel", lambda: extract_async(document))
            check("SDK: the deprecated extract_async", lambda: extract_async_deprecated(document))
            check("SDK: split, schema, schema of a split", lambda: steps(document))
            check("SDK: asyncio client", lambda: asyncio.run(with_asyncio(document)))
            check("SDK: errors", lambda: errors(document))
            check("SDK: portal of webhooks", webhook)
            check("command line: extract", lambda: command_line(document))
            check("command line: extract with schema", lambda: command_line_schema(document))
            check("command line: split, jobs, key check", lambda: command_line_more(document))
        for name in ("200", "202"):
            with emulator(command, *QUICK, "--set", f"pulse.ack_status={name}"):
                check(f"receipts with HTTP {name}", lambda: extract_async(document))
        with emulator(command, *QUICK, "--set", "pulse.large_pages=0"):
            check("SDK: large results, once", lambda: large(document))
            check("command line: large results, without the key", lambda: command_line(document))
        with emulator(command, *QUICK, "--set", "pulse.large_pages=0", "--set", "pulse.large_at=storage"):
            check("command line: large results at a storage host", lambda: command_line(document))
        with emulator(command, "--queue-seconds", "0", "--work-seconds", "0.2", "--requests-per-second", "2"):
            check("SDK: the rate limit, kept by its own retries", lambda: paced(document))
        check("requests compared field by field", lambda: compare(command, document))
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("pulse-python-sdk", "pulse-ai-cli")]
    say(f"{', '.join(versions)}: all passed")


@contextlib.contextmanager
def emulator(command, *options):
    """Run `docferry emulate pulse`, and put what it prints into the environment, as a user would."""
    arguments = [command, "emulate", "pulse", "--port", "0", *options]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(2):
            name, _, value = process.stdout.readline().strip().partition("=")
            os.environ[name] = value
        yield
    finally:
        process.terminate()
        process.communicate()


def client(**more):
    from pulse import Pulse

    return Pulse(
        api_key=os.environ["PULSE_API_KEY"], base_url=os.environ["PULSE_BASE_URL"], timeout=60, **more
    )


def extract(document):
    with document.open("rb") as file:
        result = client().extract(file=file, figure_processing={"description": True})
    check_result(result)
    assert result.bounding_boxes.images[0].visual_type == "image"
    return result


def extract_async(document):
    vendor = client()
    receipt = submitted(vendor, document, pages="2-3")
    result = awaited(vendor, receipt.job_id)
    assert result["page_count"] == 2
    again = submitted(vendor, document)
    assert "job_id" in vendor.jobs.cancel_job(again.job_id).model_dump()
    assert vendor.jobs.get_job(again.job_id).status in {"canceled", "completed"}


def extract_async_deprecated(document):
    vendor = client()
    with document.open("rb") as file:
        receipt = vendor.extract_async(file=file)
    assert awaited(vendor, receipt.job_id)["page_count"] == 8


def submitted(vendor, document, **more):
    with document.open("rb") as file:
        receipt = vendor.extract(file=file, async_=True, **more)
    assert receipt.status == "pending"
    return receipt


def awaited(vendor, job_id):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = vendor.jobs.get_job(job_id)
        if job.status == "completed":
            return job.result
        assert job.status in {"pending", "processing"}, job
        time.sleep(0.1)
    raise AssertionError("the job does not end")


def steps(document):
    from pulse.types import SchemaConfig, SplitConfig, TopicDefinition, TopicSchemaConfig

    vendor, extraction = client(), extract(document)
    topics = SplitConfig(split_input=[TopicDefinition(name="crew"), TopicDefinition(name="energy")])
    split = vendor.split(extraction_id=extraction.extraction_id, split_config=topics)
    assert split.split_output.splits["crew"]
    receipt = vendor.split(extraction_id=extraction.extraction_id, split_config=topics, async_=True)
    result = awaited(vendor, receipt.job_id)
    assert result["split_output"]["splits"] == split.split_output.splits
    schema = {"type": "object", "properties": {"passengers": {"type": "string"}}}
    found = vendor.schema(
        extraction_id=extraction.extraction_id, schema_config=SchemaConfig(input_schema=schema)
    )
    assert found.schema_output.values["passengers"]
    by_topic = vendor.schema(
        split_id=split.split_id, split_schema_config={"crew": TopicSchemaConfig(schema_=schema)}
    )
    assert set(by_topic.results) == {"crew"}


async def with_asyncio(document):
    from pulse import AsyncPulse

    vendor = AsyncPulse(
        api_key=os.environ["PULSE_API_KEY"], base_url=os.environ["PULSE_BASE_URL"], timeout=60
    )
    with document.open("rb") as file:
        check_result(await vendor.extract(file=file))
        file.seek(0)
        receipt = await vendor.extract(file=file, async_=True)
    job = await vendor.jobs.get_job(receipt.job_id)
    assert job.job_id == receipt.job_id


def errors(document):
    from pulse import Pulse
    from pulse.errors import BadRequestError, NotFoundError, UnauthorizedError

    vendor = client()
    damaged = document.parent / "damaged.pdf"
    damaged.write_bytes(DEMO.read_bytes()[:2000])
    expect(BadRequestError, "FILE_003", lambda: vendor.extract(file=("damaged.pdf", damaged.read_bytes())))
    expect(BadRequestError, "FILE_001", lambda: vendor.extract(file=("page.xyz", b"hello")))
    expect(BadRequestError, "FILE_004", lambda: vendor.extract(file=("empty.pdf", b"")))
    expect(BadRequestError, "REQ_001", vendor.extract)
    expect(BadRequestError, "REQ_006", lambda: submitted(vendor, document, pages="7-99"))
    expect(BadRequestError, "FILE_005", lambda: vendor.extract(file_url="https://somewhere.invalid/a.pdf"))
    expect(NotFoundError, "JOB_001", lambda: vendor.jobs.get_job("00000000-0000-4000-8000-000000000000"))
    nobody = Pulse(api_key="nobody", base_url=os.environ["PULSE_BASE_URL"])
    expect(UnauthorizedError, "AUTH_002", lambda: submitted(nobody, document))


def webhook():
    assert client().webhooks.create_webhook_link().link.startswith("https://")


def large(document):
    from pulse.errors import GoneError

    vendor = client()
    receipt = submitted(vendor, document)
    stub = awaited(vendor, receipt.job_id)
    assert stub["is_url"] is True
    assert set(stub) >= {"url", "extraction_id", "page_count"}
    check_result(vendor.large_results.get_large_result(receipt.job_id))
    expect(GoneError, "JOB_GONE", lambda: vendor.large_results.get_large_result(receipt.job_id))


def paced(document):
    vendor = client()
    receipts = [submitted(vendor, document) for _ in range(3)]
    assert len({receipt.job_id for receipt in receipts}) == 3


def command_line(document):
    out = document.parent / "out"
    run("extract", document, "--pages", "1-2", "--figure-descriptions", "--html", "-o", out)
    (markdown,) = out.glob("*.md")
    (result,) = out.glob("*.json")
    assert "Merrow Harbour Ferries" in markdown.read_text(encoding="utf-8")
    assert json.loads(result.read_text(encoding="utf-8"))["page_count"] == 2


def command_line_schema(document):
    schema = document.parent / "schema.json"
    schema.write_text(json.dumps({"type": "object", "properties": {"passengers": {"type": "string"}}}))
    out = document.parent / "out-schema"
    run("extract", document, "--schema", schema, "-o", out)
    (found,) = out.glob("*.schema.json")
    assert json.loads(found.read_text(encoding="utf-8"))["schema_output"]["values"]["passengers"]


def command_line_more(document):
    extraction = extract(document)
    assert "crew" in run("split", extraction.extraction_id, "--topic", "crew:who sails")
    receipt = submitted(client(), document)
    assert receipt.job_id in run("jobs", "get", receipt.job_id, "--watch")
    run("jobs", "cancel", receipt.job_id)
    run("whoami")


def run(*arguments):
    command = str(Path(sys.executable).with_name("pulse"))
    environment = {**os.environ, "PULSE_API_URL": os.environ["PULSE_BASE_URL"], "NO_COLOR": "1"}
    done = subprocess.run(
        [command, *map(str, arguments)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_result(result):
    assert result.page_count == 8
    assert HEADING in result.markdown
    assert result.markdown.count("<!-- PageBreak [") == 8
    assert result.bounding_boxes.tables
    assert result.plan_info.pages_used >= result.page_count


def compare(command, document):
    """Record the same calls by the SDK, the command line and docferry, and explain every difference."""
    with recorder() as (base_url, seen):
        os.environ["PULSE_BASE_URL"], os.environ["PULSE_API_KEY"] = base_url, "pk-compared"
        compare_extract(
            sdk=recorded(seen, lambda: by_sdk(document)),
            line=recorded(seen, lambda: run("extract", document, *LINE_OPTIONS, "--no-wait")),
            ours=recorded(seen, lambda: by_docferry(command, document)),
        )
        address = f"{base_url}/some/report.pdf"
        compare_json(
            line=recorded(seen, lambda: run("extract", address, "--pages", "1-2", "--no-wait")),
            ours=recorded(seen, lambda: in_docferry(command, BY_ADDRESS.format(address=address)), count=3)[
                :1
            ],
        )
        del seen[:]
        in_docferry(command, STEPS.format(document=str(document)))
        ours = list(seen)
        del seen[:]
        steps_by_sdk()
        compare_steps(ours, list(seen))


def compare_extract(*, sdk, line, ours):
    for (request,) in (sdk, line, ours):
        assert (request["method"], request["path"]) == ("POST", "/extract")
        assert request["headers"]["x-api-key"] == "pk-compared"
        assert request["headers"]["content-type"].startswith("multipart/form-data")
        assert "authorization" not in request["headers"]
        assert "content-length" in request["headers"]
    ((sdk,), (line,), (ours,)) = (sdk, line, ours)
    assert fields(ours) == fields(line), (fields(ours), fields(line))
    assert {SPELLING.get(name, name): value for name, value in fields(ours).items()} == fields(sdk)
    for request in (sdk, line, ours):
        part = request["parts"]["file"]
        assert part == {"file_name": DOCUMENT, "type": "application/pdf", "content": DEMO.read_bytes()}
    # Of the parts with objects, the SDK alone says that they are JSON.
    assert sdk["parts"]["extensions"]["type"] == "application/json"
    assert ours["parts"]["extensions"]["type"] == line["parts"]["extensions"]["type"] == "text/plain"


def compare_json(*, line, ours):
    """A web address: the SDK sends a form all the same, the command line and docferry JSON."""
    ((line,), (ours,)) = (line, ours)
    assert line["json"] == ours["json"], (line["json"], ours["json"])
    assert line["headers"]["content-type"] == ours["headers"]["content-type"] == "application/json"


def compare_steps(ours, sdk):
    """Polls, steps and cancelling are the same requests to the byte of their JSON."""
    shown = [
        [(request["method"], request["path"], request["json"]) for request in requests]
        for requests in (ours, sdk)
    ]
    mine = [request for request in shown[0] if request[1] != "/extract"]
    assert mine == shown[1], (mine, shown[1])
    for request in (*ours, *sdk):
        assert request["headers"]["x-api-key"] == "pk-compared"


BY_ADDRESS = """
from docferry.ingest import parse
from docferry.model import PageSelection
parse("{address}", provider="pulse", options={{"send_url": True}}, pages=PageSelection.parse("1-2"))
"""

STEPS = """
from docferry.ingest import JobDesk
from docferry_pulse import SchemaConfig, Topic, extract_schema, extract_schema_by_topic, split
desk = JobDesk()
(outcome,) = desk.submit("{document}", provider="pulse")
found = split(outcome.job, [Topic(name="crew", description="who sails"), Topic(name="energy")])
extract_schema(outcome.job, SchemaConfig(schema={{"type": "object"}}, prompt="exactly", has_effort=True))
extract_schema_by_topic(found, {{"crew": SchemaConfig(schema={{"type": "object"}})}})
(other,) = desk.submit("{document}", provider="pulse", options={{"refine": True}})
desk.cancel(other.job)
"""


def steps_by_sdk():
    """What docferry does in STEPS behind the uploads, with the SDK."""
    from pulse.types import SchemaConfig, SplitConfig, TopicDefinition, TopicSchemaConfig

    vendor = client()
    vendor.jobs.get_job(JOB_ID)
    topics = [TopicDefinition(name="crew", description="who sails"), TopicDefinition(name="energy")]
    vendor.split(extraction_id=EXTRACTION_ID, split_config=SplitConfig(split_input=topics), async_=True)
    vendor.jobs.get_job(JOB_ID)
    config = SchemaConfig(input_schema={"type": "object"}, schema_prompt="exactly", effort=True)
    vendor.schema(extraction_id=EXTRACTION_ID, schema_config=config, async_=True)
    vendor.jobs.get_job(JOB_ID)
    by_topic = {"crew": TopicSchemaConfig(schema_={"type": "object"})}
    vendor.schema(split_id=SPLIT_ID, split_schema_config=by_topic, async_=True)
    vendor.jobs.get_job(JOB_ID)
    vendor.jobs.cancel_job(JOB_ID)
    vendor.jobs.get_job(JOB_ID)  # docferry looks whether the job ended all the same


def in_docferry(command, program):
    """Run a program with docferry's own Python."""
    python = str(Path(command).with_name("python"))
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


LINE_OPTIONS = ("--pages", "1-2", "--model", "default", "--html", "--figure-descriptions")


def by_sdk(document):
    with document.open("rb") as file:
        client().extract(
            file=file,
            pages="1-2",
            model="default",
            async_=True,
            figure_processing={"description": True},
            extensions={"alt_outputs": {"return_html": True}},
        )


def by_docferry(command, document):
    arguments = [command, "submit", str(document), "--provider", "pulse", "--pages", "1-2"]
    options = (
        "model=default",
        'figure_processing={"description": true}',
        'extensions={"alt_outputs": {"return_html": true}}',
    )
    for option in options:
        arguments += ["--option", option]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def fields(request):
    """Names and values of the form but for the file; objects are read."""
    found = {}
    for name, part in request["parts"].items():
        if name != "file":
            text = part["content"].decode()
            found[name] = json.loads(text) if text.startswith("{") else text
    return found


def recorded(seen, call, *, count=1):
    del seen[:]
    call()
    assert len(seen) == count or count > 1, [request["path"] for request in seen]
    return list(seen)


@contextlib.contextmanager
def recorder():
    """A server that keeps every request, and answers each with a receipt or a result."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.answer({"job_id": JOB_ID, "status": "pending"}, status=202)

        def do_GET(self):
            # The result of the step asked for last; each has the ids of all.
            last = next((one["path"] for one in reversed(seen) if one["method"] == "POST"), "")
            result = RESULT if last == "/extract" else {**RESULT, **STEP_RESULTS}
            self.answer({"job_id": JOB_ID, "status": "completed", "created_at": MOMENT, "result": result})

        def do_DELETE(self):
            self.answer({"job_id": JOB_ID, "message": "Job cancelled successfully"})

        def answer(self, content, *, status=200):
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            kind = self.headers["content-type"] or ""
            seen.append(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "parts": read_parts(kind, body) if kind.startswith("multipart") else {},
                    "json": json.loads(body) if kind.startswith("application/json") and body else None,
                }
            )
            answer = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def read_parts(content_type, body):
    message = BytesParser().parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + body)
    return {
        part.get_param("name", header="content-disposition"): {
            "file_name": part.get_filename(),
            "type": part.get_content_type(),
            "content": part.get_payload(decode=True),
        }
        for part in message.get_payload()
    }


def expect(kind, code, call):
    try:
        call()
    except kind as error:
        # The SDK reads some bodies into classes of its own.
        body = error.body if isinstance(error.body, dict) else error.body.model_dump()
        assert body["error"]["code"] == code, body
        return
    raise AssertionError(f"{kind.__name__} with {code} was wanted")


def check(name, work):
    work()
    say(f"  {name}: passed")


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
