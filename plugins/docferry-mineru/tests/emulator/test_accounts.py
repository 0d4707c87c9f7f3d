"""Pace and files of an account."""

import pytest


def test_requests_beyond_the_published_pace_are_429_with_a_time(serve, clock):
    client = serve(settings={"canned_pages": 1, "requests_per_second": None}, submits_per_minute=2)
    body = {"files": [{"name": "a.pdf"}]}
    answers = [client.ask("POST", "/file-urls/batch", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "code" not in answers[2].json()
    clock.advance(int(answers[2].headers["retry-after"]))
    assert client.ask("POST", "/file-urls/batch", json=body).status_code == 200


def test_queries_have_a_pace_of_their_own(serve):
    client = serve(settings={"requests_per_second": None}, queries_per_minute=1, submits_per_minute=1)
    statuses = [client.ask("GET", "/extract/task/x").status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert client.request_uploads("a.pdf")["code"] == 0


def test_a_pace_in_the_settings_replaces_the_published_ones(serve, clock):
    client = serve(settings={"requests_per_second": 1})
    assert [client.ask("GET", "/extract/task/x").status_code for _ in range(2)] == [200, 429]
    clock.advance(1)
    assert client.ask("GET", "/extract/task/x").status_code == 200


def test_files_count_one_by_one_towards_their_own_pace(serve):
    client = serve(settings={"requests_per_second": None}, files_per_minute=3)
    for count, status in ((2, 200), (2, 429)):
        body = {"files": [{"name": "a.pdf"}] * count}
        assert client.ask("POST", "/file-urls/batch", json=body).status_code == status


def test_the_files_of_a_day_are_minus_60018_beyond_their_number(serve, clock):
    client = serve(files_per_day=3)
    codes = [client.request_uploads(*["a.pdf"] * count)["code"] for count in (2, 2, 1, 1)]
    assert codes == [0, -60018, 0, -60018]
    clock.advance(86_400)
    assert client.request_uploads("a.pdf")["code"] == 0


def test_web_pages_of_a_day_are_minus_60019_beyond_their_number(serve):
    client = serve(html_per_day=1)
    codes = [client.request_uploads("a.html", model_version="MinerU-HTML")["code"] for _ in range(2)]
    assert codes == [0, -60019]
    assert client.request_uploads("a.pdf")["code"] == 0


def test_a_full_queue_is_minus_60009_until_it_moves(serve, clock):
    client = serve(settings={"canned_pages": 1, "work_seconds": 10}, queue_length=2)
    batch_id = client.upload(b"%PDF-1", b"%PDF-2")
    assert client.request_uploads("a.pdf")["code"] == -60009
    clock.advance(10)
    client.wait(batch_id)
    assert client.request_uploads("a.pdf")["code"] == 0


def test_a_batch_may_have_fewer_files_where_the_quirk_says(serve):
    client = serve(files_per_batch=50)
    assert [client.request_uploads(*["a.pdf"] * count)["code"] for count in (50, 51)] == [0, -10002]


def test_every_key_has_a_pace_of_its_own(serve):
    client = serve(
        settings={"requests_per_second": None, "api_keys": ("sk-one", "sk-two")}, queries_per_minute=1
    )
    keys = ("sk-one", "sk-one", "sk-two")
    assert [client.ask("GET", "/extract/task/x", key=key).status_code for key in keys] == [200, 429, 200]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_so_many_tasks_are_worked_on_at_once(serve, clock, concurrency):
    client = serve(settings={"canned_pages": 1, "work_seconds": 10, "concurrency": concurrency})
    batch_id = client.upload(b"%PDF-1", b"%PDF-2", b"%PDF-3")
    clock.advance(1)
    states = client.states(batch_id)
    assert states == ["running"] * concurrency + ["pending"] * (3 - concurrency)
