"""Hosts with several addresses: the first one that answers is taken, and none is left open besides."""

import asyncio
import contextlib
import socket

import pytest

from docferry.provider.dialling import dial

HOST = "127.0.0.1"


@contextlib.contextmanager
def dead_port():
    """A port at which nobody listens: connections to it are refused."""
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        yield bound.getsockname()[1]


@contextlib.contextmanager
def deaf_port():
    """A port at which nobody accepts: connections to it come to nothing, and are not refused."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind((HOST, 0))
        listening.listen(0)
        for _ in range(2):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def call(*kinds, cancelled_after=None):
    """Call a host with addresses of these kinds; returns once no connection to it is open any more.

    The caller may be cancelled, so many passes of the loop after the host has been reached.
    """
    callers = []

    async def serve(reader, writer):
        callers.append(writer)
        await reader.read()
        callers.remove(writer)
        writer.close()

    async def main():
        server = await asyncio.start_server(serve, HOST, 0)
        with dead_port() as dead, deaf_port() as deaf:
            ports = {"live": server.sockets[0].getsockname()[1], "dead": dead, "deaf": deaf}

            async def resolve(host, port, **_):
                assert (host, port) == ("service.invalid", 80)
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, ports[kind])) for kind in kinds]

            asyncio.get_running_loop().getaddrinfo = resolve
            task = asyncio.create_task(dial("service.invalid", 80, context=None))
            try:
                if cancelled_after is not None:
                    while not callers:
                        await asyncio.sleep(0)
                    for _ in range(cancelled_after):
                        await asyncio.sleep(0)
                    task.cancel()
                (await task).close()
            finally:
                while callers:
                    await asyncio.sleep(0.001)
                server.close()

    with asyncio.Runner() as runner:
        runner.run(asyncio.wait_for(main(), 60))


@pytest.mark.parametrize(
    "kinds",
    [("live",), ("dead", "live"), ("live", "dead"), ("deaf", "live"), ("deaf", "dead", "live")],
)
def test_the_first_address_that_answers_is_taken(kinds):
    call(*kinds)


def test_no_address_that_answers_is_an_error():
    with pytest.raises(ConnectionRefusedError):
        call("dead", "dead")


@pytest.mark.parametrize("passes", range(8))
def test_a_call_that_is_cancelled_in_the_moment_of_success_leaves_nothing_open(passes):
    with contextlib.suppress(asyncio.CancelledError):  # it may have been too late
        call("deaf", "live", cancelled_after=passes)
