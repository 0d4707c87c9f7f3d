"""Leases are kept alive while tasks work, given back by the last one, and their loss ends the work."""

import asyncio

import anyio
import pytest
from depot import DepotApi, InlineBooks

from docferry.ledger import LeaseLostError, NewJob, PayloadStore, SqliteLedger
from docferry.provider.leases import HEARTBEAT_SECONDS, LEASE_SECONDS, Leases
from docferry.provider.owners import name_process
from docferry.testing import FakeClock


@pytest.fixture
def room(tmp_path):
    """Runs a scenario with the leases of one process, and a job that is this process's."""

    def run(scenario):
        async def main():
            clock = FakeClock()
            ledger = SqliteLedger(tmp_path / "ledger.sqlite3")
            books = InlineBooks(ledger=ledger, store=PayloadStore(tmp_path / "cache"))
            leases = Leases(books=books, clock=clock)
            record = ledger.claim(new_job(), **leases.terms()).record
            await scenario(leases, ledger, clock, record.id)

        anyio.run(main)

    return run


def new_job():
    identity = DepotApi().identity
    return NewJob(
        payload_key="p",
        job_key="j",
        provider=identity.provider,
        protocol_version="1",
        operation="parse",
        endpoint=identity.endpoint,
        account_hash="",
        source_name="a.txt",
        file_name="a.txt",
        fingerprint="sha256:0",
        size_bytes=1,
    )


def steal(ledger, job_id, clock):
    """Another process takes the job over, as after a pause that was longer than the lease."""
    thief = {"owner": "thief", "now": clock.now() + 2 * LEASE_SECONDS, "lease_seconds": LEASE_SECONDS}
    assert ledger.take(job_id, **thief).is_ours


def test_a_lease_is_prolonged_while_the_block_runs_and_given_back(room):
    async def scenario(leases, ledger, clock, job_id):
        async with leases.hold(job_id):
            await clock.sleep(10 * LEASE_SECONDS)
            record = ledger.find(job_id)
            assert leases.is_at_work(record)
            assert record.lease_until > clock.now()
        record = ledger.find(job_id)
        assert record.lease_owner == ""
        assert not leases.is_at_work(record)

    room(scenario)


def test_the_last_of_several_tasks_gives_it_back(room):
    async def scenario(leases, ledger, _clock, job_id):
        async with leases.hold(job_id):
            async with leases.hold(job_id):
                pass
            assert ledger.find(job_id).lease_owner
            await leases.give_back(job_id)
            assert ledger.find(job_id).lease_owner
        assert not ledger.find(job_id).lease_owner

    room(scenario)


def test_a_kept_lease_outlives_the_tasks_that_work_on_the_job(room):
    async def scenario(leases, ledger, clock, job_id):
        leases.keep(job_id)
        async with leases.hold(job_id):
            pass
        await clock.sleep(10 * LEASE_SECONDS)
        assert leases.is_at_work(ledger.find(job_id))
        await leases.leave(job_id)
        assert ledger.find(job_id).lease_owner == ""

    room(scenario)


def test_a_kept_lease_that_is_lost_cancels_nobody(room):
    async def scenario(leases, ledger, clock, job_id):
        leases.keep(job_id)
        steal(ledger, job_id, clock)
        await clock.sleep(10 * HEARTBEAT_SECONDS)
        await leases.leave(job_id)
        assert ledger.find(job_id).lease_owner == "thief"

    room(scenario)


def test_the_ledger_is_left_alone_once_nothing_is_held(room):
    async def scenario(leases, ledger, clock, job_id):
        asked = []
        ledger.heartbeat = lambda **given: asked.append(given["job_ids"]) or ()
        async with leases.hold(job_id):
            await clock.sleep(HEARTBEAT_SECONDS / 2)
        await clock.sleep(10 * HEARTBEAT_SECONDS)
        assert asked == []

    room(scenario)


def test_a_lost_lease_ends_the_work(room):
    async def scenario(leases, ledger, clock, job_id):
        async def work():
            async with leases.hold(job_id):
                steal(ledger, job_id, clock)
                await clock.sleep(10 * HEARTBEAT_SECONDS)

        with pytest.raises(LeaseLostError) as caught:
            await work()
        assert caught.value.job_ids == (job_id,)
        assert asyncio.current_task().cancelling() == 0
        assert ledger.find(job_id).lease_owner == "thief"

    room(scenario)


def test_a_cancelled_task_is_cancelled_even_if_the_lease_is_lost_as_well(room):
    async def scenario(leases, ledger, clock, job_id):
        async def work():
            async with leases.hold(job_id):
                steal(ledger, job_id, clock)
                try:
                    await clock.sleep(10 * HEARTBEAT_SECONDS)
                finally:
                    task.cancel()

        task = asyncio.create_task(work())
        await asyncio.wait({task})
        assert task.cancelled()

    room(scenario)


def test_a_lease_of_a_dead_process_is_freed_and_of_others_left(room):
    async def scenario(leases, ledger, clock, job_id):
        place = name_process().partition("-")[0]
        for owner, is_freed in ((f"{place}-{2**22 + 1}-ab", True), ("thief", False)):
            terms = {"owner": owner, "now": clock.now() + 100, "lease_seconds": LEASE_SECONDS}
            await leases.give_back(job_id)
            ledger.take(job_id, **terms)
            assert await leases.free(ledger.find(job_id)) is is_freed
            assert bool(ledger.find(job_id).lease_owner) is not is_freed

    room(scenario)
