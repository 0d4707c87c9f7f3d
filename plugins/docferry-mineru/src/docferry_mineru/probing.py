"""Which protocol a server of your own speaks, found out by asking it, once for each address.

The order: /v1/health is version 4, else /health is version 3, else /file_parse is version 2.
Source: the packages mineru 2.7.6, 3.4.5 and 4.0.12 (read 2026-11-22).
"""

import re
from dataclasses import dataclass, field

from docferry.errors import AuthenticationError, InvalidOptionsError, UnavailableError
from docferry.provider import Exchange, Request, Response
from docferry.reading.values import Raw, is_mapping, items_of, mapping_of, parse_json, scalar_text
from docferry_mineru.endpoint import Endpoint
from docferry_mineru.failures import PROVIDER
from docferry_mineru.parts import Dialect

__all__ = ["Facts", "Memory", "probe"]

VERSION = re.compile(r"(\d+)\.(\d+)")
LAST_KNOWN = (4, 0)
REFUSED = frozenset({401, 403})
WRONG_METHOD = 405
SERVER_ERRORS = range(500, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a server.

    Args:
        dialect: The protocol it speaks.
        version: Its version, or empty.
        tiers: The tiers it offers; empty when it does not say.
    """

    dialect: Dialect
    version: str = ""
    tiers: tuple[str, ...] = ()


@dataclass(slots=True)
class Memory:
    """The servers met by this process, by address. One that was exchanged for another is forgotten."""

    _facts: dict[str, Facts] = field(default_factory=dict[str, Facts])

    def recall(self, endpoint: Endpoint) -> Facts | None:
        """What is known of the server there."""
        return self._facts.get(endpoint.base_url)

    def remember(self, endpoint: Endpoint, facts: Facts) -> None:
        """Keep what was found out."""
        self._facts[endpoint.base_url] = facts

    def clear(self) -> None:
        """Forget all servers."""
        self._facts.clear()

    def forget(self, endpoint: Endpoint) -> bool:
        """Forget a server; whether it was known."""
        return self._facts.pop(endpoint.base_url, None) is not None


def probe(endpoint: Endpoint, *, timeout_seconds: float) -> Exchange[Facts]:
    """Find out what a server speaks.

    Args:
        endpoint: Where it is.
        timeout_seconds: How long to wait for an answer.

    Raises:
        AuthenticationError: It answers nobody without a key.
        InvalidOptionsError: There is no MinerU server, or one of a version that is not known here.
        UnavailableError: It does not answer.
    """

    def get(path: str) -> Request:
        return Request(
            method="GET",
            url=f"{endpoint.base_url}/{path}",
            headers=endpoint.headers,
            timeout_seconds=timeout_seconds,
            weight=0,
        )

    response = yield get("v1/health")
    health = _health(response)
    if health is not None:
        version = scalar_text(health.get("version"))
        _check_version(version)
        tiers = _tiers((yield get("v1/tiers")))
        return Facts(dialect=Dialect.SERVER_4, version=version, tiers=tiers)
    response = yield get("health")
    health = _health(response)
    if health is not None:
        return Facts(dialect=Dialect.SERVER_3, version=scalar_text(health.get("version")))
    response = yield get("file_parse")
    if response.is_success or response.status == WRONG_METHOD:
        return Facts(dialect=Dialect.SERVER_2)
    raise InvalidOptionsError(
        "there is no MinerU server at this address",
        next_step="check server_url or MINERU_SERVER_URL; the cloud's address is base_url",
    )


def _health(response: Response) -> Raw | None:
    """What a server says of itself; None where there is no such question."""
    if response.status in REFUSED:
        raise AuthenticationError(
            "the server does not accept the key",
            next_step="give the key that it was started with, as api_key or MINERU_SERVER_API_KEY",
            provider=PROVIDER,
        )
    raw = parse_json(response.body)
    if is_mapping(raw) and ("status" in raw or "version" in raw):
        return raw  # also of one that is not well: what it speaks does not change
    if response.status in SERVER_ERRORS:
        raise UnavailableError(
            f"the server cannot work now (HTTP {response.status})",
            next_step="try again later",
            provider=PROVIDER,
        )
    return None


def _check_version(version: str) -> None:
    found = VERSION.match(version)
    if found and (int(found[1]), int(found[2])) > LAST_KNOWN:
        raise InvalidOptionsError(
            f"the server is of version {version}, whose protocol provider mineru does not know",
            next_step="use a server of version 4.0, or a newer docferry-mineru",
        )


def _tiers(response: Response) -> tuple[str, ...]:
    if not response.is_success:
        return ()
    listed = items_of(mapping_of(parse_json(response.body)).get("data"))
    return tuple(tier for raw in listed if (tier := scalar_text(mapping_of(raw).get("id"))))
