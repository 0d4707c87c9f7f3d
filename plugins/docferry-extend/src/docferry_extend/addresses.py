"""Which host: regions, and addresses as people paste them.

Source of the hosts: extend-ai 1.20.0 on PyPI, environment.py, and docs.extend.ai/api-reference/deployments
(both read 2026-11-22). The second American host really ends in .app.
"""

import re

from docferry.provider.addresses import read_address
from docferry_extend.choices import ServiceRegion

__all__ = ["REGION_URLS", "read_base_url"]

REGION_URLS = {
    ServiceRegion.US: "https://api.extend.ai",
    ServiceRegion.US2: "https://api.us2.extend.app",
    ServiceRegion.EU: "https://api.eu1.extend.ai",
}

ENDPOINT = re.compile(r"/(?:parse|parse_runs|parser_runs|files)(?:/[A-Za-z0-9_]*)*/*$")
"""People paste the address of an endpoint."""


def read_base_url(text: str, *, name: str) -> str:
    """The base URL that an address means: without an endpoint's path and without a slash at the end.

    Args:
        text: As given.
        name: Option or variable it was given in, for messages.

    Raises:
        InvalidOptionsError: It is no http or https address, or holds credentials, a query or a fragment. The
            message does not repeat it.
    """
    address = read_address(text, name=name, provider="extend", example=REGION_URLS[ServiceRegion.US])
    return ENDPOINT.sub("", address).rstrip("/")
