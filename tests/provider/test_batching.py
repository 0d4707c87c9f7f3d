"""When a batch that is not full is handed over."""

import anyio
import pytest

from docferry.provider.batching import IDLE_SECONDS, PATIENCE_SECONDS, Batcher
from docferry.provider.intake import Intake
from docferry.testing import FakeClock


def handed_over(expects, *, later=()):
    """When one item, and those that come later, are handed over: pairs of time and items."""
    clock, sent = FakeClock(), []

    async def send(items):
        sent.append((pytest.approx(clock.monotonic()), items))

    async def scenario():
        batcher = Batcher(send=send, clock=clock)
        batcher.add("first", key="k", limit=10, expects=expects and (lambda: expects(clock)))
        for seconds, item in later:
            await clock.sleep(seconds)
            batcher.add(item, key="k", limit=10)
        await batcher.settle()

    anyio.run(scenario)
    return sent


def test_a_batch_goes_when_nothing_has_come_for_a_moment():
    assert handed_over(None) == [(IDLE_SECONDS, ("first",))]


def test_a_batch_waits_for_a_file_that_is_being_opened():
    sent = handed_over(lambda clock: clock.monotonic() < 0.5, later=[(0.32, "late")])
    assert [items for _, items in sent] == [("first", "late")]


def test_a_batch_does_not_wait_long_for_one_that_does_not_come():
    assert handed_over(lambda _clock: True) == [(PATIENCE_SECONDS, ("first",))]


def test_a_source_is_opening_until_its_job_is_known():
    intake = Intake()
    with intake.source() as arrival:
        assert intake.is_opening()
        arrival.enter()
        arrival.enter()
        assert not intake.is_opening()
    assert not intake.is_opening()
    with intake.source():
        assert intake.is_opening()
    assert not intake.is_opening()
