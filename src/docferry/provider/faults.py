"""What a failed request means: whether it reached the service, and whether to try it again."""

import email.utils
import math
import socket
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import httpx

__all__ = [
    "Fault",
    "Outlook",
    "TransportFault",
    "fault_of",
    "is_transient_status",
    "read_date",
    "read_retry_after",
]

TOO_MANY_REQUESTS = 429
TRANSIENT_STATUSES = frozenset({408, 425, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524})


class Fault(StrEnum):
    """How far a request got that brought no response."""

    NOT_SENT = "not_sent"  # no byte of it reached the service
    UNKNOWN = "unknown"  # it may have arrived, whole or in part
    UNREADABLE = "unreadable"  # it was answered with what cannot be taken in, and would be again
    IMPOSSIBLE = "impossible"  # it can never be sent as it is: a wrong address, a redirect loop


class Outlook(StrEnum):
    """Whether waiting is likely to help, so that it decides how soon a person is told."""

    PASSING = "passing"  # such trouble passes
    DOUBTFUL = "doubtful"  # a service that is started anew, or a wrong address
    LASTING = "lasting"  # somebody has to mend something


class TransportFault(Exception):  # noqa: N818 - a fault, which the client turns into an error
    """A request brought no response. Stays inside the provider room.

    Args:
        fault: How far it got.
        reason: The kind of trouble, without any address.
        outlook: Whether waiting is likely to help.
    """

    def __init__(self, fault: Fault, reason: str, *, outlook: Outlook = Outlook.PASSING) -> None:
        super().__init__(reason)
        self.fault = fault
        self.reason = reason
        self.outlook = outlook


UNKNOWN_HOST = "the name of its host is unknown"
REFUSED = "nothing listens at its address"
UNKNOWN_NAMES = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
NOT_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})
IMPOSSIBLE = frozenset({"UnsupportedProtocol", "InvalidURL", "CookieConflict"})
UNKNOWN = frozenset(
    {
        "LocalProtocolError",  # also when a file ends before its length: bytes are out by then
        "TooManyRedirects",
        "ReadError",
        "ReadTimeout",
        "WriteError",
        "WriteTimeout",
        "CloseError",
        "RemoteProtocolError",
        "DecodingError",
        "StreamError",
        "StreamConsumed",
        "StreamClosed",
        "ResponseNotRead",
        "RequestNotRead",
    }
)


def fault_of(error: "httpx.HTTPError | httpx.InvalidURL | httpx.StreamError") -> TransportFault:
    """What an error of httpx means. Unknown kinds are UNKNOWN: the careful reading."""
    kind = type(error).__name__
    if kind in NOT_SENT:
        return _not_sent(error, kind)
    if kind in IMPOSSIBLE:
        return TransportFault(Fault.IMPOSSIBLE, kind)
    return TransportFault(Fault.UNKNOWN, kind)


def _not_sent(error: BaseException, kind: str) -> TransportFault:
    """Why no connection to the host, or to the proxy, was made."""
    for cause in _causes(error):
        # A name server that is busy is not one that knows no such name.
        if isinstance(cause, socket.gaierror) and cause.errno in UNKNOWN_NAMES:
            return TransportFault(Fault.NOT_SENT, UNKNOWN_HOST, outlook=Outlook.LASTING)
        if isinstance(cause, ConnectionRefusedError):
            return TransportFault(Fault.NOT_SENT, REFUSED, outlook=Outlook.DOUBTFUL)
    return TransportFault(Fault.NOT_SENT, kind)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):  # one for each address of the host
            yield from cast("BaseExceptionGroup[BaseException]", cause).exceptions
        cause = cause.__cause__ or cause.__context__


def is_transient_status(status: int) -> bool:
    """Whether an HTTP status tells of trouble that may pass."""
    return status == TOO_MANY_REQUESTS or status in TRANSIENT_STATUSES


def read_retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds asked for by a Retry-After header, in either of its forms; None without a readable one.

    Args:
        headers: Names in lower case.
        now: Seconds since the epoch, to which a date is compared when the answer has no Date of its own; None
            for a plugin, which has no clock: such a date then cannot be read.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        sent_at = read_date(headers.get("date", ""))
        until, since = read_date(text), now if sent_at is None else sent_at
        return None if until is None or since is None else max(0.0, until - since)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def read_date(text: str) -> float | None:
    """Seconds since the epoch of a date as headers have it; None when it is none."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
