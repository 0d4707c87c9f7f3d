"""Keys under which jobs and payloads are found again. Pure; equal things get equal keys in every process."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import cast
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

__all__ = [
    "canonical_json",
    "fingerprint_url",
    "hash_account",
    "make_job_id",
    "make_job_key",
    "make_payload_key",
    "strip_endpoint",
]

JOB_ID_DIGITS = 12
DEFAULT_PORTS = {"http": ":80", "https": ":443"}

# Query parameters that storage services and content networks put into signed addresses. Only these are left
# out of a URL's fingerprint: any other parameter may choose the document.
SIGNATURE_PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "x-cos-", "x-obs-", "x-tos-")
SIGNATURE_NAMES = frozenset({"signature", "sig", "q-signature"})
SIGNATURE_COMPANIONS = frozenset(
    {
        *("accesskeyid", "awsaccesskeyid", "googleaccessid", "ossaccesskeyid", "security-token"),
        *("expires", "policy", "key-pair-id"),
        *("se", "sip", "ske", "skoid", "sks", "skt", "sktid", "skv", "sp", "spr", "sr", "st", "sv"),
        *("q-ak", "q-header-list", "q-key-time", "q-sign-algorithm", "q-sign-time", "q-url-param-list"),
    }
)


def make_payload_key(  # noqa: PLR0913 - these are all the things that decide what a service returns
    *,
    fingerprint: str,
    suffix: str,
    pages: str,
    provider: str,
    protocol_version: str,
    operation: str,
    options: Mapping[str, object],
) -> str:
    """The key of what a service returns. It holds no account: what one key paid for, another finds.

    Args:
        fingerprint: Of the whole source.
        suffix: Of the file name, because services decide by it what a file is; case does not matter.
        pages: Canonical text of the page selection; empty for all pages.
        provider: Provider name.
        protocol_version: Version of the service's protocol.
        operation: Such as "parse".
        options: The options that change what the service returns, defaults included; JSON values only.

    Returns:
        64 hexadecimal digits.

    Raises:
        TypeError: An option is not a JSON value.
    """
    return _digest(
        "docferry payload",
        {
            "fingerprint": fingerprint,
            "suffix": suffix.lower(),
            "pages": pages,
            "provider": provider,
            "protocol_version": protocol_version,
            "operation": operation,
            "options": options,
        },
    )


def make_job_key(*, payload_key: str, endpoint: str, account_hash: str) -> str:
    """The key of a job: a payload, asked for at one endpoint on one account; 64 hexadecimal digits."""
    return _digest(
        "docferry job",
        {"payload_key": payload_key, "endpoint": strip_endpoint(endpoint), "account_hash": account_hash},
    )


def make_job_id(job_key: str, attempt: int) -> str:
    """The id of an attempt, short enough to type: 12 hexadecimal digits."""
    return _digest("docferry job id", [job_key, attempt])[:JOB_ID_DIGITS]


def hash_account(account: str, *, installation_key: bytes) -> str:
    """A keyed hash of an account's secret; without the installation's key nobody can test guesses on it."""
    return hmac.new(installation_key, account.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def fingerprint_url(url: str) -> str:
    """A fingerprint for a document that the service itself downloads: of its address without the signature.

    Scheme, host and default port are put into one form; credentials, the fragment and the parameters of
    known signature schemes are left out; the other parameters count, in any order. The same address may lead
    to other bytes tomorrow, so a payload found by it is used only when the caller allows that.

    Returns:
        "url:" and 64 hexadecimal digits.
    """
    parts = _without_credentials(urlsplit(url))
    # Latin-1 gives every escaped byte a character of its own, so that no two addresses fall together.
    parameters = parse_qsl(parts.query, keep_blank_values=True, encoding="latin-1")
    query = sorted(_semantic_parameters(parameters))
    address = urlunsplit(parts._replace(path=parts.path or "/", query=urlencode(query), fragment=""))
    return "url:" + _digest("docferry url", address)


def strip_endpoint(endpoint: str) -> str:
    """A base URL in one form, without credentials, query, fragment or final slash."""
    parts = _without_credentials(urlsplit(endpoint))
    return urlunsplit(parts._replace(path=parts.path.rstrip("/"), query="", fragment=""))


def canonical_json(value: object) -> str:
    """JSON in the one form that equal values share: sorted names, no spaces, ASCII only.

    Mappings need string keys; tuples count as lists, sets as sorted lists, enums as their values.

    Raises:
        TypeError: Something in it is not a JSON value. Nothing is turned into text by guesswork, because a
            masked secret would make two accounts look alike.
        ValueError: A number is not finite.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return _plain_mapping(cast("Mapping[object, object]", value))
    if isinstance(value, AbstractSet):
        return sorted((_plain(item) for item in cast("AbstractSet[object]", value)), key=canonical_json)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("Sequence[object]", value)]
    raise TypeError(f"a {type(value).__name__} cannot be part of a key; give a JSON value")


def _plain_mapping(value: Mapping[object, object]) -> dict[str, object]:
    plain: dict[str, object] = {}
    for name, item in value.items():
        if not isinstance(name, str):
            raise TypeError(f"names in a key are strings, not {type(name).__name__}")
        plain[str(name)] = _plain(item)
    return plain


def _digest(purpose: str, value: object) -> str:
    # The purpose keeps a key of one kind from ever equalling a key of another.
    return hashlib.sha256(canonical_json([purpose, value]).encode("ascii")).hexdigest()


def _without_credentials(parts: SplitResult) -> SplitResult:
    place = parts.netloc.rpartition("@")[2].lower()
    return parts._replace(netloc=place.removesuffix(DEFAULT_PORTS.get(parts.scheme, ":")))


def _semantic_parameters(parameters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    names = {name.lower() for name, _value in parameters}
    is_signed = bool(names & SIGNATURE_NAMES)
    dropped = SIGNATURE_NAMES | SIGNATURE_COMPANIONS if is_signed else frozenset[str]()
    return [
        (name, value)
        for name, value in parameters
        if not name.lower().startswith(SIGNATURE_PREFIXES) and name.lower() not in dropped
    ]
