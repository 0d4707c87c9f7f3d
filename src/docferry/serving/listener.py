"""The socket a server listens on."""

import contextlib
import errno
import socket
from typing import Any

from docferry.errors import ConfigurationError

__all__ = ["listen"]

BACKLOG = 2048
NO_ROOM = {errno.EMFILE, errno.ENFILE}


class _Listener(socket.socket):
    """Takes no call while the process has no file descriptor left: callers wait until one is free.

    asyncio would tell of it as often as calls may wait, plan to listen again each time, and do all of that
    again a second later: its memory grows with the square of the time.
    """

    def accept(self) -> tuple[socket.socket, Any]:
        """See socket.socket."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno in NO_ROOM:
                raise BlockingIOError(error.errno, "no file descriptor is left") from error
            raise


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; 0 takes a port that is free.

    Args:
        host: A name or address of this machine.
        port: The port.

    Raises:
        ConfigurationError: There is no such host here, or the port is taken.
    """
    with contextlib.ExitStack() as stack:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listener = stack.enter_context(_Listener(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            raise ConfigurationError(
                f"port {port} cannot be used ({error})", next_step="choose another port"
            ) from error
        stack.pop_all()
        return listener
