"""The protocol: paths, envelopes, states, errors."""

import json
import uuid

import httpx
import pytest

from docferry.emulation import EmulatorSettings
from docferry.errors import InvalidOptionsError
from docferry_somark.emulator import make_emulator

BLOCK_KEYS = {"idx", "type", "bbox", "content", "format", "captions", "img_url"}


def test_a_task_is_queuing_processing_and_success(serve, clock):
    client = serve(settings={"canned_pages": 2, "queue_seconds": 5, "work_seconds": 10})
    answer = client.submit(("reports/a b.pdf", b"%PDF-1.4 x"))
    assert answer["code"] == 0
    assert answer["data"]["status"] == "QUEUING"
    task_id = answer["data"]["task_id"]
    assert len(task_id) == 32
    seen = []
    for seconds in (0, 5, 10):
        clock.advance(seconds)
        seen.append(client.check(task_id)["data"])
    if seen[2]["status"] == "PROCESSING":  # the canned parse takes real time, if little
        seen[2] = client.wait(task_id)
    assert [data["status"] for data in seen] == ["QUEUING", "PROCESSING", "SUCCESS"]
    assert [data["result"] is None for data in seen] == [True, True, False]
    assert seen[2]["file_name"] == "a b.pdf"
    assert seen[2]["metadata"] == {"page_num": 2, "file_type": ".pdf"}
    assert isinstance(seen[2]["record_id"], int)


def test_states_come_in_lower_case_where_that_is_asked_for(serve):
    client = serve(settings={"canned_pages": 1}, status_case="lower")
    assert client.submit()["data"]["status"] == "queuing"


def test_a_synchronous_parse_answers_with_the_result(canned):
    answer = canned.sync(output_formats=["markdown"])
    data = answer["data"]
    assert (answer["code"], data["error"], data["metadata"]["page_num"]) == (0, None, 2)
    assert set(data["result"]["outputs"]) == {"markdown"}
    assert canned.check(data["task_id"])["data"]["status"] == "SUCCESS"


def test_markdown_and_json_are_the_default(canned):
    assert set(canned.outputs(b"%PDF-1.4 x")) == {"markdown", "json"}


def test_pages_and_blocks_have_the_documented_fields(canned):
    pages = canned.outputs(b"%PDF-1.4 x")["json"]["pages"]
    assert [page["page_num"] for page in pages] == [0, 1]
    for page in pages:
        assert set(page) == {"page_num", "page_size", "merge_content_from_pre_page", "blocks"}
        assert page["page_size"] == {"w": 1240, "h": 1754}
        assert all(set(block) == BLOCK_KEYS for block in page["blocks"])
        assert all(
            0 <= block["bbox"][0] < block["bbox"][2] <= 1240
            and 0 <= block["bbox"][1] < block["bbox"][3] <= 1754
            for block in page["blocks"]
        )


def test_form_fields_may_stand_behind_the_file(canned):
    fields = [("file", ("a.pdf", b"%PDF-1.4 x")), ("api_key", (None, canned.key))]
    assert canned.http.post(f"{canned.base_url}/parse/async", files=fields).json()["code"] == 0


def test_a_check_may_be_a_multipart_form(canned):
    parts = {"api_key": (None, canned.key), "task_id": (None, canned.task())}
    answer = canned.http.post(f"{canned.base_url}/parse/async_check", files=parts).json()
    assert answer["code"] == 0


def test_usage_counts_free_pages_before_paid_ones(serve):
    client = serve(settings={"canned_pages": 4}, free_pages_today=5, free_pages_this_month=100, paid_pages=10)
    for expected in ([10, 1, 96], [7, 0, 95], [3, 0, 95]):
        client.wait(client.task())
        left = client.usage()["data"]
        assert [
            left[f"remaining_{name}"] for name in ("paid_pages", "free_pages_today", "free_pages_this_month")
        ] == (expected)
    assert left["dashboard_url"].startswith("https://")


@pytest.mark.parametrize("path", ["/extract/acc_sync", "/extract/async", "/extract/async_check"])
def test_the_old_paths_are_gone(canned, path):
    assert canned.http.post(canned.base_url + path).status_code == 410
    assert canned.counters.requests == {"removed": 1}


def test_other_paths_and_methods_do_not_exist(canned):
    assert canned.http.post(f"{canned.base_url}/parse").status_code == 404
    assert canned.http.get(f"{canned.base_url}/usage").status_code == 405


@pytest.mark.parametrize("key", ["", "sk-nobody"])
def test_a_wrong_key_is_1107_everywhere(canned, key):
    answers = [
        canned.submit(key=key),
        canned.sync(key=key),
        canned.check("x", key=key),
        canned.usage(key=key),
    ]
    assert [answer["code"] for answer in answers] == [1107] * 4
    assert [answer["data"] for answer in answers] == [None] * 4
    assert canned.counters.refusals == {"1107": 4}
    assert not canned.counters.submissions


def test_an_account_without_a_plan_is_1108(serve):
    assert serve(has_plan=False).usage()["code"] == 1108


def test_tasks_of_others_and_unknown_ones_do_not_exist(serve):
    client = serve(settings={"canned_pages": 1, "api_keys": ("sk-one", "sk-two")})
    task_id = client.task()
    assert client.check(task_id)["code"] == 0
    assert client.check(task_id, key="sk-two")["code"] == 1133
    assert client.check("0" * 32)["code"] == 1133
    assert client.check("")["code"] == 1133


def test_a_task_is_unknown_after_its_retention(serve, clock):
    client = serve(settings={"canned_pages": 1, "retention_seconds": 60})
    task_id = client.task()
    client.wait(task_id)
    clock.advance(61)
    assert client.check(task_id)["code"] == 1133


@pytest.mark.parametrize("name", ["page.html", "notes.txt", "none", "archive.pdf.zip"])
def test_a_file_of_another_type_is_1104(canned, name):
    assert canned.submit((name, b"x"))["code"] == 1104


def test_the_suffix_counts_in_upper_case_too(canned):
    assert canned.submit(("SCAN.PDF", b"%PDF-1.4 x"))["code"] == 0


def test_a_file_above_the_limit_of_bytes_is_1118(serve):
    client = serve(settings={"canned_pages": 1, "max_size_bytes": 1000})
    assert client.submit(b"%PDF" + b"x" * 1000)["code"] == 1118


def test_a_file_above_the_limit_of_pages_is_1132(serve, documents, tmp_path):
    client = serve(settings={"max_pages": 3})
    answers = [
        client.submit(documents.text_pdf(tmp_path, pages=pages, name=f"{pages}.pdf").read_bytes())
        for pages in (3, 4)
    ]
    assert [answer["code"] for answer in answers] == [0, 1132]
    assert "4 pages" in answers[1]["message"]


def test_the_published_limits_hold_without_settings():
    limits = make_emulator(EmulatorSettings()).state.limits
    assert (limits.max_size_bytes, limits.max_pages) == (200 * 1024 * 1024, 300)
    assert (limits.requests_per_second, limits.concurrency) == (1.0, 1)


def test_a_damaged_pdf_is_1106_at_once_or_fails_later(serve, documents, tmp_path):
    damaged = documents.truncated_pdf(tmp_path).read_bytes()
    picture = documents.png_named_pdf(tmp_path).read_bytes()
    client = serve()
    assert [client.submit(content)["code"] for content in (damaged, picture, b"")] == [1106] * 3
    client = serve(corrupt_at="parse")
    assert client.wait(client.task(damaged))["status"] == "FAILED"


def test_an_encrypted_pdf_fails_and_says_why(serve, documents, tmp_path):
    client = serve()
    data = client.wait(client.task(documents.encrypted_pdf(tmp_path, "secret").read_bytes()))
    assert (data["status"], data["result"]) == ("FAILED", None)
    assert "encrypted" in data["error"]


@pytest.mark.parametrize(
    ("quirk", "where"),
    [("data.error", ("data", "error")), ("data.message", ("data", "message")), ("message", ("message",))],
)
def test_the_reason_of_a_failure_stands_where_the_quirk_says(serve, quirk, where):
    fault = {"kind": "submit", "do": "fail_job", "message": "no luck"}
    client = serve(settings={"canned_pages": 1}, faults=[fault], reason_in=quirk)
    task_id = client.task()
    client.wait(task_id)
    found = client.check(task_id)
    for name in where:
        found = found[name]
    assert found == "no luck"


def test_a_failed_synchronous_parse_is_a_code(serve):
    fault = {"kind": "sync", "do": "fail_job", "code": 1137}
    client = serve(settings={"canned_pages": 1}, faults=[fault])
    assert client.sync()["code"] == 1137


def test_a_synchronous_parse_that_takes_too_long_is_1102(serve):
    client = serve(settings={"canned_pages": 1, "work_seconds": 400})
    assert client.sync()["code"] == 1102


@pytest.mark.parametrize(
    "code", [1101, 1102, 1104, 1106, 1107, 1108, 1111, 1118, 1123, 1124, 1132, 1133, 1137, 2000]
)
@pytest.mark.parametrize("kind", ["submit", "poll", "account"])
def test_the_fault_script_brings_every_code_to_every_request(serve, kind, code):
    client = serve(settings={"canned_pages": 1}, faults=[{"kind": kind, "do": "refuse", "code": code}])
    ask = {"submit": client.submit, "poll": lambda: client.check("x"), "account": client.usage}[kind]
    answer = ask()
    assert (answer["code"], answer["data"]) == (code, None)
    assert answer["message"]


def test_a_parameter_that_is_not_known_is_ignored_with_a_warning(canned):
    answer = canned.submit(extract_config={"keep_header_footer": True})
    assert answer["code"] == 0
    assert answer["warnings"] == ["parameter extract_config is not known and was ignored"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"output_formats": ["docx"]}, 1133),
        ({"output_formats": json.dumps(["json"])}, 1133),
        ({"element_formats": "url"}, 1133),
        ({"element_formats": {"image": "png"}}, 1133),
        ({"element_formats": {"picture": "url"}}, 1133),
        ({"element_formats": {"image": "file"}}, 1133),
        ({"output_formats": ["zip"], "element_formats": {"image": "url"}}, 1133),
        ({"feature_config": {"keep_header_footer": 1}}, 1133),
        ({"feature_config": {"keep_everything": True}}, 1133),
        ({"output_formats": ["zip"]}, 0),
        ({"output_formats": ["zip", "json"], "element_formats": {"image": "file"}}, 0),
        ({"element_formats": {"table": "markdown"}, "feature_config": {}}, 0),
    ],
)
def test_parameters_are_checked(canned, fields, code):
    assert canned.submit(**fields)["code"] == code


def test_an_upload_without_a_file_is_2000(canned):
    assert canned.post("/parse/async")["code"] == 2000
    broken = canned.http.post(
        f"{canned.base_url}/parse/async",
        content=b"--x\r\nbroken",
        headers={"Content-Type": "multipart/form-data"},  # without a boundary
    )
    assert broken.json()["code"] == 2000


def test_a_private_deployment_asks_for_no_key(serve):
    client = serve(settings={"canned_pages": 1}, is_private=True)
    answer = client.submit(key="")
    task_id = answer["data"]["task_id"]
    assert str(uuid.UUID(task_id)) == task_id
    assert answer["data"]["status"] == "queuing"
    data = client.wait(task_id)
    assert data["status"] == "success"
    kinds = [block["type"] for block in data["result"]["outputs"]["json"]["pages"][0]["blocks"]]
    assert kinds == ["Title", "Text", "Table"]
    assert client.http.post(f"{client.base_url}/usage").status_code == 404


def test_the_environment_makes_a_client_use_it(canned):
    assert httpx.URL(canned.base_url).path == "/api/v1"
    assert canned.server.environment == {"SOMARK_BASE_URL": canned.base_url, "SOMARK_API_KEY": canned.key}


def test_an_unknown_quirk_is_named():
    with pytest.raises(InvalidOptionsError, match="quirk 'status_size' of the emulator of somark"):
        make_emulator(EmulatorSettings(quirks={"status_size": "big"}))
