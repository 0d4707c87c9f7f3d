"""What the answers tell of how soon the jobs of a submission will have ended."""

import pytest

from docferry.model import JobState, JobStatus, Receipt
from docferry.provider.headway import Headway


def status(state, number=0, **more):
    receipt = Receipt(remote_id="b", item_id=str(number))
    return JobStatus(receipt=receipt, state=JobState(state), raw_state="", **more)


def several(**counts):
    states = [state for state, count in counts.items() for _ in range(count)]
    return [status(state, number) for number, state in enumerate(states)]


def test_a_queue_says_nothing_about_how_long_the_work_takes():
    headway = Headway(0.0)
    headway.learn([status("pending")], now=100.0)
    assert (headway.began_at, headway.news_at) == (0.0, 0.0)
    headway.learn([status("running")], now=110.0)
    headway.learn([status("running")], now=120.0)
    assert (headway.began_at, headway.news_at) == (110.0, 110.0)


def test_jobs_that_ended_before_anybody_looked_began_with_their_submission():
    headway = Headway(0.0)
    headway.learn(several(succeeded=10, pending=30), now=20.0)
    assert headway.began_at == 0.0
    assert headway.seconds_of_jobs(20.0) == pytest.approx(60.0)


def test_jobs_that_ended_between_two_answers_began_behind_the_first():
    headway = Headway(0.0)
    headway.learn(several(pending=40), now=20.0)
    headway.learn(several(succeeded=10, pending=30), now=22.0)
    assert (headway.began_at, headway.news_at) == (20.0, 22.0)
    assert headway.seconds_of_jobs(22.0) == pytest.approx(6.0)


def test_the_rest_of_a_batch_is_told_by_the_jobs_that_ended_last():
    headway = Headway(0.0)
    headway.learn(several(running=10, pending=30), now=100.0)
    assert headway.seconds_of_jobs(100.0) is None
    headway.learn(several(succeeded=10, running=10, pending=20), now=102.0)
    assert headway.seconds_of_jobs(102.0) == pytest.approx(6.0)
    headway.learn(several(succeeded=5, failed=5, running=10, pending=10), now=103.0)
    assert headway.seconds_of_jobs(103.0) == pytest.approx(2.0)
    assert headway.news_at == 103.0


def test_few_that_ended_last_are_no_reason_to_wait_longer():
    headway = Headway(0.0)
    headway.learn(several(running=10, pending=20), now=100.0)
    headway.learn(several(succeeded=18, running=10, pending=2), now=102.0)
    headway.learn(several(succeeded=2, running=10), now=103.0)
    assert headway.seconds_of_jobs(103.0) == pytest.approx(1.5)


def test_the_rest_seems_longer_the_longer_nothing_ends():
    headway = Headway(0.0)
    headway.learn(several(running=2), now=10.0)
    headway.learn(several(succeeded=1, running=1), now=20.0)
    headway.learn(several(running=1), now=40.0)
    assert headway.seconds_of_jobs(40.0) == pytest.approx(30.0)
    assert headway.news_at == 20.0


def test_pages_are_counted_between_two_answers():
    headway = Headway(0.0)
    headway.learn([status("running", pages_done=1, pages_total=10)], now=19.0)
    assert headway.seconds_of_pages is None  # after 18 s in a queue, perhaps
    headway.learn([status("running", pages_done=4, pages_total=10)], now=20.0)
    assert headway.seconds_of_pages == pytest.approx(2.0)


@pytest.mark.parametrize("done", [None, 1, 10])
def test_pages_that_do_not_go_on_tell_nothing(done):
    headway = Headway(0.0)
    headway.learn([status("running", pages_done=1, pages_total=10)], now=1.0)
    headway.learn([status("running", pages_done=done, pages_total=10)], now=2.0)
    assert headway.seconds_of_pages is None


def test_pages_are_told_of_the_only_job_left():
    headway = Headway(0.0)
    two = [status("running", number, pages_done=0, pages_total=10) for number in (0, 1)]
    headway.learn(two, now=1.0)
    headway.learn([status("running", number, pages_done=5, pages_total=10) for number in (0, 1)], now=2.0)
    assert headway.seconds_of_pages is None
    headway.learn([status("running", 1, pages_done=8, pages_total=10)], now=5.0)
    assert headway.seconds_of_pages == pytest.approx(1.0)


def test_an_answer_that_did_not_come_changes_nothing():
    headway = Headway(5.0)
    headway.learn([], now=9.0)
    assert (headway.began_at, headway.news_at, headway.seconds_of_jobs(9.0)) == (5.0, 5.0, None)
