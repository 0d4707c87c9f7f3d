"""Addresses of the services as people paste them.

Source: mineru.net/apiManage and mineru-open-sdk 0.2.5, _constants.py (read 2026-11-21).
"""

import re

from docferry.provider.addresses import is_host_of, read_address

__all__ = ["CLOUD_URL", "is_hosted", "read_base_url", "read_server_url"]

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
    address = read_address(text, name=name, provider="mineru", example=CLOUD_URL)
    return CLOUD_PATH.sub("", address).rstrip("/")


def read_server_url(text: str, *, name: str) -> str:
    """A server's root that an address means; as `read_base_url`, the path of a call is cut off."""
    address = read_address(text, name=name, provider="mineru", example="http://127.0.0.1:8000")
    return SERVER_PATH.sub("", address).rstrip("/")


def is_hosted(address: str) -> bool:
    """Whether an address is one of the vendor's own hosts."""
    return is_host_of(address, HOSTED)
