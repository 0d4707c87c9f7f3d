"""Servers of your own: versions 2, 3 and 4.0."""

import io
import json
import zipfile

import pytest

PDF = ("a.pdf", b"%PDF-1.4 x", "application/pdf")
ALL = {f"return_{name}": "true" for name in ("md", "middle_json", "model_output", "content_list", "images")}


@pytest.fixture
def serve_server(serve):
    def serve_server(version, *, settings=None, **more):
        return serve(settings={"canned_pages": 2, **(settings or {})}, protocol=f"server-{version}", **more)

    return serve_server


def post(client, path, *files, **fields):
    parts = [("files", file) for file in files or (PDF,)]
    return client.http.post(client.root + path, files=parts, data=fields)


def get(client, path, **more):
    return client.http.get(client.root + path, **more)


def unzip(response):
    assert response.headers["content-type"] == "application/zip"
    opened = zipfile.ZipFile(io.BytesIO(response.content))
    return {name: opened.read(name) for name in opened.namelist()}


def test_only_version_3_has_tasks_and_health(serve_server):
    old = serve_server(2)
    assert [get(old, path).status_code for path in ("/v1/health", "/health", "/file_parse")] == [
        404,
        404,
        405,
    ]
    assert post(old, "/tasks").status_code == 404
    newer = serve_server(3)
    health = get(newer, "/health").json()
    assert (health["status"], health["version"], health["protocol_version"]) == ("healthy", "3.4.5", 2)
    assert get(newer, "/v1/health").status_code == 404


def test_the_environment_names_a_server(serve_server):
    client = serve_server(3)
    assert client.server.environment == {"MINERU_SERVER_URL": client.root}
    client = serve_server(4, server_key="secret")
    assert client.server.environment["MINERU_SERVER_API_KEY"] == "secret"


def test_a_task_of_version_3_goes_through_its_states(serve_server, clock):
    client = serve_server(3, settings={"queue_seconds": 5, "work_seconds": 10})
    response = post(client, "/tasks")
    task = response.json()
    assert (response.status_code, task["status"], task["file_names"]) == (202, "pending", ["a"])
    assert task["status_url"] == f"{client.root}/tasks/{task['task_id']}"
    assert get(client, f"/tasks/{task['task_id']}/result").status_code == 202
    clock.advance(6)
    assert get(client, f"/tasks/{task['task_id']}").json()["status"] == "processing"
    clock.advance(10)
    while get(client, f"/tasks/{task['task_id']}").json()["status"] != "completed":
        pass
    result = get(client, f"/tasks/{task['task_id']}/result").json()
    assert set(result["results"]) == {"a"}
    assert get(client, "/tasks/none").json() == {"detail": "Task not found"}
    assert get(client, "/health").json()["completed_tasks"] == 1


@pytest.mark.parametrize("version", [2, 3])
def test_json_stands_in_the_answer_as_text(serve_server, version):
    answer = post(serve_server(version), "/file_parse", **ALL).json()
    assert ("task_id" in answer) == (version == 3)
    result = answer["results"]["a"]
    assert result["md_content"].startswith("# Page 1 of a.pdf")
    assert len(json.loads(result["middle_json"])["pdf_info"]) == 2
    assert json.loads(result["content_list"])[0]["text_level"] == 1
    assert len(json.loads(result["model_output"])) == 2
    assert result["images"] == {}
    assert set(post(serve_server(version), "/file_parse").json()["results"]["a"]) == {"md_content"}


@pytest.mark.parametrize("version", [2, 3])
def test_an_archive_is_nested_by_stem(serve_server, version):
    client = serve_server(version)
    fields = {**ALL, "response_format_zip": "true", "return_original_file": "true"}
    members = unzip(post(client, "/file_parse", PDF, ("a.png", b"\x89PNG", "image/png"), **fields))
    endings = [".md", "_middle.json", "_model.json", "_content_list.json"]
    endings += ["_content_list_v2.json"] if version == 3 else []
    assert set(members) == {
        *(f"{stem}/auto/{stem}{ending}" for stem in ("a", "a_2") for ending in endings),
        "a/auto/a_origin.pdf",
        "a_2/auto/a_2_origin.png",
    }


def test_pages_of_older_servers_count_anew(serve_server):
    client = serve_server(3, settings={"canned_pages": 5})
    fields = {"start_page_id": "1", "end_page_id": "2", "return_content_list": "true"}
    answer = post(client, "/file_parse", **fields).json()
    items = json.loads(answer["results"]["a"]["content_list"])
    assert {item["page_idx"] for item in items} == {0, 1}
    assert items[0]["text"].startswith("Page 2 of")


def test_older_servers_refuse_in_their_own_words(serve_server):
    client = serve_server(3)
    unread = post(client, "/tasks", ("a.html", b"x", "text/html"))
    assert (unread.status_code, unread.json()["detail"]) == (400, "Unsupported file type: html")
    empty = client.http.post(f"{client.root}/tasks", data={"backend": "pipeline"})
    assert (empty.status_code, empty.json()["detail"][0]["loc"]) == (422, ["body", "files"])
    assert post(client, "/tasks", return_md="perhaps").status_code == 422


def test_a_failed_task_is_409_with_the_task_or_500_in_version_2(serve_server):
    fault = {"kind": "submit", "do": "fail_job", "message": "no luck"}
    client = serve_server(3, faults=[fault, {**fault, "kind": "parse"}])
    task_id = post(client, "/tasks").json()["task_id"]
    while get(client, f"/tasks/{task_id}").json()["status"] != "failed":
        pass
    for response in (get(client, f"/tasks/{task_id}/result"), post(client, "/file_parse")):
        assert response.status_code == 409
        assert (response.json()["status"], response.json()["error"]) == ("failed", "no luck")
    client = serve_server(2, faults=[{**fault, "kind": "parse"}])
    response = post(client, "/file_parse")
    assert (response.status_code, response.json()) == (500, {"error": "Failed to process file: no luck"})


def test_a_task_is_lost_when_the_fault_script_says(serve_server):
    client = serve_server(3, faults=[{"kind": "poll", "do": "lose_job"}])
    task_id = post(client, "/tasks").json()["task_id"]
    assert get(client, f"/tasks/{task_id}").status_code == 404


def submit(client, name="a.pdf", content=b"%PDF-1.4 x", *, path="/v1/tasks", headers=None, **query):
    return client.http.post(
        client.root + path,
        params={"filename": name, "tier": "flash", **query},
        content=content,
        headers={"Content-Type": "application/octet-stream", **(headers or {})},
    )


def wait(client, task_id):
    while (task := get(client, f"/v1/tasks/{task_id}").json())["status"] in {"queued", "running"}:
        pass
    return task


def test_a_task_of_version_4_goes_through_its_states(serve_server, clock):
    client = serve_server(4, settings={"queue_seconds": 5, "work_seconds": 10})
    response = submit(client)
    task = response.json()
    assert (response.status_code, task["status"], task["progress"]["total"]) == (202, "queued", 1)
    assert task["result_url"] == f"/v1/tasks/{task['task_id']}/result"
    clock.advance(6)
    assert get(client, task["status_url"]).json()["status"] == "running"
    assert get(client, task["result_url"]).status_code == 202
    clock.advance(10)
    done = wait(client, task["task_id"])
    (file,) = done["files"]
    assert (done["status"], file["status"], file["page_range"]) == ("completed", "completed", "1-2")
    assert get(client, task["result_url"]).json()["files"][0]["content"]["markdown"]


def test_health_tiers_and_usage_of_version_4(serve_server):
    client = serve_server(4)
    health = get(client, "/v1/health").json()
    assert (health["status"], health["version"]) == ("ok", "4.0.12")
    assert [tier["id"] for tier in get(client, "/v1/tiers").json()["data"]] == ["flash"]
    wait(client, submit(client).json()["task_id"])
    usage = get(client, "/v1/usage").json()
    assert usage["current"] == {"pages_processed": 2, "files_processed": 1, "jobs_created": 1}
    assert usage["limits"]["max_pages_per_file"] == 1000


def test_outputs_of_version_4_come_as_asked_for(serve, demo_pdf):
    client = serve(protocol="server-4")
    formats = ["markdown", "middle_json", "structured_content", "zip"]
    content = demo_pdf.read_bytes()
    answer = submit(client, "demo.pdf", content, path="/v1/file_parse", output_formats=formats).json()
    found = answer["files"][0]["content"]
    assert set(found) == set(formats) - {"zip"}
    middle, structured = found["middle_json"], found["structured_content"]
    assert (middle["schema"], middle["schema_version"]) == ("docvortex.middle", "2.0")
    for pages in (middle["pages"], structured["pages"]):
        assert [page["page_idx"] for page in pages] == list(range(8))
        assert all(0 <= edge <= 1 for page in pages for block in page["blocks"] for edge in block["bbox"])
    tables = [block for page in structured["pages"] for block in page["blocks"] if block["type"] == "table"]
    assert all(block["content"].startswith("<table>") and block["captions"] for block in tables[:2])
    assert tables[0]["image_source"].startswith("data:image/png;base64,")
    task_id = answer["task_id"]
    members = unzip(get(client, f"/v1/tasks/{task_id}/result", params={"response_format": "zip"}))
    assert {"markdown.md", "middle_json.json", "structured_content.json"} < set(members)
    in_archive = json.loads(members["structured_content.json"])
    sources = {
        block["image_source"]
        for page in in_archive["pages"]
        for block in page["blocks"]
        if "image_source" in block
    }
    assert sources <= set(members)


def test_several_files_are_one_task_that_may_succeed_in_part(serve_server):
    client = serve_server(4)
    files = [("files", PDF), ("files", ("a.xyz", b"x", "text/plain"))]
    response = client.http.post(f"{client.root}/v1/tasks", params={"tier": "flash"}, files=files)
    task_id = response.json()["task_id"]
    task = wait(client, task_id)
    assert (task["status"], task["progress"]) == ("partial", {"completed": 1, "failed": 1, "total": 2})
    assert task["files"][1]["error"]["message"] == "Unsupported file type: a.xyz"
    members = unzip(get(client, f"/v1/tasks/{task_id}/result", params={"response_format": "zip"}))
    assert set(members) == {"0001/markdown.md", "manifest.json"}


@pytest.mark.parametrize(
    ("text", "pages"), [("2", [2]), ("1-2,5", [1, 2, 5]), ("r2-r1", [4, 5]), ("3-r1", [3, 4, 5])]
)
def test_pages_of_version_4_keep_their_numbers(serve_server, text, pages):
    client = serve_server(4, settings={"canned_pages": 5})
    answer = submit(client, path="/v1/file_parse", page_range=text, output_formats="middle_json").json()
    found = answer["files"][0]["content"]["middle_json"]["pages"]
    assert [page["page_idx"] + 1 for page in found] == pages


def test_version_4_refuses_in_its_own_words(serve_server):
    client = serve_server(4)
    cases = [
        ({"page_range": "2--2"}, 400, "page_range_invalid"),
        ({"output_formats": "pdf"}, 400, "unsupported_output_format"),
        ({"colour": "red"}, 400, "invalid_request"),
        ({"tier": "best"}, 400, "invalid_request"),
        ({"ocr_mode": "perhaps"}, 400, "invalid_request"),
        ({"name": ""}, 400, "invalid_request"),
        ({"tier": "standard"}, 503, "quality_tier_unavailable"),
    ]
    for query, status, code in cases:
        response = submit(client, **query)
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert submit(client, "a.docx", b"PK", tier="standard").status_code == 202
    unknown = get(client, "/v1/tasks/nope")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "job_not_found")


def test_version_4_asks_for_its_key_but_not_for_health(serve_server):
    client = serve_server(4, server_key="secret")
    assert get(client, "/v1/health").status_code == 200
    for response in (submit(client), get(client, "/v1/tasks/x"), get(client, "/v1/usage")):
        assert (response.status_code, response.json()["error"]["code"]) == (401, "invalid_api_key")
    assert submit(client, headers={"Authorization": "Bearer secret"}).status_code == 202


def test_a_failed_task_of_version_4_is_409_with_the_task(serve_server):
    client = serve_server(4)
    task_id = submit(client, "x.xyz", b"x").json()["task_id"]
    assert wait(client, task_id)["status"] == "failed"
    response = get(client, f"/v1/tasks/{task_id}/result")
    assert response.status_code == 409
    assert response.json()["files"][0]["error"]["code"] == "parse_failed"


def test_a_task_of_version_4_can_be_cancelled_until_it_ends(serve_server):
    client = serve_server(4, settings={"work_seconds": 10})
    task_id = submit(client).json()["task_id"]
    response = client.http.delete(f"{client.root}/v1/tasks/{task_id}")
    assert (response.status_code, response.json()["status"]) == (200, "canceled")
    again = client.http.delete(f"{client.root}/v1/tasks/{task_id}")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "job_already_terminal")


def test_a_parse_that_takes_too_long_answers_with_the_task(serve_server):
    client = serve_server(4, settings={"work_seconds": 400})
    response = submit(client, path="/v1/file_parse", wait_timeout="2")
    assert (response.status_code, response.json()["status"]) == (202, "running")


@pytest.mark.parametrize("version", [3, 4])
def test_the_fault_script_knows_the_requests_of_servers(serve_server, version):
    client = serve_server(version, faults=[{"kind": "submit", "do": "status", "status": 502, "times": 1}])
    statuses = [(submit(client) if version == 4 else post(client, "/tasks")).status_code for _ in range(2)]
    assert statuses == [502, 202]
