"""Download one file from the web. The only module of this room that knows httpx."""

import email.message
import email.utils
import functools
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import anyio.to_thread
import httpx

from docferry.errors import (
    CorruptSourceError,
    DocferryError,
    EmptySourceError,
    RateLimitedError,
    SourceError,
    SourceNotFoundError,
    UnavailableError,
)
from docferry.sources.description import FileHints
from docferry.sources.media_types import media_type_of_suffix
from docferry.sources.naming import last_part, suffix_of
from docferry.sources.quiet_url import QuietUrl
from docferry.sources.storing import StoredFile

__all__ = ["download"]

_PART_BYTES = 1024 * 1024  # each goes to a thread and back
_MAX_REDIRECTS = 10
_MAX_PORT = 65_535
_OTHER_ADDRESS = "check the address in a browser, or download the file yourself and give its path"
_NEW_ADDRESS = "get a fresh address if this one was signed, or download the file yourself and give its path"
_TRY_LATER = "try again later"

_FULL = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_NOT_FOUND = (SourceNotFoundError, "there is no such file", _OTHER_ADDRESS)
_DENIED = (SourceError, "it denies access", _NEW_ADDRESS)
_EMPTY = (EmptySourceError, "there are no bytes", _OTHER_ADDRESS)
_NOT_NOW = (UnavailableError, "it cannot give the file now", _TRY_LATER)
_REFUSALS: dict[int, tuple[type[DocferryError], str, str]] = {
    HTTPStatus.ACCEPTED: _NOT_NOW,
    HTTPStatus.NO_CONTENT: _EMPTY,
    HTTPStatus.RESET_CONTENT: _EMPTY,
    HTTPStatus.UNAUTHORIZED: _DENIED,
    HTTPStatus.FORBIDDEN: _DENIED,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: _DENIED,
    HTTPStatus.NOT_FOUND: _NOT_FOUND,
    HTTPStatus.GONE: _NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: _NOT_NOW,
    HTTPStatus.TOO_EARLY: _NOT_NOW,
    HTTPStatus.TOO_MANY_REQUESTS: (RateLimitedError, "too many requests", _TRY_LATER),
}


async def download(address: str, *, target: StoredFile, idle_timeout_seconds: float) -> FileHints:
    """Stream a file from the web.

    Redirects are followed, also to other hosts. One part at a time is in memory.

    Args:
        address: An http or https address.
        target: Where the bytes go, with the limit on their number.
        idle_timeout_seconds: The longest wait for a connection and between two reads.

    Returns:
        What the server and the addresses say of the file.

    Raises:
        DocferryError: As `open_source` says. No message holds a query.
    """
    context = await anyio.to_thread.run_sync(_tls_context)
    timeout = httpx.Timeout(idle_timeout_seconds)
    headers = {"User-Agent": "docferry"}
    try:
        async with (
            httpx.AsyncClient(verify=context, timeout=timeout, headers=headers) as client,
            _answer(client, address, target.name) as answer,
        ):
            refusal = _refusal(answer.status_code, answer.headers, name=target.name)
            if refusal is not None:
                raise refusal
            target.check_announced_size(_announced_bytes(answer.headers))
            async for part in answer.aiter_bytes(_PART_BYTES):
                await anyio.to_thread.run_sync(target.write, part)
            return _hints(answer, address)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise _translated(error, name=target.name, idle_timeout_seconds=idle_timeout_seconds) from error


@functools.cache
def _tls_context() -> ssl.SSLContext:
    # Reading the certificates takes 20 ms, more than all the rest of making a client.
    return httpx.create_ssl_context()


@asynccontextmanager
async def _answer(client: httpx.AsyncClient, address: str, name: str) -> AsyncGenerator[httpx.Response]:
    """The answer at the end of all redirects, its body unread.

    httpx can follow redirects itself, but then reads their bodies into memory and logs their queries.
    """
    request = client.build_request("GET", address)
    for _ in range(_MAX_REDIRECTS + 1):
        request.url = QuietUrl(request.url)
        if not 0 <= (request.url.port or 0) <= _MAX_PORT:
            raise httpx.InvalidURL("port")  # the socket would fail with an OverflowError in a group
        answer = await client.send(request, stream=True)
        try:
            if answer.next_request is None:
                yield answer
                return
            request = answer.next_request
        finally:
            await answer.aclose()
    raise SourceError(
        f"the server redirects more than {_MAX_REDIRECTS} times", next_step=_OTHER_ADDRESS, source=name
    )


def _refusal(status: int, headers: Mapping[str, str], *, name: str) -> DocferryError | None:
    """The error that a status means, or None when the file comes."""
    if status in _FULL:
        return None
    is_server_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    default = _NOT_NOW if is_server_fault else (SourceError, "it does not give the file", _OTHER_ADDRESS)
    error_type, meaning, next_step = _REFUSALS.get(status, default)
    error = error_type(f"the server answers HTTP {status}: {meaning}", next_step=next_step, source=name)
    if isinstance(error, RateLimitedError):
        error.retry_after_seconds = _retry_after_seconds(headers)
    return error


def _retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """What the server advises: a number of seconds, or a date, which its own Date header makes one."""
    advice = headers.get("retry-after", "").strip()
    if advice.isascii() and advice.isdigit():
        return float(advice)
    try:
        wait = email.utils.parsedate_to_datetime(advice) - email.utils.parsedate_to_datetime(headers["date"])
    except (ValueError, TypeError, KeyError):
        return None
    return max(0.0, wait.total_seconds())


def _announced_bytes(headers: Mapping[str, str]) -> int:
    announced = headers.get("content-length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else 0


def _hints(answer: httpx.Response, address: str) -> FileHints:
    return FileHints(
        file_name=_file_name(answer, address),
        media_type=answer.headers.get("content-type", "").partition(";")[0].strip().lower(),
    )


def _file_name(answer: httpx.Response, address: str) -> str:
    """What the server calls the file, or else the end of an address, of the first one with a known suffix."""
    given = last_part(_disposition_file_name(answer.headers.get("content-disposition", "")))
    names = [name for name in (last_part(address), last_part(str(answer.url))) if name]
    telling = [name for name in names if media_type_of_suffix(suffix_of(name))]
    return given or next(iter(telling + names), "")


def _disposition_file_name(header: str) -> str:
    message = email.message.Message()
    message["content-disposition"] = header
    return message.get_filename("")


def _translated(
    error: httpx.HTTPError | httpx.InvalidURL | UnicodeError, *, name: str, idle_timeout_seconds: float
) -> DocferryError:
    match error:
        # UnicodeError is how the encoder of international host names fails.
        case UnicodeError() | httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return SourceError("is not a usable web address", next_step=_OTHER_ADDRESS, source=name)
        case httpx.DecodingError():
            return CorruptSourceError(
                "the server's compression of the file is damaged", next_step=_OTHER_ADDRESS, source=name
            )
        case httpx.TimeoutException():
            what = f"the server sent nothing for {idle_timeout_seconds:g} seconds"
        case httpx.ProxyError():
            what = "the proxy does not work"
        case httpx.ConnectError() if _is_untrusted(error):
            return SourceError(
                "the server's certificate is not trusted",
                next_step="name its authority in SSL_CERT_FILE",
                source=name,
            )
        case httpx.ConnectError():
            what = "the server cannot be reached"
        case _:
            what = "the connection to the server broke off"
    return UnavailableError(what, next_step=_TRY_LATER, source=name)


def _is_untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
