"""Polling is as lazy as it may be, and never late."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry.provider import PollAdvice
from docferry.provider.schedule import poll_delay, retry_delay


def noticed(true_seconds, floor):
    """When a job that takes true_seconds is noticed, and after how many polls."""
    now, polls = floor, 1
    while now < true_seconds:
        now += poll_delay(elapsed_seconds=now, advice=PollAdvice(floor_seconds=floor, ceiling_seconds=60))
        polls += 1
    return now, polls


def test_long_jobs_are_noticed_within_five_percent_on_average():
    for floor in (0.5, 1.0, 3.0):
        lags = [
            (noticed(true, floor)[0] - max(true, floor)) / true
            for true in (floor * 20 * (1 + step / 40) for step in range(400))
        ]
        assert statistics.mean(lags) <= 0.05


@given(st.floats(0.01, 60))
def test_short_jobs_are_noticed_within_one_floor(true_seconds):
    floor = 3.0
    lag = noticed(true_seconds, floor)[0] - max(true_seconds, floor)
    assert lag <= floor + 1e-9


@given(
    st.floats(0, 1e5),
    st.floats(0.1, 10),
    st.none() | st.floats(0, 1e5),
    st.none() | st.floats(0, 1e5),
    st.none() | st.floats(0, 1e5),
    st.none() | st.floats(0, 1e4),
    st.booleans(),
)
def test_never_sooner_than_the_service_allows(elapsed, floor, quiet, jobs, pages, retry_after, has_webhook):
    delay = poll_delay(
        elapsed_seconds=elapsed,
        advice=PollAdvice(floor_seconds=floor, ceiling_seconds=30),
        quiet_seconds=quiet,
        seconds_of_jobs=jobs,
        seconds_of_pages=pages,
        retry_after_seconds=retry_after,
        has_webhook=has_webhook,
    )
    assert delay >= floor
    assert delay >= (retry_after or 0)
    assert delay <= max(30, floor, retry_after or 0, 300 if has_webhook else 0)


def test_number_of_polls_grows_slowly():
    assert noticed(600, 3)[1] <= 55
    assert noticed(20, 1)[1] <= 21


def test_progress_lets_a_poll_sleep_over_half_of_the_rest():
    advice = PollAdvice(floor_seconds=1, ceiling_seconds=60)
    assert poll_delay(elapsed_seconds=30, advice=advice, seconds_of_pages=90) == 45
    assert poll_delay(elapsed_seconds=10, advice=advice, seconds_of_pages=90) == 1


def test_the_nearer_the_end_of_a_batch_the_sooner_it_is_asked_about():
    advice = PollAdvice(floor_seconds=1, ceiling_seconds=60)
    waits = [
        poll_delay(elapsed_seconds=100, advice=advice, quiet_seconds=0, seconds_of_jobs=rest)
        for rest in (500, 20, 1)
    ]
    assert waits == [8, 5, 1]


def test_a_straggler_of_a_batch_is_asked_about_ever_more_rarely():
    advice = PollAdvice(floor_seconds=1, ceiling_seconds=60)
    assert poll_delay(elapsed_seconds=600, advice=advice, quiet_seconds=500, seconds_of_jobs=1) == 40


def test_webhook_slows_polling_to_one_in_five_minutes():
    assert poll_delay(elapsed_seconds=1, advice=PollAdvice(), has_webhook=True) == 300


@pytest.mark.parametrize(("since", "delay"), [(0, 3), (6, 3), (20, 10), (500, 250), (601, 300)])
def test_after_a_call_polls_come_soon_and_then_less_often(since, delay):
    advice = PollAdvice(floor_seconds=3)
    assert (
        poll_delay(elapsed_seconds=900, advice=advice, has_webhook=True, seconds_since_event=since) == delay
    )


@given(st.integers(1, 100), st.floats(0, 1))
def test_retries_back_off_to_a_ceiling(attempt, jitter):
    assert 1 <= retry_delay(attempt=attempt, jitter=jitter) <= 37.5


def test_retry_after_is_obeyed_however_long():
    assert retry_delay(attempt=1, jitter=1, retry_after_seconds=7200) == 7200


def test_retry_after_zero_is_no_reason_to_hurry():
    assert retry_delay(attempt=3, jitter=0, retry_after_seconds=0) == 4
