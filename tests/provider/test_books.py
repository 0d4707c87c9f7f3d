"""What the ledger and the store hand out is given back, whenever its taker is cancelled."""

import asyncio
import threading
from types import SimpleNamespace

import anyio
import pytest

from docferry.errors import InvalidResponseError
from docferry.ledger import LeaseLostError, PayloadStore, SqliteLedger
from docferry.provider import Keep, Response
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
        assert self.open.wait(60)

    async def wait_until_reached(self):
        await asyncio.to_thread(self.reached.wait, 60)


async def hold(books, taken, gate):
    def acquire():
        gate.pass_through()
        taken.append("thing")
        return "thing"

    async with books.held(acquire, taken.remove):
        await asyncio.sleep(3600)


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
        await sink([b"more than"])
        await sink([b" one", b" piece"])
        return Response(status=200)

    anyio.run(main)
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert [path.name for path in files if "index" not in path.name] == []


@pytest.mark.parametrize("pieces", [(), (b"text",), (b"a text of ", b"three ", b"pieces")])
def test_a_body_of_any_number_of_pieces_is_saved_whole(books, pieces):
    async def answer(sink):
        for piece in pieces:
            await sink([piece])
        return Response(status=200, headers={"content-type": "text/plain; charset=utf-8"})

    looks = []

    async def main():
        collector = PayloadCollector(books=books)
        await collector.keep(Keep(name="about", media_type="application/json", data=b"{}"))
        await collector.stream("text", answer, check=lambda stream: looks.append(stream.read()))
        with pytest.raises(LeaseLostError):  # the ledger has no such job
            await collector.save(SimpleNamespace(id="none", payload_key="key"), now=0)

    anyio.run(main)
    payload = books.store.find("key")
    assert [(part.name, part.media_type) for part in payload.parts] == [
        ("about", "application/json"),
        ("text", "text/plain"),
    ]
    assert [books.reader(payload).read(part.name) for part in payload.parts] == [b"{}", b"".join(pieces)]
    assert looks == [b"".join(pieces)]


@pytest.mark.parametrize("pieces", [(b"text",), (b"a text of ", b"three ", b"pieces")])
def test_a_body_that_does_not_pass_its_check_is_not_kept(books, tmp_path, pieces):
    async def answer(sink):
        for piece in pieces:
            await sink([piece])
        return Response(status=200)

    def refuse(_stream):
        raise InvalidResponseError("it is none")

    async def main():
        collector = PayloadCollector(books=books)
        with pytest.raises(InvalidResponseError):
            await collector.stream("text", answer, check=refuse)
        assert collector.is_empty

    anyio.run(main)
    assert list((tmp_path / "cache" / "temp").glob("*")) == []


def test_the_body_of_a_failure_is_not_kept(books):
    async def answer(sink):
        await sink([b"text"])
        return Response(status=404)

    async def main():
        collector = PayloadCollector(books=books)
        assert (await collector.stream("text", answer)).status == 404
        assert collector.is_empty

    anyio.run(main)
