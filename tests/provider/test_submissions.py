"""A submission is held by its own task: whoever waits for it may go, and nothing goes out twice."""

import asyncio
import gc

import pytest
from depot import DepotApi, DepotOptions, SlowTransport, file_of, obtain, reply
from depot_lots import LotApi, LotDepot

from docferry.errors import (
    ConfigurationError,
    JobFailedError,
    RateLimitedError,
    SubmissionUnknownError,
    UnavailableError,
)
from docferry.ledger import JobStep
from docferry.model import Limits
from docferry.provider import JobSettings, NetworkSettings, OnInterrupt, OnUnknown, Response
from docferry.provider.client import MOST_BUSY_SECONDS
from docferry.provider.faults import Fault, Outlook, TransportFault
from docferry.provider.submissions import GRACE_SECONDS
from docferry.testing import ScriptedTransport

BROKEN = TransportFault(Fault.UNKNOWN, "ReadTimeout")
RESUBMITTING = JobSettings(on_unknown=OnUnknown.RESUBMIT)
CANCELLING = JobSettings(on_interrupt=OnInterrupt.CANCEL)


def slow(here, *, seconds):
    return here.new_runner(transport=SlowTransport(here.depot, here.clock, seconds=seconds))


def steps(runner):
    return [record.step for record in runner.books.ledger.jobs()]


async def until(condition):
    while not condition():
        await asyncio.sleep(0)


async def leave(task):
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def handed_in(runner, *, name="a.txt", settings=None, api=None):
    errand = await runner.errand(
        api or DepotApi(),
        file_of(name),
        pages=None,
        options=DepotOptions(),
        settings=settings or JobSettings(),
    )
    return await runner.submit(errand)


def test_a_request_that_outlives_its_waiter_is_not_taken_for_unknown(room):
    async def scenario(here):
        runner = slow(here, seconds=10 * GRACE_SECONDS)
        first = asyncio.create_task(obtain(runner, settings=RESUBMITTING))
        await until(lambda: here.depot.submissions)
        await leave(first)
        assert here.clock.monotonic() == pytest.approx(GRACE_SECONDS, abs=1)
        assert steps(runner) == [JobStep.INTENT]
        assert await obtain(runner, settings=RESUBMITTING) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_request_that_outlives_its_waiter_keeps_the_lease(room):
    async def scenario(here):
        runner = slow(here, seconds=10 * GRACE_SECONDS)
        first = asyncio.create_task(obtain(runner))
        await until(lambda: here.depot.submissions)
        await leave(first)
        (record,) = runner.books.ledger.jobs()
        assert record.lease_owner == runner.books.owner
        assert await obtain(here.new_runner(), settings=RESUBMITTING) == b"the text"
        assert len(here.depot.submissions) == 1
        (record,) = runner.books.ledger.jobs()
        assert record.lease_owner == ""

    room(scenario)


def test_settling_waits_for_a_request_that_nobody_waits_for(room):
    async def scenario(here):
        runner = slow(here, seconds=10 * GRACE_SECONDS)
        first = asyncio.create_task(obtain(runner))
        await until(lambda: here.depot.submissions)
        await leave(first)
        await runner.settle()
        assert steps(runner) == [JobStep.SUBMITTED]

    room(scenario)


@pytest.mark.parametrize("seconds", [GRACE_SECONDS / 2, 10 * GRACE_SECONDS])
def test_a_job_submitted_in_the_moment_of_the_interrupt_is_cancelled_when_told_to(room, seconds):
    async def scenario(here):
        runner = slow(here, seconds=seconds)
        task = asyncio.create_task(obtain(runner, settings=CANCELLING))
        await until(lambda: here.depot.submissions)
        await leave(task)
        await runner.settle()
        assert steps(runner) == [JobStep.CANCELLED]
        assert here.depot.cancelled == ["http://depot/jobs/b0"]

    room(scenario)


class GatedTransport(ScriptedTransport):
    """Answers a committing request when the test opens the gate; the service has it at once."""

    def __init__(self, depot):
        super().__init__(depot)
        self.gate = asyncio.Event()

    async def send(self, request, *, sink=None, before=None):
        response = await super().send(request, sink=sink, before=before)
        if request.commits:
            await self.gate.wait()
        return response


def test_a_job_that_somebody_submits_for_later_is_not_cancelled_with_a_waiter(room):
    async def scenario(here):
        transport = GatedTransport(here.depot)
        runner = here.new_runner(transport=transport)
        later = asyncio.create_task(handed_in(runner))
        await until(lambda: here.depot.submissions)
        errand = await runner.errand(
            DepotApi(), file_of("a.txt"), pages=None, options=DepotOptions(), settings=CANCELLING
        )
        task = asyncio.create_task(runner.obtain(errand))
        for _ in range(20):
            await asyncio.sleep(0)
        await leave(task)
        transport.gate.set()
        assert (await later).step is JobStep.SUBMITTED
        assert here.depot.cancelled == []

    room(scenario)


@pytest.mark.parametrize("settings", [JobSettings(), CANCELLING])
def test_a_file_of_an_open_batch_is_withdrawn_with_its_waiter(room, settings):
    async def scenario(here):
        api = DepotApi(batch_limit=10)
        tasks = [
            asyncio.create_task(obtain(here.runner, name=f"{n}.txt", api=api, settings=settings))
            for n in range(3)
        ]
        await until(lambda: len(here.runner.books.ledger.jobs()) == 3)
        for _ in range(10):
            await asyncio.sleep(0)
        await leave(tasks[1])
        assert here.clock.monotonic() < GRACE_SECONDS
        assert await asyncio.gather(tasks[0], tasks[2]) == [b"the text"] * 2
        assert [set(files) for files in here.depot.submissions] == [{"0.txt", "2.txt"}]
        (withdrawn,) = here.runner.books.ledger.jobs(source="1.txt")
        assert (withdrawn.step, withdrawn.lease_owner) == (JobStep.OPEN, "")
        assert here.depot.cancelled == []

    room(scenario)


def test_a_batch_that_everybody_left_is_not_sent(room):
    async def scenario(here):
        task = asyncio.create_task(obtain(here.runner, api=DepotApi(batch_limit=10)))
        await until(here.runner.books.ledger.jobs)
        for _ in range(10):
            await asyncio.sleep(0)
        await leave(task)
        await here.runner.settle()
        assert here.depot.submissions == []
        assert steps(here.runner) == [JobStep.OPEN]

    room(scenario)


def test_a_file_that_waits_for_a_busy_service_is_withdrawn_with_its_waiter(room):
    async def scenario(here):
        here.depot.plan = [("submit", Response(status=429, headers={"retry-after": "60"}))]
        task = asyncio.create_task(obtain(here.runner))
        await until(lambda: not here.depot.plan)
        await leave(task)
        await here.runner.settle()
        assert here.clock.monotonic() < GRACE_SECONDS / 2
        assert here.depot.submissions == []
        assert steps(here.runner) == [JobStep.OPEN]

    room(scenario)


def test_a_file_that_waits_for_the_accounts_pace_is_withdrawn_with_its_waiter(room):
    async def scenario(here):
        api = DepotApi(limits=Limits(requests_per_second=0.01))
        await handed_in(here.runner, name="first", api=api)
        task = asyncio.create_task(obtain(here.runner, api=api))
        await until(lambda: any(50 < seconds <= 100 for seconds in here.clock.slept))
        await leave(task)
        await here.runner.settle()
        assert here.clock.monotonic() < 100
        assert here.depot.submissions == [("first",)]
        (record,) = here.runner.books.ledger.jobs(source="a.txt")
        assert (record.step, record.lease_owner) == (JobStep.OPEN, "")

    room(scenario)


def test_one_who_comes_while_a_file_is_given_up_has_it_submitted(room):
    async def scenario(here):
        here.depot.plan = [("submit", Response(status=429, headers={"retry-after": "60"}))]
        first = asyncio.create_task(obtain(here.runner))
        await until(lambda: not here.depot.plan)
        first.cancel()
        assert await obtain(here.runner) == b"the text"
        assert first.cancelled()
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_service_that_stays_busy_is_given_up_in_the_end(room):
    async def scenario(here):
        busy = Response(status=429, headers={"retry-after": "600"})
        here.depot.plan = [("submit", busy) for _ in range(200)]
        with pytest.raises(RateLimitedError):
            await obtain(here.runner, settings=JobSettings(deadline_seconds=None))
        assert MOST_BUSY_SECONDS <= here.clock.monotonic() <= MOST_BUSY_SECONDS + 700
        assert here.depot.submissions == []
        assert steps(here.runner) == [JobStep.OPEN]

    room(scenario)


@pytest.mark.parametrize(
    ("outlook", "tries", "seconds"),
    [(Outlook.PASSING, 6, 40), (Outlook.DOUBTFUL, 4, 9), (Outlook.LASTING, 2, 2)],
)
def test_a_service_that_cannot_be_reached_is_tried_as_long_as_that_may_help(room, outlook, tries, seconds):
    async def scenario(here):
        here.depot.plan = [("submit", TransportFault(Fault.NOT_SENT, "ConnectError", outlook=outlook))] * 6
        with pytest.raises(UnavailableError, match="cannot be reached"):
            await obtain(here.runner)
        assert len(here.depot.plan) == 6 - tries
        assert here.clock.monotonic() <= seconds
        assert steps(here.runner) == [JobStep.OPEN]

    room(scenario)


def test_a_leg_that_nobody_waits_for_is_not_walked(room):
    async def scenario(here):
        here.depot.plan = [("lot", Response(status=429, headers={"retry-after": "60"}))]
        api = LotApi(batch_limit=2)
        tasks = [asyncio.create_task(obtain(here.runner, name=name, api=api)) for name in ("a", "b")]
        await until(lambda: not here.depot.plan)
        await leave(tasks[0])
        assert await tasks[1] == b"the text"
        assert here.depot.submissions == ["b"]

    room(scenario, service=LotDepot)


def test_files_with_other_network_settings_are_no_company(room):
    async def scenario(here):
        api = DepotApi(batch_limit=10)
        networks = [NetworkSettings(proxy=proxy) for proxy in ("http://a:1", "http://b:1")]
        await asyncio.gather(
            *(
                obtain(
                    here.runner,
                    name=f"{n}.txt",
                    api=api,
                    settings=JobSettings(network=networks[n % 2]),
                )
                for n in range(6)
            )
        )
        assert {frozenset(files) for files in here.depot.submissions} == {
            frozenset(("0.txt", "2.txt", "4.txt")),
            frozenset(("1.txt", "3.txt", "5.txt")),
        }
        assert len(here.depot.submissions) == 2

    room(scenario)


def test_a_job_that_another_process_took_over_does_not_keep_its_batch_from_going(room):
    async def scenario(here):
        api = DepotApi(batch_limit=2)
        ledger = here.runner.books.ledger
        first = asyncio.create_task(obtain(here.runner, name="0.txt", api=api))
        await until(lambda: ledger.jobs(source="0.txt"))
        for _ in range(10):
            await asyncio.sleep(0)
        thief = {"owner": "thief", "now": here.clock.now() + 100, "lease_seconds": 5.0}
        assert ledger.take(ledger.jobs()[0].id, **thief).is_ours
        assert await obtain(here.runner, name="1.txt", api=api) == b"the text"
        assert here.depot.submissions[0] == ("1.txt",)
        await leave(first)

    room(scenario)


def test_submissions_for_later_take_a_place_of_the_account(room):
    async def scenario(here):
        out = []

        class Watching(SlowTransport):
            async def send(self, request, *, sink=None, before=None):
                out.append(1)
                response = await super().send(request, sink=sink, before=before)
                most.append(len(out))
                out.pop()
                return response

        most = []
        runner = here.new_runner(transport=Watching(here.depot, here.clock, seconds=5))
        api = DepotApi(limits=Limits(concurrency=2))
        records = await asyncio.gather(*(handed_in(runner, name=f"{n}", api=api) for n in range(6)))
        assert [record.step for record in records] == [JobStep.SUBMITTED] * 6
        assert max(most) == 2

    room(scenario)


def test_two_full_batches_are_under_way_without_a_limit_of_the_service(room):
    async def scenario(here):
        api = DepotApi(batch_limit=100)
        await asyncio.gather(*(obtain(here.runner, name=f"{n}", api=api) for n in range(200)))
        assert [len(files) for files in here.depot.submissions] == [100, 100]
        assert here.depot.born["b1"] < here.depot.seconds

    room(scenario)


class Clumsy(DepotApi):
    """Breaks down over the answer to what was paid for."""

    def submit(self, items):
        yield from super().submit(items)
        raise KeyError("batch")


def test_a_plugin_that_breaks_down_over_the_answer_leaves_an_unknown_outcome(room):
    async def scenario(here):
        with pytest.raises(SubmissionUnknownError, match="raised KeyError") as caught:
            await obtain(here.runner, api=Clumsy())
        causes, cause = [], caught.value
        while cause := cause.__cause__:
            causes.append(type(cause).__name__)
        assert causes[-2:] == ["ProviderBugError", "KeyError"]
        assert steps(here.runner) == [JobStep.UNKNOWN]
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_an_answer_too_large_to_read_leaves_an_unknown_outcome_at_once(room):
    async def scenario(here):
        here.depot.plan = [("submit", TransportFault(Fault.UNREADABLE, "ResponseTooLarge"), "it worked")]
        with pytest.raises(SubmissionUnknownError, match="its answer cannot be read"):
            await obtain(here.runner)
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_an_exchange_commits_once(room):
    class Twice(DepotApi):
        def submit(self, items):
            yield from super().submit(items)
            return (yield from super().submit(items))

    async def scenario(here):
        with pytest.raises(SubmissionUnknownError, match="commits where it may not"):
            await obtain(here.runner, api=Twice())
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_poll_does_not_commit(room):
    class Greedy(DepotApi):
        def poll(self, receipts):
            yield from super().submit(receipts)

    async def scenario(here):
        with pytest.raises(Exception, match="plugin of provider depot raised AttributeError"):
            await obtain(here.runner, api=Greedy())
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_ledger_that_cannot_be_written_sends_nothing(room):
    async def scenario(here):
        def refuse(*_arguments, **_keywords):
            raise ConfigurationError("the disk is full")

        here.runner.books.ledger.record_intent = refuse
        with pytest.raises(ConfigurationError, match="the disk is full"):
            await obtain(here.runner)
        assert here.depot.submissions == []

    room(scenario)


def test_a_refused_batch_is_one_refusal_for_each_file(room):
    async def scenario(here):
        here.depot.plan = [("submit", reply({"code": "refused"}))]
        api = DepotApi(batch_limit=3)
        results = await asyncio.gather(
            *(obtain(here.runner, name=f"{n}", api=api) for n in range(3)), return_exceptions=True
        )
        assert [type(result) for result in results] == [JobFailedError] * 3
        assert len({id(result) for result in results}) == 3
        assert steps(here.runner) == [JobStep.OPEN] * 3

    room(scenario)


@pytest.mark.parametrize("kind", [KeyError, asyncio.CancelledError])
def test_whatever_stops_a_submission_is_told_to_everybody_who_waits(room, kind, caplog):
    class Breaking(ScriptedTransport):
        async def send(self, request, *, sink=None, before=None):
            if request.commits:
                raise kind("it broke")
            return await super().send(request, sink=sink, before=before)

    async def scenario(here):
        runner = here.new_runner(transport=Breaking(here.depot))
        told = await asyncio.gather(
            *(handed_in(runner, name=name, api=DepotApi(batch_limit=2)) for name in "ab"),
            return_exceptions=True,
        )
        assert [type(error) for error in told] == [kind, kind]
        assert steps(runner) == [JobStep.OPEN, JobStep.OPEN]
        gc.collect()

    room(scenario)
    assert caplog.records == []  # asyncio reports here what nobody has heard of
