"""How many sources of a run are opened at once, so that the first ones leave before the last are hashed."""

import asyncio

from docferry.provider.intake import FIRST_FILES, OPENED_AT_ONCE, Intake


def admitted(count, work):
    """Have so many sources ask for a place; how many had one at most, and how many in the end."""
    inside = []
    most = 0

    async def source(intake, number):
        nonlocal most
        with intake.source() as arrival:
            await arrival.admit()
            inside.append(number)
            most = max(most, len(inside))
            await work(arrival, inside, number)

    async def main():
        intake = Intake()
        await asyncio.gather(*(source(intake, number) for number in range(count)))
        assert not intake.is_opening()

    with asyncio.Runner() as runner:
        runner.run(asyncio.wait_for(main(), 60))
    return most


def test_a_run_opens_so_many_sources_at_once_and_in_their_order():
    order = []

    async def work(arrival, inside, number):
        order.append(number)
        await asyncio.sleep(0)
        inside.remove(number)
        arrival.enter()

    assert admitted(50, work) == OPENED_AT_ONCE
    assert order == sorted(order)


def test_a_source_whose_job_is_known_makes_room_although_it_goes_on():
    async def work(arrival, inside, _number):
        arrival.enter()
        arrival.enter()
        while len(inside) < 50:  # all of them are waiting for the service by then
            await asyncio.sleep(0)

    assert admitted(50, work) == 50


def test_a_source_that_is_cancelled_while_it_waits_leaves_all_places():
    async def main():
        intake = Intake()

        async def hold():
            with intake.source() as arrival:
                await arrival.admit()
                await asyncio.Event().wait()

        tasks = [asyncio.create_task(hold()) for _ in range(OPENED_AT_ONCE + 3)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert not intake.is_opening()
        for _ in range(OPENED_AT_ONCE):
            await asyncio.wait_for(intake.places.acquire(), 1)
        assert intake.places.locked()

    with asyncio.Runner() as runner:
        runner.run(main())


def test_the_first_submission_of_a_run_is_small_and_all_others_are_as_large_as_they_may_be():
    intake = Intake()
    limits = []
    for _ in range(FIRST_FILES + 1):
        limits.append((intake.limit(50), intake.limit(3)))
        with intake.source() as arrival:
            arrival.board(lambda: None)
    assert limits == [(FIRST_FILES, 3)] * FIRST_FILES + [(50, 3)]
