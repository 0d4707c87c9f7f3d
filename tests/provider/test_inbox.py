"""An event ends a sleep within a second, whichever process entered it."""

import asyncio
import itertools

import anyio
import pytest
from depot import InlineBooks, obtain

from docferry.errors import ConfigurationError
from docferry.ledger import PayloadStore, SqliteLedger
from docferry.provider import JobSettings, Response
from docferry.provider.inbox import LOOK_SECONDS, Inbox
from docferry.testing import FakeClock


@pytest.fixture
def inbox_room(tmp_path):
    """Runs a scenario with an inbox, and a second ledger on the same file: that of another process."""

    def run(scenario):
        async def main():
            clock = FakeClock()
            books = InlineBooks(ledger=SqliteLedger(tmp_path / "l"), store=PayloadStore(":memory:"))
            await scenario(Inbox(books=books, clock=clock), clock, SqliteLedger(tmp_path / "l"))

        anyio.run(main)

    return run


def enter(ledger, remote_id, event_id="e1", provider="depot"):
    assert ledger.add_event(provider, remote_id, event_id=event_id, now=0.0)


def test_a_sleep_without_an_event_lasts_as_long_as_it_shall(inbox_room):
    async def scenario(inbox, clock, _ledger):
        await inbox.sleep("depot", "r1", 300.0)
        assert clock.monotonic() == 300.0

    inbox_room(scenario)


def test_an_event_of_another_process_ends_the_sleep_within_a_second(inbox_room):
    async def scenario(inbox, clock, ledger):
        sleep = asyncio.create_task(inbox.sleep("depot", "r1", 300.0))
        await clock.sleep(100.2)
        enter(ledger, "r1")
        await sleep
        assert 100.2 <= clock.monotonic() <= 101.2
        assert LOOK_SECONDS < 1

    inbox_room(scenario)


def test_an_event_that_came_before_ends_the_sleep_at_once(inbox_room):
    async def scenario(inbox, clock, ledger):
        enter(ledger, "r1")
        await inbox.sleep("depot", "r1", 300.0)
        assert clock.monotonic() <= LOOK_SECONDS

    inbox_room(scenario)


def test_an_event_wakes_once_and_only_those_who_wait_for_its_job(inbox_room):
    async def scenario(inbox, clock, ledger):
        sleeps = [asyncio.create_task(inbox.sleep("depot", f"r{n}", 300.0)) for n in (1, 1, 2)]
        other = asyncio.create_task(inbox.sleep("other", "r1", 300.0))
        await clock.sleep(10)
        enter(ledger, "r1")
        await clock.sleep(1)
        assert [task.done() for task in (*sleeps, other)] == [True, True, False, False]
        again = asyncio.create_task(inbox.sleep("depot", "r1", 100.0))
        await clock.sleep(50)
        assert not again.done()
        await asyncio.gather(again, other, *sleeps)

    inbox_room(scenario)


def test_a_sleeper_that_is_cancelled_leaves_nothing_behind(inbox_room):
    async def scenario(inbox, clock, _ledger):
        sleep = asyncio.create_task(inbox.sleep("depot", "r1", 300.0))
        await clock.sleep(1)
        sleep.cancel()
        await asyncio.wait({sleep})
        await clock.sleep(2 * LOOK_SECONDS)
        assert inbox._waiting == {}
        assert inbox._looker.done()

    inbox_room(scenario)


def test_an_inbox_that_cannot_be_read_only_delays(inbox_room, monkeypatch):
    async def scenario(inbox, clock, ledger):
        take, failures = SqliteLedger.take_events, [ConfigurationError("locked")] * 3

        def failing(self, *arguments):
            if failures:
                raise failures.pop()
            return take(self, *arguments)

        monkeypatch.setattr(SqliteLedger, "take_events", failing)
        enter(ledger, "r1")
        await inbox.sleep("depot", "r1", 300.0)
        assert clock.monotonic() <= 4 * LOOK_SECONDS

    inbox_room(scenario)


EVENTFUL = JobSettings(webhooks=("depot",))


def test_a_job_with_a_webhook_is_asked_about_once_in_five_minutes(room):
    async def scenario(here):
        await obtain(here.runner, settings=EVENTFUL)
        assert [round(at) for _, at in here.depot.polls] == [1, 301, 601]

    room(scenario, seconds=400.0)


def test_an_event_brings_one_poll_at_once(room):
    async def scenario(here):
        waiting = asyncio.create_task(obtain(here.runner, settings=EVENTFUL))
        await here.clock.sleep(100)
        enter(here.runner.books.ledger, "b0")
        assert await waiting == b"the text"
        assert len(here.depot.polls) == 2
        assert here.depot.polls[-1][1] <= 101.5

    room(scenario, seconds=90.0)


@pytest.mark.parametrize("late", [0.5, 3.0, 20.0, 60.0])
def test_an_event_ahead_of_the_services_own_answer_is_followed_by_polls_that_come_soon(room, late):
    async def scenario(here):
        waiting = asyncio.create_task(obtain(here.runner, settings=EVENTFUL))
        await here.clock.sleep(50)
        enter(here.runner.books.ledger, "b0")
        assert await waiting == b"the text"
        times = [at for _, at in here.depot.polls]
        assert here.clock.monotonic() <= 50 + LOOK_SECONDS + max(1.5 * late, late + 1) + 0.1
        assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(times))
        assert len(times) <= 14

    room(scenario, seconds=50.0 + late)


def test_polls_after_an_event_that_told_of_no_end_become_rare_again(room):
    async def scenario(here):
        waiting = asyncio.create_task(obtain(here.runner, settings=EVENTFUL))
        await here.clock.sleep(50)
        enter(here.runner.books.ledger, "b0")
        assert await waiting == b"the text"
        gaps = [later - earlier for (_, earlier), (_, later) in itertools.pairwise(here.depot.polls)]
        assert max(gaps) == pytest.approx(300)
        assert len(gaps) < 40

    room(scenario, seconds=1500.0)


def test_a_poll_that_fails_after_an_event_is_repeated_soon(room):
    async def scenario(here):
        waiting = asyncio.create_task(obtain(here.runner, settings=EVENTFUL))
        await here.clock.sleep(100)
        here.depot.plan = [("poll", Response(status=503))] * 6
        enter(here.runner.books.ledger, "b0")
        assert await waiting == b"the text"
        assert here.clock.monotonic() < 200

    room(scenario, seconds=90.0)


def test_the_webhook_of_another_provider_changes_nothing(room):
    async def scenario(here):
        await obtain(here.runner, settings=JobSettings(webhooks=("other",)))
        assert len(here.depot.polls) > 5

    room(scenario, seconds=90.0)


def test_the_providers_with_webhooks_come_from_the_environment(monkeypatch):
    assert not JobSettings().has_webhook("depot")
    monkeypatch.setenv("DOCFERRY_WEBHOOKS", "extend, depot")
    assert JobSettings().has_webhook("depot")
    assert not JobSettings().has_webhook("somark")
    assert not JobSettings(webhooks=()).has_webhook("depot")


def test_the_deadline_counts_with_a_webhook_too(room):
    async def scenario(here):
        with pytest.raises(Exception, match="has not ended"):
            await obtain(here.runner, settings=JobSettings(webhooks=("depot",), deadline_seconds=100.0))
        assert 100 <= here.clock.monotonic() < 102

    room(scenario, seconds=200.0)
