"""The seam to the network: one method that sends a request. Tests hand in a scripted one."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.request import getproxies

import anyio

from docferry.errors import ConfigurationError
from docferry.provider.bodies import gathered, grouped, read_body, stream_file
from docferry.provider.exchange import Request, Response
from docferry.provider.faults import Fault, TransportFault, fault_of
from docferry.sources import open_unchanged

if TYPE_CHECKING:
    import ssl

    import httpx

__all__ = ["Before", "HttpTransport", "NetworkSettings", "Sink", "Transport"]

REQUESTS_IN_FLIGHT = 16
"""httpx's cost per request grows steeply above about 32 requests in flight on one client."""

MAX_REDIRECTS = 10

MAX_BODY_BYTES = 512 * 1024 * 1024
"""A body read into memory may not be larger; larger results are streamed into payload parts."""

Sink = Callable[[Sequence[bytes]], Awaitable[None]]
"""Takes the next bytes of a body, in parts that are not joined: that would cost more than to send them."""

Before = Callable[[], Awaitable[None]]
"""Something to do before a request goes out."""


class Transport(Protocol):
    """Sends requests."""

    async def send(
        self, request: Request, *, sink: Sink | None = None, before: Before | None = None
    ) -> Response:
        """Send one request, once, and read its response.

        Args:
            request: What to send.
            sink: Where to stream the body of a 2xx response; None to return it in the response.
            before: Awaited once there is a place for the request, as the last thing before its first byte.

        Raises:
            TransportFault: No whole response came back.
            DocferryError: The request cannot be sent as it is, such as a SourceError of a file that was
                changed meanwhile; it did not go out whole.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """How requests leave this machine. Proxy variables of the environment work without any setting.

    Args:
        proxy: URL of a proxy for all requests; None for what the environment says.
        ca_file: A file of certificates to trust instead of the usual ones; None for the usual ones.
        headers: Headers added to every request to the service itself, pairs of name and value.
        connect_timeout_seconds: How long to wait for a connection.
        read_timeout_seconds: How long to wait for the next bytes of an answer.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    connect_timeout_seconds: float = 15.0
    read_timeout_seconds: float = 120.0

    def __post_init__(self) -> None:
        # Equal settings share a client, so they must be hashable whatever the caller put in.
        object.__setattr__(self, "headers", tuple((name, value) for name, value in self.headers))


class HttpTransport:
    """Sends with httpx. Use it on the engine loop only.

    Args:
        network: How requests leave this machine.
        max_body_bytes: How long a body may be that is read into memory.
    """

    def __init__(self, *, network: NetworkSettings, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._network = network
        self._max_body_bytes = max_body_bytes
        self._client: httpx.AsyncClient | None = None
        self._in_flight = anyio.CapacityLimiter(REQUESTS_IN_FLIGHT)

    async def send(
        self, request: Request, *, sink: Sink | None = None, before: Before | None = None
    ) -> Response:
        """Send one request, once, and read its response.

        Raises:
            TransportFault: No whole response came back.
            SourceError: A file to send cannot be read, or was changed since it was hashed.
            ConfigurationError: The proxy or the certificates cannot be used.
        """
        import httpx  # noqa: PLC0415 - only remote providers pay for it

        async with self._in_flight:
            if before is not None:
                await before()
            try:
                return await self._send(self._ready_client(), request, sink)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                raise fault_of(error) from error

    async def aclose(self) -> None:
        """Close idle connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _send(self, client: "httpx.AsyncClient", request: Request, sink: Sink | None) -> Response:
        with ExitStack() as files:
            built = self._build(client, request, files)
            try:
                response = await self._follow(client, built, request)
            except OSError as error:  # httpx and the file have errors of their own: nobody knows this one
                raise TransportFault(Fault.UNKNOWN, type(error).__name__) from error
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            if sink is None or not response.is_success:
                body = await read_body(response.aiter_bytes(), limit=self._max_body_bytes)
                return Response(status=response.status_code, headers=headers, body=body)
            size = 0
            async for parts in gathered(response.aiter_bytes()):
                size += sum(map(len, parts))
                await sink(parts)
            return Response(status=response.status_code, headers=headers, saved_bytes=size)
        finally:
            await response.aclose()

    async def _follow(
        self, client: "httpx.AsyncClient", built: "httpx.Request", request: Request
    ) -> "httpx.Response":
        """Send, and follow redirects; neither a key nor a body goes along to another host."""
        from docferry.sources.quiet_url import QuietUrl  # noqa: PLC0415 - it imports httpx

        home = (built.url.scheme, built.url.netloc)
        for _ in range(MAX_REDIRECTS + 1):
            built.url = QuietUrl(built.url)
            response = await client.send(built, stream=True)
            if response.next_request is None:
                return response
            await response.aclose()
            built = response.next_request
            if (built.url.scheme, built.url.netloc) != home and request.has_body:
                raise TransportFault(Fault.IMPOSSIBLE, "it sends the document on to another host")
            if (built.url.scheme, built.url.netloc) != home:
                for name in (*dict(self._network.headers), *request.headers):
                    built.headers.pop(name, None)
        raise TransportFault(Fault.IMPOSSIBLE, "TooManyRedirects")

    def _build(self, client: "httpx.AsyncClient", request: Request, files: ExitStack) -> "httpx.Request":
        own = () if request.is_foreign else self._network.headers
        headers = dict(own) | dict(request.headers)
        arguments: dict[str, Any] = {"headers": headers, "params": dict(request.query) or None}
        if request.timeout_seconds is not None:
            arguments["timeout"] = request.timeout_seconds
        if request.upload is not None:
            headers["Content-Length"] = str(request.upload.size_bytes)
            arguments["content"] = stream_file(request.upload)
        elif request.json_body is not None:
            arguments["json"] = request.json_body
        elif request.form or request.files:
            arguments["data"] = grouped(request.form)
            arguments["files"] = [
                (
                    part.field,
                    (part.file_name, files.enter_context(open_unchanged(part.file)), part.media_type),
                )
                for part in request.files
            ] or None
        return client.build_request(request.method, request.url, **arguments)

    def _ready_client(self) -> "httpx.AsyncClient":
        import httpx  # noqa: PLC0415 - only remote providers pay for it

        from docferry.provider.cookieless import CookielessClient  # noqa: PLC0415 - it imports httpx
        from docferry.provider.direct import DirectTransport  # noqa: PLC0415 - it imports httpx

        if self._client is None:
            network = self._network
            limits = httpx.Limits(
                max_connections=REQUESTS_IN_FLIGHT, max_keepalive_connections=REQUESTS_IN_FLIGHT
            )
            trust = _trust(network.ca_file)
            direct = DirectTransport(
                trust=partial(httpx.create_ssl_context, trust), max_connections=REQUESTS_IN_FLIGHT
            )
            self._client = CookielessClient(
                proxy=_checked_proxy(network.proxy),
                verify=trust,
                transport=None if _has_proxy(network) else direct,
                follow_redirects=False,
                timeout=httpx.Timeout(
                    network.read_timeout_seconds, connect=network.connect_timeout_seconds, pool=None
                ),
                limits=limits,
            )
        return self._client


def _checked_proxy(proxy: str | None) -> "httpx.Proxy | None":
    if proxy is None:
        return None
    import httpx  # noqa: PLC0415 - as above

    try:
        return httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL):
        # The address is not repeated: it may hold a password.
        raise ConfigurationError(
            "the address of the proxy cannot be used",
            next_step="give one such as http://proxy.example:3128",
        ) from None


def _has_proxy(network: NetworkSettings) -> bool:
    """Whether any request may go through a proxy; httpx's own transport then carries them all."""
    surroundings = getproxies()
    return network.proxy is not None or any(surroundings.get(name) for name in ("http", "https", "all"))


def _trust(ca_file: str | None) -> "ssl.SSLContext | bool":
    """What httpx takes: a context for certificates of the user's own, or the flag for the usual ones."""
    if ca_file is None:
        return True
    import ssl  # noqa: PLC0415 - only for a certificate file of the user's

    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "the file of certificates cannot be read", next_step="correct the setting ca_file"
        ) from error
