"""The vendor's own client, unmodified, against the emulator of SoMark; `make test-vendors` runs it.

It runs in an environment of its own that has the vendor's client and nothing of docferry. Everything docferry
does here, it does as the command it is given: `client.py path/to/docferry`.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.pdf"
QUICK = ("--queue-seconds", "0", "--work-seconds", "0.2", "--requests-per-second", "0")
HEADING = "1.2 Passengers by month"


def main(command):
    # The client looks for its settings in the home folder when it is imported.
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        os.environ["NO_PROXY"] = "127.0.0.1"
        document = Path(folder, "a folder", "annual report.pdf")
        document.parent.mkdir()
        document.write_bytes(DEMO.read_bytes())
        with emulator(command, *QUICK):
            check("usage", usage)
            check("parse (sync)", lambda: parse(document))
            check("create and wait (async)", lambda: create(document))
            check("zip archive", lambda: archive(document))
            check("pictures as addresses", lambda: pictures(document))
            check("asyncio client", lambda: asyncio.run(parse_with_asyncio(document)))
            check("errors", lambda: errors(document))
            check("command line", lambda: command_line(document))
        with emulator(command, *QUICK, "--set", "somark.status_case=lower"):
            check("states in lower case", lambda: create(document))
        with emulator(command, "--queue-seconds", "0", "--work-seconds", "0.5"):
            check("published limits, kept by the client's own retries", lambda: limits(document))
    say(f"somark {importlib.metadata.version('somark')}: all passed")


@contextlib.contextmanager
def emulator(command, *options):
    """Run `docferry emulate somark`, and put what it prints into the environment, as a user would."""
    arguments = [command, "emulate", "somark", "--port", "0", *options]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(2):
            name, _, value = process.stdout.readline().strip().partition("=")
            os.environ[name] = value
        yield
    finally:
        process.terminate()
        process.communicate()


def usage():
    from somark import SoMark

    with SoMark() as client:
        found = client.usage.get()
    assert found.ok
    assert found.remaining_free_pages_today == 500
    assert found.remaining_free_pages_this_month == 2000


def parse(document):
    from somark import SoMark

    with SoMark() as client:
        response = client.parser.parse(file=str(document), formats=["md", "json"])
    check_response(response)
    return response


def create(document):
    from somark import ElementFormats, ExtractConfig, SoMark

    with SoMark() as client:
        task = client.parser.create(
            file=str(document),
            formats=["md", "json"],
            element_formats=ElementFormats(image="none", table="markdown"),
            extract_config=ExtractConfig(enable_title_level_recognition=True),
        )
        assert task.status == "queuing"
        response = task.wait(poll_interval=0.05)
        again = client.parser.task(task.id).wait(poll_interval=0.05)
    check_response(response)
    assert again.md == response.md
    assert task.file_name == "annual report.pdf"
    assert task.pages == 8
    blocks = [block for page in response.json_output["pages"] for block in page["blocks"]]
    heading = next(block for block in blocks if block["content"] == HEADING)
    assert (heading["type"], heading["title_level"]) == ("title", 2)
    assert any(block["type"] == "table" and block["content"].startswith("| Month") for block in blocks)


def archive(document):
    from somark import SoMark

    with SoMark() as client:
        response = client.parser.create(file=str(document), formats=["md", "zip"]).wait(poll_interval=0.05)
    response.save(str(document.parent), format="md,zip")
    assert (document.parent / "annual report.md").read_text(encoding="utf-8") == response.md
    with zipfile.ZipFile(document.parent / "annual report.zip") as opened:
        assert opened.testzip() is None
        assert {"annual report.md", "annual report.json"} < set(opened.namelist())


def pictures(document):
    import httpx
    from somark import SoMark

    with SoMark() as client:
        response = client.parser.parse(file=str(document), formats=["json"])
    assert response.imgs
    assert all(httpx.get(address).content.startswith(b"\x89PNG") for address in response.imgs)


async def parse_with_asyncio(document):
    from somark import AsyncSoMark

    async with AsyncSoMark() as client:
        assert (await client.usage.get()).ok
        check_response(await client.parser.parse(file=str(document), formats=["md", "json"]))
        task = await client.parser.create(file=str(document), formats=["md", "json"])
        check_response(await task.wait(poll_interval=0.05))


def errors(document):
    import somark

    damaged, page = document.parent / "damaged.pdf", document.parent / "page.html"
    damaged.write_bytes(DEMO.read_bytes()[:2000])
    page.write_text("<p>")
    with somark.SoMark() as client:
        expect(somark.UnsupportedFileError, 1104, lambda: client.parser.parse(file=str(page)))
        expect(somark.InvalidParamError, 1106, lambda: client.parser.create(file=str(damaged)))
        wrong = {"image": "file"}
        expect(
            somark.InvalidParamError,
            1133,
            lambda: client.parser.create(file=str(document), element_formats=wrong),
        )
        expect(somark.InvalidParamError, 1133, lambda: client.parser.task("0" * 32).refresh())
    with somark.SoMark(api_key="sk-nobody") as client:
        expect(somark.AuthenticationError, 1107, client.usage.get)


def command_line(document):
    command = str(Path(sys.executable).with_name("somark"))
    out = document.parent / "out.json"
    arguments = [command, "parse", str(document), "--formats", "json", "--out", str(out)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(json.loads(out.read_text(encoding="utf-8"))["pages"]) == 8
    done = subprocess.run([command, "usage"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def limits(document):
    from somark import SoMark

    with SoMark() as client:
        first = client.parser.create(file=str(document))
        second = client.parser.create(file=str(document))
        assert first.id != second.id
        assert second.wait(poll_interval=0.2).ok


def check_response(response):
    assert response.ok
    assert response.pages == 8
    assert response.file_type == ".pdf"
    assert HEADING in response.md
    assert [page["page_num"] for page in response.json_output["pages"]] == list(range(8))


def expect(kind, code, call):
    found = None
    with contextlib.suppress(kind):
        try:
            call()
        except kind as error:
            found = error.code
            raise
    assert found == code, f"{kind.__name__} with {code} was wanted, not {found}"


def check(name, work):
    work()
    say(f"  {name}: passed")


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
