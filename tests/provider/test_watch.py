"""The poll loop against a service on a clock that jumps: how late it notices, and how often it asks."""

import asyncio
import itertools
import statistics
from dataclasses import dataclass, field, replace

import anyio
import pytest
from depot import DepotApi, obtain, reply

from docferry.errors import DocferryError, ProviderBugError
from docferry.model import JobState, JobStatus, Limits, Receipt
from docferry.provider import PollAdvice, Response
from docferry.provider.client import ServiceClient
from docferry.provider.limits import AccountLimiter
from docferry.provider.promises import broken_promise
from docferry.provider.watches import Watches
from docferry.testing import FakeClock, ScriptedTransport

RECEIPT = Receipt(remote_id="b0", item_id="0")


@dataclass
class ProgressApi(DepotApi):
    """A depot that may tell how many pages are done."""

    def poll(self, receipts):
        (status,) = yield from super().poll(receipts)
        done = self.done()
        if done is None:
            return (status,)
        return (
            JobStatus(receipt=RECEIPT, state=status.state, raw_state="", pages_done=done, pages_total=100),
        )

    def done(self):
        return None


@dataclass
class Simulation:
    """One job of a known length, watched to its end."""

    seconds: float
    advice: PollAdvice
    tells_progress: bool = False
    entering_seconds: float = 0.0
    ended_at: float = 0.0
    polls: list = field(default_factory=list)

    def run(self):
        anyio.run(self._main)
        return self

    @property
    def lag(self):
        """How much later than possible the end was noticed: no poll is allowed before the floor."""
        return self.ended_at - max(self.seconds, self.advice.floor_seconds)

    async def _main(self):
        clock = FakeClock()
        api = ProgressApi(poll_advice=self.advice)
        if self.tells_progress:
            api.done = lambda: int(100 * min(1, clock.monotonic() / self.seconds))

        def answer(_request):
            self.polls.append(clock.monotonic())
            return reply({"states": ["done" if clock.monotonic() >= self.seconds else "wait"]})

        client = ServiceClient(
            api=api,
            transport=ScriptedTransport(answer),
            limiter=AccountLimiter(limits=Limits(), clock=clock),
            clock=clock,
        )
        waiting = [RECEIPT]

        async def notice(statuses):
            await clock.sleep(self.entering_seconds)
            if statuses[0].state.is_terminal:
                waiting.clear()
                self.ended_at = clock.monotonic()

        await client.watch(lambda: tuple(waiting), submitted_at=0.0, not_before=0.0, notice=notice)


FLOORS = [0.5, 1.0, 3.0]


def watched(floor, lengths, **more):
    advice = PollAdvice(floor_seconds=floor, ceiling_seconds=30)
    return [Simulation(seconds=floor * length, advice=advice, **more).run() for length in lengths]


@pytest.mark.parametrize("tells_progress", [False, True])
@pytest.mark.parametrize("floor", FLOORS)
def test_the_end_of_a_long_job_is_noticed_within_five_percent_on_average(floor, tells_progress):
    """Of jobs of at least 20 floors."""
    lengths = [20 * 1.11**step for step in range(0, 40, 2)]  # to 1,200 floors, evenly in proportion
    seen = watched(floor, lengths, tells_progress=tells_progress)
    assert statistics.mean(one.lag / one.seconds for one in seen) <= 0.05


@pytest.mark.parametrize("tells_progress", [False, True])
@pytest.mark.parametrize("floor", FLOORS)
def test_the_end_of_a_short_job_is_noticed_within_one_floor(floor, tells_progress):
    """Of jobs below 20 floors."""
    seen = watched(floor, [0.01, 0.5, *(0.97 * step for step in range(1, 21))], tells_progress=tells_progress)
    assert max(one.lag for one in seen) <= floor + 1e-9


@pytest.mark.parametrize("floor", FLOORS)
def test_no_poll_comes_sooner_than_the_service_allows(floor):
    for one in watched(floor, [0.01, 3, 19, 20, 100, 700]):
        assert one.polls[0] >= floor
        assert all(later - earlier >= floor - 1e-9 for earlier, later in itertools.pairwise(one.polls))


def test_entering_what_was_answered_puts_no_poll_off():
    one = Simulation(seconds=15, advice=PollAdvice(floor_seconds=1), entering_seconds=0.75).run()
    assert {later - earlier for earlier, later in itertools.pairwise(one.polls)} == {1.0}


def test_a_poll_comes_at_once_where_entering_took_longer():
    one = Simulation(seconds=15, advice=PollAdvice(floor_seconds=1), entering_seconds=2.5).run()
    assert {later - earlier for earlier, later in itertools.pairwise(one.polls)} == {2.5}


def statuses_that(answer):
    class Careless(DepotApi):
        __module__ = "depot_plugin.api"

        def poll(self, receipts):
            return answer((yield from super().poll(receipts)))

    return Careless()


@pytest.mark.parametrize(
    "answer",
    [
        lambda statuses: statuses[:-1],
        lambda statuses: (*statuses, statuses[0]),
        lambda statuses: statuses[::-1],
        lambda statuses: (*statuses[:-1], None),
        lambda statuses: (
            *statuses[:-1],
            JobStatus(receipt=Receipt(remote_id="other"), state=JobState.RUNNING, raw_state=""),
        ),
        lambda _statuses: None,
        lambda _statuses: {}["state"],
    ],
    ids=["too few", "too many", "other order", "nothing for one", "another job", "nothing", "raises"],
)
def test_statuses_that_do_not_fit_the_jobs_are_the_plugins_fault(room, answer):
    async def scenario(here):
        api = statuses_that(answer)
        api.batch_limit = 3
        results = await asyncio.gather(
            *(obtain(here.runner, api=api, name=name) for name in "abc"), return_exceptions=True
        )
        assert {type(result) for result in results} == {ProviderBugError}
        assert "report it to the authors of depot_plugin; run `docferry jobs resume" in str(results[0])
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_plugins_fault_names_its_distribution():
    class EchoApi(DepotApi):
        @property
        def identity(self):
            return replace(super().identity, provider="echo")

    error = broken_promise(EchoApi(), "raised KeyError")
    assert error.next_step == "report it to the authors of docferry-echo"
    assert error.provider == "echo"


def test_a_poll_that_is_told_to_come_later_does(room):
    async def scenario(here):
        here.depot.plan = [("poll", Response(status=429, headers={"retry-after": "77"}))]
        await obtain(here.runner)
        assert here.depot.polls[0][1] >= 77

    room(scenario)


@pytest.mark.parametrize("kind", [DocferryError, RuntimeError])
def test_whatever_ends_the_polls_is_told_to_everybody_who_waits(room, kind):
    error = kind("the disk is gone")

    async def scenario(here):
        async def observe(_statuses):
            raise error

        client = ServiceClient(
            api=DepotApi(),
            transport=ScriptedTransport(here.depot),
            limiter=AccountLimiter(limits=Limits(), clock=here.clock),
            clock=here.clock,
        )
        watches = Watches(observe=observe)
        here.depot.submissions.append(("a.txt",))
        here.depot.born["b0"] = 0.0
        told = await asyncio.gather(
            *(
                watches.wait(client, RECEIPT, job_id=job_id, account="a", submitted_at=0.0)
                for job_id in ("one", "two")
            ),
            return_exceptions=True,
        )
        assert told == [error, error]

    room(scenario)
