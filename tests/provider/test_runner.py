"""Jobs are never lost, and never paid twice."""

import asyncio
import dataclasses
import itertools
import logging
from contextlib import asynccontextmanager

import pytest
from depot import DepotApi, DepotOptions, file_of, obtain, reply

from docferry.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    JobTimeoutError,
    ResultExpiredError,
    SourceError,
    SubmissionUnknownError,
    UnavailableError,
)
from docferry.ledger import JobStep
from docferry.model import Limits
from docferry.provider import (
    Asset,
    JobSettings,
    Keep,
    OnInterrupt,
    OnUnknown,
    ParseContext,
    PollAdvice,
    Request,
    Response,
)
from docferry.provider.custody import Custody
from docferry.provider.faults import Fault, TransportFault
from docferry.provider.owners import name_process
from docferry.sources import Source

BROKEN = TransportFault(Fault.UNKNOWN, "ReadTimeout")
REFUSED = TransportFault(Fault.NOT_SENT, "ConnectError")


def steps(runner):
    return [record.step for record in runner.books.ledger.jobs()]


def test_a_file_is_submitted_watched_and_fetched(room):
    async def scenario(here):
        assert await obtain(here.runner) == b"the text"
        assert here.depot.submissions == [("a.txt",)]
        assert len(here.depot.fetches) == 1
        assert steps(here.runner) == [JobStep.FETCHED]
        words = [
            seen.raw_state
            for seen in here.runner.books.ledger.observations(here.runner.books.ledger.jobs()[0].id)
        ]
        assert words == ["wait", "done"]

    room(scenario)


@pytest.mark.parametrize(
    "error", [SourceError("was changed"), ConfigurationError("the proxy cannot be used")]
)
def test_what_went_wrong_before_all_was_sent_leaves_the_job_open(room, error):
    async def scenario(here):
        here.depot.plan = [("submit", error)]
        with pytest.raises(type(error)):
            await obtain(here.runner)
        (record,) = here.runner.books.ledger.jobs()
        assert (record.step, record.error_class) == (JobStep.OPEN, type(error).__name__)
        assert await obtain(here.new_runner()) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_the_second_time_nothing_is_sent(room):
    async def scenario(here):
        await obtain(here.runner)
        asked = len(here.depot.polls)
        assert await obtain(here.new_runner()) == b"the text"
        assert len(here.depot.submissions) == 1
        assert len(here.depot.polls) == asked

    room(scenario)


def test_another_key_finds_what_was_paid_with_the_first(room):
    async def scenario(here):
        await obtain(here.runner)
        await obtain(here.runner, api=DepotApi(account_name="key-2"))
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_refresh_submits_again_once(room):
    async def scenario(here):
        await obtain(here.runner)
        here.clock._elapsed += 100
        runner = here.new_runner()
        settings = JobSettings(refreshes=True)
        await obtain(runner, settings=settings)
        assert len(here.depot.submissions) == 2

    room(scenario)


def test_a_killed_process_is_followed_by_one_that_attaches(room):
    async def scenario(here):
        task = asyncio.create_task(obtain(here.runner))
        while not here.depot.polls:
            await asyncio.sleep(0)
        # The process is gone: nothing of it runs on, and its lease lapses.
        here.runner.register._leases._heart.cancel()
        here.runner.books.ledger.release = lambda *_: None
        task.cancel()
        await asyncio.wait({task})
        assert await obtain(here.new_runner()) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_an_interrupted_wait_parks_the_job(room):
    async def scenario(here):
        task = asyncio.create_task(obtain(here.runner))
        while not here.depot.polls:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert steps(here.runner) == [JobStep.SUBMITTED]
        assert here.depot.cancelled == []
        assert await obtain(here.runner) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_an_interrupted_wait_cancels_the_job_when_told_to(room):
    async def scenario(here):
        settings = JobSettings(on_interrupt=OnInterrupt.CANCEL)
        task = asyncio.create_task(obtain(here.runner, settings=settings))
        while not here.depot.polls:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert steps(here.runner) == [JobStep.CANCELLED]
        assert len(here.depot.cancelled) == 1

    room(scenario)


def test_two_waiters_share_a_job_and_one_may_leave(room):
    async def scenario(here):
        first = asyncio.create_task(obtain(here.runner))
        second = asyncio.create_task(obtain(here.runner))
        while not here.depot.polls:
            await asyncio.sleep(0)
        first.cancel()
        assert await second == b"the text"
        assert len(here.depot.submissions) == 1
        assert first.cancelled()

    room(scenario)


def test_two_processes_submit_a_file_once(room):
    async def scenario(here):
        other = here.new_runner()
        results = await asyncio.gather(obtain(here.runner), obtain(other))
        assert results == [b"the text", b"the text"]
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_two_processes_share_the_failure_too(room):
    async def scenario(here):
        other = here.new_runner()
        results = await asyncio.gather(obtain(here.runner), obtain(other), return_exceptions=True)
        assert [type(result) for result in results] == [JobFailedError, JobFailedError]
        assert len(here.depot.submissions) == 1

    room(scenario, words={0: "bad"})


def test_a_failed_job_is_not_cached(room):
    async def scenario(here):
        with pytest.raises(JobFailedError, match="the depot gave up; see `docferry jobs show"):
            await obtain(here.runner)
        here.depot.words = {}
        assert await obtain(here.runner) == b"the text"
        assert len(here.depot.submissions) == 2

    room(scenario, words={0: "bad"})


@pytest.mark.parametrize(
    "answer",
    [
        BROKEN,
        Response(status=502),
        Response(status=529),
        Response(status=408),
        Response(status=200, body=b"<html>"),
    ],
)
def test_an_unknown_outcome_is_said_and_never_repeated(room, answer):
    async def scenario(here):
        here.depot.plan = [("submit", answer, "although it worked")]
        for runner in (here.runner, here.new_runner()):
            with pytest.raises(SubmissionUnknownError, match="docferry jobs resolve .* --submitted JOB"):
                await obtain(runner)
        assert len(here.depot.submissions) == 1
        assert steps(here.runner) == [JobStep.UNKNOWN]

    room(scenario)


def test_an_unknown_outcome_is_submitted_again_when_told_to(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN)]
        with pytest.raises(SubmissionUnknownError):
            await obtain(here.runner)
        settings = JobSettings(on_unknown=OnUnknown.RESUBMIT)
        assert await obtain(here.runner, settings=settings) == b"the text"

    room(scenario)


def test_an_unknown_outcome_that_a_person_resolved_goes_on(room):
    async def scenario(here):
        here.depot.plan = [("submit", BROKEN, "although it worked")]
        with pytest.raises(SubmissionUnknownError):
            await obtain(here.runner)
        ledger = here.runner.books.ledger
        from docferry.model import Receipt

        ledger.resolve(ledger.jobs()[0].id, Receipt(remote_id="b0", item_id="0"), now=here.clock.now())
        assert await obtain(here.runner) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


@pytest.mark.parametrize(
    "answer",
    [
        REFUSED,
        Response(status=429),
        Response(status=429, headers={"retry-after": "90"}),
        reply({"code": "busy"}),
    ],
)
def test_what_was_surely_not_accepted_is_sent_again(room, answer):
    async def scenario(here):
        here.depot.plan = [("submit", answer)] * 3
        assert await obtain(here.runner) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_refusal_leaves_the_job_open(room):
    async def scenario(here):
        here.depot.plan = [("submit", reply({"code": "refused"}))]
        with pytest.raises(JobFailedError, match="refused"):
            await obtain(here.runner)
        assert steps(here.runner) == [JobStep.OPEN]
        assert await obtain(here.runner) == b"the text"

    room(scenario)


@pytest.mark.parametrize(
    "answer", [BROKEN, REFUSED, Response(status=503), Response(status=429), Response(status=200, body=b"{")]
)
def test_trouble_while_polling_or_fetching_passes(room, answer):
    async def scenario(here):
        kinds = ["poll"] if answer == Response(status=200, body=b"{") else ["poll", "fetch"]
        here.depot.plan = [(kind, answer) for kind in kinds for _ in range(3)]
        assert await obtain(here.runner) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_answers_that_stay_unreadable_end_the_wait_and_keep_the_job(room):
    async def scenario(here):
        here.depot.plan = [("poll", Response(status=200, body=b"{"))] * 5
        with pytest.raises(InvalidResponseError, match="run `docferry jobs resume"):
            await obtain(here.runner)
        assert steps(here.runner) == [JobStep.SUBMITTED]
        assert await obtain(here.runner) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_result_too_large_to_read_is_asked_for_once(room):
    async def scenario(here):
        here.depot.plan = [("fetch", TransportFault(Fault.UNREADABLE, "ResponseTooLarge"))] * 2
        with pytest.raises(InvalidResponseError, match="ResponseTooLarge.*docferry jobs resume"):
            await obtain(here.runner)
        assert len(here.depot.plan) == 1
        assert steps(here.runner) == [JobStep.SUBMITTED]

    room(scenario)


def test_a_service_that_is_down_for_good_keeps_the_job(room):
    async def scenario(here):
        here.depot.plan = [("fetch", Response(status=503))] * 6
        with pytest.raises(UnavailableError, match="docferry jobs resume"):
            await obtain(here.runner)
        assert steps(here.runner) == [JobStep.SUBMITTED]

    room(scenario)


def test_the_deadline_ends_the_wait_and_names_the_command_that_resumes(room):
    async def scenario(here):
        with pytest.raises(JobTimeoutError, match="docferry jobs resume") as caught:
            await obtain(here.runner, settings=JobSettings(deadline_seconds=60))
        assert caught.value.job_id == "b0"
        assert steps(here.runner) == [JobStep.SUBMITTED]
        here.depot.seconds = 0
        assert await obtain(here.runner) == b"the text"

    room(scenario, seconds=1e9)


def test_an_unknown_word_is_not_the_end_and_is_logged_once(room, caplog):
    async def scenario(here):
        async def settle_later():
            await here.clock.sleep(60)
            here.depot.words = {}

        later = asyncio.create_task(settle_later())
        assert await obtain(here.runner) == b"the text"
        await later

    with caplog.at_level(logging.WARNING, logger="docferry.provider"):
        room(scenario, words={0: "pondering"})
    assert caplog.text.count("pondering") == 1


def test_a_vanished_job_is_closed_and_said(room):
    async def scenario(here):
        here.depot.plan = [("poll", Response(status=404))] * 3
        with pytest.raises(JobNotFoundError) as caught:
            await obtain(here.runner)
        assert "which the service bills as a new job" in caught.value.next_step
        assert steps(here.runner) == [JobStep.EXPIRED]

    room(scenario)


def test_a_job_that_the_service_denies_twice_is_not_given_up(room):
    async def scenario(here):
        here.depot.plan = [("poll", Response(status=404))] * 2
        assert await obtain(here.runner) == b"the text"
        assert steps(here.runner) == [JobStep.FETCHED]

    room(scenario)


def test_a_lost_cache_entry_is_fetched_again_without_submitting(room):
    async def scenario(here):
        await obtain(here.runner)
        here.runner.books.store.clear()
        here.clock._elapsed += 100
        assert await obtain(here.new_runner()) == b"the text"
        assert len(here.depot.submissions) == 1
        assert len(here.depot.fetches) == 2

    room(scenario)


def test_no_cache_collects_from_the_service_again(room):
    async def scenario(here):
        await obtain(here.runner)
        assert await obtain(here.new_runner(cache=":memory:")) == b"the text"
        assert len(here.depot.submissions) == 1
        assert len(here.depot.fetches) == 2

    room(scenario)


def test_files_of_a_batch_share_a_submission_and_its_polls(room):
    async def scenario(here):
        api = DepotApi(batch_limit=10)
        names = [f"{number}.txt" for number in range(25)]
        results = await asyncio.gather(*(obtain(here.runner, name=name, api=api) for name in names))
        assert results == [b"the text"] * 25
        assert [len(files) for files in here.depot.submissions] == [10, 10, 5]
        assert sorted(name for files in here.depot.submissions for name in files) == sorted(names)
        assert len(here.depot.fetches) == 25
        assert len(here.depot.polls) <= 3 * 12

    room(scenario)


class GuardedApi(DepotApi):
    """Shows its key at the door before it submits."""

    def submit(self, items):
        answer = yield Request(method="GET", url="http://depot/account")
        if not answer.is_success:
            raise AuthenticationError("the key is wrong", provider="depot")
        return (yield from super().submit(items))


def test_a_refusal_before_anything_may_cost_money_stands_in_the_ledger(room):
    async def scenario(here):
        here.depot.plan = [("account", Response(status=401))]
        with pytest.raises(AuthenticationError):
            await obtain(here.runner, api=GuardedApi())
        (job,) = here.runner.books.ledger.jobs()
        assert (job.step, job.error_class) == (JobStep.OPEN, "AuthenticationError")
        assert "the key is wrong" in job.error_message

        assert await obtain(here.runner, api=GuardedApi()) == b"the text"
        (job,) = here.runner.books.ledger.jobs()
        assert (job.step, job.error_class, len(here.depot.submissions)) == (JobStep.FETCHED, "", 1)

    room(scenario)


def test_all_submissions_of_an_account_share_its_polls(room):
    async def scenario(here):
        advice = PollAdvice(floor_seconds=1, account_seconds=1)
        await asyncio.gather(
            *(
                obtain(here.runner, name=f"{number}.txt", api=DepotApi(batch_limit=1, poll_advice=advice))
                for number in range(8)
            ),
            obtain(here.runner, api=DepotApi(account_name="key-2", poll_advice=advice)),
        )
        times = {
            files: [at for batch, at in here.depot.polls if batch == f"b{number}"]
            for number, files in enumerate(here.depot.submissions)
        }
        alone = times.pop(("a.txt",))
        many = times.values()
        assert len(many) == 8
        assert all(later - earlier >= 8 for polls in many for earlier, later in itertools.pairwise(polls))
        assert all(len(polls) <= 4 for polls in many)
        assert min(later - earlier for earlier, later in itertools.pairwise(alone)) < 2

    room(scenario, seconds=20.0)


def test_one_failed_file_of_a_batch_costs_no_other(room):
    async def scenario(here):
        api = DepotApi(batch_limit=10)
        results = await asyncio.gather(
            *(obtain(here.runner, name=f"{number}.txt", api=api) for number in range(10)),
            return_exceptions=True,
        )
        (files,) = here.depot.submissions  # in the order in which their pages were counted, in threads
        failed = [f"{n}.txt" for n, result in enumerate(results) if isinstance(result, JobFailedError)]
        assert failed == [files[3]]

    room(scenario, words={3: "bad"})


def test_batches_are_homogeneous(room):
    async def scenario(here):
        api = DepotApi(batch_limit=10)
        await asyncio.gather(
            *(
                obtain(
                    here.runner, name=f"{n}.txt", api=api, options=DepotOptions(language=["en", "de"][n % 2])
                )
                for n in range(6)
            )
        )
        assert sorted(len(files) for files in here.depot.submissions) == [3, 3]

    room(scenario)


def test_concurrency_of_an_account_is_kept_across_runners_calls(room):
    async def scenario(here):
        api = DepotApi(limits=Limits(concurrency=2))
        tasks = [asyncio.create_task(obtain(here.runner, name=f"{n}.txt", api=api)) for n in range(6)]
        while not all(task.done() for task in tasks):
            under_way = sum(
                1
                for batch, born in here.depot.born.items()
                if here.clock.monotonic() - born < here.depot.seconds
            )
            assert under_way <= 2
            await asyncio.sleep(0)
        assert len(here.depot.submissions) == 6

    room(scenario)


def test_polls_keep_the_floor(room):
    async def scenario(here):
        await obtain(here.runner)
        times = [at for _, at in here.depot.polls]
        assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(times))
        assert times[0] >= 1

    room(scenario, seconds=120)


def test_submit_now_and_collect_later(room):
    async def scenario(here):
        errand = await here.runner.errand(
            DepotApi(), file_of(), pages=None, options=DepotOptions(), settings=JobSettings()
        )
        record = await here.runner.submit(errand)
        assert record.step is JobStep.SUBMITTED
        assert here.depot.polls == []
        document = await here.new_runner().document(
            DepotApi(), record, is_sliced=False, settings=JobSettings()
        )
        assert document.elements[0].text == "the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_resuming_a_job_that_was_never_submitted_says_so(room):
    async def scenario(here):
        here.depot.plan = [("submit", reply({"code": "refused"}))]
        with pytest.raises(JobFailedError):
            await obtain(here.runner)
        record = here.runner.books.ledger.jobs()[0]
        with pytest.raises(JobNotFoundError, match="nothing was submitted .* parse a.txt again"):
            await here.runner.document(DepotApi(), record, is_sliced=False, settings=JobSettings())

    room(scenario)


def test_an_expired_result_closes_the_job(room):
    class Forgetful(DepotApi):
        def fetch(self, status):
            yield from super().fetch(status)
            raise ResultExpiredError("gone", provider="depot")

    async def scenario(here):
        with pytest.raises(ResultExpiredError):
            await obtain(here.runner, api=Forgetful())
        assert steps(here.runner) == [JobStep.EXPIRED]

    room(scenario)


class Lender:
    """Hands out one file on disk, as an opener of URLs does: it is deleted when the block ends."""

    def __init__(self, folder, *, fingerprint=lambda name: f"sha256:{name}"):
        self.path = folder / "lent.txt"
        self.fingerprint = fingerprint

    def context(self):
        return ParseContext(info=None, opener=self.open, listener=lambda _event: None)

    @asynccontextmanager
    async def open(self, source):
        path = self.path.with_name(f"{source.name}.txt")
        path.write_bytes(b"content")
        yield dataclasses.replace(
            file_of(source.name), content=path, fingerprint=self.fingerprint(source.name)
        )
        path.unlink()


class Reading(DepotApi):
    """Looks into the files that it submits."""

    def submit(self, items):
        for item in items:
            assert item.file.read_bytes() == b"content"
        return (yield from super().submit(items))


@pytest.mark.parametrize("batch_limit", [1, 10])
def test_the_file_of_a_waiter_that_left_stays_for_the_others(room, tmp_path, batch_limit):
    async def scenario(here):
        api = Reading(limits=Limits(concurrency=1), batch_limit=batch_limit)
        lender = Lender(tmp_path, fingerprint=lambda _name: "sha256:same")
        context = lender.context()

        def parse(name, context):
            return asyncio.create_task(
                here.runner.parse(
                    api,
                    Source.from_bytes(b"content", name=name),
                    pages=None,
                    options=DepotOptions(),
                    context=context,
                    settings=JobSettings(),
                )
            )

        busy = asyncio.create_task(obtain(here.runner, name="busy", api=api))
        while not here.depot.polls:
            await asyncio.sleep(0)
        first = parse("first", lender.context())
        while len(here.runner.books.ledger.jobs()) < 2:
            await asyncio.sleep(0)
        second = parse("second", context)
        while not context.arrival.is_over:  # it waits for the first one's job
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        assert (tmp_path / "first.txt").exists()
        assert (await second).elements[0].text == "the text"
        await busy
        assert list(tmp_path.glob("*.txt")) == []
        assert len(here.depot.submissions) == 2

    room(scenario)


def test_a_batch_does_not_fail_for_the_file_of_a_waiter_that_left(room, tmp_path):
    async def scenario(here):
        here.depot.plan = [("submit", Response(status=429))] * 6
        api, lender, ready = Reading(batch_limit=2), Lender(tmp_path), []

        async def hand_in(name):
            custody = Custody(lender.open(Source.from_bytes(b"content", name=name)))
            async with custody.open() as file:
                errand = await here.runner.errand(
                    api,
                    file,
                    pages=None,
                    options=DepotOptions(),
                    settings=JobSettings(),
                    custody=custody,
                )
                ready.append(name)
                while len(ready) < 2:
                    await asyncio.sleep(0)
                return await here.runner.submit(errand)

        first, second = (asyncio.create_task(hand_in(name)) for name in ("first", "second"))
        while len(here.depot.plan) == 6:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        assert first.cancelled()
        assert here.depot.plan
        assert (await second).step is JobStep.SUBMITTED
        assert here.depot.submissions == [("second",)]
        assert list(tmp_path.glob("*.txt")) == []

    room(scenario)


def test_a_job_that_another_process_took_over_is_left_to_it(room):
    async def scenario(here):
        settings = JobSettings(on_interrupt=OnInterrupt.CANCEL)
        mine = asyncio.create_task(obtain(here.runner, settings=settings))
        while not here.depot.polls:
            await asyncio.sleep(0)
        ledger = here.runner.books.ledger
        # This process stood still for longer than its lease.
        ledger.release(here.runner.books.owner, [ledger.jobs()[0].id])
        other = asyncio.create_task(obtain(here.new_runner()))
        assert await asyncio.gather(mine, other) == [b"the text", b"the text"]
        assert len(here.depot.submissions) == 1
        assert len(here.depot.fetches) == 1
        assert here.depot.cancelled == []

    room(scenario, seconds=300)


def test_submitting_and_waiting_for_one_file_at_once_submits_it_once(room):
    async def scenario(here):
        async def submit():
            errand = await here.runner.errand(
                DepotApi(), file_of(), pages=None, options=DepotOptions(), settings=JobSettings()
            )
            return await here.runner.submit(errand)

        first, text, second = await asyncio.gather(submit(), obtain(here.runner), submit())
        assert text == b"the text"
        assert first.id == second.id
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_a_result_that_comes_with_the_answer_is_neither_polled_nor_fetched(room):
    class Prompt(DepotApi):
        def submit(self, items):
            receipts = yield from super().submit(items)
            yield Keep(name="text", media_type="text/plain", data=b"at once")
            return receipts

    async def scenario(here):
        assert await obtain(here.runner, api=Prompt()) == b"at once"
        assert (here.depot.polls, here.depot.fetches) == ([], [])
        assert steps(here.runner) == [JobStep.FETCHED]

    room(scenario)


def test_each_waiter_of_a_failed_job_gets_an_error_of_its_own(room):
    async def scenario(here):
        first, second = await asyncio.gather(obtain(here.runner), obtain(here.runner), return_exceptions=True)
        assert str(first) == str(second)
        assert first is not second

    room(scenario, words={0: "bad"})


def test_a_dead_process_is_not_waited_for(room):
    async def scenario(here):
        place = name_process().partition("-")[0]
        here.runner.books.owner = f"{place}-{2**22 + 1}-ab"
        task = asyncio.create_task(obtain(here.runner))
        while not here.depot.polls:
            await asyncio.sleep(0)
        here.runner.register._leases._heart.cancel()
        here.runner.books.ledger.release = lambda *_: None
        task.cancel()
        await asyncio.wait({task})
        before = here.clock.monotonic()
        here.depot.seconds = 0
        assert await obtain(here.new_runner()) == b"the text"
        assert here.clock.monotonic() - before < 5

    room(scenario)


def look(stream):
    """What a request checks: a text that says it is whole."""
    if not stream.read().endswith(b"text"):
        raise InvalidResponseError("cut short")


class LookingApi(DepotApi):
    """Takes no text that is not whole, and has a file to save."""

    save_to = None

    def fetch(self, status):
        response = yield Request(
            method="GET",
            url=f"http://depot/results/{status.receipt.remote_id}/{status.receipt.item_id}",
            saves_as="text",
            checks=look,
        )
        assert response.is_success

    def assets(self, payload):
        return [Asset(name=part.name, path=f"{part.name}.txt") for part in payload.payload.parts]


CUT_SHORT = Response(status=200, body=b"the te")


def test_a_result_that_does_not_pass_its_check_is_fetched_again(room):
    async def scenario(here):
        here.depot.plan = [("fetch", CUT_SHORT), ("fetch", CUT_SHORT)]
        assert await obtain(here.runner, api=LookingApi()) == b"the text"
        assert len(here.depot.submissions) == 1
        assert here.runner.books.store.info().size_bytes == len(b"the text")

    room(scenario)


def test_a_result_that_never_passes_is_not_kept_and_can_be_had_later(room):
    async def scenario(here):
        here.depot.plan = [("fetch", CUT_SHORT)] * 3
        with pytest.raises(InvalidResponseError, match="cut short") as caught:
            await obtain(here.runner, api=LookingApi())
        assert caught.value.job_id
        assert here.runner.books.store.info().payload_count == 0
        assert steps(here.runner) == [JobStep.SUBMITTED]
        assert await obtain(here.new_runner(), api=LookingApi()) == b"the text"
        assert len(here.depot.submissions) == 1

    room(scenario)


def test_files_are_saved_from_fresh_cached_and_resumed_results_alike(room, tmp_path):
    async def scenario(here):
        api = LookingApi()
        for name in ("fresh", "cached", "resumed"):
            api.save_to = tmp_path / name
            if name == "resumed":
                (record,) = here.runner.books.ledger.jobs()
                await here.runner.document(api, record, is_sliced=False, settings=JobSettings())
            else:
                await parsed(here.runner, api)
            (path,) = api.save_to.rglob("*.txt")
            assert path.read_bytes() == b"the text"
            assert path.parent.name.startswith("a-")
        assert len(here.depot.fetches) == 1

    room(scenario)


async def parsed(runner, api):
    @asynccontextmanager
    async def opened(_source):
        yield file_of()

    context = ParseContext(info=None, opener=opened, listener=print)
    return await runner.parse(
        api,
        Source.from_bytes(b"content", name="a.txt"),
        pages=None,
        options=DepotOptions(),
        context=context,
        settings=JobSettings(),
    )
