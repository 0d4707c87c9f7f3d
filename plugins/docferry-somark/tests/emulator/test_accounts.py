"""Pace, places and pages of an account."""

import pytest


def test_parse_requests_beyond_one_a_second_are_1101(serve, clock):
    client = serve(settings={"canned_pages": 1, "requests_per_second": None})
    codes = [client.submit()["code"], client.submit()["code"]]
    clock.advance(1)
    assert [*codes, client.submit()["code"]] == [0, 1101, 0]


def test_polls_count_towards_the_pace_only_where_the_quirk_says(serve, clock):
    for rate_covers, code in (("submit", 0), ("all", 1124)):
        client = serve(settings={"canned_pages": 1, "requests_per_second": 1}, rate_covers=rate_covers)
        task_id = client.task()
        assert client.check(task_id)["code"] == code
        assert client.usage()["code"] == code
        clock.advance(1)
        assert client.check(task_id)["code"] == 0


def test_a_second_task_at_once_is_1124_until_the_first_has_ended(serve, clock):
    client = serve(settings={"canned_pages": 1, "concurrency": None, "work_seconds": 10})
    task_id = client.task()
    assert client.submit()["code"] == 1124
    assert client.sync()["code"] == 1124
    clock.advance(10)
    client.wait(task_id)
    assert client.submit()["code"] == 0
    assert client.counters.most_under_way == 1


def test_every_key_has_places_of_its_own(serve):
    client = serve(
        settings={"canned_pages": 1, "concurrency": 1, "work_seconds": 10, "api_keys": ("sk-one", "sk-two")}
    )
    codes = [client.submit(key=key)["code"] for key in ("sk-one", "sk-one", "sk-two")]
    assert codes == [0, 1124, 0]


def test_tasks_are_queued_where_the_quirk_says(serve, clock):
    client = serve(settings={"canned_pages": 1, "concurrency": 1, "work_seconds": 10}, when_busy="queue")
    first, second = client.task(), client.task()
    clock.advance(10)
    client.wait(first)
    assert client.check(second)["data"]["status"] == "PROCESSING"
    clock.advance(10)
    assert client.wait(second)["status"] == "SUCCESS"


def test_too_few_pages_are_1123_and_cost_nothing(serve):
    client = serve(settings={"canned_pages": 4}, free_pages_today=3, free_pages_this_month=3, paid_pages=0)
    assert client.submit()["code"] == 1123
    assert client.usage()["data"]["remaining_free_pages_today"] == 3
    assert client.counters.billed_pages == 0


def test_free_pages_come_back_the_next_day(serve, clock):
    client = serve(settings={"canned_pages": 3}, free_pages_today=3, paid_pages=0)
    client.wait(client.task())
    assert client.submit()["code"] == 1123
    clock.advance(86_400)
    assert client.submit()["code"] == 0


@pytest.mark.parametrize("paid", [2, 100])
def test_the_pages_of_a_failed_task_come_back(serve, paid):
    client = serve(
        settings={"canned_pages": 4},
        faults=[{"kind": "submit", "do": "fail_job"}],
        free_pages_today=3,
        paid_pages=paid,
    )
    before = client.usage()["data"]
    client.wait(client.task())
    assert client.usage()["data"] == before
    assert client.counters.billed_pages == 0
