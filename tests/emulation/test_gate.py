import email.utils
import json

import httpx
import pytest


def submitted(client):
    return sum(client.counters.submissions.values())


@pytest.mark.parametrize(("when", "jobs"), [("arrival", 0), ("before", 0), ("after", 1)])
def test_a_reset_leaves_a_job_only_when_it_comes_after_the_work(serve, when, jobs):
    client = serve({"kind": "submit", "nth": 1, "do": "reset", "when": when})
    # A reset met while still sending looks to httpx like a server that hangs up.
    with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):
        client.submit(text="x" * 100_000)
    assert submitted(client) == jobs
    assert client.submit().status_code == 200
    assert client.counters.faults == {"reset": 1}


@pytest.mark.parametrize(("when", "jobs"), [("arrival", 0), ("before", 0), ("after", 1)])
@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_gateway_answers_in_the_services_place(serve, when, jobs, status):
    client = serve({"kind": "submit", "do": "status", "status": status, "when": when})
    answer = client.submit()
    assert answer.status_code == status
    assert "retry-after" not in answer.headers
    assert submitted(client) == jobs


def test_retry_after_comes_in_both_forms(serve, clock):
    rule = {"do": "status", "status": 429, "retry_after_seconds": 30}
    client = serve(
        {**rule, "kind": "account", "nth": 1},
        {**rule, "kind": "account", "nth": 2, "retry_after_form": "date"},
    )
    assert client.account().headers["retry-after"] == "30"
    date = email.utils.parsedate_to_datetime(client.account().headers["retry-after"])
    assert date.timestamp() == pytest.approx(clock.now() + 30, abs=1)


def test_a_service_refuses_in_its_own_words(serve):
    client = serve({"kind": "account", "do": "refuse", "code": 1124, "message": "slow down"})
    answer = client.account()
    assert (answer.status_code, answer.json()) == (418, {"error": "1124", "words": "slow down"})
    assert client.counters.refusals == {"1124": 1}


def test_a_delay_takes_the_services_time(serve, clock):
    client = serve({"kind": "account", "do": "delay", "seconds": 40, "when": "after"})
    before = clock.now()
    assert client.account().status_code == 200
    assert clock.now() - before == 40


def test_a_slow_body_comes_whole(serve, clock):
    client = serve({"kind": "account", "nth": 1, "do": "slow_body", "seconds": 8})
    before = clock.now()
    slow = client.account()
    assert clock.now() - before >= 8
    assert slow.json() == client.account().json()


def test_a_body_is_cut_off(serve):
    client = serve({"kind": "account", "nth": 1, "do": "cut_body", "keep": 0.3})
    with pytest.raises(httpx.RemoteProtocolError):
        client.account()
    assert client.account().status_code == 200


def test_a_truncated_body_looks_whole(serve):
    client = serve({"kind": "asset", "nth": 1, "do": "truncate_body", "keep": 0.5})
    address = client.wait(client.submit(text="12345678").json()["id"])["address"]
    assert [httpx.get(address, timeout=60).text for _ in range(2)] == ["1234", "12345678"]


def test_a_malformed_body_keeps_its_content_type(serve):
    client = serve({"kind": "poll", "do": "malformed"})
    answer = client.poll(client.submit().json()["id"])
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_job_is_lost_when_it_is_made_or_when_it_is_asked_for(serve):
    client = serve(
        {"kind": "submit", "nth": 1, "do": "lose_job"}, {"kind": "poll", "nth": 3, "do": "lose_job"}
    )
    first, second = (client.submit().json()["id"] for _ in range(2))
    codes = [client.poll(job_id).status_code for job_id in (first, second, second, second)]
    assert codes == [418, 200, 418, 418]
    assert submitted(client) == 2


def test_one_of_many_jobs_fails(serve):
    client = serve({"kind": "submit", "file": "b.txt", "do": "fail_job", "code": "1137"})
    answers = {name: client.wait(client.submit(name).json()["id"]) for name in ("a.txt", "b.txt", "c.txt")}
    assert [answer["state"] for answer in answers.values()] == ["succeeded", "failed", "succeeded"]
    assert answers["b.txt"]["why"] == "1137"


def test_a_poll_brings_a_word_that_nobody_knows(serve):
    client = serve({"kind": "poll", "nth": 1, "do": "state_word", "word": "archiving"})
    job_id = client.submit().json()["id"]
    assert client.poll(job_id).json()["state"] == "archiving"
    assert client.wait(job_id)["state"] == "succeeded"


def test_polls_are_spoilt_by_the_name_of_the_file_they_are_about(serve):
    client = serve({"kind": "poll", "file": "b*", "do": "status", "status": 500})
    ids = {name: client.submit(name).json()["id"] for name in ("a.txt", "b.txt")}
    assert client.poll(ids["a.txt"]).status_code == 200
    assert client.poll(ids["b.txt"]).status_code == 500


def test_pages_are_dropped_from_a_result(serve):
    client = serve({"kind": "submit", "nth": 2, "do": "drop_pages", "pages": 2}, canned_pages=5)
    answers = [client.wait(client.submit().json()["id"])["pages"] for _ in range(2)]
    assert answers == [5, 3]


def test_several_rules_meet_one_request_in_order(serve, clock):
    client = serve(
        {"kind": "account", "do": "delay", "seconds": 5},
        {"kind": "account", "do": "status", "status": 502, "when": "after"},
    )
    before = clock.now()
    assert client.account().status_code == 502
    assert clock.now() - before == 5
    assert client.counters.faults == {"delay": 1, "status": 1}


def test_every_answer_takes_its_time(serve, clock):
    client = serve(answer_seconds=3)
    before = clock.now()
    client.account()
    assert clock.now() - before == 3
