"""The engine's side of one service on one account: asks, submits and watches, by a plugin's exchanges."""

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TypeVar

from docferry.errors import DocferryError, RateLimitedError
from docferry.model import JobStatus, Receipt
from docferry.provider.clock import Clock
from docferry.provider.commitment import CommitLog, Commitment, NotSentError
from docferry.provider.conversation import Conversation
from docferry.provider.delay import OnDelay, tell_nobody
from docferry.provider.exchange import Exchange
from docferry.provider.headway import Headway
from docferry.provider.job_api import JobApi, PollAdvice
from docferry.provider.limits import AccountLimiter
from docferry.provider.promises import ask_about
from docferry.provider.schedule import poll_delay
from docferry.provider.sender import MAX_TRIES, PartWriter, Sender
from docferry.provider.setbacks import Setbacks
from docferry.provider.transport import Transport

__all__ = ["ServiceClient", "Wake"]

Result = TypeVar("Result")

Wake = Callable[[float], Awaitable[bool]]
"""Sleeps so long, or less when an event comes; says whether one came."""

MOST_BUSY_SECONDS = 3600.0
"""How long a service may refuse a submission for being too many before that is its answer."""


@dataclass(slots=True, kw_only=True)
class ServiceClient:
    """Speaks with one service on one account.

    Args:
        api: The plugin's side.
        transport: Sends requests.
        limiter: The account's limits.
        clock: What to wait with.
        draw: Draws a number from 0 to 1, to spread retries.
        on_delay: Is told of waits.
    """

    api: JobApi
    transport: Transport
    limiter: AccountLimiter
    clock: Clock
    draw: Callable[[], float] = field(default=random.random)
    on_delay: OnDelay = field(default=tell_nobody, repr=False)
    _sender: Sender = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sender = Sender(
            provider=self.api.identity.provider,
            transport=self.transport,
            limiter=self.limiter,
            clock=self.clock,
            draw=self.draw,
            on_delay=self.on_delay,
        )

    async def ask(self, begin: Callable[[], Exchange[Result]], *, writer: PartWriter | None = None) -> Result:
        """Hold a conversation that costs nothing, again from its start while the service is busy.

        Args:
            begin: Begins it.
            writer: Saves parts of a payload; None where there are none.

        Raises:
            DocferryError: What the exchange raised, or UnavailableError when no answer came.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._conversation(writer=writer).hold(begin)
            except RateLimitedError as error:
                if attempt >= MAX_TRIES:
                    raise
                await self._sender.pause(
                    attempt, error.retry_after_seconds, reason=f"is busy ({error.message})"
                )

    async def submit(
        self,
        begin: Callable[[], Exchange[Result]],
        *,
        log: CommitLog,
        writer: PartWriter | None = None,
        is_leg: bool = False,
    ) -> Result:
        """Hold a conversation that may commit: of a submission, or of one leg of it.

        The committing request is sent again only when the service refused it for being too many, or when
        no byte of it was sent.

        Args:
            begin: Begins it.
            log: Writes down what becomes of the committing request.
            writer: Saves parts of a payload; None where there are none.
            is_leg: Whether it is a leg, which waits for its place among those of the account, and leaves it
                while the service is busy.

        Raises:
            SubmissionUnknownError: It went out and no readable answer came back.
            RateLimitedError: The service had no place for an hour, and somebody still waits; nothing was
                committed.
            DocferryError: The service refused; nothing was committed.
        """
        began_at = self.clock.monotonic()
        attempt = 0
        while True:
            attempt += 1
            commitment = Commitment(sender=self._sender, log=log)
            try:
                async with self.limiter.leg() if is_leg else nullcontext():
                    return await self._conversation(writer=writer, commitment=commitment).hold(begin)
            except RateLimitedError as error:
                if self.clock.monotonic() - began_at >= MOST_BUSY_SECONDS:
                    raise
                await self._sender.pause(
                    attempt, error.retry_after_seconds, reason=f"is busy ({error.message})"
                )
            except NotSentError as error:
                if attempt >= error.tries:
                    raise error.trouble from error
                await self._sender.pause(attempt, None, reason=f"gets nothing: {error.trouble.message}")

    async def watch(  # noqa: PLR0913 - what a watch needs to know
        self,
        open_receipts: Callable[[], Sequence[Receipt]],
        *,
        submitted_at: float,
        not_before: float,
        notice: Callable[[Sequence[JobStatus]], Awaitable[None]],
        company: Callable[[], int] = lambda: 1,
        wake: Wake | None = None,
    ) -> None:
        """Ask about the jobs of one submission until all have ended; one poll serves them all.

        Trouble that may pass never ends the watch: who waits for a job decides how long. That the service
        does not know a job is believed when it says so several times in a row.

        Args:
            open_receipts: The jobs still waited for, all with one remote id; asked before every poll.
            submitted_at: When they were submitted, on the monotonic clock.
            not_before: When the first poll may be sent at the earliest, on the monotonic clock.
            notice: Awaited with the statuses of every answer, terminal ones included.
            company: How many submissions of the account are asked about, this one included.
            wake: Awaited instead of the clock's sleep where the service calls when a job is done, so that an
                event can end the wait early. Polls are then rare, but come soon after an event, which may be
                ahead of what the service answers. None where it does not call.

        Raises:
            DocferryError: The service refuses to talk about the jobs at all.
        """
        delay = self._first_delay(submitted_at, not_before)
        headway = Headway(submitted_at)
        setbacks = Setbacks(floor_seconds=self.api.poll_advice.floor_seconds)
        called_at: float | None = None
        while open_receipts():
            with self._sender.telling(setbacks.trouble, delay):
                if await (wake or self._sleep)(delay):
                    called_at = self.clock.monotonic()
            receipts = open_receipts()  # some may have come, or gone, meanwhile
            if not receipts:
                return
            statuses: tuple[JobStatus, ...] = ()
            try:
                statuses = await self._statuses(receipts)
                setbacks.clear()
            except DocferryError as error:
                if not setbacks.bears(error):
                    raise
            answered_at = self.clock.monotonic()
            headway.learn(statuses, now=answered_at)
            if statuses:
                await notice(statuses)
            # A poll that failed may have been the one that an event asked for, and events come once.
            is_slow = wake is not None and bool(statuses)
            delay = setbacks.cap(
                self._next_delay(
                    statuses,
                    headway,
                    advice=self.api.poll_advice.for_one_of(company()),
                    asked=setbacks.advice,
                    has_webhook=is_slow,
                    called_at=called_at,
                )
            )
            delay = max(0.0, delay - (self.clock.monotonic() - answered_at))  # writing it down took a while

    async def _sleep(self, seconds: float) -> bool:
        await self.clock.sleep(seconds)
        return False

    async def _statuses(self, receipts: Sequence[Receipt]) -> tuple[JobStatus, ...]:
        return await self._conversation().hold(lambda: ask_about(self.api, receipts))

    def _first_delay(self, submitted_at: float, not_before: float) -> float:
        """A job just submitted gets its floor; one submitted long ago is asked about at once."""
        first_at = max(submitted_at + self.api.poll_advice.floor_seconds, not_before)
        return max(0.0, first_at - self.clock.monotonic())

    def _next_delay(  # noqa: PLR0913 - everything a delay depends on, all named
        self,
        statuses: tuple[JobStatus, ...],
        headway: Headway,
        *,
        advice: PollAdvice,
        asked: float | None,
        has_webhook: bool,
        called_at: float | None,
    ) -> float:
        waits = [wait for status in statuses if (wait := status.retry_after_seconds) is not None]
        now = self.clock.monotonic()
        return poll_delay(
            elapsed_seconds=now - headway.began_at,
            advice=advice,
            quiet_seconds=now - headway.news_at,
            seconds_of_jobs=headway.seconds_of_jobs(now),
            seconds_of_pages=headway.seconds_of_pages,
            retry_after_seconds=max([*waits, asked or 0.0]) or None,
            has_webhook=has_webhook,
            seconds_since_event=None if called_at is None else now - called_at,
        )

    def _conversation(
        self, *, writer: PartWriter | None = None, commitment: Commitment | None = None
    ) -> Conversation:
        return Conversation(api=self.api, sender=self._sender, writer=writer, commitment=commitment)
