"""What is sent, and what every answer means, in both versions of the API."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from extend_shapes import (
    KEY,
    block,
    chunk,
    legacy_run,
    make_item,
    problem,
    response,
    run,
)

from docferry.errors import (
    AuthenticationError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RateLimitedError,
    SourceError,
    SourceNotFoundError,
    UnavailableError,
)
from docferry.model import Cost, JobState, PageSelection, Receipt
from docferry.provider import Response
from docferry.testing import ExchangeDriver, reader_of
from docferry_extend.api import make_api
from docferry_extend.options import ExtendOptions
from docferry_extend.runs import delete
from docferry_extend.wire import FileReference

RECEIPT = Receipt(remote_id="pr_1")
LEGACY_RECEIPT = Receipt(remote_id="parser_run_1")
UPLOADED = response({"object": "file", "id": "file_1", "name": "report.pdf"})
BEGUN = response(run(status="PROCESSING"))
PNG = b"\x89PNG\r\n\x1a\nmade up"


def made(**options):
    return make_api(ExtendOptions(**{"api_key": KEY, **options}), environment={})


def submitted(api, item, *answers):
    driver = ExchangeDriver(*(answers or (UPLOADED, BEGUN)))
    return driver.run(api.submit([item])), driver.requests


def polled(api, answer, receipt=RECEIPT):
    driver = ExchangeDriver(answer)
    return driver.run(api.poll([receipt]))[0], driver.requests[0]


def test_a_file_is_uploaded_and_then_parsed(api, item):
    receipts, (upload, begin) = submitted(api, item)

    assert receipts == (RECEIPT,)
    assert (upload.method, upload.url) == ("POST", "https://api.extend.ai/files/upload")
    (part,) = upload.files
    assert (part.field, part.file_name, part.media_type) == ("file", "report.pdf", "application/pdf")
    assert part.file is item.file
    assert (begin.method, begin.url) == ("POST", "https://api.extend.ai/parse_runs")
    assert begin.json_body["file"] == {"id": "file_1"}


def test_the_run_commits_and_the_upload_is_repeated_freely(api, item):
    _, (upload, begin) = submitted(api, item)

    assert (upload.commits, upload.may_repeat) == (False, True)
    assert (begin.commits, begin.may_repeat) == (True, False)


def test_the_older_version_has_its_own_paths_and_bodies(legacy_api, item):
    uploaded = response({"success": True, "file": {"object": "file", "id": "file_1"}})
    begun = response({"object": "parser_run_status", "id": "parser_run_1", "status": "PROCESSING"})
    receipts, (upload, begin) = submitted(legacy_api, item, uploaded, begun)

    assert receipts == (LEGACY_RECEIPT,)
    assert upload.url == "https://api.extend.ai/files/upload"
    assert begin.url == "https://api.extend.ai/parse/async"
    assert begin.json_body["file"] == {"fileId": "file_1"}
    assert begin.headers["x-extend-api-version"] == "2025-04-21"


def test_every_request_has_key_and_version_and_the_workspace_when_set(item):
    for api, workspace in ((made(), None), (made(workspace_id="ws_1"), "ws_1")):
        driver = ExchangeDriver(lambda request: UPLOADED if "upload" in request.url else BEGUN)
        driver.run(api.submit([item]))
        driver.run(api.poll([RECEIPT]))
        driver.run(api.cancel(RECEIPT))
        driver.run(api.account())
        for request in driver.requests:
            assert request.headers["Authorization"] == f"Bearer {KEY}"
            assert request.headers["x-extend-api-version"] == "2026-02-09"
            assert request.headers.get("x-extend-workspace-id") == workspace
            assert request.timeout_seconds == 120.0


def test_password_and_conversion_go_with_the_upload(item):
    _, (upload, _) = submitted(made(password="open", convert_to_pdf=True), item)

    assert upload.form == (("password", "open"),)
    assert upload.query == {"convertToPdf": "true"}


def test_the_older_version_refuses_a_password_before_anything_is_sent(item):
    driver = ExchangeDriver()
    with pytest.raises(InvalidOptionsError, match="takes no password"):
        driver.run(made(password="open", api_version="2025-04-21").submit([item]))
    assert driver.requests == []


@pytest.mark.parametrize(
    ("name", "sent"),
    [("a/b\\Jahr 年.pdf", "Jahr 年.pdf"), ('quo"te\n.pdf', "quo_te_.pdf"), ("", "document")],
)
def test_file_names_are_sent_as_any_header_can_hold_them(api, tmp_path, name, sent):
    item = make_item(tmp_path, file_name=name or "x")
    object.__setattr__(item.file, "file_name", name)
    _, (upload, _) = submitted(api, item)

    assert upload.files[0].file_name == sent


def test_a_file_is_not_uploaded_again_because_the_service_is_busy(api, item):
    busy = problem("RATE_LIMIT_EXCEEDED", status=429, retryable=True, headers={"retry-after": "3"})
    with pytest.raises(RateLimitedError) as caught:
        submitted(api, item, UPLOADED, busy)
    _, requests = submitted(api, item, BEGUN)
    _, again = submitted(api, item)

    assert caught.value.retry_after_seconds == 3.0
    assert [request.url.rpartition("/")[2] for request in requests] == ["parse_runs"]
    assert len(again) == 2, "once the run is begun, the file's id has no further use"


def test_a_file_that_the_service_forgot_is_uploaded_again(api, item):
    with pytest.raises(SourceNotFoundError):
        submitted(api, item, UPLOADED, problem("NOT_FOUND", status=404))

    assert len(submitted(api, item)[1]) == 2


@pytest.mark.parametrize(
    "reference", [FileReference(file_id="file_9"), FileReference(url="https://h/a.pdf", name="a.pdf")]
)
def test_what_the_service_has_or_fetches_is_not_uploaded(item, reference):
    api = make_api(ExtendOptions(api_key=KEY), reference=reference, environment={})
    _, (begin,) = submitted(api, item, BEGUN)

    assert begin.commits
    assert begin.json_body["file"] in ({"id": "file_9"}, {"url": "https://h/a.pdf", "name": "a.pdf"})


@pytest.mark.parametrize("answer", [UPLOADED, response({}), response(b"<html>"), response([1])])
def test_a_submission_without_an_id_is_an_invalid_response(api, item, answer):
    with pytest.raises(InvalidResponseError):
        submitted(api, item, response({}) if answer is UPLOADED else UPLOADED, answer)


def test_selected_pages_of_a_pdf_are_counted_before_anything_is_sent(api, tmp_path, demo_path):
    item = make_item(tmp_path, pages=PageSelection.parse("3-"))
    object.__setattr__(item.file, "content", demo_path)
    _, (_, begin) = submitted(api, item)
    far = make_item(tmp_path, pages=PageSelection.parse("40-"))
    object.__setattr__(far.file, "content", demo_path)
    driver = ExchangeDriver()

    assert begin.json_body["config"]["advancedOptions"]["pageRanges"] == [{"start": 3, "end": 8}]
    with pytest.raises(SourceError, match="has 8 pages"):
        driver.run(api.submit([far]))
    assert driver.requests == []


def test_pages_of_a_file_that_cannot_be_counted_are_left_to_the_service(api, tmp_path):
    item = make_item(tmp_path, pages=PageSelection.parse("3-"))
    _, (_, begin) = submitted(api, item)

    assert begin.json_body["config"]["advancedOptions"]["pageRanges"] == [{"start": 3, "end": 750}]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", JobState.PENDING),
        ("PROCESSING", JobState.RUNNING),
        ("CANCELLING", JobState.RUNNING),
        ("PROCESSED", JobState.SUCCEEDED),
        ("FAILED", JobState.FAILED),
        ("CANCELLED", JobState.CANCELLED),
        ("processed", JobState.SUCCEEDED),
    ],
)
def test_every_status_has_its_state(api, word, state):
    status, request = polled(api, response(run(chunk(), status=word)))

    assert (status.state, status.raw_state, status.is_known) == (state, word, True)
    assert (request.method, request.url) == ("GET", "https://api.extend.ai/parse_runs/pr_1")
    assert request.query == {}


def test_an_unknown_status_is_not_an_end(api):
    status, _ = polled(api, response(run(status="REARRANGING")))

    assert (status.state, status.is_known, status.error) == (JobState.RUNNING, False, None)


def test_a_finished_run_tells_what_it_cost(api, legacy_api):
    status, _ = polled(api, response(run(chunk(), page_count=2)))
    legacy, _ = polled(legacy_api, response(legacy_run(chunk())), LEGACY_RECEIPT)

    assert status.cost == Cost(pages=2, credits=5.0)
    assert legacy.cost == Cost(pages=1, credits=4.0)


def test_a_failed_run_tells_why(api):
    answer = run(status="FAILED", failureReason="OCR_ERROR", failureMessage="smudged")
    status, _ = polled(api, response(answer))

    assert status.state is JobState.FAILED
    assert isinstance(status.error, UnavailableError)
    assert "OCR_ERROR: smudged" in str(status.error)


def test_a_reason_of_a_run_that_did_not_fail_is_not_heard(api):
    answer = run(status="PROCESSING", failureReason="FILE_TYPE_NOT_SUPPORTED")

    assert polled(api, response(answer))[0].error is None


def test_a_cancelled_run_is_a_failure(api):
    assert isinstance(polled(api, response(run(status="CANCELLED")))[0].error, JobFailedError)


@pytest.mark.parametrize("name", ["api", "legacy_api"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_runs_are_read_bare_and_in_an_envelope_in_either_version(request, name, wrapped):
    bare = {"object": "parser_run_status", "id": "r", "status": "PROCESSING", "failureReason": None}
    answer = {"success": True, "parserRun": bare} if wrapped else bare
    status, asked = polled(request.getfixturevalue(name), response(answer))

    assert (status.state, status.raw_state) == (JobState.RUNNING, "PROCESSING")
    assert asked.url.endswith("/parse_runs/pr_1" if name == "api" else "/parser_runs/pr_1")


def test_several_receipts_of_one_run_get_a_status_each(api):
    driver = ExchangeDriver(BEGUN)

    assert len(driver.run(api.poll([RECEIPT, RECEIPT]))) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem("NOT_FOUND", status=404), JobNotFoundError),
        (problem("UNAUTHORIZED", status=401), AuthenticationError),
        (problem("USAGE_BLOCKED", status=402), QuotaExceededError),
        (problem("ENDPOINT_REMOVED", status=410), InvalidOptionsError),
        (problem("RATE_LIMIT_EXCEEDED", status=429), RateLimitedError),
        (response({"error": "slow down"}, status=429), RateLimitedError),
        (response(b"<html>", status=503), UnavailableError),
        (response(b"<html>"), InvalidResponseError),
        (response({"id": "pr_1"}), InvalidResponseError),
        (response([]), InvalidResponseError),
    ],
)
def test_what_a_poll_may_meet(api, answer, kind):
    with pytest.raises(kind):
        polled(api, answer)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        (
            {
                "retry-after": format_datetime(datetime(2026, 1, 1, 0, 1, tzinfo=UTC), usegmt=True),
                "date": format_datetime(datetime(2026, 1, 1, tzinfo=UTC), usegmt=True),
            },
            60.0,
        ),
        ({"retry-after": format_datetime(datetime(2026, 1, 1, tzinfo=UTC), usegmt=True)}, None),  # no clock
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_heard_in_both_forms(api, headers, seconds):
    with pytest.raises(RateLimitedError) as caught:
        polled(api, problem("RATE_LIMIT_EXCEEDED", status=429, headers=headers))
    assert caught.value.retry_after_seconds == seconds


def fetched(api, first, *answers):
    """Poll, then fetch."""
    status, _ = polled(api, first)
    driver = ExchangeDriver(*answers)
    driver.run(api.fetch(status))
    return driver


def test_an_inline_result_is_kept_as_received_without_a_further_request(api):
    answer = response(run(chunk(block(content="Tides"))))
    driver = fetched(api, answer)

    assert driver.requests == []
    assert driver.parts == {"run.json": ("application/json", answer.body)}
    document = api.map(driver.payload, pages=None, fingerprint="sha256:1")
    assert [element.text for element in document.elements] == ["Tides"]


def test_a_large_result_is_fetched_from_its_address_without_the_key():
    api = made(response_type="url")
    answer = run(outputUrl="https://storage/o.json?sig=1") | {"output": None}
    status, asked = polled(api, response(answer))
    body = json.dumps({"chunks": [chunk(block(content="Tides"))]}).encode()
    driver = ExchangeDriver(Response(status=200, body=body))
    driver.run(api.fetch(status))
    (request,) = driver.requests

    assert asked.query == {"responseType": "url"}
    assert (request.url, request.is_foreign, request.headers) == ("https://storage/o.json?sig=1", True, {})
    assert driver.parts["output.json"] == ("application/json", body)
    document = api.map(driver.payload, pages=None, fingerprint="sha256:1")
    assert [element.text for element in document.elements] == ["Tides"]


@pytest.mark.parametrize(
    "trouble",
    [
        Response(status=403, body=b"<Error>Request has expired</Error>"),
        Response(status=200, body=b"<html>"),
        UnavailableError("no way"),
    ],
)
def test_an_output_that_is_out_of_reach_is_asked_for_inside_the_run(trouble):
    answer = response(run(outputUrl="https://storage/o.json?sig=1") | {"output": None})
    driver = fetched(made(response_type="url"), answer, trouble, response(run(chunk(block(content="Tides")))))

    assert driver.requests[1].query == {}
    assert list(driver.parts) == ["run.json"]


def test_a_resumed_job_asks_once_more(api):
    status, _ = polled(api, response(run(chunk())))
    object.__setattr__(status, "detail", None)
    driver = ExchangeDriver(response(run(chunk(block(content="Tides")))))
    driver.run(api.fetch(status))

    assert b"Tides" in driver.parts["run.json"][1]


def test_a_run_that_succeeded_with_nothing_is_an_invalid_response(api):
    with pytest.raises(InvalidResponseError, match="no output"):
        fetched(api, response(run(chunk()) | {"output": None}))


def test_an_empty_list_of_chunks_is_an_empty_document(api):
    driver = fetched(api, response(run()))

    assert api.map(driver.payload, pages=None, fingerprint="sha256:1").elements == ()


def figure(address):
    return block("figure", "A chart", details={"type": "figure_details", "imageUrl": address})


def test_pictures_are_fetched_without_the_key_and_linked(api):
    address = "https://storage/p.png?sig=1"
    answer = response(run(chunk(figure(address), figure(address), figure("https://storage/q?sig=2"))))
    png = Response(status=200, headers={"content-type": "image/png"}, body=PNG)
    driver = fetched(api, answer, png, Response(status=404))
    document = api.map(driver.payload, pages=None, fingerprint="sha256:1")

    assert [(request.url, request.saves_as) for request in driver.requests] == [
        (address, "images/1.png"),
        ("https://storage/q?sig=2", "images/2"),
    ]
    assert all(request.is_foreign and not request.headers for request in driver.requests)
    assert [element.image.asset_name for element in document.elements] == ["images/1.png", "images/1.png", ""]
    assert [warning.code for warning in document.warnings] == ["images_missing"]


def test_a_picture_that_cannot_be_had_does_not_lose_the_text(api):
    driver = fetched(api, response(run(chunk(figure("https://s/p.png")))), UnavailableError("no way"))

    assert list(driver.parts) == ["run.json"]


@pytest.mark.parametrize(
    "address", ["", "data:image/png;base64,AAAA", "ftp://h/x", "https:///x", "https://h/a b"]
)
def test_what_is_no_address_is_not_asked_for(api, address):
    assert fetched(api, response(run(chunk(figure(address))))).requests == []


def test_pictures_are_left_alone_when_not_wanted():
    api = made(keep_images=False)
    driver = fetched(api, response(run(chunk(figure("https://s/p.png")))))
    document = api.map(driver.payload, pages=None, fingerprint="sha256:1")

    assert driver.requests == []
    assert document.elements[0].image is None
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("answer", "stopped"),
    [
        (response(run(status="CANCELLING")), True),
        (response(run(status="CANCELLED")), True),
        (response(run(status="STOPPING")), True),
        (response({"id": "pr_1"}), True),
        (response(run(chunk())), False),
        (response(run(status="FAILED")), False),
        (problem("INVALID_REQUEST", status=400), False),
    ],
)
def test_cancelling_says_whether_the_service_did(api, answer, stopped):
    driver = ExchangeDriver(answer)

    assert driver.run(api.cancel(RECEIPT)) is stopped
    assert driver.requests[0].url == "https://api.extend.ai/parse_runs/pr_1/cancel"
    assert driver.requests[0].method == "POST"


def test_the_older_version_cannot_cancel(legacy_api):
    driver = ExchangeDriver()

    assert driver.run(legacy_api.cancel(LEGACY_RECEIPT)) is False
    assert driver.requests == []


@pytest.mark.parametrize(("name", "path"), [("api", "parse_runs"), ("legacy_api", "parser_runs")])
def test_a_run_is_deleted(request, name, path):
    api = request.getfixturevalue(name)
    driver = ExchangeDriver(response({"id": "pr_1"}), problem("NOT_FOUND", status=404))

    assert driver.run(delete(api.endpoint, "pr_1")) is True
    assert driver.run(delete(api.endpoint, "pr_1")) is False
    assert [(r.method, r.url) for r in driver.requests] == [
        ("DELETE", f"https://api.extend.ai/{path}/pr_1")
    ] * 2


def test_deleting_with_a_wrong_key_is_an_error(api):
    with pytest.raises(AuthenticationError):
        ExchangeDriver(problem("UNAUTHORIZED", status=401)).run(delete(api.endpoint, "pr_1"))


def test_the_account_tells_whether_the_key_is_accepted(api):
    driver = ExchangeDriver(response({"object": "list", "data": []}), problem("UNAUTHORIZED", status=401))

    assert driver.run(api.account()).is_valid
    assert not driver.run(api.account()).is_valid
    assert driver.requests[0].url == "https://api.extend.ai/files"
    with pytest.raises(UnavailableError):
        ExchangeDriver(response(b"", status=503)).run(api.account())


def test_the_identity_holds_the_version_and_the_repr_no_key(api, legacy_api):
    assert (api.identity.protocol_version, legacy_api.identity.protocol_version) == (
        "2026-02-09",
        "2025-04-21",
    )
    assert (api.identity.provider, api.identity.operation) == ("extend", "parse")
    assert KEY not in f"{api!r} {api.identity!r}"


def test_limits_are_those_of_the_options(item):
    api = made(concurrency=3, requests_per_second=2, max_pages=5, max_size_bytes=9)

    assert (api.limits.concurrency, api.limits.requests_per_second) == (3, 2)
    assert (api.limits.max_pages, api.limits.max_size_bytes) == (5, 9)
    assert (api.batch_limit, api.batch_key(item)) == (1, "job-1")
    assert api.poll_advice.floor_seconds == 1.0


@pytest.mark.parametrize("body", [b"[]", b"nonsense"])
def test_a_payload_that_cannot_be_read_is_an_invalid_response(api, body):
    for parts in ({}, {"run.json": ("", body)}, {"run.json": ("", b"{}"), "output.json": ("", body)}):
        with pytest.raises(InvalidResponseError):
            api.map(reader_of(parts), pages=None, fingerprint="sha256:1")
