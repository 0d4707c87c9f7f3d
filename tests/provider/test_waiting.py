"""Each waiter has its own patience, and every run that refreshes pays once."""

import asyncio
import itertools

import pytest
from depot import Depot, DepotApi, DepotOptions, SlowTransport, file_of, obtain, reply
from depot_lots import LotApi, LotDepot

from docferry.errors import JobFailedError, JobTimeoutError, SubmissionUnknownError
from docferry.ledger import JobStep
from docferry.model import Limits, Receipt
from docferry.provider import JobSettings, OnInterrupt, PollAdvice, Response
from docferry.provider.delay import Delay
from docferry.provider.faults import Fault, Outlook, TransportFault
from docferry.provider.intake import Arrival, Intake
from docferry.provider.submissions import GRACE_SECONDS

REFRESHING = JobSettings(refreshes=True)
BROKEN = TransportFault(Fault.UNKNOWN, "ReadTimeout")


def patient(seconds):
    return JobSettings(deadline_seconds=seconds)


async def timed_out(here, seconds, *, runner=None, **given):
    with pytest.raises(JobTimeoutError, match=rf"within {seconds:g} s; run `docferry jobs resume"):
        await obtain(runner or here.runner, settings=patient(seconds), **given)
    return here.clock.monotonic()


def test_waiters_of_one_job_keep_their_own_deadlines(room):
    async def scenario(here):
        first, text, third = await asyncio.gather(
            timed_out(here, 60), obtain(here.runner, settings=patient(600)), timed_out(here, 200)
        )
        assert (first, third) == (pytest.approx(60, abs=30), pytest.approx(200, abs=30))
        assert text == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario, seconds=300)


def test_a_waiter_without_a_deadline_waits_on_after_one_with(room):
    async def scenario(here):
        _, text = await asyncio.gather(timed_out(here, 60), obtain(here.runner, settings=patient(None)))
        assert text == b"the text"

    room(scenario, seconds=4000)


def test_a_deadline_ends_also_a_wait_that_the_service_asked_for(room):
    async def scenario(here):
        here.depot.plan = [("poll", Response(status=429, headers={"retry-after": "7200"}))]
        assert await timed_out(here, 60) == pytest.approx(60, abs=30)

    room(scenario)


def test_a_deadline_does_not_stop_the_job_at_the_service(room):
    async def scenario(here):
        settings = JobSettings(deadline_seconds=60, on_interrupt=OnInterrupt.CANCEL)
        with pytest.raises(JobTimeoutError):
            await obtain(here.runner, settings=settings)
        assert here.depot.cancelled == []
        (record,) = here.runner.books.ledger.jobs()
        assert (record.step, record.lease_owner) == (JobStep.SUBMITTED, "")

    room(scenario, seconds=1e9)


BUSY = Response(status=429, headers={"retry-after": "500"})


def test_a_deadline_ends_the_wait_for_a_service_that_takes_nothing(room):
    async def scenario(here):
        here.depot.plan = [("submit", BUSY)]
        with pytest.raises(JobTimeoutError, match=r"within 60 s \(slow down\), so nothing was sub") as caught:
            await obtain(here.runner, settings=patient(60))
        assert caught.value.next_step == "parse a.txt again later, or with a longer deadline"
        assert here.clock.monotonic() == pytest.approx(60, abs=1)
        (record,) = here.runner.books.ledger.jobs()
        assert (record.step, record.lease_owner) == (JobStep.OPEN, "")
        assert caught.value.job_id == record.id
        await here.runner.settle()
        assert here.clock.monotonic() == pytest.approx(60, abs=1)
        assert here.depot.submissions == []
        assert await obtain(here.new_runner()) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


async def delays(here, **given):
    told = []
    errand = await here.runner.errand(
        DepotApi(**given),
        file_of(),
        pages=None,
        options=DepotOptions(),
        settings=JobSettings(),
        on_delay=told.append,
    )
    await here.runner.obtain(errand)
    return told


@pytest.mark.parametrize(
    ("kind", "answer", "reason"),
    [
        ("submit", BUSY, "depot is busy (slow down)"),
        ("poll", BUSY, "depot is busy (HTTP 429)"),
        ("fetch", Response(status=503, headers={"retry-after": "500"}), "depot is out of order (HTTP 503)"),
    ],
)
def test_a_wait_that_the_service_asks_for_is_told_and_that_it_is_over(room, kind, answer, reason):
    async def scenario(here):
        here.depot.plan = [(kind, answer)]
        assert await delays(here) == [Delay(reason=reason, seconds=500.0), None]

    room(scenario)


@pytest.mark.parametrize("kind", ["submit", "poll", "fetch"])
def test_tries_to_reach_a_service_are_told(room, kind):
    async def scenario(here):
        fault = TransportFault(Fault.NOT_SENT, "nothing listens there", outlook=Outlook.DOUBTFUL)
        here.depot.plan = [(kind, fault)] * 2
        told = await delays(here)
        assert told[1::2] == [None, None]
        assert all("cannot be reached (nothing listens there)" in delay.reason for delay in told[::2])
        assert [round(delay.seconds) for delay in told[::2]] in ([1, 2], [1, 3])  # spread by a quarter

    room(scenario)


def test_polls_that_stay_without_an_answer_are_told(room):
    async def scenario(here):
        here.depot.plan = [("poll", Response(status=503))] * 6
        reasons = [delay.reason for delay in await delays(here) if delay]
        assert reasons[:5] == ["depot is out of order (HTTP 503)"] * 5
        assert reasons[5:] == ["depot does not tell of the job: out of order"]

    room(scenario)


def test_a_long_wait_for_the_accounts_pace_is_told(room):
    async def scenario(here):
        told = await delays(here, limits=Limits(requests_per_second=0.1))
        assert {delay.reason for delay in told if delay} == {"depot takes so many requests a second only"}
        assert await delays(here, limits=Limits(requests_per_second=1)) == []

    room(scenario)


def test_a_deadline_ends_the_tries_to_reach_a_service(room):
    async def scenario(here):
        here.depot.plan = [("submit", TransportFault(Fault.NOT_SENT, "ConnectTimeout"))] * 6
        with pytest.raises(JobTimeoutError, match="within 5 s"):
            await obtain(here.runner, settings=patient(5))
        assert here.clock.monotonic() == pytest.approx(5, abs=1)
        assert [record.step for record in here.runner.books.ledger.jobs()] == [JobStep.OPEN]

    room(scenario)


@pytest.mark.parametrize("seconds", [GRACE_SECONDS / 2, 10 * GRACE_SECONDS])
def test_an_upload_that_is_out_at_the_deadline_is_heard_to_its_end(room, seconds):
    async def scenario(here):
        runner = here.new_runner(transport=SlowTransport(here.depot, here.clock, seconds=seconds))
        with pytest.raises(JobTimeoutError, match=r"within 3 s; run `docferry jobs resume"):
            await obtain(runner, settings=patient(3))
        assert here.clock.monotonic() <= 3 + GRACE_SECONDS + 1
        await runner.settle()
        assert [record.step for record in runner.books.ledger.jobs()] == [JobStep.SUBMITTED]
        assert await obtain(here.new_runner()) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_waiting_for_a_turn_among_the_accounts_jobs_does_not_count(room):
    async def scenario(here):
        api = DepotApi(limits=Limits(concurrency=1))
        texts = await asyncio.gather(
            *(obtain(here.runner, name=f"{n}", api=api, settings=patient(80)) for n in range(4))
        )
        assert texts == [b"the text"] * 4
        assert here.clock.monotonic() > 160

    room(scenario, seconds=50)


def test_waiters_of_a_busy_service_keep_their_own_deadlines(room):
    async def scenario(here):
        here.depot.plan = [("submit", BUSY)]
        first, text = await asyncio.gather(
            obtain(here.runner, settings=patient(60)),
            obtain(here.runner, settings=patient(900)),
            return_exceptions=True,
        )
        assert isinstance(first, JobTimeoutError)
        assert text == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


@pytest.mark.parametrize("api", [DepotApi(batch_limit=3), LotApi(batch_limit=3)])
def test_a_deadline_ends_the_wait_of_a_batch(room, api):
    async def scenario(here):
        is_lot = isinstance(api, LotApi)
        here.depot.plan = [("lot" if is_lot else "submit", BUSY)] * 9
        ends = await asyncio.gather(
            *(obtain(here.runner, name=f"{n}", api=api, settings=patient(60)) for n in range(3)),
            return_exceptions=True,
        )
        assert [type(end) for end in ends] == [JobTimeoutError] * 3
        await here.runner.settle()
        assert here.clock.monotonic() < 500  # for which the service asked
        records = here.runner.books.ledger.jobs()
        assert {(record.step, record.lease_owner) for record in records} == {(JobStep.OPEN, "")}
        assert here.depot.submissions == []

    room(scenario, service=LotDepot if isinstance(api, LotApi) else Depot)


def test_a_deadline_bounds_a_submission_for_later(room):
    async def scenario(here):
        here.depot.plan = [("submit", BUSY)]
        errand = await here.runner.errand(
            DepotApi(), file_of(), pages=None, options=DepotOptions(), settings=patient(60)
        )
        with pytest.raises(JobTimeoutError, match="within 60 s"):
            await here.runner.submit(errand)
        assert here.clock.monotonic() == pytest.approx(60, abs=1)
        (record,) = here.runner.books.ledger.jobs()
        assert (record.step, record.lease_owner) == (JobStep.OPEN, "")

    room(scenario)


def test_a_submission_for_later_that_is_answered_right_after_the_deadline_is_one(room):
    async def scenario(here):
        runner = here.new_runner(transport=SlowTransport(here.depot, here.clock, seconds=8))
        errand = await runner.errand(
            DepotApi(), file_of(), pages=None, options=DepotOptions(), settings=patient(3)
        )
        assert (await runner.submit(errand)).step is JobStep.SUBMITTED

    room(scenario)


def test_a_deadline_bounds_the_wait_for_another_process(room):
    async def scenario(here):
        other = asyncio.create_task(obtain(here.new_runner()))
        while not here.depot.polls:
            await asyncio.sleep(0)
        began = here.clock.monotonic()
        assert await timed_out(here, 60) - began == pytest.approx(
            60, abs=30
        )  # the clock jumps while a file is looked at
        other.cancel()
        await asyncio.wait({other})

    room(scenario, seconds=1e9)


def test_a_resumed_job_is_polled_as_long_ago_as_it_was_submitted(room):
    async def scenario(here):
        await timed_out(here, 1000)
        (record,) = here.runner.books.ledger.jobs()
        assert record.submitted_at < here.clock.now() - 900
        seen = len(here.depot.polls)
        await timed_out(here, 100, runner=here.new_runner(), api=DepotApi(poll_advice=SLOW))
        # A tenth of the time that passed is far above the floor: no flurry of polls as for a new job.
        assert len(here.depot.polls) - seen <= 3

    room(scenario, seconds=1e9)


SLOW = PollAdvice(floor_seconds=1, ceiling_seconds=1000)


def test_the_time_of_submission_survives_observations(room):
    async def scenario(here):
        await obtain(here.runner)
        (record,) = here.runner.books.ledger.jobs()
        assert record.submitted_at == here.clock.now() - here.clock.monotonic()
        assert record.updated_at > record.submitted_at

    room(scenario)


def test_a_second_watch_of_a_submission_keeps_the_floor(room):
    async def scenario(here):
        api = DepotApi(batch_limit=2)
        first = asyncio.create_task(obtain(here.runner, name="0", api=api))
        second = asyncio.create_task(obtain(here.runner, name="1", api=api))
        while len(here.depot.polls) < 3:
            await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        await asyncio.wait({first, second})
        await obtain(here.runner, name="0", api=api)
        times = [at for _, at in here.depot.polls]
        assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 1

    room(scenario)


# Refreshing.


ENDLESSLY = JobSettings(refreshes=True, deadline_seconds=None)


async def refreshed(runner, run, *, name="a.txt", settings=REFRESHING, arrival=None):
    errand = await runner.errand(
        DepotApi(),
        file_of(name),
        pages=None,
        options=DepotOptions(),
        settings=settings,
        arrival=arrival or Arrival(run),
    )
    payload = await runner.obtain(errand)
    return runner.books.reader(payload).read("text")


def test_every_run_of_a_process_that_refreshes_submits_once(room):
    async def scenario(here):
        for count in (1, 2, 3):
            run = Intake()
            assert await refreshed(here.runner, run) == b"the text"
            assert await refreshed(here.runner, run) == b"the text"
            assert len(here.depot.submissions) == count
            here.clock._elapsed += 1

    room(scenario)


def test_waiters_of_one_refreshing_run_share_a_job(room):
    async def scenario(here):
        await obtain(here.runner)
        here.clock._elapsed += 1
        run = Intake()
        await asyncio.gather(*(refreshed(here.runner, run) for _ in range(3)))
        assert len(here.depot.submissions) == 2

    room(scenario)


def test_a_refreshing_run_does_not_take_a_job_that_began_before_it(room):
    async def scenario(here):
        earlier = asyncio.create_task(obtain(here.runner))
        while not here.depot.polls:
            await asyncio.sleep(0)
        assert await refreshed(here.runner, Intake()) == b"the text"
        assert await earlier == b"the text"
        assert len(here.depot.submissions) == 2

    room(scenario, seconds=100)


async def parked(here, runner, **given):
    """Refresh, and be interrupted while the service is at work."""
    seen = len(here.depot.polls)
    task = asyncio.create_task(refreshed(runner, Intake(), **given))
    while len(here.depot.polls) == seen:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})


@pytest.mark.parametrize("has_result", [True, False])
def test_a_refresh_that_was_interrupted_goes_on_with_its_job_and_the_next_one_is_anew(room, has_result):
    async def scenario(here):
        if has_result:
            await obtain(here.runner)
            here.clock._elapsed += 1
        await parked(here, here.runner)
        paid = len(here.depot.submissions)
        here.clock._elapsed += 100
        run = Intake()
        assert await refreshed(here.new_runner(), run) == b"the text"
        assert await refreshed(here.new_runner(), run) == b"the text"
        assert len(here.depot.submissions) == paid == has_result + 1
        here.clock._elapsed += 1
        await refreshed(here.new_runner(), Intake())
        assert len(here.depot.submissions) == paid + 1

    room(scenario, seconds=50)


def test_two_processes_that_refresh_at_once_share_a_job(room):
    async def scenario(here):
        await obtain(here.runner)
        here.clock._elapsed += 1
        here.depot.seconds = 1e9
        first = asyncio.create_task(refreshed(here.runner, Intake(), settings=ENDLESSLY))
        while len(here.depot.submissions) < 2:
            await asyncio.sleep(0)
        here.clock._elapsed += 1
        run, other = Intake(), here.new_runner()
        arrival = Arrival(run)
        second = asyncio.create_task(refreshed(other, run, settings=ENDLESSLY, arrival=arrival))
        while not arrival.is_known:  # it waits for the other one's job
            await asyncio.sleep(0)
        here.depot.seconds = 0
        assert await asyncio.gather(first, second) == [b"the text"] * 2
        assert len(here.depot.submissions) == 2

    room(scenario, seconds=50)


def test_a_refresh_of_unknown_outcome_is_not_repeated(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN, "although it worked")]
        for _ in range(2):
            with pytest.raises(SubmissionUnknownError):
                await refreshed(here.new_runner(), Intake())
            here.clock._elapsed += 1
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_refresh_that_ended_without_success_is_begun_anew(room):
    async def scenario(here):
        with pytest.raises(JobFailedError):
            await refreshed(here.runner, Intake())
        here.depot.words = {}
        here.clock._elapsed += 1
        assert await refreshed(here.runner, Intake()) == b"the text"
        assert len(here.depot.submissions) == 2

    room(scenario, words={0: "bad"})


def test_a_refresh_of_which_nothing_was_sent_is_no_new_attempt(room):
    async def scenario(here):
        here.depot.plan = [("submit", reply({"code": "refused"}))]
        with pytest.raises(JobFailedError):
            await refreshed(here.runner, Intake())
        here.clock._elapsed += 1
        await refreshed(here.new_runner(), Intake())
        (record,) = here.runner.books.ledger.jobs(include_replaced=True)
        assert (record.attempt, record.is_refresh) == (1, False)

    room(scenario)


def test_a_refreshing_submission_for_later_submits_again(room):
    async def scenario(here):
        await obtain(here.runner)
        here.clock._elapsed += 1
        errand = await here.runner.errand(
            DepotApi(), file_of(), pages=None, options=DepotOptions(), settings=REFRESHING
        )
        record = await here.runner.submit(errand)
        assert (record.step, record.receipt) == (JobStep.SUBMITTED, Receipt(remote_id="b1", item_id="0"))

    room(scenario)
