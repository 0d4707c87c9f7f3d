"""The one place that sends, retries, polls and fetches: it drives a plugin's exchanges over a transport."""

import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Generic, Protocol, TypeVar

from docferry.errors import (
    ConfigurationError,
    DocferryError,
    InvalidResponseError,
    JobTimeoutError,
    RateLimitedError,
    SubmissionUnknownError,
    TransientError,
    UnavailableError,
)
from docferry.model import JobStatus, Receipt
from docferry.provider.clock import Clock
from docferry.provider.exchange import Exchange, Keep, Request, Response
from docferry.provider.faults import (
    TOO_MANY_REQUESTS,
    Fault,
    TransportFault,
    is_transient_status,
    read_retry_after,
)
from docferry.provider.job_api import JobApi
from docferry.provider.limits import AccountLimiter
from docferry.provider.schedule import poll_delay, retry_delay
from docferry.provider.transport import Sink, Transport

__all__ = ["CommitLog", "PartWriter", "ServiceClient"]

logger = logging.getLogger("docferry.provider")

Result = TypeVar("Result")

MAX_TRIES = 6
"""How often a repeatable request is sent before its trouble is handed on."""

LATE_STATUSES = frozenset({408, 425})
"""Statuses below 500 after which the service may still have worked on the request."""

MAX_UNREADABLE_POLLS = 5
"""How many answers in a row may be unreadable before a poll gives up."""


class CommitLog(Protocol):
    """Is told, durably and in time, what a submission does."""

    async def intend(self, request: Request) -> None:
        """The committing request goes out next."""
        ...

    async def refused(self, request: Request, error: Exception) -> None:
        """Nothing was committed: the service refused, or no byte reached it."""
        ...

    async def unknown(self, request: Request, error: Exception) -> None:
        """Nobody knows whether it was committed."""
        ...


class PartWriter(Protocol):
    """Saves parts of a payload."""

    async def keep(self, part: Keep) -> None:
        """Save bytes at hand."""
        ...

    async def stream(self, name: str, send: Callable[[Sink], Awaitable[Response]]) -> Response:
        """Save what `send` writes into the sink as the part of that name, if its response is a success."""
        ...


@dataclass(slots=True, kw_only=True)
class ServiceClient:
    """Speaks with one service on one account.

    Args:
        api: The plugin's side.
        transport: Sends requests.
        limiter: The account's limits.
        clock: What to wait with.
        draw: Draws a number from 0 to 1, to spread retries.
    """

    api: JobApi
    transport: Transport
    limiter: AccountLimiter
    clock: Clock
    draw: Callable[[], float] = field(default=random.random)

    async def ask(
        self, exchange: Callable[[], Exchange[Result]], *, writer: PartWriter | None = None
    ) -> Result:
        """Hold a conversation that costs nothing, again from its start while the service is busy.

        Raises:
            DocferryError: What the exchange raised, or UnavailableError when no answer came.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._drive(exchange(), writer=writer)
            except RateLimitedError as error:
                if attempt >= MAX_TRIES:
                    raise
                await self._pause(attempt, error.retry_after_seconds)

    async def submit(
        self,
        exchange: Callable[[], Exchange[tuple[Receipt, ...]]],
        *,
        log: CommitLog,
        writer: PartWriter | None = None,
    ) -> tuple[Receipt, ...]:
        """Hold a conversation that commits.

        The committing request is sent again only when the service refused it for being too many, or when
        no byte of it was sent.

        Raises:
            SubmissionUnknownError: It went out and no readable answer came back.
            DocferryError: The service refused; nothing was committed.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._drive(exchange(), log=log, writer=writer)
            except RateLimitedError as error:
                await self._pause(attempt, error.retry_after_seconds)
            except _NotSentError as error:
                if attempt >= MAX_TRIES:
                    raise error.trouble from error
                await self._pause(attempt, None)

    async def watch(  # noqa: PLR0913 - what a watch needs to know
        self,
        open_receipts: Callable[[], Sequence[Receipt]],
        *,
        submitted_at: float,
        deadline_at: float | None,
        has_webhook: bool,
        notice: Callable[[JobStatus], Awaitable[None]],
        wake: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        """Ask about the jobs of one submission until all have ended; one poll serves them all.

        Trouble that may pass never ends the watch before the deadline.

        Args:
            open_receipts: The jobs still waited for, all with one remote id; asked before every poll.
            submitted_at: When they were submitted, on the monotonic clock.
            deadline_at: When to give up, on the monotonic clock; None for never.
            has_webhook: Whether the service calls when a job is done.
            notice: Awaited with every status, terminal ones included.
            wake: Awaited instead of the clock's sleep, so that an event can end the wait early.

        Raises:
            JobTimeoutError: The deadline passed.
            DocferryError: The service refuses to talk about the jobs at all.
        """
        unreadable = 0
        delay = self._first_delay(submitted_at)
        while receipts := open_receipts():
            await (wake or self.clock.sleep)(self._until_deadline(delay, submitted_at, deadline_at))
            statuses: tuple[JobStatus, ...] = ()
            advice: float | None = None
            try:
                statuses = await self._drive(self.api.poll(receipts))
                unreadable = 0
            except TransientError as error:
                advice = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
            except InvalidResponseError:
                unreadable += 1
                if unreadable >= MAX_UNREADABLE_POLLS:
                    raise
            for status in statuses:
                await notice(status)
            delay = self._next_delay(statuses, submitted_at, advice, has_webhook=has_webhook)

    def _first_delay(self, submitted_at: float) -> float:
        """A job just submitted gets its floor; one submitted long ago is asked about at once."""
        return max(0.0, submitted_at + self.api.poll_advice.floor_seconds - self.clock.monotonic())

    def _next_delay(
        self,
        statuses: tuple[JobStatus, ...],
        submitted_at: float,
        advice: float | None,
        *,
        has_webhook: bool,
    ) -> float:
        asked = [wait for status in statuses if (wait := status.retry_after_seconds) is not None]
        open_statuses = [status for status in statuses if not status.state.is_terminal]
        alone = open_statuses[0] if len(open_statuses) == 1 else None
        return poll_delay(
            elapsed_seconds=self.clock.monotonic() - submitted_at,
            advice=self.api.poll_advice,
            pages_done=alone.pages_done if alone else None,
            pages_total=alone.pages_total if alone else None,
            retry_after_seconds=max([*asked, advice or 0.0]) or None,
            has_webhook=has_webhook,
        )

    def _until_deadline(self, delay: float, submitted_at: float, deadline_at: float | None) -> float:
        if deadline_at is None:
            return delay
        now = self.clock.monotonic()
        if now >= deadline_at:
            raise JobTimeoutError(
                f"the job has not ended after {now - submitted_at:.0f} s",
                provider=self.api.identity.provider,
            )
        return min(delay, deadline_at - now)

    async def _drive(
        self,
        exchange: Exchange[Result],
        *,
        log: CommitLog | None = None,
        writer: PartWriter | None = None,
    ) -> Result:
        """Answer an exchange's requests until it returns."""
        committed: Request | None = None
        try:
            step = _resume(exchange, lambda: next(exchange))
            while not isinstance(step, _Returned):
                if isinstance(step, Request) and step.commits:
                    committed = step
                step = await self._advance(exchange, step, log, writer)
        except _VerdictError as verdict:
            raise verdict.error from verdict.error.__cause__
        except DocferryError as error:
            if committed is None or committed.receipts:
                raise
            unknown = self._unknown(f"what followed failed ({error.message})")
            await _needed(log).unknown(committed, unknown)
            raise unknown from error
        else:
            return step.value
        finally:
            exchange.close()

    async def _advance(
        self,
        exchange: Exchange[Result],
        step: Request | Keep,
        log: CommitLog | None,
        writer: PartWriter | None,
    ) -> "Request | Keep | _Returned[Result]":
        """Answer one step, and return the next one."""
        if isinstance(step, Keep):
            await _needed(writer).keep(step)
            kept = Response(status=200, saved_bytes=len(step.data))
            return _resume(exchange, lambda: exchange.send(kept))
        if step.commits:
            return await self._commit(exchange, step, _needed(log))
        try:
            response = await self._send_repeatedly(step, writer)
        except DocferryError as error:
            trouble = error  # the exchange may do without: one picture is not the result
            return _resume(exchange, lambda: exchange.throw(trouble))
        return _resume(exchange, lambda: exchange.send(response))

    async def _commit(
        self, exchange: Exchange[Result], step: Request, log: CommitLog
    ) -> "Request | Keep | _Returned[Result]":
        """Send what may cost money, once, and hear what the exchange makes of the answer."""
        try:
            response = await self._send_once(step, log)
        except DocferryError as error:
            raise _VerdictError(error) from error
        is_read = False
        try:
            following = _resume(exchange, lambda: exchange.send(response))
            is_read = True
        except DocferryError as error:
            is_read = True
            verdict = await self._verdict(error, step, log)
            verdict.__cause__ = None if verdict is error else error
            raise _VerdictError(verdict) from error
        finally:
            if not is_read:  # the plugin broke down over the answer to a request that may have been paid for
                await log.unknown(step, self._unknown("the plugin could not read the answer"))
        return following

    async def _verdict(self, error: DocferryError, committed: Request, log: CommitLog) -> DocferryError:
        """What an error of the exchange says about the request that committed: refused, or nobody knows."""
        is_refusal = not isinstance(error, (InvalidResponseError, UnavailableError))
        if is_refusal:
            await log.refused(committed, error)
            return error
        if committed.receipts:
            return error
        unknown = self._unknown(f"its answer cannot be read ({error.message})")
        await log.unknown(committed, unknown)
        return unknown

    async def _send_once(self, request: Request, log: CommitLog) -> Response:
        await self.limiter.pace()
        try:
            response = await self.transport.send(request, before=lambda: log.intend(request))
        except TransportFault as fault:
            if fault.fault is Fault.UNKNOWN:
                await self._lose_sight(request, log, f"the connection broke ({fault.reason})")
                return Response(status=0)
            trouble = self._trouble(fault)
            await log.refused(request, trouble)
            if fault.fault is Fault.NOT_SENT:
                raise _NotSentError(trouble) from fault
            raise trouble from fault
        except DocferryError as error:  # the file was changed, say: the request did not go out whole
            await log.refused(request, error)
            raise
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in LATE_STATUSES:
            await self._lose_sight(request, log, f"the service answered HTTP {response.status}")
        return response

    async def _lose_sight(self, request: Request, log: CommitLog, what: str) -> None:
        """Nobody knows what became of the request. With a receipt known beforehand a poll will tell."""
        unknown = self._unknown(what)
        await log.unknown(request, unknown)
        if not request.receipts:
            raise unknown

    async def _send_repeatedly(self, request: Request, writer: PartWriter | None) -> Response:
        attempt = 0
        while True:
            attempt += 1
            is_last = attempt >= MAX_TRIES
            if not request.is_foreign:
                await self.limiter.pace()
            try:
                response = await self._send(request, writer)
            except TransportFault as fault:
                may_repeat = fault.fault is Fault.NOT_SENT or (
                    fault.fault is Fault.UNKNOWN and request.may_repeat
                )
                if is_last or not may_repeat:
                    raise self._trouble(fault) from fault
                await self._pause(attempt, None)
                continue
            is_busy = response.status == TOO_MANY_REQUESTS
            if is_last or not (is_busy or (request.may_repeat and is_transient_status(response.status))):
                return response
            await self._pause(attempt, read_retry_after(response.headers, now=self.clock.now()))

    async def _send(self, request: Request, writer: PartWriter | None) -> Response:
        if not request.saves_as:
            return await self.transport.send(request)
        return await _needed(writer).stream(
            request.saves_as, lambda sink: self.transport.send(request, sink=sink)
        )

    async def _pause(self, attempt: int, retry_after_seconds: float | None) -> None:
        await self.clock.sleep(
            retry_delay(attempt=attempt, jitter=self.draw(), retry_after_seconds=retry_after_seconds)
        )

    def _trouble(self, fault: TransportFault) -> DocferryError:
        """What a request that brought no response means to the user."""
        provider = self.api.identity.provider
        if fault.fault is Fault.IMPOSSIBLE:
            return ConfigurationError(
                f"the address of provider {provider} cannot be used ({fault.reason})",
                next_step="check its base URL and the proxy settings",
            )
        return UnavailableError(
            f"the service cannot be reached ({fault.reason})",
            next_step="check the network and the base URL, or try again later",
            provider=provider,
        )

    def _unknown(self, what: str) -> SubmissionUnknownError:
        return SubmissionUnknownError(
            f"the document was sent, but {what}: nobody knows whether a job was started and will be billed",
            provider=self.api.identity.provider,
        )


class _NotSentError(Exception):
    """No byte reached the service; holds the error to raise when trying again did not help."""

    def __init__(self, trouble: DocferryError) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class _Returned(Generic[Result]):
    """What an exchange returned at its end."""

    value: Result


def _resume(
    _exchange: Exchange[Result], advance: Callable[[], Request | Keep]
) -> Request | Keep | _Returned[Result]:
    """Let an exchange go on. Its end is a value here, because no coroutine may raise StopIteration."""
    try:
        return advance()
    except StopIteration as end:
        return _Returned(end.value)


class _VerdictError(Exception):
    """Holds the error that the committing request came to, which nothing around it may read anew."""

    def __init__(self, error: DocferryError) -> None:
        super().__init__(error.message)
        self.error = error


Needed = TypeVar("Needed")


def _needed(thing: Needed | None) -> Needed:
    if thing is None:
        raise AssertionError("an exchange yielded a step that its method may not yield")
    return thing
