"""What is sent to servers of each version, and what every answer means."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from mineru_talk import item, plain, server

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    RateLimitedError,
    RejectedError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.model import JobState, Receipt
from docferry.provider import Response
from docferry.testing import ExchangeDriver
from docferry_mineru.options import MineruOptions
from docferry_mineru.parts import (
    ABOUT_PART,
    ANSWER_PART,
    ARCHIVE_PART,
    About,
    Dialect,
    check_result,
    read_about,
)

HEALTH_4 = plain({"status": "ok", "version": "4.0.12"})
HEALTH_3 = plain({"status": "healthy", "version": "3.4.5", "protocol_version": 2, "queued_tasks": 0})
TIERS = plain({"object": "list", "data": [{"id": "flash"}, {"id": "basic"}]})
NOT_FOUND = plain({"detail": "Not Found"}, status=404)
WRONG_METHOD = plain({"detail": "Method Not Allowed"}, status=405)
PROBES = {
    4: (HEALTH_4, TIERS),
    3: (NOT_FOUND, HEALTH_3),
    2: (NOT_FOUND, NOT_FOUND, WRONG_METHOD),
}
TAKEN = plain({"task_id": "t1", "status": "queued"}, status=202)
RECEIPTS = {version: Receipt(remote_id="t1", item_id=f"server-{version}") for version in (4, 3)}
FILE_4 = {
    "name": "report.pdf",
    "page_range": "1-2",
    "status": "completed",
    "parse": {"parser_version": "4.0.12"},
    "error": None,
}


def submitted(version, thing=None, reply=TAKEN, probes=None, **options):
    """What a submission to a server of that version comes to, and the request that hands the file in."""
    driver = ExchangeDriver(*(probes or PROBES[version]), reply)
    thing = thing or item(options=MineruOptions(**options))
    (taken,) = driver.submit(server(**options).submit([thing]))
    return taken, driver.requests[-1], driver


def form_of(request):
    return dict(request.form)


def query_of(request):
    return parse_qs(urlsplit(request.url).query)


def polled(version, body, status=200):
    (found,) = ExchangeDriver(plain(body, status=status)).run(server().poll([RECEIPTS[version]]))
    return found


# Which version it is.


@pytest.mark.parametrize("version", [4, 3, 2])
def test_the_version_is_found_out_in_the_documented_order(version):
    reply = TAKEN if version > 2 else Response(status=200, body=b"PK\x03\x04zip")
    receipt, _, driver = submitted(version, reply=reply)
    paths = [urlsplit(request.url).path for request in driver.requests[:-1]]
    assert (
        paths
        == {
            4: ["/v1/health", "/v1/tiers"],
            3: ["/v1/health", "/health"],
            2: ["/v1/health", "/health", "/file_parse"],
        }[version]
    )
    assert receipt.item_id == f"server-{version}"


def test_a_server_is_asked_once_in_a_process():
    submitted(3)
    driver = ExchangeDriver(TAKEN)
    assert driver.submit(server().submit([item()])) == (RECEIPTS[3],)


def test_a_server_that_was_exchanged_is_met_anew():
    submitted(3)
    with pytest.raises(RateLimitedError):
        ExchangeDriver(NOT_FOUND).submit(server().submit([item()]))
    assert submitted(4)[0] == RECEIPTS[4]


@pytest.mark.parametrize(
    ("probes", "error", "words"),
    [
        ((NOT_FOUND, NOT_FOUND, NOT_FOUND), InvalidOptionsError, "no MinerU server"),
        ((Response(status=200, body=b"<html>"),) * 2 + (NOT_FOUND,), InvalidOptionsError, "no MinerU server"),
        ((plain({}, status=401),), AuthenticationError, "key"),
        ((Response(status=502),), UnavailableError, "HTTP 502"),
        ((plain({"status": "ok", "version": "4.1.0"}),), InvalidOptionsError, r"version 4\.1\.0"),
        ((plain({"status": "ok", "version": "5.0"}),), InvalidOptionsError, r"version 5\.0"),
    ],
)
def test_what_is_no_server_of_a_known_version_is_told(probes, error, words):
    with pytest.raises(error, match=words):
        submitted(0, probes=probes)


def test_a_server_that_is_not_well_is_known_all_the_same():
    unwell = plain({"status": "unhealthy", "version": "3.4.5"}, status=503)
    assert submitted(3, probes=(NOT_FOUND, unwell))[0] == RECEIPTS[3]


def test_a_server_that_does_not_list_its_tiers_is_asked_for_none():
    _, request, _ = submitted(4, probes=(HEALTH_4, NOT_FOUND))
    assert "tier" not in query_of(request)


# Version 4.


def test_a_file_is_the_body_and_its_parameters_are_the_query():
    _, request, _ = submitted(4)
    assert (request.method, urlsplit(request.url).path) == ("POST", "/v1/tasks")
    assert query_of(request) == {
        "filename": ["report.pdf"],
        "ocr_mode": ["auto"],
        "output_formats": ["markdown", "middle_json", "structured_content", "zip"],
    }
    assert request.upload == item().file
    assert dict(request.headers) == {"Content-Type": "application/octet-stream"}
    assert (request.commits, request.reads_errors, request.receipts) == (True, True, ())


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ({"tier": "basic"}, "tier", "basic"),
        ({"is_ocr": True}, "ocr_mode", "ocr"),
        ({"ocr_mode": "txt"}, "ocr_mode", "txt"),
        ({"page_ranges": "1-5,8,-3--1"}, "page_range", "1-5,8,r3-r1"),
    ],
)
def test_every_parameter_of_version_4_has_its_wire_form(options, field, value):
    _, request, _ = submitted(4, **options)
    assert query_of(request)[field] == [value]


def test_a_server_with_nothing_but_flash_is_asked_for_it():
    only_flash = plain({"data": [{"id": "flash"}]})
    _, request, _ = submitted(4, probes=(HEALTH_4, only_flash))
    assert query_of(request)["tier"] == ["flash"]
    driver = ExchangeDriver(TAKEN)
    driver.submit(server().submit([item("a.docx")]))
    assert "tier" not in query_of(driver.requests[0])


def test_a_tier_that_is_not_offered_is_refused_before_anything_is_sent():
    with pytest.raises(InvalidOptionsError, match="basic, flash"):
        submitted(4, tier="advanced")


@pytest.mark.parametrize(
    ("word", "state", "is_known"),
    [
        ("queued", JobState.PENDING, True),
        ("running", JobState.RUNNING, True),
        ("completed", JobState.SUCCEEDED, True),
        ("failed", JobState.FAILED, True),
        ("partial", JobState.FAILED, True),
        ("canceled", JobState.CANCELLED, True),
        ("pondering", JobState.RUNNING, False),
    ],
)
def test_every_state_of_version_4_has_its_meaning(word, state, is_known):
    status = polled(4, {"task_id": "t1", "status": word, "files": [FILE_4]})
    assert (status.state, status.raw_state, status.is_known) == (state, word, is_known)
    assert (status.error is None) == (state not in (JobState.FAILED, JobState.CANCELLED))


@pytest.mark.parametrize("status", [200, 409])
def test_a_failed_task_is_a_result_whatever_the_status(status):
    failed = FILE_4 | {"error": {"code": "parse_failed", "message": "Unsupported file type: x.xyz"}}
    found = polled(4, {"task_id": "t1", "status": "failed", "files": [failed]}, status)
    assert (found.state, type(found.error)) == (JobState.FAILED, UnsupportedSourceError)
    failed = FILE_4 | {"error": {"code": "parse_failed", "message": "E1020 no model"}}
    found = polled(4, {"task_id": "t1", "status": "failed", "files": [failed]}, status)
    assert type(found.error) is JobFailedError
    assert "parse_failed: E1020 no model" in str(found.error)


@pytest.mark.parametrize(("pages", "total"), [("1-2", 2), ("1-5,8", 6), ("", None), ("3", 1), ("r1", None)])
def test_a_finished_task_tells_its_pages(pages, total):
    body = {"task_id": "t1", "status": "completed", "files": [FILE_4 | {"page_range": pages}]}
    assert polled(4, body).pages_total == total


def test_the_archive_of_version_4_is_streamed_and_checked():
    status = polled(4, {"task_id": "t1", "status": "completed", "files": [FILE_4]})
    driver = ExchangeDriver(Response(status=200, body=b"PK"))
    driver.run(server().fetch(status))
    (request,) = driver.requests
    assert request.url == "http://127.0.0.1:8000/v1/tasks/t1/result?response_format=zip"
    assert (request.saves_as, request.checks) == (ARCHIVE_PART, check_result)
    assert read_about(driver.parts[ABOUT_PART][1]) == About(
        dialect=Dialect.SERVER_4, version="4.0.12", file_name="report.pdf", pages_total=2
    )


@pytest.mark.parametrize(
    ("response", "expected"),
    [(Response(status=200), True), (Response(status=204), True), (plain({"error": {}}, status=409), False)],
)
def test_a_task_of_version_4_can_be_stopped(response, expected):
    driver = ExchangeDriver(response)
    assert driver.run(server().cancel(RECEIPTS[4])) is expected
    assert driver.requests[0].method == "DELETE"


def test_a_server_of_version_4_tells_its_limits():
    usage = {"limits": {"max_pages_per_file": 1000}, "current": {"pages_processed": 39, "odd": {}}}
    account = ExchangeDriver(HEALTH_4, TIERS, plain(usage)).run(server().account())
    assert account.figures == (
        ("version", "4.0.12"),
        ("pages of a file at most", "1000"),
        ("pages parsed", "39"),
    )


# Version 3.


def test_a_file_goes_to_version_3_as_a_form():
    _, request, _ = submitted(3)
    assert (request.method, request.url) == ("POST", "http://127.0.0.1:8000/tasks")
    (part,) = request.files
    assert (part.field, part.file_name, part.media_type) == ("files", "report.pdf", "application/pdf")
    assert form_of(request) == {
        "lang_list": "ch",
        "parse_method": "auto",
        "formula_enable": "true",
        "table_enable": "true",
        "image_analysis": "true",
        "return_md": "true",
        "return_middle_json": "true",
        "return_content_list": "true",
        "return_images": "true",
        "response_format_zip": "true",
        "return_model_output": "false",
    }
    assert (request.commits, request.reads_errors) == (True, True)


@pytest.mark.parametrize(
    ("options", "field", "value", "versions"),
    [
        ({"language": "korean"}, "lang_list", "korean", (3, 2)),
        ({"is_ocr": True}, "parse_method", "ocr", (3, 2)),
        ({"ocr_mode": "txt"}, "parse_method", "txt", (3, 2)),
        ({"enable_formula": False}, "formula_enable", "false", (3, 2)),
        ({"enable_table": False}, "table_enable", "false", (3, 2)),
        ({"backend": "pipeline"}, "backend", "pipeline", (3, 2)),
        ({"model_server_url": "http://gpu:30000/"}, "server_url", "http://gpu:30000", (3, 2)),
        ({"page_ranges": "3-12"}, "start_page_id", "2", (3, 2)),
        ({"page_ranges": "3-12"}, "end_page_id", "11", (3, 2)),
        ({"page_ranges": "3--1"}, "end_page_id", "99999", (3, 2)),
        ({"effort": "high"}, "effort", "high", (3,)),
        ({"image_analysis": False}, "image_analysis", "false", (3,)),
    ],
)
@pytest.mark.parametrize("version", [3, 2])
def test_every_parameter_of_older_versions_has_its_wire_form(options, field, value, versions, version):
    reply = TAKEN if version == 3 else Response(status=200, body=b"PK\x03\x04zip")
    _, request, _ = submitted(version, reply=reply, **options)
    assert form_of(request).get(field) == (value if version in versions else None)


@pytest.mark.parametrize("pages", ["2,4", "2--2", "-1"])
@pytest.mark.parametrize("version", [3, 2])
def test_older_versions_take_one_run_of_pages(pages, version):
    with pytest.raises(InvalidOptionsError, match="one range"):
        submitted(version, page_ranges=pages)


@pytest.mark.parametrize(
    ("word", "state", "is_known"),
    [
        ("pending", JobState.PENDING, True),
        ("processing", JobState.RUNNING, True),
        ("completed", JobState.SUCCEEDED, True),
        ("failed", JobState.FAILED, True),
        ("pondering", JobState.RUNNING, False),
    ],
)
def test_every_state_of_version_3_has_its_meaning(word, state, is_known):
    status = polled(3, {"task_id": "t1", "status": word, "error": "hybrid-engine requires torch"})
    assert (status.state, status.raw_state, status.is_known) == (state, word, is_known)
    assert ("torch" in str(status.error)) == (state is JobState.FAILED)


def test_a_failed_task_of_version_3_is_a_result_with_status_409():
    assert polled(3, {"task_id": "t1", "status": "failed", "error": "x"}, 409).state is JobState.FAILED


def test_the_archive_of_version_3_is_asked_for_at_our_address_and_not_at_the_servers():
    body = {"task_id": "t1", "status": "completed", "result_url": "http://internal:1/tasks/t1/result"}
    driver = ExchangeDriver(Response(status=200, body=b"PK"))
    driver.run(server().fetch(polled(3, body)))
    (request,) = driver.requests
    assert request.url == "http://127.0.0.1:8000/tasks/t1/result"
    assert (request.saves_as, request.checks) == (ARCHIVE_PART, check_result)
    assert read_about(driver.parts[ABOUT_PART][1]) == About(dialect=Dialect.SERVER_3)


def test_a_server_of_version_3_tells_what_it_does_and_cannot_stop():
    account = ExchangeDriver(NOT_FOUND, HEALTH_3, HEALTH_3).run(server().account())
    assert account.figures == (("version", "3.4.5"), ("tasks waiting", "0"))
    assert ExchangeDriver().run(server().cancel(RECEIPTS[3])) is False


def test_a_task_that_one_process_behind_the_address_does_not_know_is_asked_about_again():
    api, raised = server(), []
    for _ in range(4):
        try:
            ExchangeDriver(plain({"detail": "Task not found"}, status=404)).run(api.poll([RECEIPTS[3]]))
        except (JobNotFoundError, UnavailableError) as error:
            raised.append(type(error))
    assert raised == [UnavailableError, UnavailableError, UnavailableError, JobNotFoundError]


def test_a_task_started_elsewhere_is_asked_about_in_the_servers_own_way():
    driver = ExchangeDriver(NOT_FOUND, HEALTH_3, plain({"task_id": "t9", "status": "pending"}))
    driver.run(server().poll([Receipt(remote_id="t9")]))
    assert driver.requests[-1].url == "http://127.0.0.1:8000/tasks/t9"


# Version 2.


def test_the_answer_of_version_2_is_waited_for_as_long_as_its_option_says():
    zipped = Response(status=200, body=b"PK\x03\x04zip")
    assert submitted(2, reply=zipped, parse_timeout_seconds=60)[1].timeout_seconds == 60


def test_the_answer_of_version_2_is_the_result():
    receipt, request, driver = submitted(2, reply=Response(status=200, body=b"PK\x03\x04zip"))
    assert receipt == Receipt(remote_id="d1", item_id="server-2")
    assert (request.url, request.timeout_seconds) == ("http://127.0.0.1:8000/file_parse", 3600.0)
    assert "image_analysis" not in form_of(request)
    assert driver.parts[ARCHIVE_PART] == ("application/zip", b"PK\x03\x04zip")
    assert read_about(driver.parts[ABOUT_PART][1]) == About(dialect=Dialect.SERVER_2, file_name="report.pdf")


def test_an_answer_of_version_2_without_an_archive_is_kept_with_its_pictures():
    result = {
        "md_content": "# A",
        "images": {
            "a.jpg": "data:image/jpeg;base64,/9j/",
            "../b.png": "data:image/png;base64,AAAA",
            "c": "x",
        },
    }
    body = {"backend": "pipeline", "version": "2.5.4", "results": {"report": result}}
    _, _, driver = submitted(2, reply=plain(body))
    assert json.loads(driver.parts[ANSWER_PART][1]) == body
    assert driver.parts["images/a.jpg"] == ("image/jpeg", b"\xff\xd8\xff")
    assert set(driver.parts) == {ANSWER_PART, "images/a.jpg", "images/b.png", ABOUT_PART}
    assert read_about(driver.parts[ABOUT_PART][1]).version == "2.5.4"


def test_an_answer_of_version_2_without_any_result_is_a_failure():
    with pytest.raises(JobFailedError, match="no result"):
        submitted(2, reply=plain({"backend": "pipeline", "results": {}}))


def test_a_server_of_version_2_remembers_nothing():
    receipt = Receipt(remote_id="d1", item_id="server-2")
    with pytest.raises(UnavailableError, match="remembers no tasks"):
        ExchangeDriver().run(server().poll([receipt]))
    assert ExchangeDriver().run(server().cancel(receipt)) is False
    account = ExchangeDriver(*PROBES[2]).run(server().account())
    assert account.is_valid


# What is refused.


def error_4(code, message="why", status=400):
    body = {"error": {"type": "invalid_request_error", "code": code, "message": message, "param": None}}
    return plain(body, status=status)


REFUSALS = [
    (4, error_4("invalid_request"), InvalidOptionsError),
    (4, error_4("unsupported_output_format"), InvalidOptionsError),
    (4, error_4("page_range_invalid"), InvalidOptionsError),
    (4, error_4("quality_tier_unavailable", status=503), InvalidOptionsError),
    (4, error_4("invalid_api_key", status=401), AuthenticationError),
    (4, error_4("file_too_large", status=413), SourceTooLargeError),
    (4, error_4("job_already_terminal", status=409), RejectedError),
    (4, error_4("upload_already_terminal", status=409), RejectedError),
    (4, error_4("parse_failed", status=500), JobFailedError),
    (4, error_4("unheard_of", status=418), RejectedError),
    (4, error_4("unheard_of", status=400), InvalidOptionsError),
    (4, plain({"error": {}}, status=415), UnsupportedSourceError),
    (3, plain({"detail": "Unsupported file type: txt"}, status=400), UnsupportedSourceError),
    (3, plain({"detail": "no"}, status=400), InvalidOptionsError),
    (
        3,
        plain({"detail": [{"loc": ["body", "files"], "msg": "Field required"}]}, status=422),
        InvalidOptionsError,
    ),
    (3, plain({"detail": "Task manager is not initialized"}, status=503), UnavailableError),
    (3, Response(status=429, headers={"retry-after": "9"}), RateLimitedError),
    (3, Response(status=403), AuthenticationError),
    (3, Response(status=502, body=b"<html>"), UnavailableError),
    (2, plain({"error": "Unsupported file type: .xyz"}, status=400), UnsupportedSourceError),
    (2, plain({"error": "Failed to load file: broken xref"}, status=400), CorruptSourceError),
    (2, plain({"error": "Failed to process file: CUDA"}, status=500), JobFailedError),
    (2, Response(status=500, body=b"oops"), UnavailableError),
    (2, Response(status=200, body=b"<html>"), UnavailableError),
    (3, Response(status=200, body=b"<html>"), UnavailableError),
    (4, plain({"status": "queued"}, status=202), InvalidResponseError),
]


@pytest.mark.parametrize(("version", "reply", "error"), REFUSALS)
def test_every_refusal_has_its_remedy(version, reply, error):
    with pytest.raises(error) as caught:
        submitted(version, reply=reply)
    assert type(caught.value) is error
    if error is RateLimitedError:
        assert caught.value.retry_after_seconds == 9.0


def test_the_words_of_a_refusal_are_told():
    with pytest.raises(InvalidOptionsError, match=r"\(body\.files Field required\)"):
        submitted(
            3, reply=plain({"detail": [{"loc": ["body", "files"], "msg": "Field required"}]}, status=422)
        )


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("version", [4, 3, 2])
def test_a_call_that_the_server_met_just_now_does_not_know_is_a_wrong_address(version, status):
    with pytest.raises(InvalidOptionsError, match="does not know the address"):
        submitted(version, reply=plain({"detail": "Not Found"}, status=status))


@pytest.mark.parametrize(
    ("version", "response", "error"),
    [
        (4, error_4("job_not_found", status=404), JobNotFoundError),
        (4, error_4("task_not_found", status=404), JobNotFoundError),
        (4, error_4("invalid_response", status=502), UnavailableError),
        (4, error_4("invalid_api_key", status=401), AuthenticationError),
        (3, plain({"detail": "Task not found"}, status=404), JobNotFoundError),
        (3, Response(status=500), UnavailableError),
    ],
)
def test_a_result_that_cannot_be_had_is_told(version, response, error):
    status = polled(version, {"task_id": "t1", "status": "completed", "files": [FILE_4]})
    with pytest.raises(error):
        ExchangeDriver(response).run(server().fetch(status))


@pytest.mark.parametrize(("version", "name"), [(4, "a.eml"), (3, "a.html"), (3, "a.doc"), (2, "a.docx")])
def test_each_version_reads_its_own_kinds_of_file(version, name):
    refused, _, driver = submitted(version, item(name))
    assert type(refused) is UnsupportedSourceError
    assert len(driver.requests) == len(PROBES[version])


def test_the_key_of_a_server_goes_along_and_is_never_shown():
    reply = error_4("invalid_request", message="key server-key-1234567890 is odd")
    driver = ExchangeDriver(*PROBES[4], reply)
    with pytest.raises(InvalidOptionsError) as caught:
        driver.submit(server(api_key="server-key-1234567890").submit([item()]))
    assert "1234567890" not in str(caught.value)
    assert {request.headers["Authorization"] for request in driver.requests} == {
        "Bearer server-key-1234567890"
    }


def test_limits_of_a_server_are_the_users():
    assert server().limits.max_size_bytes is None
    assert server(concurrency=9, max_pages=3).limits.concurrency == 9
    assert server().batch_limit == 1
    assert server().batch_key(item(data_id="d9")) == "d9"
