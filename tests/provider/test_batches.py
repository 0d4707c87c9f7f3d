"""Every file of a batch has a step of its own: nothing that befalls one is another's trouble."""

import asyncio

import pytest
from depot import DepotApi, DepotOptions, file_of, obtain, reply
from depot_lots import LotApi, LotDepot

from docferry.errors import (
    InvalidOptionsError,
    JobFailedError,
    JobTimeoutError,
    ProviderBugError,
    SubmissionUnknownError,
    UnavailableError,
)
from docferry.ledger import JobStep
from docferry.model import Receipt
from docferry.provider import JobSettings, Leg, OnUnknown, PollAdvice, Response
from docferry.provider.faults import Fault, TransportFault
from docferry.testing import ScriptedTransport

BROKEN = TransportFault(Fault.UNKNOWN, "ReadTimeout")
REFUSED = TransportFault(Fault.NOT_SENT, "ConnectError")
TEN = [f"{number}.txt" for number in range(10)]


def lots(**changes):
    return LotApi(batch_limit=10, **changes)


async def obtain_all(runner, names=TEN, **given):
    return await asyncio.gather(
        *(obtain(runner, name=name, **{"api": lots(), **given}) for name in names), return_exceptions=True
    )


def steps(runner):
    return {record.source_name: record.step for record in runner.books.ledger.jobs()}


def only_failed(results, number):
    return [isinstance(result, Exception) for result in results] == [n == number for n in range(10)]


# One request for all files, with an answer for each.


def test_a_file_that_is_refused_alone_costs_no_other(room):
    class Choosy(DepotApi):
        def submit(self, items):
            receipts = yield from super().submit(items)
            return tuple(
                JobFailedError("too dull", provider="depot") if item.file.name == "3.txt" else receipt
                for item, receipt in zip(items, receipts, strict=True)
            )

    async def scenario(here):
        results = await obtain_all(here.runner, api=Choosy(batch_limit=10))
        assert only_failed(results, 3)
        assert "too dull" in str(results[3])
        assert len(here.depot.submissions) == 1
        assert steps(here.runner) == {
            name: JobStep.OPEN if name == "3.txt" else JobStep.FETCHED for name in TEN
        }
        (refused,) = here.runner.books.ledger.jobs(source="3.txt")
        assert (refused.error_class, refused.receipt) == ("JobFailedError", None)

    room(scenario)


@pytest.mark.parametrize(
    "answers",
    [
        lambda receipts: receipts[:-1],
        lambda receipts: (*receipts, Receipt(remote_id="b0")),
        lambda receipts: (*receipts[:-1], None),
        lambda _receipts: None,
    ],
    ids=["too few", "too many", "nothing for one", "nothing"],
)
def test_answers_that_do_not_fit_the_files_are_the_plugins_fault_and_paid_perhaps(room, answers):
    class Careless(DepotApi):
        def submit(self, items):
            return answers((yield from super().submit(items)))

    async def scenario(here):
        results = await obtain_all(here.runner, api=Careless(batch_limit=10))
        assert {type(result) for result in results} == {SubmissionUnknownError}
        assert isinstance(results[0].__cause__.__cause__.__cause__, ProviderBugError)
        assert set(steps(here.runner).values()) == {JobStep.UNKNOWN}

    room(scenario)


# One request for slots, and one for each file.


def test_files_are_put_into_one_lot_and_polled_together(room):
    async def scenario(here):
        assert await obtain_all(here.runner) == [b"the text"] * 10
        assert [len(lot) for lot in here.depot.lots] == [10]
        assert sorted(here.depot.submissions) == TEN
        assert {lot for lot, _ in here.depot.polls} == {"L0"}
        assert len(here.depot.polls) <= 12
        records = here.runner.books.ledger.jobs()
        assert len({record.submission_id for record in records}) == 1
        assert {record.receipt.item_id for record in records} == set(TEN)

    room(scenario, service=LotDepot)


def test_a_slot_that_refuses_its_file_fails_that_file_alone(room):
    async def scenario(here):
        here.depot.plan = [("submit", Response(status=403))]
        results = await obtain_all(here.runner)
        (failed,) = [result for result in results if isinstance(result, Exception)]
        assert "HTTP 403" in str(failed)
        assert sorted(steps(here.runner).values()) == [JobStep.FETCHED] * 9 + [JobStep.OPEN]
        assert await obtain_all(here.runner) == [b"the text"] * 10
        assert sorted(here.depot.submissions) == TEN

    room(scenario, service=LotDepot)


def test_a_file_that_the_plugin_refuses_is_never_put(room):
    async def scenario(here):
        names = ["a.txt", "forbidden.txt", "c.txt"]
        first, second, third = await obtain_all(here.runner, names)
        assert (first, third) == (b"the text", b"the text")
        assert isinstance(second, InvalidOptionsError)
        assert steps(here.runner)["forbidden.txt"] is JobStep.OPEN
        assert sorted(here.depot.submissions) == ["a.txt", "c.txt"]

    room(scenario, service=LotDepot)


@pytest.mark.parametrize("answer", [REFUSED, Response(status=429)])
def test_what_surely_did_not_arrive_is_put_again_into_its_slot(room, answer):
    async def scenario(here):
        here.depot.plan = [("submit", answer)] * 3
        assert await obtain_all(here.runner) == [b"the text"] * 10
        assert len(here.depot.lots) == 1
        assert sorted(here.depot.submissions) == TEN

    room(scenario, service=LotDepot)


def test_trouble_with_the_request_for_slots_is_retried_and_costs_nothing(room):
    async def scenario(here):
        here.depot.plan = [("lot", BROKEN), ("lot", Response(status=503)), ("lot", Response(status=429))]
        assert await obtain_all(here.runner) == [b"the text"] * 10
        assert sorted(here.depot.submissions) == TEN

    room(scenario, service=LotDepot)


LOST = [BROKEN, Response(status=503), Response(status=408)]


@pytest.mark.parametrize("answer", LOST)
def test_a_put_that_arrived_although_no_answer_came_is_found_by_asking(room, answer):
    async def scenario(here):
        here.depot.plan = [("submit", answer, "although it worked")]
        assert await obtain_all(here.runner) == [b"the text"] * 10
        assert sorted(here.depot.submissions) == TEN
        assert len(here.depot.lots) == 1

    room(scenario, service=LotDepot, lag=5.0)


@pytest.mark.parametrize("answer", LOST)
def test_a_put_that_did_not_arrive_is_put_again_once_that_is_sure(room, answer):
    async def scenario(here):
        here.depot.plan = [("submit", answer)]
        api = lots(poll_advice=PollAdvice(settle_seconds=40))
        assert await obtain_all(here.runner, api=api) == [b"the text"] * 10
        assert sorted(here.depot.submissions) == TEN
        assert [len(lot) for lot in here.depot.lots] == [10, 1]
        (name,) = here.depot.lots[1]
        assert here.depot.born[("L1", name)] >= 40

    room(scenario, service=LotDepot)


def test_the_others_do_not_wait_for_one_that_is_unknown(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN)]
        ends = {}

        async def timed(name):
            await obtain(here.runner, name=name, api=lots())
            ends[name] = here.clock.monotonic()

        await asyncio.gather(*(timed(name) for name in TEN))
        assert sorted(ends.values())[-2] < 15
        assert max(ends.values()) > 30

    room(scenario, service=LotDepot)


def test_a_file_that_never_arrives_is_given_up_after_three_tries(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN)] * 9
        with pytest.raises(UnavailableError, match="did not reach the service in 3 tries"):
            await obtain(here.runner, api=lots())
        assert len(here.depot.lots) == 3
        assert steps(here.runner) == {"a.txt": JobStep.OPEN}

    room(scenario, service=LotDepot)


def test_a_file_that_the_service_gave_up_waiting_for_is_put_again_at_once(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN)]
        assert await obtain(here.runner, api=lots()) == b"the text"
        assert here.depot.submissions == ["a.txt"]
        assert here.depot.born[("L1", "a.txt")] < 5

    room(scenario, service=LotDepot, unput="gone")


def test_what_was_put_is_waited_for_however_long_the_service_does_not_see_it(room):
    async def scenario(here):
        with pytest.raises(JobTimeoutError):
            await obtain(here.runner, api=lots(), settings=JobSettings(deadline_seconds=600))
        assert here.depot.submissions == ["a.txt"]
        assert steps(here.runner) == {"a.txt": JobStep.SUBMITTED}

    room(scenario, service=LotDepot, lag=1e9)


def test_an_unknown_put_that_failed_at_the_service_is_a_failed_job(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN, "although it worked")]
        with pytest.raises(JobFailedError, match="the depot says bad"):
            await obtain(here.runner, api=lots())
        assert steps(here.runner) == {"a.txt": JobStep.FAILED}
        assert here.depot.submissions == ["a.txt"]

    room(scenario, service=LotDepot, words={"a.txt": "bad"}, seconds=0.0)


@pytest.mark.parametrize("on_unknown", OnUnknown)
def test_a_lot_that_the_service_does_not_know_tells_nothing(room, on_unknown):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN), *[("poll", Response(status=404))] * 3]
        settings = JobSettings(on_unknown=on_unknown)
        if on_unknown is OnUnknown.RESUBMIT:
            assert await obtain(here.runner, api=lots(), settings=settings) == b"the text"
            assert here.depot.submissions == ["a.txt"]
            return
        with pytest.raises(SubmissionUnknownError, match="ReadTimeout.*docferry jobs resolve"):
            await obtain(here.runner, api=lots(), settings=settings)
        assert steps(here.runner) == {"a.txt": JobStep.UNKNOWN}

    room(scenario, service=LotDepot)


class DyingTransport(ScriptedTransport):
    """Its process is killed when the fourth file is on its way, after or before it arrived."""

    def __init__(self, depot, *, has_arrived):
        super().__init__(depot)
        self.depot = depot
        self.has_arrived = has_arrived
        self.is_dead = False

    async def send(self, request, *, sink=None, before=None):
        if self.is_dead:
            await asyncio.Event().wait()
        if request.commits and len(self.depot.submissions) == 3:
            await before()
            self.is_dead = True
            if self.has_arrived:
                self.depot(request)
            await asyncio.Event().wait()
        return await super().send(request, sink=sink, before=before)


@pytest.mark.parametrize("has_arrived", [True, False])
def test_a_process_killed_between_two_puts_is_followed_by_one_that_puts_the_rest(room, has_arrived):
    async def scenario(here):
        transport = DyingTransport(here.depot, has_arrived=has_arrived)
        dying = here.new_runner(transport=transport)
        tasks = [asyncio.create_task(obtain(dying, name=name, api=lots())) for name in TEN]
        while not transport.is_dead:
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        dying.register._leases._heart.cancel()
        dying.books.ledger.release = lambda *_: None
        found = sorted(steps(here.runner).values())
        assert found == [JobStep.INTENT] + [JobStep.OPEN] * 6 + [JobStep.SUBMITTED] * 3
        (intent,) = here.runner.books.ledger.jobs(steps=[JobStep.INTENT])
        assert intent.receipt == Receipt(remote_id="L0", item_id=intent.source_name)

        assert await obtain_all(here.runner) == [b"the text"] * 10
        assert sorted(here.depot.submissions) == TEN
        assert sum(map(len, here.depot.lots[1:])) == (6 if has_arrived else 7)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    room(scenario, service=LotDepot)


class CountingTransport(ScriptedTransport):
    """Takes its time, and counts how many requests are out at once."""

    def __init__(self, depot, clock):
        super().__init__(depot)
        self.clock = clock
        self.out = self.most = 0

    async def send(self, request, *, sink=None, before=None):
        if request.commits:
            await before()
            before = None
            self.out += 1
            self.most = max(self.out, self.most)
            await self.clock.sleep(1)
            self.out -= 1
        return await super().send(request, sink=sink, before=before)


@pytest.mark.parametrize("batch_limit", [40, 10])
def test_files_are_put_side_by_side_but_leave_room_for_other_requests(room, batch_limit):
    async def scenario(here):
        transport = CountingTransport(here.depot, here.clock)
        names = [f"{number}.txt" for number in range(40)]
        runner = here.new_runner(transport=transport)
        results = await obtain_all(runner, names, api=LotApi(batch_limit=batch_limit))
        assert results == [b"the text"] * 40
        assert transport.most == 8

    room(scenario, service=LotDepot)


def test_what_was_submitted_first_is_put_first(room):
    async def scenario(here):
        names = [f"{number:02}.txt" for number in range(40)]
        runner = here.new_runner(transport=CountingTransport(here.depot, here.clock))
        assert await obtain_all(runner, names) == [b"the text"] * 40
        lot_of = {name: number for number, lot in enumerate(here.depot.lots) for name in lot}
        order = [lot_of[name] for name in here.depot.submissions]
        assert order == sorted(order)
        assert set(order) == {0, 1, 2, 3}

    room(scenario, service=LotDepot)


def test_a_file_that_waits_for_a_busy_service_leaves_its_place_to_others(room):
    async def scenario(here):
        here.depot.plan = [("submit", Response(status=429, headers={"retry-after": "60"}))] * 8
        names = [f"{number:02}.txt" for number in range(16)]
        assert await obtain_all(here.runner, names) == [b"the text"] * 16
        assert sorted(here.depot.submissions[8:]) == names[:8]

    room(scenario, service=LotDepot)


def test_receipts_are_written_down_one_by_one(room):
    async def scenario(here):
        transport = CountingTransport(here.depot, here.clock)
        runner = here.new_runner(transport=transport)
        names = [f"{number}.txt" for number in range(16)]
        task = asyncio.create_task(obtain_all(runner, names, api=LotApi(batch_limit=16)))
        while len(here.depot.submissions) < 8:
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        found = sorted(steps(here.runner).values())
        assert found.count(JobStep.SUBMITTED) == 8
        await task

    room(scenario, service=LotDepot)


@pytest.mark.parametrize("answer", [None, (Receipt(remote_id="L0"),)])
def test_a_leg_that_ends_without_a_receipt_is_the_plugins_fault(room, answer):
    class Careless(LotApi):
        def _put(self, item, slot, receipt):
            yield from super()._put(item, slot, receipt)
            return answer

    async def scenario(here):
        # The receipt was known beforehand: what was put is not lost.
        assert await obtain(here.runner, api=Careless(batch_limit=10)) == b"the text"
        assert here.depot.submissions == ["a.txt"]

    room(scenario, service=LotDepot)


def test_a_leg_that_breaks_down_loses_no_other_file(room):
    class Clumsy(LotApi):
        def _answer(self, item, lot, slot):
            answer = super()._answer(item, lot, slot)
            return Leg(exchange=lambda: {}["no exchange"]) if item.file.name == "3.txt" else answer

    async def scenario(here):
        results = await obtain_all(here.runner, api=Clumsy(batch_limit=10))
        assert only_failed(results, 3)
        assert isinstance(results[3], ProviderBugError)
        assert sorted(here.depot.submissions) == [name for name in TEN if name != "3.txt"]

    room(scenario, service=LotDepot)


def test_submit_now_asks_what_became_of_an_unknown_put(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN, "although it worked")]
        errand = await here.runner.errand(
            lots(), file_of(), pages=None, options=DepotOptions(), settings=JobSettings()
        )
        record = await here.runner.submit(errand)
        assert record.step is JobStep.SUBMITTED
        assert here.depot.fetches == []

    room(scenario, service=LotDepot)


def test_an_unreadable_list_of_slots_fails_every_file_and_commits_none(room):
    async def scenario(here):
        here.depot.plan = [("lot", reply({"nonsense": 1}))]
        results = await obtain_all(here.runner)
        assert {type(result) for result in results} == {ProviderBugError}
        assert set(steps(here.runner).values()) == {JobStep.OPEN}

    room(scenario, service=LotDepot)
