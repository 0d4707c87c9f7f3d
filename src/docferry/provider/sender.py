"""Sends requests: again where that does no harm, and never sooner than the account may."""

import logging
import random
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from docferry.errors import ConfigurationError, DocferryError, InvalidResponseError, UnavailableError
from docferry.provider.clock import Clock
from docferry.provider.delay import Delay, OnDelay, tell_nobody
from docferry.provider.exchange import Keep, PartCheck, Request, Response
from docferry.provider.faults import (
    TOO_MANY_REQUESTS,
    Fault,
    Outlook,
    TransportFault,
    is_transient_status,
    read_retry_after,
)
from docferry.provider.limits import AccountLimiter
from docferry.provider.schedule import retry_delay
from docferry.provider.transport import Before, Sink, Transport

logger = logging.getLogger("docferry.provider")

__all__ = ["MAX_TRIES", "PartWriter", "Sender", "max_tries"]

MAX_TRIES = 6
"""How often a repeatable request is sent before its trouble is handed on."""

TRIES = {Outlook.PASSING: MAX_TRIES, Outlook.DOUBTFUL: 4, Outlook.LASTING: 2}
"""The same by how likely waiting is to help: about half a minute, 8 s, 1 s."""

PACED = "takes so many requests a second only"
TOLD_SECONDS = 3.0
"""Shorter waits for the account's next request are not worth a word."""

MAX_UNFIT_BODIES = 3
"""How often a body that does not pass its check is fetched before that is handed on."""


class PartWriter(Protocol):
    """Saves parts of a payload."""

    async def keep(self, part: Keep) -> None:
        """Save bytes at hand."""
        ...

    async def stream(
        self, name: str, send: Callable[[Sink], Awaitable[Response]], *, check: PartCheck | None
    ) -> Response:
        """Save what `send` writes into the sink as the part of that name, if its response is a success.

        Raises:
            InvalidResponseError: It does not pass the check; it is not saved.
        """
        ...


def max_tries(fault: TransportFault) -> int:
    """How often a request that met such a fault is sent."""
    return TRIES[fault.outlook]


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends the requests of one account.

    Args:
        provider: Name of the provider, for messages.
        transport: Sends one request.
        limiter: The account's limits.
        clock: What to wait with.
        draw: Draws a number from 0 to 1, to spread retries.
        on_delay: Is told of waits.
    """

    provider: str
    transport: Transport
    limiter: AccountLimiter
    clock: Clock
    draw: Callable[[], float] = field(default=random.random)
    on_delay: OnDelay = field(default=tell_nobody, repr=False)

    async def send(self, request: Request, *, writer: PartWriter | None) -> Response:
        """Send a request that costs nothing; again after trouble that may pass, where that does no harm.

        Args:
            request: What to send.
            writer: Takes the body of a request with `saves_as`.

        Raises:
            DocferryError: No answer came.
        """
        attempt = 0
        while True:
            attempt += 1
            await self._pace(request)
            try:
                response = await self._transmit(request, writer)
            except TransportFault as fault:
                may_repeat = fault.fault is Fault.NOT_SENT or (
                    fault.fault is Fault.UNKNOWN and request.may_repeat
                )
                if not may_repeat or attempt >= max_tries(fault):
                    raise self.trouble(fault) from fault
                await self.pause(attempt, None, reason=f"cannot be reached ({fault.reason})")
                continue
            except InvalidResponseError:  # what came does not pass the request's check
                if attempt >= MAX_UNFIT_BODIES or not request.may_repeat:
                    raise
                await self.pause(attempt, None, reason="sent something that is not whole")
                continue
            is_busy = response.status == TOO_MANY_REQUESTS
            if attempt >= MAX_TRIES or not (
                is_busy or (request.may_repeat and is_transient_status(response.status))
            ):
                return response
            await self.pause(
                attempt,
                read_retry_after(response.headers, now=self.clock.now()),
                reason=f"is {'busy' if is_busy else 'out of order'} (HTTP {response.status})",
            )

    async def send_once(self, request: Request, *, before: Before) -> Response:
        """Send a request that may cost money.

        Args:
            request: What to send.
            before: Awaited as the last thing before its first byte.

        Raises:
            TransportFault: No answer came.
        """
        await self._pace(request)
        return await self.transport.send(request, before=before)

    async def pause(self, attempt: int, retry_after_seconds: float | None, *, reason: str) -> None:
        """Wait before trying again.

        Args:
            attempt: How many times it was tried, from 1.
            retry_after_seconds: What the service asked for, or None.
            reason: What is the matter with the service, a predicate such as "is busy (HTTP 429)".
        """
        seconds = retry_delay(attempt=attempt, jitter=self.draw(), retry_after_seconds=retry_after_seconds)
        with self.telling(reason, seconds):
            await self.clock.sleep(seconds)

    @contextmanager
    def telling(self, reason: str, seconds: float) -> Generator[None]:
        """Tell of a wait while the block runs, if it has a reason that anybody needs to know."""
        if not reason:
            yield
            return
        logger.info("provider %s %s; next try in %.0f s", self.provider, reason, seconds)
        self.on_delay(Delay(reason=f"{self.provider} {reason}", seconds=seconds))
        try:
            yield
        finally:
            self.on_delay(None)

    def trouble(self, fault: TransportFault) -> DocferryError:
        """What a request that brought no response means to the user."""
        if fault.fault is Fault.IMPOSSIBLE:
            return ConfigurationError(
                f"the address of provider {self.provider} cannot be used ({fault.reason})",
                next_step="check its base URL and the proxy settings",
            )
        if fault.fault is Fault.UNREADABLE:
            return InvalidResponseError(
                f"the service's answer cannot be read ({fault.reason})", provider=self.provider
            )
        return UnavailableError(
            f"the service cannot be reached ({fault.reason})",
            next_step="check the network, the base URL and the proxy, or try again later",
            provider=self.provider,
        )

    async def _pace(self, request: Request) -> None:
        if not request.is_foreign:
            seconds = self.limiter.reserve(request.weight)
            if seconds > 0:
                with self.telling(PACED if seconds >= TOLD_SECONDS else "", seconds):
                    await self.clock.sleep(seconds)

    async def _transmit(self, request: Request, writer: PartWriter | None) -> Response:
        if not request.saves_as or writer is None:
            return await self.transport.send(request)
        return await writer.stream(
            request.saves_as, lambda sink: self.transport.send(request, sink=sink), check=request.checks
        )
