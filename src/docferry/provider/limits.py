"""Limits of an account, shared by everything in the process that uses the account.

Limiters live on the engine loop and are found by account, so that two readers with one key keep to one limit.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from docferry.ledger import canonical_json, strip_endpoint
from docferry.model import Limits
from docferry.provider.clock import Clock
from docferry.provider.job_api import ServiceIdentity

__all__ = ["BATCHES_UNDER_WAY", "AccountLimiter", "Limiters"]

UNLIMITED_JOBS = 64
"""Jobs under way for one account when neither the service nor the user names a bound, at the least."""

BATCHES_UNDER_WAY = 2
"""So that one batch fills while the one before is on its way."""

LEGS_AT_ONCE = 8
"""Legs upload. Half of the requests that may be in flight are left for asking and fetching."""


class AccountLimiter:
    """Bounds jobs under way, requests per second and legs at once of one account.

    Args:
        limits: The bounds.
        clock: What to wait with.
        batch_limit: Most files of one submission.
    """

    def __init__(self, *, limits: Limits, clock: Clock, batch_limit: int = 1) -> None:
        self._clock = clock
        self._jobs_under_way = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._next_request_at = 0.0
        self._legs = asyncio.Semaphore(LEGS_AT_ONCE)
        self.adjust(limits, batch_limit=batch_limit)

    def adjust(self, limits: Limits, *, batch_limit: int = 1) -> None:
        """Take new bounds; what is under way goes on."""
        self._max_jobs = limits.concurrency or max(UNLIMITED_JOBS, BATCHES_UNDER_WAY * batch_limit)
        self._interval = 1 / limits.requests_per_second if limits.requests_per_second else 0.0
        self._wake()

    @asynccontextmanager
    async def job(self) -> AsyncGenerator[None]:
        """Hold one of the places for jobs: from before submission until the job has ended."""
        await self.take_place()
        try:
            yield
        finally:
            self.give_place()

    def leg(self) -> AbstractAsyncContextManager[None]:
        """Hold one of the places for legs, first come first served: what is submitted first is sent first."""
        return self._legs

    async def take_place(self) -> None:
        """Wait for a free place, first come first served."""
        if self._jobs_under_way < self._max_jobs and not self._waiting:
            self._jobs_under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_place()
            with contextlib.suppress(ValueError):
                self._waiting.remove(turn)
            raise

    def give_place(self) -> None:
        """Free a place taken with `take_place`."""
        self._jobs_under_way -= 1
        self._wake()

    def reserve(self, weight: int = 1) -> float:
        """Take the next turn among the account's requests, and return how many seconds to wait for it.

        Args:
            weight: How many requests it counts for; 0 for one that does not count and does not wait.
        """
        if not self._interval or not weight:
            return 0.0
        now = self._clock.monotonic()
        start = max(now, self._next_request_at)
        self._next_request_at = start + self._interval * weight
        return start - now

    def _wake(self) -> None:
        while self._waiting and self._jobs_under_way < self._max_jobs:
            turn = self._waiting.pop(0)
            if not turn.done():
                self._jobs_under_way += 1
                turn.set_result(None)


class Limiters:
    """The limiters of a process, by account."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._by_account: dict[str, AccountLimiter] = {}

    def of(self, identity: ServiceIdentity, *, limits: Limits, batch_limit: int = 1) -> AccountLimiter:
        """The limiter of that account, adjusted to these bounds: the latest word counts.

        Ledgers do not matter: accounts that two of them know by different hashes are one account.

        Args:
            identity: The service and the account.
            limits: The bounds.
            batch_limit: Most files of one submission.
        """
        mark = canonical_json([identity.provider, strip_endpoint(identity.endpoint), identity.account])
        account = hashlib.blake2b(mark.encode(), key=self._salt).hexdigest()  # no key lies around in memory
        limiter = self._by_account.get(account)
        if limiter is None:
            limiter = self._by_account[account] = AccountLimiter(
                limits=limits, clock=self._clock, batch_limit=batch_limit
            )
        else:
            limiter.adjust(limits, batch_limit=batch_limit)
        return limiter
