"""Webhook calls of the emulated service, signed as Standard Webhooks, to an address on this machine."""

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from urllib.parse import urlsplit

__all__ = ["call_webhook", "is_on_this_machine", "signed_headers", "stamp"]

TIMEOUT_SECONDS = 10.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def stamp(seconds: float) -> str:
    """A time as the service writes it."""
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat().replace("+00:00", "Z")


def is_on_this_machine(address: str) -> bool:
    """Whether an address leads nowhere else: emulators speak with this machine only."""
    try:
        return urlsplit(address).hostname in LOOPBACK
    except ValueError:
        return False


def signed_headers(body: bytes, *, event_id: str, now: float, secret: str) -> dict[str, str]:
    """The headers of a call."""
    seconds = str(int(now))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{event_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def call_webhook(address: str, *, event: dict[str, object], event_id: str, now: float, secret: str) -> bool:
    """Tell of an event; blocks.

    Returns:
        Whether it was taken.
    """
    if not is_on_this_machine(address):
        return False
    body = json.dumps(event).encode()
    headers = signed_headers(body, event_id=event_id, now=now, secret=secret)
    request = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310 - checked
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
            return 200 <= answer.status < 300  # noqa: PLR2004 - the 2xx range
    except (urllib.error.URLError, OSError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        return False
