"""Addresses of the services as people paste them.

Source: mineru.net/apiManage and mineru-open-sdk 0.2.5, _constants.py (read 2026-11-21).
"""

import re
from urllib.parse import urlsplit

from docferry.errors import InvalidOptionsError

__all__ = ["CLOUD_URL", "is_hosted", "read_address", "read_base_url", "read_server_url"]

CLOUD_URL = "https://mineru.net"
HOSTED = ("mineru.net", "openxlab.org.cn")

# People paste the address of a documented call: the root is in front of it.
CLOUD_PATH = re.compile(
    r"/api(?:/v4|/v1(?:/agent)?)?(?:/(?:extract|file-urls|extract-results|parse)(?:/.*)?)?/*$"
)
SERVER_PATH = re.compile(r"/(?:v1|tasks|file_parse|health|docs|openapi\.json)(?:/.*)?$")


def read_base_url(text: str, *, name: str) -> str:
    """The cloud's root that an address means.

    Args:
        text: As given; a path from /api on is cut off.
        name: Option or variable it was given in, for messages.

    Raises:
        InvalidOptionsError: It is no http or https address, or holds credentials, a query or a fragment. The
            message does not repeat it.
    """
    return CLOUD_PATH.sub("", read_address(text, name=name, example=CLOUD_URL)).rstrip("/")


def read_server_url(text: str, *, name: str) -> str:
    """A server's root that an address means; as `read_base_url`, the path of a call is cut off."""
    return SERVER_PATH.sub("", read_address(text, name=name, example="http://127.0.0.1:8000")).rstrip("/")


def is_hosted(address: str) -> bool:
    """Whether an address is one of the vendor's own hosts."""
    host = urlsplit(address).hostname or ""
    return any(host == known or host.endswith(f".{known}") for known in HOSTED)


def read_address(text: str, *, name: str, example: str) -> str:
    """A plain address, without a slash at the end.

    Args:
        text: As given.
        name: Option or variable it was given in, for messages.
        example: What such an address looks like.

    Raises:
        InvalidOptionsError: It is no http or https address, or holds credentials, a query or a fragment. The
            message does not repeat it.
    """
    address = text.strip()
    try:
        parts = urlsplit(address)
        is_address = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address, parts = False, urlsplit("")
    if not is_address or parts.query or parts.fragment or "@" in parts.netloc or re.search(r"\s", address):
        raise InvalidOptionsError(
            f"{name} of provider mineru is not a plain http or https address",
            next_step=f"give one such as {example}",
        )
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
