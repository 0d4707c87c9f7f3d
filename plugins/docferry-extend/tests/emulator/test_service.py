"""The protocol: both versions, who may ask, how often, and what is answered to what is wrong."""

import json

import pytest

from docferry.errors import InvalidOptionsError

LATEST, LEGACY = "2026-02-09", "2025-04-21"
VERSIONS = pytest.mark.parametrize("version", [LATEST, LEGACY])


def code_of(answer):
    return answer.status_code, answer.json().get("code")


def test_a_run_is_bare_in_the_current_version(canned):
    begun = canned.begin(body={"metadata": {"customer": 7}})
    run = canned.wait(begun.json()["id"])

    assert begun.headers["x-extend-api-version"] == LATEST
    assert begun.json()["object"] == "parse_run"
    assert (begun.json()["status"], begun.json()["output"]) == ("PROCESSING", None)
    assert run["id"].startswith("pr_")
    assert run["metadata"] == {"customer": 7}
    assert run["metrics"]["pageCount"] == 2
    assert run["usage"] == {"credits": 4.0, "totalCredits": 4.0}
    assert [chunk["metadata"]["pageRange"] for chunk in run["output"]["chunks"]] == [
        {"start": 1, "end": 1},
        {"start": 2, "end": 2},
    ]
    assert run["config"]["engineVersion"] == "2.1.0"


def test_a_run_is_in_an_envelope_in_the_earlier_version(canned):
    begun = canned.begin(version=LEGACY).json()
    canned.wait(begun["id"], version=LEGACY)
    answer = canned.look(begun["id"], version=LEGACY).json()

    assert (begun["object"], begun["status"], begun["failureReason"]) == (
        "parser_run_status",
        "PROCESSING",
        None,
    )
    assert answer["success"] is True
    assert answer["parserRun"]["object"] == "parser_run"
    assert len(answer["parserRun"]["chunks"]) == 2
    assert answer["parserRun"]["fileId"].startswith("file_")


def test_a_run_that_goes_on_is_a_status_in_the_earlier_version(serve):
    client = serve(settings={"canned_pages": 1, "work_seconds": 1000})
    run_id = client.begin(version=LEGACY).json()["id"]

    assert client.look(run_id, version=LEGACY).json()["parserRun"] == {
        "object": "parser_run_status",
        "id": run_id,
        "status": "PROCESSING",
        "failureReason": None,
    }


@VERSIONS
def test_wrong_keys_are_refused_as_each_version_words_it(canned, version):
    for key in ("x", "sk_nobody"):
        answer = canned.ask("GET", "/files", key=key, version=version)
        assert answer.status_code == 401
        if version == LEGACY:
            assert answer.json()["success"] is False
        else:
            assert (answer.json()["code"], answer.json()["retryable"]) == ("UNAUTHORIZED", False)
            assert answer.json()["requestId"].startswith("req_")


@pytest.mark.parametrize("version", ["", "2030-01-01", "latest"])
def test_the_version_header_is_required(canned, version):
    answer = canned.ask("GET", "/files", version=version)

    assert code_of(answer) == (400, "INVALID_REQUEST")
    assert "x-extend-api-version" in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "version", "expected"),
    [
        ("POST", "/parse/async", LATEST, (410, "ENDPOINT_REMOVED")),
        ("GET", "/parser_runs/x", LATEST, (410, "ENDPOINT_REMOVED")),
        ("DELETE", "/parser_runs/x", LATEST, (410, "ENDPOINT_REMOVED")),
        ("POST", "/parse_runs", LEGACY, (404, "NOT_FOUND")),
        ("GET", "/parse_runs/x", LEGACY, (404, "NOT_FOUND")),
        ("POST", "/parse_runs/x/cancel", LEGACY, (404, "NOT_FOUND")),
        ("GET", "/parse_runs", LEGACY, (404, "NOT_FOUND")),
        ("POST", "/webhook_endpoints", LEGACY, (404, "NOT_FOUND")),
    ],
)
def test_a_path_of_the_other_version_is_not_there(canned, method, path, version, expected):
    assert code_of(canned.ask(method, path, version=version, json={})) == expected


@VERSIONS
def test_a_version_may_be_gone(serve, version):
    client = serve(is_gone=version)

    assert code_of(client.ask("GET", "/files", version=version)) == (410, "ENDPOINT_REMOVED")


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"target": "Markdown"}, "config.target"),
        ({"engine": "parse_magic"}, "config.engine"),
        ({"chunkingStrategy": {"type": "word"}}, "config.chunkingStrategy.type"),
        ({"target": "spatial", "chunkingStrategy": {"type": "section"}}, "config.chunkingStrategy.type"),
        ({"blockOptions": {"tables": {"targetFormat": "latex"}}}, "config.blockOptions.tables.targetFormat"),
        ({"blockOptions": {"formulas": {"enabled": "yes"}}}, "config.blockOptions.formulas.enabled"),
        (
            {"advancedOptions": {"verticalGroupingThreshold": 9}},
            "config.advancedOptions.verticalGroupingThreshold",
        ),
        ({"advancedOptions": {"pageRanges": "1-3"}}, "config.advancedOptions.pageRanges"),
        ({"advancedOptions": {"pageRanges": [{"start": 2}]}}, "config.advancedOptions.pageRanges[0]"),
        (
            {"advancedOptions": {"pageRanges": [{"start": 3, "end": 2}]}},
            "config.advancedOptions.pageRanges[0]",
        ),
        (
            {"advancedOptions": {"pageRanges": [{"start": 1, "end": 751}]}},
            "config.advancedOptions.pageRanges[0]",
        ),
    ],
)
def test_wrong_settings_are_refused_with_their_place(canned, config, place):
    answer = canned.begin(**config)

    assert code_of(answer) == (400, "INVALID_REQUEST")
    assert answer.json()["message"].endswith(f"; Path: {place}")


@pytest.mark.parametrize(
    "file",
    [None, {}, {"id": "f", "url": "http://h"}, {"url": "ftp://h"}, {"text": "x"}, {"fileId": "f"}, {"id": 3}],
)
def test_a_run_needs_exactly_one_file(canned, file):
    assert code_of(canned.ask("POST", "/parse_runs", json={"file": file})) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("body", [b"{", b"[]", b"null"])
def test_a_body_that_is_no_object_is_refused(canned, body):
    assert code_of(canned.ask("POST", "/parse_runs", content=body)) == (400, "INVALID_REQUEST")


def test_the_auto_engine_is_of_the_current_version_alone(canned):
    assert code_of(canned.begin(engine="parse_auto", version=LEGACY)) == (400, "INVALID_REQUEST")
    assert canned.run(engine="parse_auto")["usage"]["credits"] == 2.0


@VERSIONS
def test_files_are_told_of_and_deleted(canned, version):
    file_id = canned.upload(version=version)
    told = canned.ask("GET", f"/files/{file_id}", version=version).json()
    listed = canned.ask("GET", "/files", version=version).json()
    deleted = canned.ask("DELETE", f"/files/{file_id}", version=version)

    assert (told if version == LATEST else told["file"])["id"] == file_id
    assert [file["id"] for file in listed["data" if version == LATEST else "files"]] == [file_id]
    assert deleted.status_code == 200
    assert code_of(canned.ask("GET", f"/files/{file_id}", version=version)) == (404, "NOT_FOUND")
    assert code_of(canned.begin(file_id=file_id, version=version)) == (404, "NOT_FOUND")


def test_an_upload_without_a_file_is_refused(canned):
    assert code_of(canned.ask("POST", "/files/upload", data={"password": "x"})) == (400, "INVALID_REQUEST")


def test_keys_have_files_and_runs_of_their_own(serve):
    client = serve(settings={"canned_pages": 1, "api_keys": ("sk_a", "sk_b")})
    run = client.run()
    client.key = "sk_b"

    assert code_of(client.look(run["id"])) == (404, "NOT_FOUND")
    assert code_of(client.begin(file_id=run["file"]["id"])) == (404, "NOT_FOUND")
    assert client.ask("GET", "/files").json()["data"] == []


def test_limits_are_enforced_and_say_when_to_come_again(serve):
    client = serve(settings={"canned_pages": 1, "requests_per_second": None})
    answers = [client.ask("GET", "/files") for _ in range(11)]
    legacy = client.ask("GET", "/files", version=LEGACY)

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].json()["retryable"] is True
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert set(legacy.json()) == {"error"}


def test_files_per_minute_are_limited_too(serve, clock):
    client = serve(settings={"canned_pages": 1, "requests_per_second": None}, files_per_minute=2)
    file_id = client.upload()
    codes = []
    for _ in range(3):
        codes.append(client.begin(file_id=file_id).status_code)
        clock.advance(1)

    assert codes == [200, 200, 429]


def test_when_to_come_again_may_be_left_out(serve):
    client = serve(settings={"requests_per_second": 1}, has_retry_after=False)
    client.ask("GET", "/files")

    assert "retry-after" not in client.ask("GET", "/files").headers


@pytest.mark.parametrize(("at", "expected"), [("submit", 402), ("run", 200)])
def test_credits_run_out(serve, at, expected):
    client = serve(settings={"canned_pages": 2}, credits=5, out_of_credits_at=at)
    client.run()
    answer = client.begin()

    assert answer.status_code == expected
    if at == "submit":
        assert answer.json()["code"] == "USAGE_BLOCKED"
    else:
        assert client.wait(answer.json()["id"])["failureReason"] == "OUT_OF_CREDITS"


def test_what_fails_is_not_billed(serve):
    client = serve(
        settings={"canned_pages": 2},
        credits=5,
        faults=[{"do": "fail_job", "kind": "submit", "code": "OCR_ERROR", "times": 1}],
    )

    assert client.run()["failureReason"] == "OCR_ERROR"
    assert client.run()["status"] == "PROCESSED"


@VERSIONS
@pytest.mark.parametrize("reason", ["CORRUPT_FILE", "CHUNKING_ERROR", "INTERNAL_ERROR", "SOMETHING_NEW"])
def test_runs_fail_with_the_reason_of_the_script(serve, version, reason):
    fault = {"do": "fail_job", "kind": "submit", "code": reason, "message": "because"}
    client = serve(settings={"canned_pages": 1}, faults=[fault])
    run = client.run(version=version)

    assert (run["status"], run["failureReason"]) == ("FAILED", reason)
    assert run.get("failureMessage", "because") == "because"


@VERSIONS
def test_the_synchronous_call_answers_with_the_result_or_an_error(serve, version):
    client = serve(
        settings={"canned_pages": 1},
        faults=[{"do": "fail_job", "kind": "sync", "code": "OCR_ERROR", "nth": 2}],
    )
    file_id = client.upload(version=version)
    named = {"id": file_id} if version == LATEST else {"fileId": file_id}
    done, failed = (client.ask("POST", "/parse", version=version, json={"file": named}) for _ in range(2))

    assert (done.json().get("output") or done.json())["chunks"]
    assert code_of(failed) == (400, "OCR_ERROR")
    assert failed.json()["retryable"] is True


def test_the_result_stands_at_an_address_that_expires(serve, clock):
    client = serve(settings={"canned_pages": 1, "link_seconds": 900})
    inline = client.run()
    run = client.look(inline["id"], response_type="url").json()

    assert run["output"] is None
    assert client.http.get(run["outputUrl"]).json() == inline["output"]
    clock.advance(901)
    assert client.http.get(run["outputUrl"]).status_code == 403


def test_a_run_is_cancelled_only_while_it_goes_on(serve):
    client = serve(settings={"canned_pages": 1, "work_seconds": 100})
    run_id = client.begin().json()["id"]
    cancelled = client.ask("POST", f"/parse_runs/{run_id}/cancel").json()

    assert cancelled["status"] == "CANCELLING"
    assert client.look(run_id).json()["status"] == "CANCELLED"
    assert code_of(client.ask("POST", f"/parse_runs/{run_id}/cancel")) == (400, "INVALID_REQUEST")


def test_a_deleted_run_is_gone(canned):
    latest, legacy = canned.run()["id"], canned.run(version=LEGACY)["id"]

    assert canned.ask("DELETE", f"/parse_runs/{latest}").json() == {"id": latest, "object": "parse_run"}
    answer = canned.ask("DELETE", f"/parser_runs/{legacy}", version=LEGACY).json()
    assert (answer["success"], answer["parserRunId"]) == (True, legacy)
    assert code_of(canned.look(latest)) == (404, "NOT_FOUND")
    assert code_of(canned.look(legacy, version=LEGACY)) == (404, "NOT_FOUND")


def test_runs_are_listed_newest_first_in_pages(canned):
    ids = [canned.run()["id"] for _ in range(3)]
    first = canned.ask("GET", "/parse_runs", params={"maxPageSize": "2"}).json()
    rest = canned.ask("GET", "/parse_runs", params={"nextPageToken": first["nextPageToken"]}).json()

    assert [run["id"] for run in first["data"] + rest["data"]] == ids[::-1]
    assert "output" not in first["data"][0]
    assert canned.ask("GET", "/parse_runs", params={"status": "FAILED"}).json()["data"] == []


def test_a_batch_has_a_run_for_each_input(canned):
    inputs = [{"file": {"id": canned.upload()}}, {"file": {"text": "Tides"}, "metadata": {"n": 2}}]
    begun = canned.ask("POST", "/parse_runs/batch", json={"inputs": inputs}).json()
    for run in canned.ask("GET", "/parse_runs", params={"batchId": begun["id"]}).json()["data"]:
        canned.wait(run["id"])
    batch = canned.ask("GET", f"/batch_runs/{begun['id']}").json()

    assert (batch["status"], batch["runCount"]) == ("PROCESSED", 2)
    assert code_of(canned.ask("GET", "/batch_runs/none")) == (404, "NOT_FOUND")
    assert code_of(canned.ask("POST", "/parse_runs/batch", json={"inputs": []})) == (400, "INVALID_REQUEST")


def test_an_address_of_this_machine_is_downloaded_and_no_other(canned):
    state = canned.service.state
    asset = state.assets.put(b"%PDF-1.4 x", file_name="tides.pdf")
    address = state.assets.address(asset, origin=state.origins[0])
    found = canned.ask("POST", "/parse_runs", json={"file": {"url": address}}).json()
    runs = [found["id"]]
    wrong = ("http://127.0.0.1:9/x.pdf", "http://example.com/x.pdf", state.origins[0] + "/none.pdf")
    runs += [canned.ask("POST", "/parse_runs", json={"file": {"url": url}}).json()["id"] for url in wrong]
    ended = [canned.wait(run_id) for run_id in runs]

    assert ended[0]["file"]["name"] == "tides.pdf"
    assert [run["failureReason"] for run in ended] == [None, *["UNABLE_TO_DOWNLOAD_FILE"] * 3]


def test_large_files_and_many_pages_are_refused(serve, demo_path):
    client = serve(settings={"max_size_bytes": 10, "max_pages": 3})
    assert code_of(client.ask("POST", "/files/upload", files={"file": ("a.pdf", b"x" * 11)})) == (
        413,
        "FILE_SIZE_TOO_LARGE",
    )
    client = serve(settings={"max_pages": 3})
    assert client.run(demo_path.read_bytes())["failureReason"] == "FILE_SIZE_TOO_LARGE"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (("a.pdf", b"%PDF-1.4 cut"), "CORRUPT_FILE"),
        (("a.pdf", b"no pdf at all"), "CORRUPT_FILE"),
        (("a.xyz", b"what is this"), "FILE_TYPE_NOT_SUPPORTED"),
        (("a.docx", b"PK\x03\x04"), "FILE_TYPE_NOT_SUPPORTED"),
    ],
)
def test_bad_files_make_their_runs_fail(serve, file, reason):
    assert serve().run(file)["failureReason"] == reason


def test_bad_files_may_be_refused_at_once(serve):
    client = serve(bad_files_at="upload")
    answer = client.ask("POST", "/files/upload", files={"file": ("a.xyz", b"x")})

    assert code_of(answer) == (400, "FILE_TYPE_NOT_SUPPORTED")


@pytest.mark.parametrize("body", ["plain", "nested"])
def test_errors_come_in_other_shapes(serve, body):
    error = serve(error_body=body).ask("GET", "/files", key="x").json()["error"]

    assert error == "The API key is invalid." if body == "plain" else error["code"] == "UNAUTHORIZED"


def test_runs_may_be_wrapped_in_the_current_version(serve):
    client = serve(settings={"canned_pages": 1}, wraps_runs=True)

    assert client.begin().json()["parseRun"]["object"] == "parse_run"


def test_results_are_forgotten_after_their_time(serve, clock):
    client = serve(settings={"canned_pages": 1, "retention_seconds": 60})
    run_id = client.run()["id"]
    clock.advance(61)

    assert code_of(client.look(run_id)) == (404, "NOT_FOUND")


FAULTS = {
    "status": ({"do": "status", "status": 502, "retry_after_seconds": 3}, 502),
    "refuse": ({"do": "refuse", "code": "RATE_LIMIT_EXCEEDED"}, 429),
    "malformed": ({"do": "malformed"}, 200),
    "lost": ({"do": "lose_job"}, 404),
    "word": ({"do": "state_word", "word": "REARRANGING"}, 200),
}


@VERSIONS
@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_polls_take_effect_once(serve, version, name):
    fault, status = FAULTS[name]
    client = serve(settings={"canned_pages": 1}, faults=[{"kind": "poll", "times": 1, **fault}])
    answer = client.look(client.begin(version=version).json()["id"], version=version)

    assert answer.status_code == status
    assert sum(client.counters.faults.values()) == 1
    if name == "word":
        run = answer.json() if version == LATEST else answer.json()["parserRun"]
        assert run["status"] == "REARRANGING"
        assert run.get("output") is None
    if name == "malformed":
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_a_run_that_stalls_never_ends(serve, clock):
    client = serve(settings={"canned_pages": 1}, faults=[{"do": "stall_job", "kind": "submit"}])
    run_id = client.begin().json()["id"]
    clock.advance(10_000)

    assert client.look(run_id).json()["status"] == "PROCESSING"


def test_pages_that_are_dropped_are_not_claimed(serve):
    client = serve(settings={"canned_pages": 3}, faults=[{"do": "drop_pages", "kind": "submit", "pages": 1}])
    run = client.run()

    assert len(run["output"]["chunks"]) == 2
    assert run["metrics"]["pageCount"] == 2


def test_wrong_quirks_and_fault_scripts_are_refused(serve):
    with pytest.raises(InvalidOptionsError, match="quirk 'dpi'"):
        serve(dpi=0)
    with pytest.raises(InvalidOptionsError, match="does not have"):
        serve(faults=[{"do": "reset", "kind": "usage"}])


def test_uploads_and_runs_are_counted(canned):
    file_id = canned.upload()
    for _ in range(2):
        canned.wait(canned.begin(file_id=file_id).json()["id"])

    assert sum(canned.counters.uploads.values()) == 1
    assert sum(canned.counters.submissions.values()) == 2
    assert canned.counters.billed_pages == 4
