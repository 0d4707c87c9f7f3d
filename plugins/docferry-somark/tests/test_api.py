"""What is sent, and what every answer means."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from somark_shapes import KEY, block, envelope, finished, make_item, page, response

from docferry.errors import (
    AuthenticationError,
    CorruptSourceError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    ProviderError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    ResultExpiredError,
    SourceNotFoundError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.model import JobState, Receipt
from docferry.provider import Response, check_archive
from docferry.testing import ExchangeDriver, reader_of
from docferry_somark.api import make_api
from docferry_somark.options import SomarkOptions

RECEIPT = Receipt(remote_id="t1")
PNG = b"\x89PNG\r\n\x1a\nmade up"


def form_of(request):
    fields = {}
    for name, value in request.form:
        fields.setdefault(name, []).append(value)
    return fields


def made(**options):
    return make_api(SomarkOptions(**{"api_key": KEY, **options}), environment={})


def submitted(api, item, answer=None):
    driver = ExchangeDriver(answer or response({"task_id": "t1", "status": "QUEUING"}))
    return driver.run(api.submit([item])), driver.requests[0]


def polled(api, answer):
    driver = ExchangeDriver(answer)
    return driver.run(api.poll([RECEIPT]))[0], driver.requests[0]


def test_upload_sends_every_parameter_explicitly(api, item):
    receipts, request = submitted(api, item)

    assert receipts == (RECEIPT,)
    assert (request.method, request.url) == ("POST", "https://somark.cn/api/v1/parse/async")
    assert request.commits
    assert not request.may_repeat
    form = form_of(request)
    assert form["output_formats"] == ["markdown", "json"]
    assert [json.loads(text) for text in form["element_formats"]] == [
        {"image": "url", "formula": "latex", "table": "html", "cs": "image"}
    ]
    assert [json.loads(text) for text in form["feature_config"]] == [
        {
            "enable_text_cross_page": False,
            "enable_table_cross_page": False,
            "enable_title_level_recognition": True,
            "enable_inline_image": False,
            "enable_table_image": True,
            "enable_image_understanding": True,
            "keep_header_footer": False,
        }
    ]
    assert form["api_key"] == [KEY]
    (part,) = request.files
    assert (part.field, part.file_name, part.media_type) == ("file", "report.pdf", "application/pdf")
    assert part.file is item.file


def test_upload_sends_what_the_options_say(item):
    api = made(
        output_formats="zip,json",
        formula_format="mathml",
        table_format="markdown",
        enable_text_cross_page=True,
        enable_title_level_recognition=False,
        keep_header_footer=True,
    )

    form = form_of(submitted(api, item)[1])

    assert form["output_formats"] == ["json", "zip"]
    assert json.loads(form["element_formats"][0]) == {
        "image": "file",
        "formula": "mathml",
        "table": "markdown",
        "cs": "image",
    }
    config = json.loads(form["feature_config"][0])
    assert [name for name, value in config.items() if value] == [
        "enable_text_cross_page",
        "enable_table_image",
        "enable_image_understanding",
        "keep_header_footer",
    ]


def test_the_key_is_sent_only_when_there_is_one_and_only_in_the_form(item):
    with_key, without = made(), make_api(SomarkOptions(base_url="http://h/v1"), environment={})

    for request in (submitted(with_key, item)[1], polled(with_key, response(finished()))[1]):
        assert form_of(request)["api_key"] == [KEY]
        assert KEY not in f"{request.url}{request.headers}{request.query}{request!r}"
    for request in (submitted(without, item)[1], polled(without, response(finished()))[1]):
        assert "api_key" not in form_of(request)


def test_the_key_is_in_no_repr(api, item):
    assert KEY not in repr(api) + str(api) + repr(api.identity) + repr(item)


@pytest.mark.parametrize(
    ("file_name", "sent"),
    [
        ("a b.pdf", "a_b.pdf"),
        ("/home/me/secret folder/x.pdf", "x.pdf"),
        ("C:\\docs\\x.pdf", "x.pdf"),
        ("年度报告.pdf", "年度报告.pdf"),
        ("scan.tif", "scan.tiff"),
        ('a";\r\nb.pdf', "a_b.pdf"),
        ("..", "document"),
        ("", "document"),
    ],
)
def test_only_a_tidy_base_name_is_sent(api, tmp_path, file_name, sent):
    request = submitted(api, make_item(tmp_path, file_name=file_name))[1]

    assert request.files[0].file_name == sent


def test_polling_asks_with_a_form_and_may_be_repeated(api):
    status, request = polled(api, response({"task_id": "t1", "status": "PROCESSING"}))

    assert (request.method, request.url) == ("POST", "https://somark.cn/api/v1/parse/async_check")
    assert form_of(request) == {"task_id": ["t1"], "api_key": [KEY]}
    assert request.may_repeat
    assert not request.files
    assert status.state is JobState.RUNNING


def test_the_old_paths_are_never_used(item):
    api = made(base_url="https://somark.tech/api/v1/extract/async")

    requests = [submitted(api, item)[1], polled(api, response(finished()))[1]]
    assert [request.url for request in requests] == [
        "https://somark.tech/api/v1/parse/async",
        "https://somark.tech/api/v1/parse/async_check",
    ]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("QUEUING", JobState.PENDING),
        ("queuing", JobState.PENDING),
        ("Queued", JobState.PENDING),
        ("pending", JobState.PENDING),
        ("PROCESSING", JobState.RUNNING),
        ("processing", JobState.RUNNING),
        ("In Progress", JobState.RUNNING),
        ("SUCCESS", JobState.SUCCEEDED),
        ("success", JobState.SUCCEEDED),
        ("completed", JobState.SUCCEEDED),
        ("FAILED", JobState.FAILED),
        ("failure", JobState.FAILED),
        ("ERROR", JobState.FAILED),
        ("cancelled", JobState.CANCELLED),
        ("expired", JobState.EXPIRED),
    ],
)
def test_every_spelling_of_a_status_is_read(api, word, state):
    status, _ = polled(api, response(finished(page(block()), status=word)))

    assert (status.state, status.is_known, status.raw_state) == (state, True, word)
    assert (status.error is None) == (state in {JobState.PENDING, JobState.RUNNING, JobState.SUCCEEDED})


@pytest.mark.parametrize("word", ["REVIEWING", "排队", "", None, 3, {"a": 1}])
def test_an_unknown_status_is_not_the_end(api, word):
    status, _ = polled(api, response({"task_id": "t1", "status": word, "result": None}))

    assert (status.state, status.is_known, status.error) == (JobState.RUNNING, False, None)


def test_success_carries_pages_and_cost(api):
    status, _ = polled(api, response(finished(page(block()), page_count=12)))

    assert status.pages_total == 12
    assert status.cost.pages == 12


@pytest.mark.parametrize(
    ("data", "more", "reason"),
    [
        ({"error": "font table broken", "message": "no"}, {}, "font table broken"),
        ({"error": {"code": 1137, "message": "layout crashed"}}, {}, "layout crashed"),
        ({"error": None, "message": "no pages found"}, {}, "no pages found"),
        ({}, {"message": "parser gave up"}, "parser gave up"),
        ({}, {"message": "", "msg": "parser fell asleep"}, "parser fell asleep"),
    ],
)
def test_the_reason_of_a_failure_is_found_wherever_it_is(api, data, more, reason):
    status, _ = polled(api, response({"task_id": "t1", "status": "FAILED", "result": None, **data}, **more))

    assert status.state is JobState.FAILED
    assert isinstance(status.error, JobFailedError)
    assert reason in str(status.error)
    assert (status.error.provider, status.error.job_id) == ("somark", "t1")


def test_the_success_of_the_question_is_no_reason_for_a_failure(api):
    status, _ = polled(api, response({"task_id": "t1", "status": "FAILED"}, message="查询成功"))

    assert "查询成功" not in str(status.error)


def test_a_code_with_the_failure_says_whose_fault_it_is(api):
    data = {"task_id": "t1", "status": "FAILED", "error": {"code": 1106, "message": "bad xref"}}
    status, _ = polled(api, response(data))

    assert isinstance(status.error, CorruptSourceError)


CODES = [
    (1101, RateLimitedError, RateLimitedError),
    (1102, JobFailedError, JobFailedError),
    (1104, UnsupportedSourceError, UnsupportedSourceError),
    (1105, InvalidOptionsError, JobNotFoundError),
    (1106, CorruptSourceError, CorruptSourceError),
    (1107, AuthenticationError, AuthenticationError),
    (1108, QuotaExceededError, QuotaExceededError),
    (1111, SourceNotFoundError, JobNotFoundError),
    (1118, SourceTooLargeError, SourceTooLargeError),
    (1120, JobFailedError, JobFailedError),
    (1123, QuotaExceededError, QuotaExceededError),
    (1124, RateLimitedError, RateLimitedError),
    (1132, SourceTooLargeError, SourceTooLargeError),
    (1133, InvalidOptionsError, JobNotFoundError),
    (1137, JobFailedError, JobFailedError),
    (1138, JobFailedError, JobFailedError),
    (2000, InvalidOptionsError, JobNotFoundError),
    (9999, RejectedError, UnavailableError),
]


@pytest.mark.parametrize(("code", "on_submit", "_on_poll"), CODES)
def test_every_code_on_submission_has_its_remedy(api, item, code, on_submit, _on_poll):
    with pytest.raises(on_submit) as caught:
        submitted(api, item, response(None, code=code, message="服务说不"))
    assert f"code {code}" in str(caught.value)
    assert "服务说不" in str(caught.value)


@pytest.mark.parametrize(("code", "_on_submit", "on_poll"), CODES)
def test_every_code_on_polling_has_its_remedy(api, code, _on_submit, on_poll):
    verdicts = (JobFailedError, CorruptSourceError, UnsupportedSourceError, SourceTooLargeError)
    answer = response(None, code=code, message="no")

    if issubclass(on_poll, verdicts):
        status, _ = polled(api, answer)
        assert status.state is JobState.FAILED
        assert isinstance(status.error, on_poll)
    else:
        with pytest.raises(on_poll) as caught:
            polled(api, answer)
        assert caught.value.job_id == "t1"


@pytest.mark.parametrize(
    "words", ["QPS exceeded", "rate limit", "请求过于频繁", "并发数已满", "Too many requests"]
)
def test_the_ambiguous_code_means_wait_when_its_words_say_so(api, words):
    with pytest.raises(RateLimitedError):
        polled(api, response(None, code=1137, message=words))


def test_the_ambiguous_code_means_failed_otherwise(api):
    status, _ = polled(api, response(None, code=1137, message="failed to separate and generate text"))

    assert status.state is JobState.FAILED


@pytest.mark.parametrize("code", ["1107", 1107.0])
def test_a_code_of_another_type_is_read(api, code):
    with pytest.raises(AuthenticationError):
        polled(api, response(None, code=code))


STATUSES = [
    (401, AuthenticationError, AuthenticationError),
    (402, QuotaExceededError, QuotaExceededError),
    (403, AuthenticationError, AuthenticationError),
    (404, InvalidOptionsError, JobNotFoundError),
    (413, SourceTooLargeError, RejectedError),
    (415, UnsupportedSourceError, RejectedError),
    (418, RejectedError, RejectedError),
    (422, InvalidOptionsError, JobNotFoundError),
    (429, RateLimitedError, RateLimitedError),
    (500, InvalidResponseError, UnavailableError),
    (502, InvalidResponseError, UnavailableError),
    (503, InvalidResponseError, UnavailableError),
    (302, InvalidResponseError, InvalidResponseError),
]
BODIES = [b"", b"<html>Bad gateway</html>", b'{"detail": "no"}', b'["no"]']


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("status", "on_submit", "on_poll"), STATUSES)
def test_http_statuses_have_their_remedy_with_and_without_json(api, item, status, on_submit, on_poll, body):
    with pytest.raises(on_submit):
        submitted(api, item, Response(status=status, body=body))
    if on_poll is JobNotFoundError and not body.startswith(b"{"):
        return  # see below
    with pytest.raises(on_poll):
        polled(api, Response(status=status, body=body))


@pytest.mark.parametrize("body", [body for body in BODIES if not body.startswith(b"{")])
@pytest.mark.parametrize("status", [404, 405, 410, 422])
def test_a_page_of_a_gateway_is_no_verdict_on_a_task_that_was_paid_for(api, status, body):
    with pytest.raises(InvalidResponseError, match="check the base URL"):
        polled(api, Response(status=status, body=body))


def test_a_known_code_counts_more_than_the_http_status(api, item):
    with pytest.raises(QuotaExceededError):
        submitted(api, item, response(None, code=1123, status=500))


def test_a_code_that_is_an_http_status_is_read_as_one(api):
    with pytest.raises(AuthenticationError):
        polled(api, response(None, code=401))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"message": "hm"}', b"[" * 100_000])
def test_an_unreadable_success_breaks_the_services_word(api, item, body):
    with pytest.raises(InvalidResponseError):
        submitted(api, item, Response(status=200, body=body))
    with pytest.raises(InvalidResponseError):
        polled(api, Response(status=200, body=body))


def test_a_submission_without_task_id_breaks_the_services_word(api, item):
    with pytest.raises(InvalidResponseError, match=r"data\.task_id"):
        submitted(api, item, response({"status": "QUEUING"}))


def test_a_missing_key_on_a_private_deployment_is_told(item):
    api = make_api(SomarkOptions(base_url="http://h/v1"), environment={})
    body = json.dumps({"detail": [{"loc": ["body", "api_key"], "msg": "Field required"}]}).encode()

    with pytest.raises(AuthenticationError, match="give an api_key"):
        submitted(api, item, Response(status=422, body=body))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "17"}, 17.0),
        ({}, None),
        ({"retry-after": "soon"}, None),
        (
            {
                "retry-after": format_datetime(datetime(2026, 11, 22, 9, 1, tzinfo=UTC)),
                "date": format_datetime(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)),
            },
            60.0,
        ),
        ({"retry-after": format_datetime(datetime(2026, 11, 22, 9, 1, tzinfo=UTC))}, None),
    ],
)
def test_retry_after_is_handed_on(api, headers, seconds):
    with pytest.raises(RateLimitedError) as caught:
        polled(api, response(None, code=1124, headers=headers))
    assert caught.value.retry_after_seconds == seconds


def test_messages_hold_neither_the_key_nor_signatures(api):
    words = f"key {KEY} for https://store/x.png?Signature=abc&Expires=1\nfailed" + "x" * 5000
    with pytest.raises(ProviderError) as caught:
        polled(api, response(None, code=1107, message=words))

    message = str(caught.value)
    assert KEY not in message
    assert "Signature" not in message
    assert "\n" not in message
    assert len(message) < 500


def fetched(api, data, answer=None, **more):
    status, _ = polled(api, response(data, **more))
    driver = ExchangeDriver(answer or (lambda _request: Response(status=404)))
    driver.run(api.fetch(status))
    return driver


def test_fetching_keeps_the_body_as_received(api):
    data = finished(page(block(content="text")), markdown="text", page_count=1) | {"new_field": [1]}
    driver = fetched(api, data)

    assert driver.parts["result.json"] == ("application/json", envelope(data))
    assert driver.requests == []


def test_every_picture_is_fetched_once_without_the_key(api):
    data = finished(
        page(
            block("figure", "a chart", img_url="https://store/a.png?sig=1"),
            block("table", "<table><tr><td><img src='https://store/b.jpg'></td></tr></table>"),
            block("figure", "again", img_url="https://store/a.png?sig=1"),
        ),
        markdown="![x](https://store/c.webp) ![y](https://store/a.png?sig=1)",
    )
    data["result"]["imgs"] = ["https://store/a.png?sig=1", "https://store/d"]

    driver = fetched(
        api, data, lambda _: Response(status=200, headers={"content-type": "image/png"}, body=PNG)
    )

    assert [request.url for request in driver.requests] == [
        "https://store/a.png?sig=1",
        "https://store/b.jpg",
        "https://store/d",
        "https://store/c.webp",
    ]
    assert list(driver.parts) == [
        "result.json",
        "images/0001.png",
        "images/0002.jpg",
        "images/0003",
        "images/0004.webp",
    ]
    assert all(request.is_foreign and not request.form and not request.headers for request in driver.requests)


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_missing_picture_does_not_lose_the_text(api, status):
    data = finished(
        page(block(content="kept"), block("figure", "a chart", img_url="https://store/a.png")), markdown=""
    )
    driver = fetched(api, data, lambda _: Response(status=status))

    document = api.map(driver.payload, pages=None, fingerprint="sha256:00")
    assert [element.text for element in document.elements] == ["kept", "a chart"]
    assert [(warning.code, warning.pages) for warning in document.warnings] == [("images_missing", (1,))]


def test_an_unreachable_picture_does_not_lose_the_text(api):
    data = finished(page(block("figure", "a chart", img_url="https://store/a.png")))
    driver = fetched(api, data, lambda _: UnavailableError("no route"))

    assert list(driver.parts) == ["result.json"]


def test_an_address_that_cannot_be_asked_is_left_out(api):
    data = finished(
        page(*(block("figure", "x", img_url=url) for url in ("http://", "http://a b/", "https://[x")))
    )

    assert fetched(api, data).requests == []


def test_pictures_inside_the_result_become_parts(api):
    encoded = "iVBORw0KGgo" + "A" * 61
    data = finished(
        page(
            block("figure", "uri", img_url=f"data:image/jpeg;base64,{encoded}"),
            block("figure", "bare", img_url=encoded),
            block("figure", "text", img_url="data:image/svg+xml,%3Csvg/%3E"),
        )
    )
    driver = fetched(api, data)

    assert {name: kind for name, (kind, _) in driver.parts.items()} == {
        "result.json": "application/json",
        "images/0001.jpg": "image/jpeg",
        "images/0002.png": "image/png",
        "images/0003.svg": "image/svg+xml",
    }
    assert driver.parts["images/0002.png"][1].startswith(b"\x89PNG")
    assert driver.parts["images/0003.svg"][1] == b"<svg/>"
    document = api.map(driver.payload, pages=None, fingerprint="sha256:00")
    assert [element.image.asset_name for element in document.elements] == [
        "images/0001.jpg",
        "images/0002.png",
        "images/0003.svg",
    ]


def test_the_archive_is_fetched_first_and_without_the_key(api):
    driver = fetched(
        api,
        finished(page(block(content="x")), zip="https://store/all.zip?sig=1"),
        lambda _: Response(status=200, headers={"content-type": "application/zip"}, body=b"PK"),
    )

    assert [(r.url, r.is_foreign, r.saves_as) for r in driver.requests] == [
        ("https://store/all.zip?sig=1", True, "result.zip")
    ]


def test_the_archive_is_checked_before_it_is_kept(api):
    driver = fetched(
        api, finished(markdown="# kept", zip="https://store/all.zip"), lambda _: Response(status=200)
    )
    assert [request.checks for request in driver.requests] == [check_archive]


def test_an_archive_damaged_each_time_matters_only_when_it_is_all_there_is(api):
    damaged = InvalidResponseError("the archive of the result cannot be used")
    with pytest.raises(InvalidResponseError, match="archive"):
        fetched(api, finished(zip="https://store/all.zip"), lambda _: damaged)
    driver = fetched(api, finished(markdown="# kept", zip="https://store/all.zip"), lambda _: damaged)
    assert list(driver.parts) == ["result.json"]


@pytest.mark.parametrize(
    ("status", "error"), [(403, ResultExpiredError), (410, ResultExpiredError), (500, UnavailableError)]
)
def test_a_lost_archive_matters_only_when_it_is_all_there_is(api, status, error):
    with pytest.raises(error):
        fetched(api, finished(zip="https://store/all.zip"), lambda _: Response(status=status))
    driver = fetched(
        api, finished(markdown="# kept", zip="https://store/all.zip"), lambda _: Response(status=status)
    )
    assert list(driver.parts) == ["result.json"]


@pytest.mark.parametrize(
    "outputs", [{}, {"markdown": None, "json": None}, {"json": "not json"}, {"json": {}}]
)
def test_success_without_output_is_told(api, outputs):
    with pytest.raises(InvalidResponseError, match="no output") as caught:
        fetched(api, finished(**outputs))
    assert caught.value.job_id == "t1"


def test_json_inside_text_is_an_output(api):
    pages = json.dumps({"pages": [page(block(content="inside"))]})
    driver = fetched(api, finished(json=pages))

    document = api.map(driver.payload, pages=None, fingerprint="sha256:00")
    assert [element.text for element in document.elements] == ["inside"]


def test_fetching_a_job_of_an_earlier_run_asks_again(api):
    status, _ = polled(api, response(finished(page(block(content="x")))))
    driver = ExchangeDriver(response(finished(page(block(content="x")))))
    bare = type(status)(receipt=status.receipt, state=status.state, raw_state=status.raw_state)

    driver.run(api.fetch(bare))

    assert list(driver.parts) == ["result.json"]


def handed_in_synchronously(item, data, answer=None):
    """Receipt, driver: a synchronous parse with `data` as its answer, and what is fetched afterwards."""
    others = answer or (lambda _request: Response(status=404))
    driver = ExchangeDriver(lambda request: response(data) if request.commits else others(request))
    (receipt,) = driver.run(made(mode="sync").submit([item]))
    return receipt, driver


def synchronous(*pages, **outputs):
    data = {key: value for key, value in finished(*pages, **outputs).items() if key != "status"}
    return {**data, "error": None}


def test_a_synchronous_answer_is_saved_with_its_pictures_at_once(item):
    data = synchronous(page(block("figure", "now", img_url="https://store/a.png")))
    receipt, driver = handed_in_synchronously(item, data, lambda _: Response(status=200, body=PNG))

    request = driver.requests[0]
    assert request.url.endswith("/parse/sync")
    assert request.commits
    assert request.timeout_seconds == 600
    assert receipt.remote_id == "t1"
    assert driver.parts["result.json"][1] == envelope(data)
    assert driver.parts["images/0001.png"][1] == PNG


@pytest.mark.parametrize("trouble", [Response(status=500), Response(status=403), UnavailableError("no")])
def test_a_synchronous_answer_whose_only_output_cannot_be_had_is_asked_about(item, trouble):
    receipt, driver = handed_in_synchronously(item, synchronous(zip="https://store/z.zip"), lambda _: trouble)

    assert receipt.remote_id == "t1"
    assert driver.parts == {}


def test_a_synchronous_answer_without_output_and_without_id_is_no_answer(item):
    with pytest.raises(InvalidResponseError, match="no output"):
        handed_in_synchronously(item, {"result": {"outputs": {}, "file_name": "a.pdf"}})


def test_a_synchronous_failure_is_told(item):
    answer = response({"task_id": "t1", "error": "page 3 exploded", "metadata": None, "result": None})

    with pytest.raises(JobFailedError, match="page 3 exploded"):
        submitted(made(mode="sync"), item, answer)


def test_a_synchronous_answer_without_id_is_not_lost(item):
    receipt, driver = handed_in_synchronously(item, {"result": {"outputs": {"markdown": "# here"}}})

    assert receipt.remote_id == "job-1"
    assert list(driver.parts) == ["result.json"]


def test_the_service_cannot_cancel(api):
    driver = ExchangeDriver()

    assert driver.run(api.cancel(RECEIPT)) is False
    assert driver.requests == []


def test_the_account_tells_its_figures(api):
    data = {
        "remaining_paid_pages": 104410,
        "remaining_free_pages_today": 295,
        "remaining_free_pages_this_month": 578,
        "dashboard_url": "https://somark.tech/workbench?token=abc",
        "bonus_pages": 3,
    }
    driver = ExchangeDriver(response(data))
    account = driver.run(api.account())

    assert account.is_valid
    assert account.figures == (
        ("paid pages left", "104410"),
        ("free pages left today", "295"),
        ("free pages left this month", "578"),
        ("dashboard", "https://somark.tech/workbench"),
        ("bonus pages", "3"),
    )
    (request,) = driver.requests
    assert (request.method, request.url) == ("POST", "https://somark.cn/api/v1/usage")
    assert form_of(request) == {"api_key": [KEY]}
    assert request.may_repeat


@pytest.mark.parametrize("answer", [response(None, code=1107), Response(status=401)])
def test_a_refused_key_is_an_answer_about_the_account(api, answer):
    assert not ExchangeDriver(answer).run(api.account()).is_valid


def test_private_deployments_have_no_account():
    private = make_api(SomarkOptions(base_url="http://h/v1"), environment={})

    account = ExchangeDriver(Response(status=404, body=b"nope")).run(private.account())
    assert account.is_valid is None  # the address may as well be wrong: nobody looked at a key
    with pytest.raises(InvalidOptionsError):
        ExchangeDriver(Response(status=404, body=b"nope")).run(made().account())


def test_limits_are_those_published_until_the_options_say_otherwise():
    limits = made().limits
    assert (limits.max_size_bytes, limits.max_pages, limits.concurrency, limits.requests_per_second) == (
        200 * 1024 * 1024,
        300,
        1,
        1.0,
    )
    changed = made(concurrency=4, requests_per_second=5, max_pages=1000, max_size_bytes=10**9).limits
    assert (changed.concurrency, changed.requests_per_second, changed.max_pages) == (4, 5.0, 1000)


def test_polls_are_never_closer_than_three_seconds(api):
    assert api.poll_advice.floor_seconds == 3.0


def test_samples_of_the_service_go_through(api, item, somark_samples):
    def read(name):
        return Response(status=200, body=(somark_samples / name).read_bytes())

    for case in ("lower", "upper"):
        assert submitted(api, item, read(f"docs_async_submit_{case}.json"))[0][0].remote_id
        status, _ = polled(api, read(f"docs_async_check_success_{case}.json"))
        assert status.state is JobState.SUCCEEDED
        driver = ExchangeDriver()
        driver.run(api.fetch(status))
        document = api.map(driver.payload, pages=None, fingerprint="sha256:00")
        assert [element.kind.value for element in document.elements] == ["heading", "paragraph"]
        assert document.elements[0].level == 1
    assert ExchangeDriver(read("docs_usage.json")).run(api.account()).figures[0] == (
        "paid pages left",
        "104410",
    )
    for name in ("docs_sync_success.json", "mock_ragflow_async_check.json"):
        reader = reader_of({"result.json": ("application/json", (somark_samples / name).read_bytes())})
        assert api.map(reader, pages=None, fingerprint="sha256:00").elements
