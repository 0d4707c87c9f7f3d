"""Both adapters work wherever a program runs: a notebook, uvloop, a web server; and never twice too much.

A notebook runs every cell on one asyncio loop that is already running, and none of it may be patched.
"""

import asyncio
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvloop
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from llama_index.core import SimpleDirectoryReader
from starlette.testclient import TestClient

from docferry.langchain import DocferryLoader
from docferry.llama_index import DocferryReader

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
def reader(manager):
    return DocferryReader(provider="slips", manager=manager)


@pytest.fixture
def loader(good_folder, manager):
    return DocferryLoader(good_folder, provider="slips", manager=manager)


@pytest.mark.parametrize("loop", LOOPS)
def test_every_method_works_in_the_cells_of_a_notebook(good_folder, reader, loader, loop):
    """Each cell is a task on the one running loop; sync calls block it, async ones are awaited."""

    async def cells():
        texts = [
            [document.text for document in reader.load_data(good_folder)],
            [document.text for document in await reader.aload_data(good_folder)],
            [document.text async for document in reader.alazy_load_data(good_folder)],
            [node.text for node in reader.load_nodes(good_folder)],
            [node.text for node in await reader.aload_nodes(good_folder)],
            [document.page_content for document in loader.load()],
            [document.page_content for document in await loader.aload()],
            [document.page_content async for document in loader.alazy_load()],
        ]
        assert asyncio.get_running_loop().__class__.__module__.startswith(loop)
        return texts

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        first, *others = runner.run(cells())
        assert len(first) == 3
        assert others == [first] * 7
        assert runner.run(cells())[0] == first  # the next cell


def test_no_loop_is_patched_and_none_is_left_behind(good_folder):
    code = f"""
        import asyncio, sys
        from docferry.llama_index import DocferryReader
        from docferry.langchain import DocferryLoader
        async def cell():
            return len(DocferryReader().load_data({str(good_folder)!r}))
        with asyncio.Runner() as runner:
            assert runner.run(cell()) == len(DocferryLoader({str(good_folder)!r}).load())
        assert "nest_asyncio" not in sys.modules
        print(asyncio.run.__module__)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "asyncio.runners"


KERNEL = """
import sys
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
try:
    for cell in (
        "from docferry.llama_index import DocferryReader; from docferry.langchain import DocferryLoader",
        "reader, loader = DocferryReader(), DocferryLoader({folder!r})",
        "found = [len(reader.load_data({folder!r})), len(loader.load())]",
        "found += [len(await reader.aload_data({folder!r})), len(await loader.aload())]",
        "assert found == [found[0]] * 4 and found[0] > 0, found",
        "print(found)",
    ):
        reply = client.execute_interactive(cell, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""


def test_a_real_kernel_runs_the_cells(good_folder):
    """Where ipykernel is installed: `make test-newest`."""
    pytest.importorskip("ipykernel")
    code = KERNEL.format(folder=str(good_folder))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[")


def test_a_web_server_answers_while_it_reads(good_folder, reader, loader, slips, tmp_path_factory):
    """Sync and async handlers of FastAPI, a streamed answer, and several requests at once."""
    app = FastAPI()
    slow_slip = tmp_path_factory.mktemp("slow") / "slow.txt"
    slow_slip.write_text("wait")

    @app.get("/sync")
    def in_a_thread():
        return [document.text for document in reader.load_data(good_folder)]

    @app.get("/async")
    async def on_the_loop():
        return [document.text for document in await reader.aload_data(good_folder)]

    @app.get("/stream")
    async def as_it_comes():
        async def texts():
            async for document in loader.alazy_load():
                yield document.page_content + "\0"

        return StreamingResponse(texts())

    @app.get("/wait")
    async def waiting():
        return len(await reader.aload_data(slow_slip))

    with TestClient(app) as client, ThreadPoolExecutor(5) as pool:
        slow = pool.submit(client.get, "/wait")
        while not slips.started:
            threading.Event().wait(0.001)
        answers = list(pool.map(client.get, ["/sync", "/async", "/sync", "/async"]))
        streamed = client.get("/stream").text.split("\0")[:-1]
        assert not slow.done()
        slips.gate.set()
        assert slow.result().json() == 1
    assert [answer.json() for answer in answers] == [streamed] * 4
    assert len(streamed) == 3


class TestOneAccount:
    """However a program asks for files, the service never has more of an account's jobs than it allows."""

    ALLOWED = 3

    @pytest.fixture
    def files(self, tmp_path):
        folder = tmp_path / "papers"
        folder.mkdir()
        for number in range(50):
            (folder / f"{number:02}.txt").write_text(f"paper {number}")
        return folder

    @pytest.fixture
    def at_once(self, depot):
        """The most jobs the depot had under way: submitted, and their results not fetched yet."""
        seen = [0]
        submit = depot.submit

        def counting(key, files):
            with depot.lock:
                seen.append(1 + sum(map(len, depot.submissions)) - depot.fetches)
            return submit(key, files)

        depot.submit = counting
        return lambda: max(seen)

    def test_fifty_files_gathered_by_simple_directory_reader(
        self, depot, depot_manager, jobs, files, at_once
    ):
        reader = DocferryReader(provider="depot", concurrency=self.ALLOWED, jobs=jobs, manager=depot_manager)
        directory = SimpleDirectoryReader(files, file_extractor={".txt": reader}, raise_on_error=True)
        with asyncio.Runner() as runner:
            documents = runner.run(directory.aload_data())
        assert [document.text for document in documents] == [f"paper {n} [en]" for n in range(50)]
        assert len(depot.submissions) == 50
        assert 1 < at_once() <= self.ALLOWED

    def test_several_readers_and_loaders_share_the_account(self, depot, depot_manager, jobs, files, at_once):
        settings = {"concurrency": self.ALLOWED, "jobs": jobs, "manager": depot_manager}
        paths = sorted(files.iterdir())[:20]

        async def load():
            readers = [DocferryReader(provider="depot", **settings).aload_data(path) for path in paths[:10]]
            loaders = [DocferryLoader(path, provider="depot", **settings).aload() for path in paths[10:]]
            return await asyncio.gather(*readers, *loaders)

        with asyncio.Runner() as runner:
            assert len(runner.run(load())) == 20
        assert len(depot.submissions) == 20
        assert 1 < at_once() <= self.ALLOWED
