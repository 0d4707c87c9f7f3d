"""The vendor's last client of API version 2025-04-21, unmodified, against the emulator of Extend.

`make vendors-extend-2025` runs it, in an environment of its own that has the vendor's client and nothing of
docferry. Everything docferry does here, it does as the command it is given: `client.py path/to/docferry`.
"""

import asyncio
import contextlib
import importlib.metadata
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
HEADING = "1.2 Passengers by month"
PDF = "application/pdf"

IDS = (*IDS_IN_COMMON, "parser_run_")


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NO_PROXY"] = "127.0.0.1"
        document = Path(folder, "annual report.pdf")
        document.write_bytes(DEMO.read_bytes())
        with emulator(command, "extend", *QUICK) as variables:
            client = make_client(variables)
            check("upload", lambda: upload(client, document))
            check("create and ask", lambda: create(client, document))
            check("every setting", lambda: every_setting(client, document))
            check("sync", lambda: sync(client, document))
            check("delete", lambda: delete(client, document))
            check("asyncio client", lambda: asyncio.run(with_asyncio(variables, document)))
            check("errors", lambda: errors(client, variables, document))
            check("same requests as docferry", lambda: same_requests(command, variables, document))
    say(f"extend-ai {importlib.metadata.version('extend-ai')}: all passed")


def make_client(variables):
    from extend_ai import Extend

    return Extend(base_url=variables["EXTEND_BASE_URL"], token=variables["EXTEND_API_KEY"])


def config(**more):
    from extend_ai import ParseConfig
    from extend_ai.types import (
        ParseConfigBlockOptions,
        ParseConfigBlockOptionsTables,
        ParseConfigChunkingStrategy,
    )

    tables = ParseConfigBlockOptionsTables(targetFormat="html", **more.pop("tables", {}))
    return ParseConfig(
        target="markdown",
        chunkingStrategy=ParseConfigChunkingStrategy(type="page"),
        blockOptions=ParseConfigBlockOptions(tables=tables),
        **more,
    )


def upload(client, document):
    answer = client.file.upload(file=("annual report.pdf", document.read_bytes(), PDF))
    assert answer.success
    assert (answer.file.name, answer.file.type) == ("annual report.pdf", "PDF")
    assert client.file.get(answer.file.id).file.id == answer.file.id
    return answer.file.id


def begin(client, document, **more):
    from extend_ai import ParseAsyncRequestFile

    status = client.parse_async(
        file=ParseAsyncRequestFile(fileId=upload(client, document)), config=config(**more)
    )
    assert (status.object, status.status) == ("parser_run_status", "PROCESSING")
    return status.id


def wait(client, run_id):
    deadline = time.monotonic() + 30
    while True:
        answer = client.parser_run.get(run_id)
        assert answer.success
        if answer.parser_run.status != "PROCESSING":
            return answer.parser_run
        assert (answer.parser_run.object, time.monotonic() < deadline) == ("parser_run_status", True)
        time.sleep(0.05)


def create(client, document):
    check_run(wait(client, begin(client, document)))


def every_setting(client, document):
    from extend_ai.types import ParseConfigAdvancedOptions, ParseConfigAdvancedOptionsReturnOcr

    advanced = ParseConfigAdvancedOptions(
        pageRanges=[{"start": 2, "end": 3}],
        returnOcr=ParseConfigAdvancedOptionsReturnOcr(words=True),
        agenticOcrEnabled=False,
    )
    run_id = begin(
        client, document, tables={"cellBlocksEnabled": True}, engine="parse_light", advancedOptions=advanced
    )
    run = wait(client, run_id)
    assert [chunk.metadata.page_range.start for chunk in run.chunks] == [2, 3]
    assert run.ocr.words[0].content
    table = next(block for chunk in run.chunks for block in chunk.blocks if block.type == "table")
    assert table.children[0].type == "table_head"
    assert run.usage.credits == 1


def sync(client, document):
    from extend_ai import ParseRequestFile

    check_run(client.parse(file=ParseRequestFile(fileId=upload(client, document)), config=config()))


def delete(client, document):
    run_id = begin(client, document)
    wait(client, run_id)
    answer = client.parser_run.delete(run_id)
    assert (answer.success, answer.parser_run_id) == (True, run_id)
    expect("NotFoundError", lambda: client.parser_run.get(run_id))


async def with_asyncio(variables, document):
    from extend_ai import AsyncExtend, ParseAsyncRequestFile

    client = AsyncExtend(base_url=variables["EXTEND_BASE_URL"], token=variables["EXTEND_API_KEY"])
    file = (await client.file.upload(file=("annual report.pdf", document.read_bytes(), PDF))).file
    run = await client.parse_async(file=ParseAsyncRequestFile(fileId=file.id), config=config())
    while (found := (await client.parser_run.get(run.id)).parser_run).status == "PROCESSING":
        await asyncio.sleep(0.05)
    check_run(found)


def errors(client, variables, document):
    damaged = Path(document.parent, "damaged.pdf")
    damaged.write_bytes(document.read_bytes()[:2000])
    run = wait(client, begin(client, damaged))
    assert (run.status, run.failure_reason) == ("FAILED", "CORRUPT_FILE")
    expect("NotFoundError", lambda: client.parser_run.get("parser_run_none"))
    nobody = make_client({**variables, "EXTEND_API_KEY": "sk_nobody"})
    expect("UnauthorizedError", lambda: nobody.parser_run.get("parser_run_none"))


def same_requests(command, variables, document):
    """For the same call, the vendor's client and docferry send the same, but for what is explained."""
    from extend_ai import ParseAsyncRequestFile

    with recorder(variables["EXTEND_BASE_URL"]) as (address, kept):
        client = make_client({**variables, "EXTEND_BASE_URL": address})
        with document.open("rb") as stream:
            file = client.file.upload(file=stream).file
        run = client.parse_async(file=ParseAsyncRequestFile(fileId=file.id), config=config())
        client.parser_run.get(run.id)
        theirs = list(kept)
    arguments = (
        "--provider",
        "extend",
        "--option",
        "keep_images=false",
        "--option",
        "api_version=2025-04-21",
    )
    with recorder(variables["EXTEND_BASE_URL"]) as (address, kept):
        variables = {**variables, "EXTEND_BASE_URL": address}
        folder = document.parent
        parse_with_docferry(command, document, *arguments, folder=folder, variables=variables)
        ours = list(kept)
    for one, other in zip(theirs, ours[:3], strict=True):
        check_same(one, other, ids=IDS)


def check_run(run):
    assert run.status == "PROCESSED", run.failure_reason
    assert run.metrics.page_count == 8
    assert [chunk.metadata.page_range.start for chunk in run.chunks] == list(range(1, 9))
    blocks = [block for chunk in run.chunks for block in chunk.blocks]
    heading = next(block for block in blocks if block.content == f"## {HEADING}")
    assert heading.type == "section_heading"
    assert (heading.metadata.page.number, heading.metadata.page.width) == (3, 595)
    assert heading.bounding_box.right <= heading.metadata.page.width
    table = next(block for block in blocks if block.type == "table")
    assert table.content.startswith("<table")
    assert {block.type for block in blocks} <= {"text", "heading", "section_heading", "table", "figure"}


def expect(kind, call):
    import extend_ai.errors

    caught = []
    with contextlib.suppress(getattr(extend_ai.errors, kind)):
        call()
        caught.append("nothing")
    assert not caught, f"{kind} was wanted"


if __name__ == "__main__":
    main(sys.argv[1])
