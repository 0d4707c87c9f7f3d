"""The socket a server listens on."""

import contextlib
import socket

from docferry.errors import ConfigurationError

__all__ = ["listen"]

BACKLOG = 2048


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
            listener = stack.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            raise ConfigurationError(
                f"port {port} cannot be used ({error})", next_step="choose another port"
            ) from error
        stack.pop_all()
        return listener
