"""The wire between a provider and its service: it sees every request, and goes wrong when told to."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from docferry.provider import Request, Response
from docferry.provider.clock import Clock
from docferry.provider.faults import Fault, TransportFault
from docferry.provider.transport import Before, Sink, Transport

__all__ = ["RequestKind", "Trouble", "Visit", "Wire"]

CUT = TransportFault(Fault.UNKNOWN, "ReadError")


class RequestKind(StrEnum):
    """What a request is for."""

    SUBMIT = "submit"  # the one of a submission that commits
    PREPARE = "prepare"  # any other of a submission
    POLL = "poll"
    FETCH = "fetch"
    CANCEL = "cancel"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens to a request instead of its answer.

    Args:
        answer: The response or fault that comes back; None when nothing ever does.
        reaches: Whether the service gets the request all the same.
    """

    answer: Response | TransportFault | None
    reaches: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request that was sent.

    Args:
        kind: What for.
        at: When, on the wire's monotonic clock.
    """

    kind: RequestKind
    at: float


@dataclass(slots=True, kw_only=True)
class Wire:
    """A transport that watches another one. Requests come in on the engine loop, tests look from outside.

    Args:
        transport: Carries requests to the service.
        clock: Tells when they come.
        visits: Every request sent, in order, whatever became of it.
        held: Set once a request waits for an answer that never comes.
    """

    transport: Transport = field(repr=False)
    clock: Clock = field(repr=False)
    visits: list[Visit] = field(default_factory=list[Visit])
    held: threading.Event = field(default_factory=threading.Event, repr=False)
    _expected: dict[int, tuple[Request, RequestKind]] = field(
        default_factory=dict[int, tuple[Request, RequestKind]], repr=False
    )
    _troubles: dict[RequestKind, list[Trouble]] = field(
        default_factory=dict[RequestKind, list[Trouble]], repr=False
    )
    _is_cut: bool = False

    def count(self, kind: RequestKind) -> int:
        """How many requests of that kind were sent."""
        return sum(visit.kind is kind for visit in self.visits)

    def times(self, kind: RequestKind) -> list[float]:
        """When requests of that kind were sent, on the wire's monotonic clock."""
        return [visit.at for visit in self.visits if visit.kind is kind]

    def plan(self, kind: RequestKind, *troubles: Trouble) -> None:
        """Have the next requests of that kind meet these troubles, one each."""
        self._troubles.setdefault(kind, []).extend(troubles)

    def has_plans(self, kind: RequestKind) -> bool:
        """Whether troubles are left that no request of that kind has met."""
        return bool(self._troubles.get(kind))

    def expect(self, request: Request, kind: RequestKind) -> None:
        """Say what a request is for, before it is sent."""
        self._expected[id(request)] = (request, kind)

    def cut(self) -> None:
        """End the waits for answers that never come, with a broken connection."""
        self._is_cut = True

    async def send(
        self, request: Request, *, sink: Sink | None = None, before: Before | None = None
    ) -> Response:
        """Send one request, once, and read its response.

        Raises:
            TransportFault: No whole response came back.
        """
        kind = self._expected[id(request)][1]
        self.visits.append(Visit(kind=kind, at=self.clock.monotonic()))
        planned = self._troubles.get(kind)
        if not planned:
            return await self.transport.send(request, sink=sink, before=before)
        if before is not None:
            await before()
        trouble = planned.pop(0)
        if trouble.reaches:
            await self.transport.send(request, sink=None if sink is None else _drop)
        if trouble.answer is None:
            return await self._hold()
        if isinstance(trouble.answer, TransportFault):
            raise trouble.answer
        return trouble.answer

    async def _hold(self) -> Response:
        self.held.set()
        while not self._is_cut:  # noqa: ASYNC110 - cut from another thread
            await asyncio.sleep(0.005)
        raise CUT


async def _drop(_parts: Sequence[bytes]) -> None:
    """Takes the bytes of an answer that is lost."""
