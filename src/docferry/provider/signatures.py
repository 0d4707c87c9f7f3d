"""Checks that webhook calls come from the service: what vendors' signatures have in common.

Every comparison takes the same time whether the first or the last character differs, and takes any text that
a header may hold.
"""

import base64
import hashlib
import hmac
import math
from collections.abc import Iterable
from enum import StrEnum

from docferry.errors import ForgedEventError

__all__ = ["SignatureForm", "verify_age", "verify_digest", "verify_hmac"]

MAX_AGE_SECONDS = 300.0
MAX_AHEAD_SECONDS = 60.0
MAX_SIGNATURES = 16
"""Services that rotate secrets send several signatures, but never many."""


class SignatureForm(StrEnum):
    """How the bytes of a signature are written."""

    HEX = "hex"
    BASE64 = "base64"


def verify_hmac(
    message: bytes, *, secret: bytes, given: Iterable[str], form: SignatureForm, provider: str
) -> None:
    """Check that one of the signatures is the message's HMAC-SHA256.

    Args:
        message: What is signed, byte for byte.
        secret: The key, decoded.
        given: The signatures of the call; a service that rotates secrets sends several.
        form: How they are written. Hexadecimal digits may be in either case.
        provider: Name of the provider, for the message.

    Raises:
        ForgedEventError: None is.
    """
    mac = hmac.new(secret, message, hashlib.sha256).digest()
    expected = mac.hex() if form is SignatureForm.HEX else base64.b64encode(mac).decode("ascii")
    candidates = list(given)[:MAX_SIGNATURES]
    if not any([_is_same(expected, text, form=form) for text in candidates]):  # noqa: C419 - all are compared
        raise _forged(provider, "its signature is wrong" if any(candidates) else "it has no signature")


def verify_digest(message: bytes, *, given: str, provider: str) -> None:
    """Check that a signature is the message's SHA-256 in hexadecimal digits of either case.

    Args:
        message: What is signed, the secret in it.
        given: The signature of the call.
        provider: Name of the provider, for the message.

    Raises:
        ForgedEventError: It is not.
    """
    if not _is_same(hashlib.sha256(message).hexdigest(), given, form=SignatureForm.HEX):
        raise _forged(provider, "its signature is wrong" if given else "it has no signature")


def verify_age(
    timestamp: str,
    *,
    now: float,
    provider: str,
    max_age_seconds: float = MAX_AGE_SECONDS,
    max_ahead_seconds: float = MAX_AHEAD_SECONDS,
) -> None:
    """Check that a call was signed lately, so that a recorded one cannot be played again.

    Args:
        timestamp: When, in seconds since the epoch, as the header has it.
        now: The time.
        provider: Name of the provider, for the message.
        max_age_seconds: How old it may be.
        max_ahead_seconds: How far the service's clock may be ahead of ours.

    Raises:
        ForgedEventError: It is older, from further ahead, or no time at all.
    """
    try:
        age = now - float(timestamp)
    except ValueError:
        age = math.nan
    if not -max_ahead_seconds <= age <= max_age_seconds:  # also when it is not a number
        raise _forged(provider, "its time stamp is missing, too old or too far ahead")


def _is_same(expected: str, given: str, *, form: SignatureForm) -> bool:
    text = given.strip().lower() if form is SignatureForm.HEX else given.strip()
    return hmac.compare_digest(expected.encode(), text.encode("utf-8", "replace"))


def _forged(provider: str, what: str) -> ForgedEventError:
    return ForgedEventError(f"a webhook call is not from the service: {what}", provider=provider)
