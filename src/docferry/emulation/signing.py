"""Signed addresses that expire, as storage hosts have them."""

import hashlib
import hmac
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote, urlencode

from docferry.provider.clock import Clock

__all__ = ["AddressSigner", "SignatureState"]


class SignatureState(StrEnum):
    """What a signature is worth."""

    VALID = "valid"
    EXPIRED = "expired"
    INVALID = "invalid"


class AddressSigner:
    """Signs paths for one method and a limited time.

    Args:
        secret: What only the service knows.
        clock: What tells the time.
    """

    def __init__(self, *, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def sign(self, path: str, *, method: str = "GET", valid_seconds: float) -> str:
        """The path, percent-encoded, with a query that proves until when it may be used.

        Args:
            path: Path without a query, not encoded.
            method: HTTP method.
            valid_seconds: For how long.
        """
        expires = f"{self._clock.now() + valid_seconds:.3f}"
        query = urlencode({"expires": expires, "signature": self._signature(method, path, expires)})
        return f"{quote(path)}?{query}"

    def check(self, path: str, *, method: str, query: Mapping[str, str]) -> SignatureState:
        """Check a request.

        Args:
            path: Path as received, decoded.
            method: HTTP method.
            query: Query parameters, decoded.
        """
        expires = query.get("expires", "")
        wanted = self._signature(method, path, expires)
        if not hmac.compare_digest(wanted.encode(), query.get("signature", "").encode()):
            return SignatureState.INVALID
        return SignatureState.VALID if self._clock.now() <= float(expires) else SignatureState.EXPIRED

    def _signature(self, method: str, path: str, expires: str) -> str:
        text = f"{method}\n{path}\n{expires}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()
