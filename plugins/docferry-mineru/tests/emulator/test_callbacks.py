"""Results that are pushed, with their checksum."""

import json

UID = "4711"
SEED = "abc_123"


def callback(site):
    return {"callback": f"{site.origin}/hook", "seed": SEED}


def test_a_task_pushes_what_a_query_would_answer(serve, site):
    site.files["/a.pdf"] = b"%PDF"
    client = serve(settings={"canned_pages": 1}, uid=UID)
    body = {"url": f"{site.origin}/a.pdf", "data_id": "x", **callback(site)}
    task_id = client.post("/extract/task", body)["data"]["task_id"]
    (push,) = site.wait_posts(1)
    assert set(push) == {"checksum", "content"}
    assert site.is_signed(push, uid=UID, seed=SEED)
    assert json.loads(push["content"]) == client.get(f"/extract/task/{task_id}")["data"]


def test_a_batch_pushes_once_when_all_files_have_ended(serve, site):
    client = serve(settings={"canned_pages": 1}, uid=UID)
    answer = client.request_uploads("a.pdf", "b.pdf", **callback(site))
    first, second = answer["data"]["file_urls"]
    client.put(first)
    assert not site.posted
    client.put(second, b"")
    (push,) = site.wait_posts(1)
    assert site.is_signed(push, uid=UID, seed=SEED)
    content = json.loads(push["content"])
    assert content["batch_id"] == answer["data"]["batch_id"]
    assert [result["state"] for result in content["extract_result"]] == ["done", "failed"]


def test_every_file_pushes_where_the_quirk_says(serve, site):
    client = serve(settings={"canned_pages": 1}, callback_per="file")
    client.upload(("a.pdf", b"%PDF-1"), ("b.pdf", b"%PDF-2"), **callback(site))
    pushes = [json.loads(push["content"])["extract_result"] for push in site.wait_posts(2)]
    assert sorted(result["file_name"] for (result,) in pushes) == ["a.pdf", "b.pdf"]


def test_a_push_is_repeated_until_it_is_received(serve, site):
    site.statuses = [500, 204, 200]
    client = serve(settings={"canned_pages": 1})
    client.upload(**callback(site))
    pushes = site.wait_posts(3)
    assert pushes[0] == pushes[1] == pushes[2]


def test_a_push_is_given_up_after_six_attempts(serve, site):
    site.statuses = [500] * 10
    client = serve(settings={"canned_pages": 1})
    client.upload(**callback(site))
    site.wait_posts(6)
    client.server.stop()
    assert len(site.posted) == 6
    assert client.counters.requests["callback"] == 6


def test_a_push_waits_for_the_extra_formats(serve, site):
    client = serve(settings={"canned_pages": 1})
    client.upload(extra_formats=["docx"], **callback(site))
    (push,) = site.wait_posts(1)
    assert json.loads(push["content"])["extract_result"][0]["state"] == "done"


def test_addresses_beyond_this_machine_get_no_push(serve):
    client = serve(settings={"canned_pages": 1}, callback_retry_seconds=0)
    batch_id = client.upload(callback="https://hooks.example.org/x", seed=SEED)
    assert [result["state"] for result in client.wait(batch_id)] == ["done"]
