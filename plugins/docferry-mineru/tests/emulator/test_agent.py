"""The agent API: no token, Markdown only."""

import pytest


def upload(client, content=b"%PDF-1.4 x", *, name="a.pdf", **more):
    body = client.agent("POST", "/parse/file", json={"file_name": name, **more}).json()
    assert body["code"] == 0, body
    assert client.put(body["data"]["file_url"], content).status_code == 200
    return body["data"]["task_id"]


def test_a_file_becomes_markdown_without_a_token(shared):
    task_id = upload(shared)
    assert len(task_id) == 38
    data = shared.wait_agent(task_id)
    assert (data["task_id"], data["state"], data["err_msg"]) == (task_id, "done", "")
    response = shared.http.get(data["markdown_url"])
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.text.startswith("# Page 1 of a.pdf")


def test_an_address_becomes_markdown(shared, site):
    site.files["/a.pdf"] = b"%PDF"
    body = shared.agent("POST", "/parse/url", json={"url": f"{site.origin}/a.pdf"}).json()
    assert shared.wait_agent(body["data"]["task_id"])["state"] == "done"
    gone = shared.agent("POST", "/parse/url", json={"url": f"{site.origin}/b.pdf"}).json()
    assert shared.wait_agent(gone["data"]["task_id"])["err_code"] == -60008


def test_pictures_stand_beside_the_markdown(serve, demo_pdf):
    client = serve()
    data = client.wait_agent(upload(client, demo_pdf.read_bytes()))
    markdown = client.http.get(data["markdown_url"]).text
    name = markdown.partition("](images/")[2].partition(")")[0]
    folder = data["markdown_url"].removesuffix("full.md")
    picture = client.http.get(f"{folder}images/{name}")
    assert picture.content.startswith(b"\x89PNG")
    assert client.http.get(f"{folder}images/none.png").status_code == 404
    assert client.http.get(f"{folder}%2e%2e/upload-1.pdf").status_code == 404


def test_a_file_is_awaited_in_the_word_of_the_quirk(serve):
    for word in ("waiting-file", "uploading"):
        client = serve(agent_waiting_word=word)
        body = client.agent("POST", "/parse/file", json={"file_name": "a.pdf"}).json()
        data = client.agent("GET", f"/parse/{body['data']['task_id']}").json()["data"]
        assert data["state"] == word


def test_running_tells_of_progress(serve, clock):
    client = serve(settings={"canned_pages": 4, "work_seconds": 10})
    task_id = upload(client)
    clock.advance(5)
    data = client.agent("GET", f"/parse/{task_id}").json()["data"]
    assert data["state"] == "running"
    assert data["extract_progress"]["extracted_pages"] == 2


def test_files_beyond_the_agents_limits_fail(serve, documents, tmp_path):
    client = serve(agent_max_pages=3, agent_max_size_bytes=20_000)
    four = documents.text_pdf(tmp_path, pages=4).read_bytes()
    assert client.wait_agent(upload(client, four))["err_code"] == -30003
    assert client.wait_agent(upload(client, four, page_range="2-3"))["state"] == "done"
    assert client.wait_agent(upload(client, b"%PDF" + b"x" * 20_000))["err_code"] == -30001


def test_a_type_that_the_agent_does_not_read_is_minus_30002(shared, serve):
    for name in ("page.html", "old.doc", "old.ppt", "notes.txt", "none"):
        assert shared.agent("POST", "/parse/file", json={"file_name": name}).json()["code"] == -30002
    client = serve(type_checked_at="parse")
    assert client.wait_agent(upload(client, b"x", name="notes.txt"))["err_code"] == -30002


@pytest.mark.parametrize(
    "more",
    [
        {"file_name": ""},
        {"page_range": "1,3"},
        {"page_range": "3-1"},
        {"page_range": "0"},
        {"page_range": "-2"},
        {"is_ocr": "yes"},
        {"language": 3},
    ],
)
def test_parameters_are_checked(shared, more):
    body = {"file_name": "a.pdf", **more}
    assert shared.agent("POST", "/parse/file", json=body).json()["code"] == -30004


def test_a_body_that_is_not_json_is_minus_30004(shared):
    assert shared.agent("POST", "/parse/file", content=b"{").json()["code"] == -30004
    assert shared.agent("POST", "/parse/url", json={"url": "a.pdf"}).json()["code"] == -30004


def test_unknown_tasks_and_those_of_the_other_api_are_not_found(shared):
    batch_id = shared.upload()
    job_id = shared.service.state.jobs.group(batch_id)[0].id
    for task_id in ("x", job_id + "01"):
        assert shared.agent("GET", f"/parse/{task_id}").json()["code"] == -60012


def test_too_many_requests_are_429_with_a_time(serve, clock):
    client = serve(settings={"requests_per_second": None}, agent_requests_per_minute=1)
    answers = [client.agent("POST", "/parse/file", json={"file_name": "a.pdf"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    clock.advance(int(answers[1].headers["retry-after"]))
    assert client.agent("POST", "/parse/file", json={"file_name": "a.pdf"}).status_code == 200


def test_a_finished_task_may_have_no_markdown_where_the_quirk_says(serve):
    client = serve(settings={"canned_pages": 1}, null_markdown_url=True)
    data = client.wait_agent(upload(client))
    assert (data["state"], data["markdown_url"]) == ("done", None)


def test_the_fault_script_brings_every_code(serve):
    codes = (-30001, -30002, -30003, -30004)
    faults = [
        *(
            {"kind": "agent_submit", "do": "refuse", "code": code, "nth": n}
            for n, code in enumerate(codes, 1)
        ),
        *({"kind": "upload", "do": "fail_job", "code": code, "nth": n} for n, code in enumerate(codes, 1)),
    ]
    client = serve(settings={"canned_pages": 1}, faults=faults)
    ask = {"json": {"file_name": "a.pdf"}}
    assert [client.agent("POST", "/parse/file", **ask).json()["code"] for _ in codes] == list(codes)
    assert [client.wait_agent(upload(client))["err_code"] for _ in codes] == list(codes)
