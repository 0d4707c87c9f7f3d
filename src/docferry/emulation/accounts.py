"""Accounts of a service: who may ask, how often, and for how many pages."""

import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from docferry.provider.clock import Clock

__all__ = ["Account", "Accounts", "Quota", "RateLimit"]

SLACK = 0.1
"""A client that keeps the pace exactly still arrives a little early at times."""


class RateLimit:
    """So many requests in a period that slides along.

    Args:
        count: Requests allowed; None or 0 for any number.
        period_seconds: The period. It is enforced a tenth shorter, for the network's unevenness.
        clock: What tells the time.
    """

    def __init__(self, *, count: float | None, period_seconds: float, clock: Clock) -> None:
        # Less than one request in a period is one request in a longer period.
        factor = 1 / count if count and count < 1 else 1.0
        self._count = round((count or 0) * factor)
        self._period = period_seconds * factor * (1 - SLACK)
        self._clock = clock
        self._passed: deque[float] = deque()

    def take(self) -> float:
        """Let a request pass, if it may.

        Returns:
            0 when it passed, which counts; else how many seconds are missing, which does not.
        """
        if not self._count:
            return 0.0
        now = self._clock.monotonic()
        while self._passed and self._passed[0] <= now - self._period:
            self._passed.popleft()
        if len(self._passed) >= self._count:
            return self._passed[0] + self._period - now
        self._passed.append(now)
        return 0.0


class Quota:
    """Pages that an account may have parsed, perhaps anew every period.

    Args:
        pages: How many; None for any number.
        clock: What tells the time.
        period_seconds: After how long they are all there again; None for never.
    """

    def __init__(self, *, pages: int | None, clock: Clock, period_seconds: float | None = None) -> None:
        self._pages = pages
        self._clock = clock
        self._period = period_seconds
        self._used = 0
        self._turn: int = self._current_turn()

    @property
    def left(self) -> int | None:
        """Pages left; None for any number."""
        self._renew()
        return None if self._pages is None else self._pages - self._used

    def take(self, pages: int) -> bool:
        """Use up pages: all of them, or none when there are not enough."""
        left = self.left
        if left is not None and pages > left:
            return False
        self._used += pages
        return True

    def give_back(self, pages: int) -> int:
        """Undo `take`, as far as so many are used in this period.

        Returns:
            How many came back.
        """
        self._renew()
        returned = min(pages, self._used)
        self._used -= returned
        return returned

    def _renew(self) -> None:
        turn = self._current_turn()
        if turn != self._turn:
            self._turn = turn
            self._used = 0

    def _current_turn(self) -> int:
        return math.floor(self._clock.now() / self._period) if self._period else 0


@dataclass(slots=True, kw_only=True)
class Account:
    """One account.

    Args:
        key: Its key; empty where a service asks for none.
        rates: Rate limits by the kind of requests they are for.
        quotas: Page quotas by the service's name for them.
    """

    key: str = field(repr=False)
    rates: dict[str, RateLimit] = field(default_factory=dict[str, RateLimit])
    quotas: dict[str, Quota] = field(default_factory=dict[str, Quota])


class Accounts:
    """All accounts of a service.

    Args:
        keys: The keys that are accepted.
        make: Makes the account of a key.
    """

    def __init__(self, keys: Iterable[str], *, make: Callable[[str], Account]) -> None:
        self._by_key = {key: make(key) for key in keys}

    def find(self, key: str) -> Account | None:
        """The account of that key, or None when the key is not accepted."""
        return self._by_key.get(key)
