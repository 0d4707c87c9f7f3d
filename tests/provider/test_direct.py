"""Requests without a proxy: what becomes of connections, and what trouble on them is called."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import struct
import subprocess

import httpx
import pytest

from docferry.provider.connection import WORTHWHILE_BYTES, Connection
from docferry.provider.direct import DirectTransport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


class Server:
    """Reads one request after the other on each connection, and answers with the bytes it was given.

    With no answer left it keeps a connection open until it hangs up.
    """

    def __init__(self, *answers, reads_bodies=True):
        self.answers = list(answers)
        self.reads_bodies = reads_bodies
        self.requests = []  # the number of its connection, its first line, and its body
        self.n_connections = 0
        self.hangs_up = asyncio.Event()
        self.has_hung_up = asyncio.Event()
        self.tasks = set()

    async def __call__(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        self.n_connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self.serve(self.n_connections, reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        self.has_hung_up.set()

    async def serve(self, number, reader, writer):
        while self.answers:
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
            size = int(fields.get(b"content-length", 0)) if self.reads_bodies else 0
            self.requests.append((number, head.split(b"\r\n")[0], await reader.readexactly(size)))
            answer = self.answers.pop(0)
            writer.write(answer)
            await writer.drain()
            if b"Content-Length:" not in answer and b"chunked" not in answer:
                return
        await self.hangs_up.wait()


@contextlib.asynccontextmanager
async def listening(server, *, context=None):
    """Have a server listen; its address."""
    listener = await asyncio.start_server(server, "127.0.0.1", 0, ssl=context)
    scheme, host = ("http", "127.0.0.1") if context is None else ("https", "localhost")
    try:
        yield f"{scheme}://{host}:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        server.hangs_up.set()
        if server.tasks:
            await asyncio.wait(server.tasks)


def talk(server, conversation, *, context=None, trust=ssl.create_default_context, max_connections=4):
    """Hold a conversation with a server over a client that sends straight to it."""

    async def main():
        async with listening(server, context=context) as address:
            transport = DirectTransport(trust=trust, max_connections=max_connections)
            async with httpx.AsyncClient(transport=transport, base_url=address) as client:
                return await conversation(client)

    with asyncio.Runner() as runner:
        return runner.run(asyncio.wait_for(main(), 60))


def test_a_connection_is_used_again():
    server = Server(OK, OK)

    async def conversation(client):
        return [(await client.get("/a?b=c")).text, (await client.put("/d", content=b"body")).text]

    assert talk(server, conversation) == ["hi", "hi"]
    assert server.requests == [(1, b"GET /a?b=c HTTP/1.1", b""), (1, b"PUT /d HTTP/1.1", b"body")]


def test_requests_at_once_have_connections_of_their_own():
    server = Server(*[OK] * 6)

    async def conversation(client):
        await asyncio.gather(*(client.get("/") for _ in range(3)))
        await asyncio.gather(*(client.get("/") for _ in range(3)))

    talk(server, conversation)
    assert server.n_connections == 3


@pytest.mark.parametrize(
    "last",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        b"HTTP/1.1 200 OK\r\n\r\nhi",
    ],
    ids=["closing", "more than asked for", "ended by closing"],
)
def test_a_connection_that_is_not_at_rest_is_not_used_again(last):
    server = Server(last, OK)

    async def conversation(client):
        return [(await client.get("/")).text for _ in range(2)]

    assert talk(server, conversation) == ["hi", "hi"]
    assert [number for number, *_ in server.requests] == [1, 2]


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again():
    server = Server(OK)

    async def conversation(client):
        await client.get("/")
        server.hangs_up.set()
        await server.has_hung_up.wait()
        server.answers.append(OK)
        return (await client.get("/")).text

    assert talk(server, conversation) == "hi"


def test_an_idle_connection_makes_room_for_one_to_another_host():
    one, other = Server(OK, OK), Server(OK)

    async def conversation(client):
        async with listening(other) as address:
            return [(await client.get(url)).text for url in ("/", address, "/")]

    assert talk(one, conversation, max_connections=1) == ["hi"] * 3
    assert one.n_connections == 2


def test_a_connection_that_could_not_be_opened_takes_no_room():
    server, other = Server(OK, OK), Server(OK)

    async def conversation(client):
        for _ in range(3):
            with pytest.raises(httpx.ConnectError):
                await client.get("http://127.0.0.1:1/")
        await client.get("/")
        async with listening(other) as address:
            await client.get(f"{address}/")
        await client.get("/")

    talk(server, conversation, max_connections=2)
    assert (server.n_connections, other.n_connections) == (1, 1)


def test_a_body_in_chunks_and_of_any_size_comes_whole():
    big = b"x" * 5_000_000
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (b"ab", b"c" * 70_000)) + b"0\r\n\r\n"
    server = Server(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(big), big),
    )

    async def conversation(client):
        return [(await client.get("/")).content for _ in range(2)]

    assert talk(server, conversation) == [b"ab" + b"c" * 70_000, big]
    assert server.n_connections == 1


def test_a_body_that_comes_in_drops_is_read_in_parts_worth_the_while():
    size = 3 * WORTHWHILE_BYTES + 1

    async def main():
        connection = Connection()
        connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        request = httpx.Request("GET", "http://127.0.0.1")
        await connection.send(request)
        await connection.receive_head(request)
        parts = []
        while sum(parts) < size:
            task = asyncio.ensure_future(connection.receive_part(request))
            while not task.done():
                await asyncio.sleep(0)
                connection.data_received(b"x" * 1000)
            parts.append(len(task.result()))
        return parts

    *parts, rest = asyncio.run(main())
    assert all(part >= WORTHWHILE_BYTES for part in parts)
    assert sum((*parts, rest)) == size


def test_only_silence_ends_in_a_timeout_and_not_a_body_in_drops():
    async def main():
        loop, started = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        connection = Connection()
        connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        request = httpx.Request("GET", "http://127.0.0.1", extensions={"timeout": {"read": 100.0}})
        await connection.send(request)
        await connection.receive_head(request)
        task = asyncio.ensure_future(connection.receive_part(request))
        states = []
        for seconds in (60.0, 120.0, 219.0, 221.0):
            await asyncio.sleep(0)
            loop.time = lambda passed=seconds: started + passed
            for _ in range(5):
                await asyncio.sleep(0)
            states.append(task.done())
            if seconds <= 120.0:
                connection.data_received(b"x")
        with pytest.raises(httpx.ReadTimeout):
            await task
        return states

    assert asyncio.run(main()) == [False, False, False, True]


def test_a_length_that_is_not_the_bodys_holds_nothing_up():
    chunked = b"Transfer-Encoding: chunked\r\nContent-Length: 9000\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    server = Server(
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + chunked,
        OK,
    )

    async def conversation(client):
        return [(await client.get("/")).text for _ in range(3)]

    assert talk(server, conversation) == ["", "hi", "hi"]


def test_an_interim_answer_is_passed_over():
    server = Server(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)

    async def conversation(client):
        return (await client.get("/")).text

    assert talk(server, conversation) == "hi"


def test_an_answer_before_the_whole_body_was_read_is_heard():
    server = Server(b"HTTP/1.1 413 Too Large\r\n\r\n", reads_bodies=False)

    async def parts():
        for _ in range(10):
            yield b"x" * 1_000_000
            await asyncio.sleep(0)

    async def conversation(client):
        try:
            return (
                await client.put("/", content=parts(), headers={"Content-Length": "10000000"})
            ).status_code
        except httpx.ReadError:  # the reset of the connection may overtake the answer
            return 413

    assert talk(server, conversation) == 413


def test_a_reset_while_sending_ends_the_sending_without_a_word(caplog):
    """asyncio logs each further write to a broken connection, which users would read as our trouble."""

    def reset_by_peer():
        peer, _ = listener.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()

    async def parts():
        yield b"x"
        reset_by_peer()
        for _ in range(20):  # without a pause in which the loop could hear of it
            yield b"x"

    async def main():
        transport = DirectTransport(trust=ssl.create_default_context, max_connections=1)
        async with httpx.AsyncClient(transport=transport) as client:
            with pytest.raises(httpx.ReadError):
                await client.put(address, content=parts(), headers={"Content-Length": "21"})

    with socket.create_server(("127.0.0.1", 0)) as listener, asyncio.Runner() as runner:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        runner.run(asyncio.wait_for(main(), 60))
    assert caplog.messages == []


def test_a_slow_reader_keeps_the_server_waiting_and_gets_everything():
    big = b"x" * 20_000_000
    server = Server(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(big), big))

    async def conversation(client):
        size = 0
        async with client.stream("GET", "/") as response:
            connection = response.stream._stream.connection
            async for part in response.aiter_bytes():
                size += len(part)
                await asyncio.sleep(0)
                assert connection._n_unread < 2_000_000
        return size

    assert talk(server, conversation) == len(big)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length", httpx.RemoteProtocolError),
        (b"something else\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, httpx.RemoteProtocolError),
    ],
    ids=["nothing", "half a head", "no HTTP", "another protocol", "half a body", "endless head"],
)
def test_an_answer_that_is_none_is_the_servers_trouble(answer, error):
    async def conversation(client):
        with pytest.raises(error):
            await client.get("/")

    talk(Server(answer), conversation)


def test_a_body_of_another_length_than_announced_is_our_own_trouble():
    async def parts():
        yield b"123"

    async def conversation(client):
        for length in ("2", "4"):
            with pytest.raises(httpx.LocalProtocolError):
                await client.put("/", content=parts(), headers={"Content-Length": length})

    talk(Server(OK), conversation)


def test_a_silent_server_ends_in_a_timeout():
    async def conversation(client):
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/", timeout=httpx.Timeout(30, read=0.05))

    talk(Server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh"), conversation)


def test_a_server_that_takes_nothing_ends_in_a_timeout():
    server = Server()

    async def conversation(client):
        with pytest.raises(httpx.WriteTimeout):
            await client.put("/", content=b"x" * 50_000_000, timeout=httpx.Timeout(30, write=0.2))

    talk(server, conversation)


def test_nobody_at_the_address_is_a_refused_connection():
    async def conversation(client):
        with pytest.raises(httpx.ConnectError):
            await client.get("http://127.0.0.1:1/")

    talk(Server(), conversation)


def test_an_address_of_another_kind_is_refused():
    async def conversation(client):
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get("nonsense://x/")

    talk(Server(), conversation)


def test_a_cancelled_request_sends_no_more_and_its_connection_is_closed():
    server = Server(OK, OK)

    async def endless():
        yield b"x"
        await asyncio.Event().wait()

    async def conversation(client):
        task = asyncio.create_task(client.put("/", content=endless(), headers={"Content-Length": "9"}))
        while not server.n_connections:
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait({task})
        await server.has_hung_up.wait()
        return (await client.get("/")).text

    assert talk(server, conversation) == "hi"
    assert server.requests == [(2, b"GET / HTTP/1.1", b"")]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


def test_https_is_spoken_with_servers_that_can_be_trusted(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    big = b"x" * 3_000_000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(big), big)
    server = Server(answer, OK)

    async def conversation(client):
        return [(await client.put("/", content=big)).content, (await client.get("/")).content]

    trust = ssl.create_default_context(cafile=str(certificate[0]))
    assert talk(server, conversation, context=context, trust=lambda: trust) == [big, b"hi"]
    assert [(number, len(body)) for number, _, body in server.requests] == [(1, len(big)), (1, 0)]


def test_a_server_that_cannot_be_trusted_gets_no_request(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    server = Server(OK)

    async def conversation(client):
        with pytest.raises(httpx.ConnectError):
            await client.get("/")

    talk(server, conversation, context=context)
    assert server.requests == []
