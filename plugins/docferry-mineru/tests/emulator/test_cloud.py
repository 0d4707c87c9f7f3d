"""The precision API: paths, envelopes, states, errors."""

import re
import uuid

import pytest

from docferry.emulation import EmulatorSettings
from docferry.errors import InvalidOptionsError
from docferry_mineru.emulator import make_emulator

ALL_CODES = [
    *(-500, -10001, -10002, -60001, -60002, -60003, -60004, -60005, -60006, -60007, -60008, -60009, -60010),
    *(-60011, -60012, -60013, -60014, -60015, -60016, -60017, -60018, -60019, -60020, -60021, -60022),
]


def test_an_upload_goes_through_all_states(serve, clock):
    client = serve(settings={"canned_pages": 4, "queue_seconds": 5, "work_seconds": 10}, converting_seconds=2)
    answer = client.request_uploads({"name": "a b.pdf", "data_id": "my.id-1"}, extra_formats=["docx"])
    assert set(answer) == {"code", "data", "msg", "trace_id"}
    assert (answer["code"], answer["msg"]) == (0, "ok")
    data = answer["data"]
    assert str(uuid.UUID(data["batch_id"])) == data["batch_id"]
    (address,) = data["file_urls"]

    def look():
        (result,) = client.results(data["batch_id"])
        assert (result["file_name"], result["data_id"], result["err_msg"]) == ("a b.pdf", "my.id-1", "")
        return result

    assert look()["state"] == "waiting-file"
    assert client.put(address).status_code == 200
    assert look()["state"] == "pending"
    clock.advance(5 + 5)
    running = look()
    assert running["state"] == "running"
    assert running["extract_progress"]["total_pages"] == 4
    assert running["extract_progress"]["extracted_pages"] == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", running["extract_progress"]["start_time"])
    clock.advance(5)
    while look()["state"] == "running":  # the canned parse takes real time, if little
        pass
    converting = look()
    assert converting["state"] == "converting"
    assert "full_zip_url" not in converting
    clock.advance(2)
    assert look()["state"] == "done"
    assert client.counters.submissions.total() == 1


def test_upload_and_download_are_other_hosts(shared):
    data = shared.request_uploads("a.pdf")["data"]
    shared.put(data["file_urls"][0])
    (result,) = shared.wait(data["batch_id"])
    origins = {
        re.match(r"http://[^/]+", url)[0]
        for url in (shared.root, data["file_urls"][0], result["full_zip_url"])
    }
    assert len(origins) == 3


@pytest.mark.parametrize(
    ("quirk", "names"),
    [("file_urls", {"file_urls"}), ("files", {"files"}), ("both", {"files", "file_urls"})],
)
def test_upload_addresses_stand_where_the_quirk_says(serve, quirk, names):
    client = serve(addresses_in=quirk)
    assert set(client.request_uploads("a.pdf", "b.pdf")["data"]) == {"batch_id", *names}


def test_upload_addresses_come_in_the_order_of_the_files(shared):
    batch_id = shared.upload(("a.pdf", b"%PDF-1"), ("b.pdf", b"%PDF-2"), ("c.pdf", b"%PDF-3"))
    results = shared.wait(batch_id)
    assert [result["file_name"] for result in results] == ["a.pdf", "b.pdf", "c.pdf"]
    assert len({result["full_zip_url"] for result in results}) == 3


def test_results_come_reversed_and_without_data_id_where_the_quirks_say(serve):
    client = serve(settings={"canned_pages": 1}, result_order="reversed", has_data_id=False)
    files = [({"name": f"{name}.pdf", "data_id": name}, b"%PDF") for name in "ab"]
    results = client.wait(client.upload(*files))
    assert [result["file_name"] for result in results] == ["b.pdf", "a.pdf"]
    assert not any("data_id" in result for result in results)


def test_a_task_by_address_is_done_without_an_upload(shared, site):
    site.files["/docs/report.pdf"] = b"%PDF-1.4 x"
    answer = shared.post("/extract/task", {"url": f"{site.origin}/docs/report.pdf", "data_id": "x"})
    task_id = answer["data"]["task_id"]
    result = shared.wait_task(task_id)
    assert result["task_id"] == task_id
    assert (result["state"], result["data_id"], result["err_msg"]) == ("done", "x", "")
    assert shared.open_archive(result).markdown.startswith("# Page 1 of report.pdf")


def test_a_batch_of_addresses_has_a_result_for_each(shared, site):
    site.files |= {"/a.pdf": b"%PDF-a", "/b.pdf": b"%PDF-b"}
    files = [{"url": f"{site.origin}/{name}.pdf", "data_id": name} for name in "abc"]
    batch_id = shared.post("/extract/task/batch", {"files": files})["data"]["batch_id"]
    results = shared.wait(batch_id)
    assert [(result["data_id"], result["state"]) for result in results] == [
        ("a", "done"),
        ("b", "done"),
        ("c", "failed"),
    ]
    assert results[2]["err_msg"] == "file read timeout"


def test_addresses_beyond_this_machine_are_out_of_reach(serve):
    url = "https://cdn-mineru.openxlab.org.cn/demo/example.pdf"
    client = serve(has_err_code=True)
    result = client.wait_task(client.post("/extract/task", {"url": url})["data"]["task_id"])
    assert (result["state"], result["err_code"]) == ("failed", "-60008")
    client = serve(address_checked_at="submit")
    assert client.post("/extract/task", {"url": url})["code"] == -60008


def test_a_young_copy_of_an_address_is_taken_unless_refused(canned, site, clock):
    site.files["/a.pdf"] = b"%PDF-1"
    body = {"url": f"{site.origin}/a.pdf"}
    for more, seconds in (({}, 800), ({}, 200), ({"cache_tolerance": 10}, 0), ({"no_cache": True}, 0)):
        canned.post("/extract/task", {**body, **more})
        clock.advance(seconds)
    assert len(site.asked) == 3  # the first, the one that wants a younger copy, the one that wants none
    canned.post("/extract/task", {**body, "cache_tolerance": 10})
    assert len(site.asked) == 3
    clock.advance(11)
    canned.post("/extract/task", {**body, "cache_tolerance": 10})
    assert len(site.asked) == 4


@pytest.mark.parametrize("key", ["", "sk-nobody"])
def test_a_wrong_token_is_the_gateways_own_envelope(shared, key):
    for method, path in (
        ("POST", "/extract/task"),
        ("POST", "/extract/task/batch"),
        ("POST", "/file-urls/batch"),
        ("GET", "/extract/task/x"),
        ("GET", "/extract-results/batch/x"),
    ):
        response = shared.ask(method, path, key=key)
        assert response.status_code == 401
        body = response.json()
        assert set(body) == {"traceId", "msgCode", "msg", "success"}
        assert (body["msgCode"], body["success"]) == ("A0202", False)


def test_an_expired_token_is_a0211_by_the_fault_script(serve):
    client = serve(faults=[{"kind": "upload_urls", "do": "refuse", "code": "A0211"}])
    response = client.ask("POST", "/file-urls/batch", json={"files": [{"name": "a.pdf"}]})
    assert (response.status_code, response.json()["msgCode"]) == (401, "A0211")


@pytest.mark.parametrize("kind", ["upload_urls", "submit", "submit_batch", "poll", "poll_batch"])
def test_the_fault_script_brings_every_code_to_every_request(serve, kind):
    faults = [
        {"kind": kind, "do": "refuse", "code": code, "nth": number}
        for number, code in enumerate(ALL_CODES, start=1)
    ]
    client = serve(faults=faults)
    ask = {
        "upload_urls": lambda: client.request_uploads("a.pdf"),
        "submit": lambda: client.post("/extract/task", {"url": "http://x/a.pdf"}),
        "submit_batch": lambda: client.post("/extract/task/batch", {"files": [{"url": "http://x/a.pdf"}]}),
        "poll": lambda: client.get("/extract/task/x"),
        "poll_batch": lambda: client.get("/extract-results/batch/x"),
    }[kind]
    for code in ALL_CODES:
        body = ask()
        assert (body["code"], body["data"]) == (code, None)
        assert body["msg"]
    assert client.counters.refusals == {str(code): 1 for code in ALL_CODES}


def test_codes_are_text_where_the_quirk_says(serve):
    client = serve(code_as="text")
    assert client.request_uploads("a.pdf")["code"] == "0"
    assert client.get("/extract/task/x")["code"] == "-60012"


def test_the_fault_script_lets_a_task_fail_with_a_code(serve):
    codes = [str(code) for code in ALL_CODES]
    faults = [{"kind": "upload", "file": f"{code}.pdf", "do": "fail_job", "code": code} for code in codes]
    client = serve(settings={"canned_pages": 1}, faults=faults, has_err_code=True)
    files = [(f"{name}.pdf", f"%PDF {name}".encode()) for name in ("good", *codes)]
    good, *failed = client.wait(client.upload(*files))
    assert good["state"] == "done"
    assert [result["err_code"] for result in failed] == codes
    assert all(result["state"] == "failed" and result["err_msg"] for result in failed)


def test_a_failed_task_tells_only_words_unless_the_quirk_says(shared):
    (result,) = shared.wait(shared.upload(b""))
    assert (result["state"], result["err_msg"]) == ("failed", "empty file")
    assert "err_code" not in result


def test_unknown_tasks_and_those_of_others_are_refused(serve):
    client = serve(settings={"canned_pages": 1, "api_keys": ("sk-one", "sk-two")})
    batch_id = client.upload()
    path = f"/extract-results/batch/{batch_id}"
    assert client.get(path)["code"] == 0
    assert client.get(path, key="sk-two")["code"] == -60013
    assert client.get("/extract-results/batch/nope")["code"] == -60012
    assert client.get("/extract/task/nope")["code"] == -60012


def test_a_batch_is_unknown_after_its_retention(serve, clock):
    client = serve(settings={"canned_pages": 1, "retention_seconds": 60})
    batch_id = client.upload()
    (result,) = client.wait(batch_id)
    clock.advance(61)
    assert client.get(f"/extract-results/batch/{batch_id}")["code"] == -60012
    assert client.http.get(result["full_zip_url"]).status_code == 404


@pytest.mark.parametrize(
    ("name", "model"),
    [("notes.txt", "vlm"), ("none", "vlm"), ("page.html", "pipeline"), ("a.pdf", "MinerU-HTML")],
)
def test_a_type_that_is_not_read_is_refused_at_once_or_fails(serve, name, model):
    assert serve().request_uploads(name, model_version=model)["code"] == -60002
    client = serve(settings={"canned_pages": 1}, type_checked_at="parse", has_err_code=True)
    (result,) = client.wait(client.upload((name, b"x"), model_version=model))
    assert (result["state"], result["err_code"]) == ("failed", "-60002")


def test_files_beyond_the_limits_fail(serve, documents, tmp_path):
    client = serve(settings={"max_pages": 3, "max_size_bytes": 50_000}, has_err_code=True)
    pdfs = [
        (f"{pages}.pdf", documents.text_pdf(tmp_path, pages=pages, name=f"{pages}.pdf").read_bytes())
        for pages in (3, 4)
    ]
    part = ({"name": "part.pdf", "page_ranges": "2-4"}, pdfs[1][1])
    results = client.wait(client.upload(*pdfs, part, ("large.pdf", b"%PDF" + b"x" * 50_000)))
    assert [result["state"] for result in results] == ["done", "failed", "done", "failed"]
    assert [result.get("err_code") for result in results] == [None, "-60006", None, "-60005"]


def test_damaged_encrypted_and_misnamed_files_fail(serve, documents, tmp_path):
    client = serve(has_err_code=True)
    files = [
        ("damaged.pdf", documents.truncated_pdf(tmp_path).read_bytes()),
        ("locked.pdf", documents.encrypted_pdf(tmp_path, "secret").read_bytes()),
        ("picture.pdf", documents.png_named_pdf(tmp_path).read_bytes()),
        ("good.pdf", documents.text_pdf(tmp_path).read_bytes()),
    ]
    results = client.wait(client.upload(*files))
    assert [result.get("err_code") for result in results] == ["-60003", "-60003", "-60003", None]
    assert "password" in results[1]["err_msg"]


def test_the_published_limits_hold_without_settings():
    limits = make_emulator(EmulatorSettings()).state.limits
    assert (limits.max_size_bytes, limits.max_pages) == (200 * 1024 * 1024, 200)


def test_a_file_that_was_never_uploaded_fails_in_time(serve, clock):
    client = serve(has_err_code=True)
    batch_id = client.request_uploads("a.pdf")["data"]["batch_id"]
    clock.advance(86_401)
    (result,) = client.results(batch_id)
    assert (result["state"], result["err_code"]) == ("failed", "-60011")


def test_a_file_that_fails_again_and_again_is_given_up(serve):
    client = serve(has_err_code=True, retry_limit=2)
    codes = [client.wait(client.upload(b"%PDF-broken"))[0]["err_code"] for _ in range(3)]
    assert codes == ["-60003", "-60003", "-60017"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, -10002),
        ({"files": []}, -10002),
        ({"files": "a.pdf"}, -10002),
        ({"files": ["a.pdf"]}, -10002),
        ({"files": [{}]}, -10002),
        ({"files": [{"name": "a.pdf"}] * 201}, -10002),
        ({"files": [{"name": "a.pdf", "data_id": "a b"}]}, -10002),
        ({"files": [{"name": "a.pdf", "data_id": "x" * 129}]}, -10002),
        ({"files": [{"name": "a.pdf", "is_ocr": "yes"}]}, -10002),
        ({"files": [{"name": "a.pdf", "page_ranges": "0-3"}]}, -10002),
        ({"files": [{"name": "a.pdf", "page_ranges": "one"}]}, -10002),
        ({"files": [{"name": "a.pdf"}], "model_version": "best"}, -10002),
        ({"files": [{"name": "a.pdf"}], "enable_table": 1}, -10002),
        ({"files": [{"name": "a.pdf"}], "extra_formats": ["pdf"]}, -10002),
        ({"files": [{"name": "a.pdf"}], "extra_formats": "docx"}, -10002),
        ({"files": [{"name": "a.pdf"}], "callback": "http://127.0.0.1/x"}, -10002),
        ({"files": [{"name": "a.pdf"}], "callback": "ftp://x", "seed": "a"}, -10002),
        ({"files": [{"name": "a.pdf"}], "seed": "a-b"}, -10002),
        ({"files": [{"name": "a.pdf"}], "cache_tolerance": "x"}, -10002),
        ({"files": [{"name": "a.pdf"}] * 200}, 0),
        ({"files": [{"name": "a.pdf", "is_ocr": None, "page_ranges": "2--2, 1"}], "language": "en"}, 0),
    ],
)
def test_parameters_are_checked(shared, body, code):
    assert shared.post("/file-urls/batch", body)["code"] == code


def test_addresses_are_checked(shared):
    for body in ({}, {"url": "a.pdf"}, {"url": "file:///etc/passwd"}, {"url": 3}):
        assert shared.post("/extract/task", body)["code"] == -10002
        assert shared.post("/extract/task/batch", {"files": [body]})["code"] == -10002


def test_a_body_that_is_not_json_is_minus_500(shared):
    for more in ({"data": {"a": "b"}}, {"content": b"{"}, {"json": [1]}):
        response = shared.ask("POST", "/file-urls/batch", **more)
        assert response.json()["code"] == -500


def test_other_paths_and_methods_do_not_exist(shared):
    assert shared.ask("GET", "/file-urls/batch").status_code == 405
    assert shared.ask("POST", "/extract").status_code == 404
    assert shared.ask("DELETE", "/extract/task/x").status_code == 405


@pytest.mark.parametrize(
    ("text", "pages"),
    [("2", [2]), ("2,4-5", [2, 4, 5]), ("4--2", [4, 5]), ("-2", [5]), ("1-600", [1, 2, 3, 4, 5, 6])],
)
def test_page_ranges_choose_pages_that_are_numbered_anew(serve, text, pages):
    client = serve(settings={"canned_pages": 6})
    archive = client.archive(({"name": "a.pdf", "page_ranges": text}, b"%PDF"))
    titles = [item for item in archive.items if item.get("text_level")]
    assert [item["page_idx"] for item in titles] == list(range(len(pages)))
    assert [item["text"].split()[1] for item in titles] == [str(page) for page in pages]


def test_a_page_range_behind_the_end_fails(serve):
    client = serve(settings={"canned_pages": 3}, has_err_code=True)
    (result,) = client.wait(client.upload(({"name": "a.pdf", "page_ranges": "7-9"}, b"%PDF")))
    assert (result["state"], result["err_code"]) == ("failed", "-10002")


def test_a_lost_job_is_missing_in_its_batch(serve):
    fault = {"kind": "upload", "file": "b.pdf", "do": "lose_job"}
    client = serve(settings={"canned_pages": 1}, faults=[fault])
    results = client.wait(client.upload(("a.pdf", b"%PDF"), ("b.pdf", b"%PDF")))
    assert [result["file_name"] for result in results] == ["a.pdf"]


def test_a_batch_is_lost_when_the_fault_script_says(serve):
    client = serve(settings={"canned_pages": 1}, faults=[{"kind": "poll_batch", "do": "lose_job", "nth": 2}])
    batch_id = client.upload()
    codes = [client.get(f"/extract-results/batch/{batch_id}")["code"] for _ in range(3)]
    assert codes == [0, -60012, -60012]


def test_an_unknown_state_word_is_told_when_the_fault_script_says(serve, site):
    site.files["/a.pdf"] = b"%PDF"
    faults = [{"kind": kind, "do": "state_word", "word": "dreaming"} for kind in ("poll", "poll_batch")]
    client = serve(settings={"canned_pages": 1}, faults=faults)
    assert client.states(client.upload()) == ["dreaming"]
    task_id = client.post("/extract/task", {"url": f"{site.origin}/a.pdf"})["data"]["task_id"]
    assert client.get(f"/extract/task/{task_id}")["data"]["state"] == "dreaming"


def test_pages_are_dropped_when_the_fault_script_says(serve):
    client = serve(settings={"canned_pages": 3}, faults=[{"kind": "upload", "do": "drop_pages", "pages": 2}])
    assert {item["page_idx"] for item in client.archive().items} == {0}


def test_the_environment_makes_a_client_use_it(shared):
    assert shared.server.environment == {"MINERU_BASE_URL": shared.root, "MINERU_API_KEY": shared.key}
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", shared.root)


def test_an_unknown_quirk_is_named():
    with pytest.raises(InvalidOptionsError, match="quirk 'mood' of the emulator of mineru"):
        make_emulator(EmulatorSettings(quirks={"mood": "good"}))
