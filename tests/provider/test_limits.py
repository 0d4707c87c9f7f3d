"""Limits belong to an account, whoever uses it in the process."""

import asyncio

import anyio
import pytest
from depot import DepotApi

from docferry.model import Limits
from docferry.provider.limits import UNLIMITED_JOBS, Limiters
from docferry.testing import FakeClock


def limiter_of(limiters, *, account="key-1", batch_limit=1, **bounds):
    identity = DepotApi(account_name=account).identity
    return limiters.of(identity, limits=Limits(**bounds), batch_limit=batch_limit)


def test_an_account_has_one_limiter_and_another_account_another():
    limiters = Limiters(clock=FakeClock())
    first = limiter_of(limiters, concurrency=1)
    assert limiter_of(limiters, concurrency=1) is first
    assert limiter_of(limiters, account="key-2", concurrency=1) is not first


def test_no_key_is_kept():
    limiters = Limiters(clock=FakeClock())
    limiter_of(limiters, account="sk-secret")
    assert "sk-secret" not in repr(vars(limiters))


@pytest.mark.parametrize(
    ("batch_limit", "bounds", "places"),
    [
        (1, {}, UNLIMITED_JOBS),
        (50, {}, 100),
        (50, {"concurrency": 3}, 3),
    ],
)
def test_places_are_as_many_as_the_service_allows_or_two_batches(batch_limit, bounds, places):
    async def main():
        limiter = limiter_of(Limiters(clock=FakeClock()), batch_limit=batch_limit, **bounds)
        for _ in range(places):
            await asyncio.wait_for(limiter.take_place(), 5)
        waiting = asyncio.create_task(limiter.take_place())
        await asyncio.sleep(0)
        assert not waiting.done()
        limiter.give_place()
        await asyncio.wait_for(waiting, 5)

    anyio.run(main)


def test_a_waiter_that_leaves_loses_no_place():
    async def main():
        limiter = limiter_of(Limiters(clock=FakeClock()), concurrency=1)
        await limiter.take_place()
        waiting = [asyncio.create_task(limiter.take_place()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        limiter.give_place()
        waiting[1].cancel()
        await asyncio.wait(waiting[:2])
        await asyncio.wait_for(waiting[2], 5)

    anyio.run(main)


def test_requests_of_an_account_keep_its_rate():
    limiters = Limiters(clock=FakeClock())
    waits = [limiter_of(limiters, requests_per_second=2).reserve() for _ in range(5)]
    assert waits == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_a_request_may_count_for_several_or_for_none():
    async def scenario():
        clock = FakeClock()
        limiter = limiter_of(Limiters(clock=clock), requests_per_second=2)
        times = []
        for weight in (3, 0, 1, 0, 1):
            times.append(limiter.reserve(weight))
            await clock.sleep(times[-1])
        return times

    assert anyio.run(scenario) == [0.0, 0.0, 1.5, 0.0, 0.5]
