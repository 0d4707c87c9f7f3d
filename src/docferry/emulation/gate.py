"""What every request passes on its way in and out: it is counted, and meets the faults of the script."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docferry.emulation.connection import connections_of
from docferry.emulation.counters import Counters
from docferry.emulation.faults import (
    ANSWER_ONLY,
    FaultAction,
    FaultMoment,
    FaultRule,
    FaultScript,
    RetryAfterForm,
)
from docferry.emulation.jobs import JobFailure, JobPlan
from docferry.provider.clock import Clock

__all__ = ["Gate", "Handler", "RefusalError", "Visit"]

PIECES = 8
NOT_JSON = b'{"unfinished": ['
GATEWAY_PAGE = b"<html><body>The service is not available.</body></html>"


class RefusalError(Exception):
    """An error in the service's own words: raise it from a handler.

    Args:
        response: The answer.
        code: The service's code, for the counters.
    """

    def __init__(self, response: Response, *, code: str) -> None:
        super().__init__(code)
        self.response = response
        self.code = code


class Refuse(Protocol):
    """Makes an error in the service's own words."""

    def __call__(self, code: str, message: str = "") -> RefusalError:
        """Make the error of that code, with words of its own when there is no message."""
        ...


class _Spoilt(Exception):  # noqa: N818 - it ends a handler; nothing is wrong with the program
    """A fault takes the place of the answer."""

    def __init__(self, rule: FaultRule) -> None:
        super().__init__(rule.do)
        self.rule = rule


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request on its way.

    Args:
        kind: Its kind.
        request: What was sent.
        plan: What the script has in mind for the job that the request makes, or is about.
        state_word: A word for the job's state that nobody knows, or empty for the true one.
    """

    kind: str
    request: Request
    plan: JobPlan = field(default_factory=JobPlan)
    state_word: str = ""
    gate: "Gate" = field(repr=False)
    pending: list[FaultRule] = field(default_factory=list[FaultRule], repr=False)
    after: list[FaultRule] = field(default_factory=list[FaultRule], repr=False)
    is_read: bool = False

    async def read(self, *, file_name: str = "") -> None:
        """Say that the request has been read and nothing is done yet; every handler does, once.

        Args:
            file_name: Name of the one file that the request is about, or empty.
        """
        self.is_read = True
        rules = [*self.pending, *self.gate.script.read(self.kind, file_name=file_name)]
        for rule in rules:
            if rule.is_about_job:
                self._plan(rule)
            elif rule.moment is FaultMoment.AFTER:
                self.after.append(rule)
            else:
                await self.gate.meet(rule)

    def _plan(self, rule: FaultRule) -> None:
        self.gate.counters.faults[rule.do] += 1
        match rule.do:
            case FaultAction.STATE_WORD:
                self.state_word = rule.word
            case FaultAction.FAIL_JOB:
                failure = JobFailure(code=rule.code, message=rule.message)
                self.plan = replace(self.plan, failure=failure)
            case FaultAction.DROP_PAGES:
                self.plan = replace(self.plan, dropped_pages=rule.pages)
            case FaultAction.LOSE_JOB:
                self.plan = replace(self.plan, is_lost=True)
            case _:
                self.plan = replace(self.plan, is_stalled=True)


Handler = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[ASGIApp]]


class Gate:
    """Wraps the handlers of a service.

    Args:
        script: The faults.
        counters: Where to count.
        clock: What to wait with.
        refuse: Makes errors in the service's own words.
        answer_seconds: How long every answer takes.
    """

    def __init__(
        self, *, script: FaultScript, counters: Counters, clock: Clock, refuse: Refuse, answer_seconds: float
    ) -> None:
        self.script = script
        self.counters = counters
        self.clock = clock
        self._refuse = refuse
        self._answer_seconds = answer_seconds

    def endpoint(self, kind: str, handler: Handler) -> Endpoint:
        """Make a Starlette endpoint of a handler.

        Args:
            kind: Kind of the requests that come to it, as the fault script and the counters call it.
            handler: Answers; it may raise a RefusalError.
        """

        async def endpoint(request: Request) -> ASGIApp:
            self.counters.requests[kind] += 1
            visit = Visit(kind=kind, request=request, gate=self)
            try:
                response = await self._answer(visit, handler)
            except _Spoilt as spoilt:
                return _Answer(response=Response(), rules=[spoilt.rule], gate=self)
            return _Answer(response=response, rules=visit.after, gate=self)

        return endpoint

    async def meet(self, rule: FaultRule) -> None:
        """Let a fault take effect before anything is done.

        Raises:
            _Spoilt: It takes the place of the answer.
        """
        if rule.do is FaultAction.DELAY:
            self.counters.faults[rule.do] += 1
            await self.clock.sleep(rule.seconds)
            return
        raise _Spoilt(rule)

    def replacement(self, rule: FaultRule) -> Response:
        """The answer of a fault that is a whole answer."""
        if rule.do is FaultAction.REFUSE:
            return self.refusal(self._refuse(rule.code, rule.message))
        headers: dict[str, str] = {}
        seconds = rule.retry_after_seconds
        if seconds is not None and rule.retry_after_form is RetryAfterForm.DATE:
            headers["Retry-After"] = formatdate(self.clock.now() + seconds, usegmt=True)
        elif seconds is not None:
            headers["Retry-After"] = f"{seconds:g}"
        return Response(GATEWAY_PAGE, status_code=rule.status, headers=headers, media_type="text/html")

    def refusal(self, error: RefusalError) -> Response:
        """Count an error in the service's own words, and give its answer."""
        self.counters.refusals[error.code] += 1
        return error.response

    async def _answer(self, visit: Visit, handler: Handler) -> Response:
        for rule in self.script.arrived(visit.kind):
            if rule.moment is FaultMoment.ARRIVAL and not rule.is_about_job:
                await self.meet(rule)
            else:
                visit.pending.append(rule)
        if self._answer_seconds:
            await self.clock.sleep(self._answer_seconds)
        try:
            response = await handler(visit)
        except RefusalError as error:
            response = self.refusal(error)
        if not visit.is_read:  # refused before it was read to its end
            await visit.read()
        return response


class _Answer:
    """Sends a response, with whatever goes wrong on the way."""

    def __init__(self, *, response: Response, rules: Sequence[FaultRule], gate: Gate) -> None:
        self._response = response
        self._rules = rules
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rule: FaultRule | None = None
        for rule in self._rules:
            self._gate.counters.faults[rule.do] += 1
            if rule.do is not FaultAction.DELAY:
                break
            await self._gate.clock.sleep(rule.seconds)
        else:
            await self._response(scope, receive, send)
            return
        if rule.do is FaultAction.RESET:
            await connections_of(scope).reset(scope, receive)
        elif rule.do in ANSWER_ONLY:
            await self._send_spoilt(rule, scope, receive, send)
        else:
            await self._gate.replacement(rule)(scope, receive, send)

    async def _send_spoilt(self, rule: FaultRule, scope: Scope, receive: Receive, send: Send) -> None:
        start, body = await _captured(self._response, scope, receive)
        if rule.do is FaultAction.MALFORMED:
            body = NOT_JSON
        kept = body[: int(len(body) * rule.keep)]
        if rule.do is FaultAction.TRUNCATE_BODY:
            body = kept
        announced = _with_length(start, len(body))
        if rule.do is FaultAction.CUT_BODY:
            await send(announced)
            await send({"type": "http.response.body", "body": kept, "more_body": True})
            await connections_of(scope).end(scope, receive)
            return
        await send(announced)
        if rule.do is FaultAction.SLOW_BODY:
            size = max(len(body) // PIECES, 1)
            for position in range(0, len(body), size):
                piece = body[position : position + size]
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                await self._gate.clock.sleep(rule.seconds / PIECES)
            body = b""
        await send({"type": "http.response.body", "body": body})


async def _captured(response: Response, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """What a response would send: its start, and its whole body."""
    starts: list[Message] = []
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)
        else:
            body.extend(message.get("body", b""))

    await response(scope, receive, keep)
    return starts[0], bytes(body)


def _with_length(start: Message, size: int) -> Message:
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    return {**start, "headers": [*headers, (b"content-length", str(size).encode())]}
