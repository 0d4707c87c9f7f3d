"""What the ledger and the store hand out is given back, whenever its taker is cancelled."""

import asyncio
import threading

import anyio
import pytest

from docferry.ledger import PayloadStore, SqliteLedger
from docferry.provider import Response
from docferry.provider.books import Books, PayloadCollector


@pytest.fixture
def books(tmp_path):
    return Books(ledger=SqliteLedger(tmp_path / "ledger.sqlite3"), store=PayloadStore(tmp_path / "cache"))


class Gate:
    """Holds the worker thread until the test lets it go."""

    def __init__(self):
        self.reached = threading.Event()
        self.open = threading.Event()

    def pass_through(self):
        self.reached.set()
        assert self.open.wait(10)

    async def wait_until_reached(self):
        await asyncio.to_thread(self.reached.wait, 10)


async def hold(books, taken, gate):
    def acquire():
        gate.pass_through()
        taken.append("thing")
        return "thing"

    async with books.held(acquire, taken.remove):
        await asyncio.sleep(60)


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_taken_while_its_taker_is_cancelled_is_given_back(books, times):
    async def main():
        taken, gate = [], Gate()
        task = asyncio.create_task(hold(books, taken, gate))
        await gate.wait_until_reached()
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        gate.open.set()
        await asyncio.wait({task})
        assert task.cancelled()
        assert taken == []

    anyio.run(main)


def test_what_is_taken_is_given_back_once_at_the_end(books):
    async def main():
        taken = []
        async with books.held(lambda: taken.append(1), lambda _nothing: taken.pop()):
            assert taken == [1]
        assert taken == []

    anyio.run(main)


def test_what_could_not_be_taken_is_not_given_back(books):
    async def main():
        with pytest.raises(ZeroDivisionError):
            async with books.held(lambda: 1 / 0, lambda _nothing: pytest.fail("given back")):
                pytest.fail("held")

    anyio.run(main)


def test_a_fetch_cancelled_while_its_part_is_opened_leaves_no_file(books, tmp_path):
    async def main():
        gate, make = Gate(), books.store.writer

        def writer(name, media_type):
            opened = make(name, media_type)
            gate.pass_through()
            return opened

        books.store.writer = writer
        task = asyncio.create_task(PayloadCollector(books=books).stream("text", answer))
        await gate.wait_until_reached()
        task.cancel()
        gate.open.set()
        await asyncio.wait({task})
        assert task.cancelled()

    async def answer(sink):
        await sink(b"text")
        return Response(status=200)

    anyio.run(main)
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert [path.name for path in files if "index" not in path.name] == []


@pytest.mark.parametrize("status", [200, 404])
def test_only_the_body_of_a_success_becomes_a_part(books, status):
    async def answer(sink):
        await sink(b"text")
        return Response(status=status, headers={"content-type": "text/plain; charset=utf-8"})

    async def main():
        collector = PayloadCollector(books=books)
        await collector.stream("text", answer)
        assert [(part.name, part.media_type) for part in collector.payload.parts] == (
            [("text", "text/plain")] if status == 200 else []
        )

    anyio.run(main)
