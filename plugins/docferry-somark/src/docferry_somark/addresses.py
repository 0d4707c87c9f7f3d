"""Which host: regions, addresses as people paste them, and whether a host needs a key.

Source of the hosts: docs.somark.cn (somark.cn), the vendor's MCP server (somark.ai), docs.somark.tech
(somark.tech, the earlier single host); all read 2026-11-21.
"""

import re
from urllib.parse import urlsplit

from docferry.provider.addresses import is_host_of, read_address

__all__ = ["REGION_URLS", "is_hosted", "read_base_url"]

REGION_URLS = {"cn": "https://somark.cn/api/v1", "global": "https://somark.ai/api/v1"}

HOSTED = ("somark.cn", "somark.ai", "somark.tech")
API_PATH = "/api/v1"

# People paste the address of an endpoint. The paths below /extract are gone after 2026-12-31 and never used.
ENDPOINT = re.compile(r"/(?:parse|extract)(?:/[a-z_]*)?/*$|/usage/*$")


def read_base_url(text: str, *, name: str) -> str:
    """The base URL that an address means: without an endpoint's path and without a slash at the end.

    Args:
        text: As given.
        name: Option or variable it was given in, for messages.

    Raises:
        InvalidOptionsError: It is no http or https address, or holds credentials, a query or a fragment. The
            message does not repeat it.
    """
    address = read_address(text, name=name, provider="somark", example=REGION_URLS["cn"])
    base = ENDPOINT.sub("", address).rstrip("/")
    return base + API_PATH if not urlsplit(base).path and is_hosted(base) else base


def is_hosted(base_url: str) -> bool:
    """Whether the address is one of the vendor's own hosts, which all need a key."""
    return is_host_of(base_url, HOSTED)
