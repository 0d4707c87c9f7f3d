"""Reaches a host at whichever of its addresses answers first.

Asyncio's own way loses a socket when it is cancelled in the moment of success.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import TypeAlias

from docferry.provider.connection import Connection

__all__ = ["dial"]

NEXT_ADDRESS_SECONDS = 0.25
"""How long to wait for one address before the next one is tried beside it."""

Address: TypeAlias = tuple[str, int]
Attempt: TypeAlias = asyncio.Task[Connection]


async def dial(host: str, port: int, *, context: ssl.SSLContext | None) -> Connection:
    """Open a connection; a cancelled caller leaves none behind.

    Args:
        host: Name or address.
        port: Port.
        context: For TLS; None without.

    Raises:
        OSError: Nobody knows the name, nobody answers, or who answers cannot be trusted.
        ValueError: The name can be none.
    """
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [(str(address[0]), int(address[1])) for *_, address in infos]
    attempts: list[Attempt] = []
    winner: Attempt | None = None
    try:
        for address in _alternating(addresses):
            attempts.append(asyncio.create_task(_connected(address, host, context)))
            winner = await _first(attempts, NEXT_ADDRESS_SECONDS)
            if winner is not None:
                break
        winner = winner or await _first(attempts, None) or attempts[0]  # whose error is as good as any
        return winner.result()
    finally:
        _give_up([attempt for attempt in attempts if attempt is not winner])


async def _connected(address: Address, host: str, context: ssl.SSLContext | None) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection, *address, ssl=context, server_hostname=None if context is None else host
    )
    return connection


async def _first(attempts: Sequence[Attempt], seconds: float | None) -> Attempt | None:
    """The first one that succeeds; None when all have failed, or when none has in that time."""
    loop = asyncio.get_running_loop()
    deadline = None if seconds is None else loop.time() + seconds
    while pending := [attempt for attempt in attempts if not attempt.done()]:
        left = None if deadline is None else deadline - loop.time()
        done, _ = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        good = next((attempt for attempt in done if attempt.exception() is None), None)
        if good is not None or not done:
            return good
    return None


def _give_up(attempts: Sequence[Attempt]) -> None:
    """Close them as soon as they end, unawaited: a wait could be cancelled, and leave the winner open."""
    for attempt in attempts:
        attempt.cancel()
        attempt.add_done_callback(_close)


def _close(attempt: Attempt) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()


def _alternating(addresses: Sequence[Address]) -> list[Address]:
    """The same addresses, version 6 and version 4 by turns, beginning with the first one's."""
    six = [address for address in addresses if ":" in address[0]]
    four = [address for address in addresses if ":" not in address[0]]
    firsts, seconds = (six, four) if addresses and addresses[0] in six else (four, six)
    turns = chain.from_iterable(zip_longest(firsts, seconds))
    return list(dict.fromkeys(address for address in turns if address is not None))
