"""Addresses of services as people give them."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from docferry.errors import InvalidOptionsError

__all__ = ["is_host_of", "is_sendable", "read_address"]

NEVER_PLAIN = re.compile(r"[\s?#]")


def read_address(text: str, *, name: str, provider: str, example: str) -> str:
    """A plain address: scheme and host in lower case, no slash at the end.

    Args:
        text: As given.
        name: Option or variable it was given in, for messages.
        provider: Name of the provider, for messages.
        example: What such an address looks like, for messages.

    Raises:
        InvalidOptionsError: It is no http or https address, or holds credentials, a query or a fragment. The
            message does not repeat it: it may be a secret in the wrong place.
    """
    address = text.strip()
    try:
        parts = urlsplit(address)
        is_address = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address, parts = False, urlsplit("")
    if not is_address or "@" in parts.netloc or NEVER_PLAIN.search(address):
        raise InvalidOptionsError(
            f"{name} of provider {provider} is not a plain http or https address",
            next_step=f"give one such as {example}",
        )
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def is_host_of(address: str, hosts: Iterable[str]) -> bool:
    """Whether an address is on one of these hosts, or below one."""
    host = urlsplit(address).hostname or ""
    return any(host == known or host.endswith(f".{known}") for known in hosts)


def is_sendable(address: str) -> bool:
    """Whether a request can be sent to an address that a service gave."""
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_web and address.isprintable() and " " not in address
