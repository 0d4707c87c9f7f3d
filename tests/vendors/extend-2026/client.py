"""The vendor's own client of API version 2026-02-09, unmodified, against the emulator of Extend.

`make vendors-extend-2026` runs it, in an environment of its own that has the vendor's client and nothing of
docferry. Everything docferry does here, it does as the command it is given: `client.py path/to/docferry`.
"""

import asyncio
import contextlib
import hashlib
import hmac
import importlib.metadata
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True  # every folder here is taken for a vendor's

from extend import IDS_IN_COMMON, QUICK, check_same  # noqa: E402 - found above
from recording import check, emulator, parse_with_docferry, recorder, say  # noqa: E402 - found above

DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.pdf"
VERSION = "2026-02-09"
HEADING = "1.2 Passengers by month"
CONFIG = {
    "target": "markdown",
    "chunking_strategy": {"type": "page"},
    "block_options": {"tables": {"target_format": "html"}},
}
PDF = "application/pdf"

IDS = (*IDS_IN_COMMON, "pr_")


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NO_PROXY"] = "127.0.0.1"
        document = Path(folder, "annual report.pdf")
        document.write_bytes(DEMO.read_bytes())
        with emulator(command, "extend", *QUICK) as variables:
            client = make_client(variables)
            check("upload", lambda: upload(client, document))
            check("create and poll", lambda: create(client, document))
            check("create and poll, every setting", lambda: every_setting(client, document))
            check("output at an address", lambda: by_url(client, document))
            check("file by its address", lambda: file_by_url(client, document))
            check("sync", lambda: sync(client, document))
            check("cancel, list, delete", lambda: others(client, document))
            check("batch", lambda: batch(client, document))
            check("asyncio client", lambda: asyncio.run(with_asyncio(variables, document)))
            check("errors", lambda: errors(client, variables, document))
            check("webhooks", lambda: webhooks(client))
            check("same requests as docferry", lambda: same_requests(command, variables, document))
        with emulator(command, "extend", "--queue-seconds", "0", "--work-seconds", "0.2") as variables:
            check(
                "published limits, kept by the client's own retries",
                lambda: limits(make_client(variables), document),
            )
    say(f"extend-ai {importlib.metadata.version('extend-ai')}: all passed")


def make_client(variables, **more):
    from extend_ai import Extend

    return Extend(base_url=variables["EXTEND_BASE_URL"], token=variables["EXTEND_API_KEY"], **more)


def upload(client, document):
    file = client.files.upload(file=("annual report.pdf", document.read_bytes(), PDF))
    assert (file.object, file.name, file.type.value) == ("file", "annual report.pdf", "PDF")
    assert client.files.retrieve(file.id).id == file.id
    assert file.id in [each.id for each in client.files.list().data]
    return file.id


def create(client, document):
    run = client.parse_runs.create_and_poll(
        file={"id": upload(client, document)}, config=CONFIG, metadata={"customer": "7"}
    )
    check_run(run)
    assert run.metadata == {"customer": "7"}
    assert run.usage.credits == 16
    assert run.config.engine_version == "2.1.0"
    return run


def every_setting(client, document):
    run = client.parse_runs.create_and_poll(
        file={"id": upload(client, document)},
        config={
            **CONFIG,
            "engine": "parse_light",
            "engine_version": "1.0.0",
            "block_options": {
                "tables": {"target_format": "markdown", "cell_blocks_enabled": True},
                "formulas": {"enabled": True},
                "figures": {"enabled": True, "figure_image_clipping_enabled": True},
            },
            "advanced_options": {
                "page_ranges": [{"start": 2, "end": 4}],
                "return_ocr": {"words": True, "lines": True},
            },
        },
        data_retention={"mode": "zero"},
    )
    assert [chunk.metadata.page_range.start for chunk in run.output.chunks] == [2, 3, 4]
    assert run.metrics.page_count == 3
    tables = [block for chunk in run.output.chunks for block in chunk.blocks if block.type.value == "table"]
    assert tables[0].content.startswith("|")
    first = tables[0].children[0]
    assert (first.type.value, first.details.row_index, first.details.column_index) == ("table_head", 0, 0)
    assert first.parent_block_id == tables[0].id
    assert run.output.ocr.words[0].content
    assert run.output.ocr.lines[0].block_id


def by_url(client, document):
    import httpx

    run = create(client, document)
    found = client.parse_runs.retrieve(run.id, response_type="url")
    assert found.output is None
    fetched = httpx.get(found.output_url).json()
    assert [chunk["content"] for chunk in fetched["chunks"]] == [chunk.content for chunk in run.output.chunks]


def file_by_url(client, document):
    file = client.files.retrieve(upload(client, document))
    # Any address of this machine will do: that of a picture of an earlier run.
    run = create(client, document)
    figure = next(b for c in run.output.chunks for b in c.blocks if b.type.value == "figure")
    details = figure.details  # the client takes details of several types for a plain dictionary
    address = details["image_url"] if isinstance(details, dict) else details.image_url
    found = client.parse_runs.create_and_poll(file={"url": address, "name": "figure.png"})
    assert found.status.value == "PROCESSED"
    assert found.file.name == "figure.png"
    missing = client.parse_runs.create_and_poll(file={"url": "http://127.0.0.1:9/none.pdf"})
    assert (missing.status.value, missing.failure_reason) == ("FAILED", "UNABLE_TO_DOWNLOAD_FILE")
    assert file.name == "annual report.pdf"


def sync(client, document):
    check_run(client.parse(file={"id": upload(client, document)}, config=CONFIG))


def others(client, document):
    run = client.parse_runs.create(file={"id": upload(client, document)}, config=CONFIG)
    assert run.status.value == "PROCESSING"
    assert client.parse_runs.cancel(run.id).status.value in {"CANCELLING", "CANCELLED"}
    assert client.parse_runs.retrieve(run.id).status.value == "CANCELLED"
    assert run.id in [each.id for each in client.parse_runs.list(max_page_size=50).data]
    assert client.parse_runs.delete(run.id).id == run.id
    expect("NotFoundError", "NOT_FOUND", lambda: client.parse_runs.retrieve(run.id))


def batch(client, document):
    file_id = upload(client, document)
    begun = client.parse_runs.create_batch(
        inputs=[{"file": {"id": file_id}}, {"file": {"text": "# One\n\ntext"}}], config=CONFIG
    )
    assert begun.run_count == 2
    deadline = time.monotonic() + 30
    while client.batch_runs.get(begun.id).status.value != "PROCESSED":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    runs = client.parse_runs.list(batch_id=begun.id).data
    assert {run.status.value for run in runs} == {"PROCESSED"}


async def with_asyncio(variables, document):
    from extend_ai import AsyncExtend

    client = AsyncExtend(base_url=variables["EXTEND_BASE_URL"], token=variables["EXTEND_API_KEY"])
    file = await client.files.upload(file=("annual report.pdf", document.read_bytes(), PDF))
    check_run(await client.parse_runs.create_and_poll(file={"id": file.id}, config=CONFIG))


def errors(client, variables, document):
    damaged = client.files.upload(file=("damaged.pdf", document.read_bytes()[:2000], PDF))
    run = client.parse_runs.create_and_poll(file={"id": damaged.id})
    assert (run.status.value, run.failure_reason) == ("FAILED", "CORRUPT_FILE")
    assert run.failure_message
    expect(
        "BadRequestError",
        "INVALID_REQUEST",
        lambda: client.parse_runs.create(
            file={"id": damaged.id}, config={"block_options": {"tables": {"target_format": "latex"}}}
        ),
    )
    expect("NotFoundError", "NOT_FOUND", lambda: client.parse_runs.create(file={"id": "file_none"}))
    nobody = make_client({**variables, "EXTEND_API_KEY": "sk_nobody"})
    expect("UnauthorizedError", "UNAUTHORIZED", lambda: nobody.parse_runs.retrieve("pr_1"))
    stranger = make_client(variables, extend_api_version="2025-04-21")
    expect("NotFoundError", "NOT_FOUND", lambda: stranger.parse_runs.retrieve("pr_1"))


def webhooks(client):
    made = client.webhook_endpoints.create(
        url="http://127.0.0.1:9/extend",
        name="tests",
        status="enabled",
        enabled_events=["parse_run.processed", "parse_run.failed"],
        api_version=VERSION,
    )
    assert made.signing_secret.startswith("wss_")
    body = json.dumps(
        {"eventId": "evt_1", "eventType": "parse_run.processed", "payload": {"id": "pr_1"}}
    ).encode()
    stamp = str(int(time.time()))
    mac = hmac.new(made.signing_secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    headers = {"x-extend-request-timestamp": stamp, "x-extend-request-signature": mac.hexdigest()}
    assert client.webhooks.verify(body, headers, made.signing_secret)


def same_requests(command, variables, document):
    """For the same call, the vendor's client and docferry send the same, but for what is explained."""
    with recorder(variables["EXTEND_BASE_URL"]) as (address, kept):
        client = make_client({**variables, "EXTEND_BASE_URL": address})
        with document.open("rb") as stream:
            file = client.files.upload(file=stream)
        run = client.parse_runs.create(file={"id": file.id}, config=CONFIG, metadata={"customer": "7"})
        time.sleep(1)
        client.parse_runs.retrieve(run.id)
        client.parse_runs.retrieve(run.id, response_type="url")
        theirs = list(kept)
    arguments = ("--provider", "extend", "--option", "keep_images=false")
    arguments += ("--option", 'run_metadata={"customer":"7"}')
    with recorder(variables["EXTEND_BASE_URL"]) as (address, ours):
        variables = {**variables, "EXTEND_BASE_URL": address}
        folder = document.parent
        parse_with_docferry(command, document, *arguments, folder=folder / "a", variables=variables)
        inline = list(ours)
        ours.clear()
        arguments += ("--option", "response_type=url")
        parse_with_docferry(command, document, *arguments, folder=folder / "b", variables=variables)
    pairs = [*zip(theirs[:3], inline[:3], strict=True), (theirs[3], ours[2])]
    for one, other in pairs:
        check_same(one, other, ids=IDS)


def limits(client, document):
    file_id = upload(client, document)
    runs = [client.parse_runs.create(file={"id": file_id}) for _ in range(15)]
    assert len({run.id for run in runs}) == 15


def check_run(run):
    assert run.status.value == "PROCESSED", run.failure_reason
    assert run.metrics.page_count == 8
    assert [chunk.metadata.page_range.start for chunk in run.output.chunks] == list(range(1, 9))
    blocks = [block for chunk in run.output.chunks for block in chunk.blocks]
    heading = next(block for block in blocks if block.content == f"## {HEADING}")
    assert heading.type.value == "section_heading"
    assert (heading.metadata.page.number, heading.metadata.page.width) == (3, 1240)
    assert heading.bounding_box.right <= heading.metadata.page.width
    table = next(block for block in blocks if block.type.value == "table")
    assert table.content.startswith("<table")
    assert table.details.row_count > 2
    assert run.output.metadata.pages[0].dpi == 150


def expect(kind, code, call):
    import extend_ai

    found = None
    with contextlib.suppress(getattr(extend_ai, kind)):
        try:
            call()
        except getattr(extend_ai, kind) as error:
            found = error.body["code"] if isinstance(error.body, dict) else error.body.code
            raise
    assert found == code, f"{kind} with {code} was wanted, not {found}"


if __name__ == "__main__":
    main(sys.argv[1])
