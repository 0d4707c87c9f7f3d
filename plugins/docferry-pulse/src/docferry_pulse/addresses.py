"""Which host: addresses as people paste them, and which of them may get the key."""

import re
from urllib.parse import urljoin, urlsplit

from docferry.provider.addresses import is_sendable, read_address

__all__ = ["DEFAULT_BASE_URL", "is_same_origin", "read_base_url", "resolve_address"]

DEFAULT_BASE_URL = "https://api.runpulse.com"
"""Source: docs.runpulse.com/api-reference/introduction (read 2026-11-21)."""

# People paste the address of an endpoint.
ENDPOINT = re.compile(r"/(?:extract|extract_async|split|schema|tables|job|large_results|pages)(?:/.*)?$")
DEFAULT_PORTS = {"http": 80, "https": 443}


def read_base_url(text: str, *, name: str) -> str:
    """The base URL that an address means: without an endpoint's path and without a slash at the end.

    Args:
        text: As given.
        name: Option or variable it was given in, for messages.

    Raises:
        InvalidOptionsError: It is no http or https address, or holds credentials, a query or a fragment. The
            message does not repeat it.
    """
    address = read_address(text, name=name, provider="pulse", example=DEFAULT_BASE_URL)
    return ENDPOINT.sub("", address).rstrip("/")


def resolve_address(address: str, *, base_url: str) -> str:
    """An address that the service gave, made absolute; empty when it cannot be sent to."""
    try:
        whole = urljoin(f"{base_url}/", address.strip())
    except ValueError:
        return ""
    return whole if is_sendable(whole) else ""


def is_same_origin(address: str, *, base_url: str) -> bool:
    """Whether an address has the scheme, host and port of the service, so that the key may go there."""
    return _origin(address) == _origin(base_url)


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(scheme)
