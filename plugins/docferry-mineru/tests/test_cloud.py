"""What is sent to the cloud, and what every answer means."""

import json
import re

import pytest
from mineru_talk import TOKEN, answer, cloud, gateway, item, link

from docferry.errors import (
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    RateLimitedError,
    RejectedError,
    ResultExpiredError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.model import JobState, JobStatus, Receipt
from docferry.provider import Response
from docferry.testing import ExchangeDriver
from docferry_mineru.options import MineruOptions
from docferry_mineru.parts import ABOUT_PART, ARCHIVE_PART, About, Dialect, check_result, read_about

BATCH = {"batch_id": "b1", "file_urls": ["https://oss.example/up/1?Signature=x"]}
ZIP = "https://cdn-mineru.openxlab.org.cn/pdf/2026/abc.zip"
DONE = {"file_name": "report.pdf", "data_id": "d1", "state": "done", "err_msg": "", "full_zip_url": ZIP}
UPLOADED = Response(status=200)
BATCH_RECEIPT = Receipt(remote_id="b1", item_id="d1#0#report.pdf")


def submitted(api, *items, answers=None):
    driver = ExchangeDriver(*(answers or (answer(BATCH), UPLOADED)))
    return driver.submit(api.submit(items)), driver.requests


def polled(api, data, *receipts):
    driver = ExchangeDriver(answer(data))
    return driver.run(api.poll(receipts or [BATCH_RECEIPT])), driver.requests[0]


def addresses(count):
    return {"batch_id": "b1", "file_urls": [f"https://oss.example/up/{n}?Signature=x" for n in range(count)]}


# What is sent.


def test_a_local_file_goes_through_the_batch_upload_with_every_parameter():
    receipts, (post, _put) = submitted(cloud(), item())

    assert receipts == (BATCH_RECEIPT,)
    assert (post.method, post.url) == ("POST", "https://mineru.net/api/v4/file-urls/batch")
    assert post.headers == {"Authorization": f"Bearer {TOKEN}"}
    assert (post.commits, post.may_repeat, post.weight) == (False, True, 1)
    assert post.json_body == {
        "files": [{"name": "report.pdf", "data_id": "d1", "is_ocr": False}],
        "model_version": "vlm",
        "enable_formula": True,
        "enable_table": True,
        "language": "ch",
    }


@pytest.mark.parametrize(
    ("options", "field", "value", "is_of_file"),
    [
        ({"model_version": "pipeline"}, "model_version", "pipeline", False),
        ({"enable_formula": False}, "enable_formula", False, False),
        ({"enable_table": False}, "enable_table", False, False),
        ({"language": "korean"}, "language", "korean", False),
        ({"extra_formats": "docx,html,latex"}, "extra_formats", ["docx", "html", "latex"], False),
        ({"no_cache": True}, "no_cache", True, False),
        ({"cache_tolerance": 60}, "cache_tolerance", 60, False),
        ({"callback": "https://me.example/cb", "seed": "abc_1"}, "callback", "https://me.example/cb", False),
        ({"callback": "https://me.example/cb", "seed": "abc_1"}, "seed", "abc_1", False),
        ({"is_ocr": True}, "is_ocr", True, True),
        ({"page_ranges": "2,4-6"}, "page_ranges", "2,4-6", True),
        ({"page_ranges": "2--2"}, "page_ranges", "2--2", True),
        ({"data_id": "mine"}, "data_id", "mine-d1", True),
    ],
)
@pytest.mark.parametrize("is_link", [False, True])
def test_every_parameter_has_its_wire_form(options, field, value, is_of_file, is_link):
    made = MineruOptions(**options)
    thing = link(options=made) if is_link else item(options=made)
    replies = (answer({"task_id": "t1"}),) if is_link else (answer(BATCH), UPLOADED)
    _, requests = submitted(cloud(**options), thing, answers=replies)
    body = requests[0].json_body
    place = body["files"][0] if is_of_file and not is_link else body
    assert place[field] == value


@pytest.mark.parametrize("field", ["extra_formats", "callback", "seed", "no_cache", "cache_tolerance"])
def test_parameters_of_newer_revisions_are_only_sent_when_set(field):
    _, (post, _) = submitted(cloud(), item())
    assert field not in post.json_body


@pytest.mark.parametrize("name", ["page.html", "page.HTM"])
def test_web_pages_go_to_their_own_model_and_need_no_other_parameter(name):
    options = MineruOptions(is_ocr=True, extra_formats="docx")
    _, (post, _) = submitted(cloud(extra_formats="docx"), item(name, options=options))
    assert post.json_body == {
        "files": [{"name": f"page{name[4:].lower()}", "data_id": "d1"}],
        "model_version": "MinerU-HTML",
        "extra_formats": ["docx"],
    }


def test_the_upload_streams_the_file_without_token_and_content_type():
    _, (_, put) = submitted(cloud(), item())
    assert (put.method, put.url, dict(put.headers)) == ("PUT", "https://oss.example/up/1?Signature=x", {})
    assert put.upload == item().file
    assert (put.is_foreign, put.commits, put.receipts) == (True, True, (BATCH_RECEIPT,))


def test_a_batch_is_one_request_and_an_upload_for_each_file():
    items = [item(f"{n}.pdf", data_id=f"d{n}") for n in range(3)]
    receipts, requests = submitted(cloud(), *items, answers=(answer(addresses(3)), *(UPLOADED,) * 3))
    assert [receipt.item_id for receipt in receipts] == ["d0#0#0.pdf", "d1#1#1.pdf", "d2#2#2.pdf"]
    assert [request.url[-13] for request in requests[1:]] == ["0", "1", "2"]
    assert requests[0].weight == 3


def test_files_of_one_batch_keep_their_own_parameters():
    items = [
        item("a.pdf", data_id="d0", options=MineruOptions(is_ocr=True, data_id="x")),
        item("b.pdf", data_id="d1", options=MineruOptions(page_ranges="2")),
    ]
    _, requests = submitted(cloud(), *items, answers=(answer(addresses(2)), UPLOADED, UPLOADED))
    assert requests[0].json_body["files"] == [
        {"name": "a.pdf", "data_id": "x-d0", "is_ocr": True},
        {"name": "b.pdf", "data_id": "d1", "is_ocr": False, "page_ranges": "2"},
    ]


def test_only_files_with_equal_parameters_of_a_batch_meet():
    api = cloud()
    same = api.batch_key(item("a.pdf", options=MineruOptions(is_ocr=True)))
    assert api.batch_key(item("b.docx")) == same
    assert cloud(is_ocr=True, page_ranges="2").batch_key(item()) == same
    different = [
        api.batch_key(item("page.html")),
        api.batch_key(link()),
        cloud(language="en").batch_key(item()),
        cloud(model_version="pipeline").batch_key(item()),
        cloud(extra_formats="docx").batch_key(item()),
        cloud(callback="https://x.org/", seed="s").batch_key(item()),
        cloud(callback="https://x.org/", seed="t").batch_key(item()),
    ]
    assert len({same, *different}) == 8


def test_one_address_is_a_task_by_itself():
    receipts, (post,) = submitted(
        cloud(), link("https://x.org/a.pdf?sign=1"), answers=(answer({"task_id": "t1"}),)
    )
    assert receipts == (Receipt(remote_id="t1"),)
    assert post.url == "https://mineru.net/api/v4/extract/task"
    assert (post.commits, post.may_repeat) == (True, False)
    assert post.json_body["url"] == "https://x.org/a.pdf?sign=1"
    assert post.json_body["data_id"] == "d1"


def test_several_addresses_are_a_batch():
    links = [link(f"https://x.org/{n}.pdf", data_id=f"d{n}") for n in range(2)]
    receipts, (post,) = submitted(cloud(), *links, answers=(answer({"batch_id": "b1"}),))
    assert post.url == "https://mineru.net/api/v4/extract/task/batch"
    assert (post.commits, post.weight) == (True, 2)
    assert [file["url"] for file in post.json_body["files"]] == ["https://x.org/0.pdf", "https://x.org/1.pdf"]
    assert [receipt.item_id for receipt in receipts] == ["d0#0#0.pdf", "d1#1#1.pdf"]


@pytest.mark.parametrize(
    ("given", "expected"), [({}, (50, 200, None)), ({"files_per_batch": 7}, (7, 28, None))]
)
def test_batches_and_limits_are_settings(given, expected):
    api = cloud(**given)
    assert (api.batch_limit, api.limits.concurrency, api.limits.requests_per_second) == expected


def test_pacing_counts_files_and_not_questions():
    api = cloud(files_per_minute=30)
    assert api.limits.requests_per_second == 0.5
    _, request = polled(api, {"extract_result": []})
    assert request.weight == 0


# What is refused.


def test_a_file_that_the_cloud_does_not_read_is_refused_and_the_others_go_on():
    items = [item("a.csv", data_id="d0"), item("b.pdf")]
    (error, receipt), requests = submitted(cloud(), *items)
    assert type(error) is UnsupportedSourceError
    assert receipt.item_id == "d1#0#b.pdf"
    assert [file["name"] for file in requests[0].json_body["files"]] == ["b.pdf"]


def test_a_batch_of_nothing_readable_sends_nothing():
    (error,), requests = submitted(cloud(), item("a.csv"))
    assert type(error) is UnsupportedSourceError
    assert requests == []


def test_pages_are_not_selected_twice():
    (error,), _ = submitted(cloud(), item(part="2-3", options=MineruOptions(page_ranges="1")))
    assert type(error) is InvalidOptionsError


def test_a_callback_needs_a_seed():
    with pytest.raises(InvalidOptionsError, match="MINERU_SEED"):
        cloud(callback="https://me.example/cb")
    with pytest.raises(InvalidOptionsError, match="seed"):
        cloud(callback="https://me.example/cb", seed="not-a-seed")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"file_urls": ["https://x.org"]}, "data.batch_id"),
        ({"batch_id": "b1"}, "data.file_urls"),
        ({"batch_id": "b1", "file_urls": []}, "data.file_urls"),
        ({"batch_id": "b1", "file_urls": ["https://x.org", "https://y.org"]}, "data.file_urls"),
        ({"batch_id": "b1", "file_urls": ["***"]}, "data.file_urls"),
        ({"batch_id": "b1", "file_urls": [None]}, "data.file_urls"),
        (None, "data.batch_id"),
        ([], "data.batch_id"),
    ],
)
def test_an_answer_without_what_was_asked_for_names_the_field(data, field):
    with pytest.raises(InvalidResponseError, match=re.escape(field)):
        submitted(cloud(), item(), answers=(answer(data),))


@pytest.mark.parametrize(
    "data",
    [
        {"batch_id": "b1", "files": ["https://oss.example/up/1"]},
        {"batch_id": "b1", "file_urls": [{"url": "https://oss.example/up/1"}]},
    ],
)
def test_other_forms_of_upload_addresses_are_read(data):
    _, (_, put) = submitted(cloud(), item(), answers=(answer(data), UPLOADED))
    assert put.url == "https://oss.example/up/1"


def test_trouble_that_may_pass_is_waited_out_a_few_times():
    api, raised = cloud(), []
    for _ in range(7):
        try:
            submitted(api, item(), answers=(answer(code=-10001, msg="busy"),))
        except (RateLimitedError, UnavailableError) as error:
            raised.append(type(error))
    assert raised == [*[RateLimitedError] * 5, UnavailableError, RateLimitedError]


def test_an_uncertain_answer_to_addresses_is_not_waited_out():
    with pytest.raises(UnavailableError):
        submitted(cloud(), link(), answers=(answer(code=-10001),))


SIGNATURE = b"<Error><Code>SignatureDoesNotMatch</Code><StringToSign>secret</StringToSign></Error>"


@pytest.mark.parametrize(
    ("response", "error", "words"),
    [
        (Response(status=403, body=SIGNATURE), RejectedError, "HTTP 403, SignatureDoesNotMatch"),
        (Response(status=404), RejectedError, "HTTP 404"),
        (Response(status=413), SourceTooLargeError, "large"),
        (Response(status=429, headers={"retry-after": "3"}), RateLimitedError, "fewer"),
    ],
)
def test_a_refused_upload_is_that_files_trouble(response, error, words):
    with pytest.raises(error, match=words) as caught:
        submitted(cloud(), item(), answers=(answer(BATCH), response))
    assert "secret" not in str(caught.value)
    assert getattr(caught.value, "retry_after_seconds", 3.0) == 3.0


# What is asked, and what it means.


def test_a_batch_is_asked_about_once_for_all_its_files():
    receipts = [BATCH_RECEIPT, Receipt(remote_id="b1", item_id="d2#1#b.pdf")]
    data = {"extract_result": [{"data_id": "d2", "state": "running"}, DONE]}
    statuses, request = polled(cloud(), data, *receipts)
    assert request.url == "https://mineru.net/api/v4/extract-results/batch/b1"
    assert [status.state for status in statuses] == [JobState.SUCCEEDED, JobState.RUNNING]
    assert [status.receipt for status in statuses] == receipts


def test_a_task_without_a_batch_is_asked_about_by_its_own_id():
    (status,), request = polled(cloud(), {"task_id": "t1", "state": "done"}, Receipt(remote_id="t1"))
    assert request.url == "https://mineru.net/api/v4/extract/task/t1"
    assert status.state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("word", "state", "is_known", "has_document"),
    [
        ("waiting-file", JobState.PENDING, True, False),
        ("uploading", JobState.PENDING, True, False),
        ("pending", JobState.PENDING, True, True),
        ("running", JobState.RUNNING, True, True),
        ("converting", JobState.RUNNING, True, True),
        ("done", JobState.SUCCEEDED, True, True),
        ("failed", JobState.FAILED, True, True),
        ("Waiting_File", JobState.PENDING, True, False),
        ("pondering", JobState.RUNNING, False, True),
        ("", JobState.RUNNING, False, True),
    ],
)
def test_every_state_has_its_meaning(word, state, is_known, has_document):
    (status,), _ = polled(cloud(), {"extract_result": [{"data_id": "d1", "state": word}]})
    assert (status.state, status.raw_state, status.is_known) == (state, word, is_known)
    assert status.has_document is has_document


def test_a_file_that_the_answer_leaves_out_is_waited_for():
    (status,), _ = polled(cloud(), {"extract_result": []})
    assert (status.state, status.has_document) == (JobState.PENDING, False)


@pytest.mark.parametrize(
    ("progress", "done", "total"),
    [
        ({"extracted_pages": 1, "total_pages": 2, "start_time": "2025-01-20 11:43:20"}, 1, 2),
        ({"extracted_pages": 9, "total_pages": 2}, 2, 2),
        ({"extracted_pages": 0, "total_pages": 0}, None, None),
        ({"extracted_pages": "1", "total_pages": "4"}, 1, 4),
        ({}, None, None),
        (None, None, None),
        ("half", None, None),
    ],
)
def test_progress_is_told_as_far_as_it_makes_sense(progress, done, total):
    task = {"data_id": "d1", "state": "running", "extract_progress": progress}
    (status,), _ = polled(cloud(), {"extract_result": [task]})
    assert (status.pages_done, status.pages_total) == (done, total)


def test_a_failed_task_says_why_with_or_without_a_code():
    failed = {"data_id": "d1", "state": "failed", "err_msg": "number of pages exceeds limit"}
    (status,), _ = polled(cloud(), {"extract_result": [failed]})
    assert type(status.error) is JobFailedError
    assert "number of pages exceeds limit" in str(status.error)
    (status,), _ = polled(cloud(), {"extract_result": [failed | {"err_code": -60006}]})
    assert type(status.error) is SourceTooLargeError


def test_an_unknown_batch_is_an_unknown_job():
    with pytest.raises(JobNotFoundError):
        ExchangeDriver(answer(code=-60012)).run(cloud().poll([BATCH_RECEIPT]))


@pytest.mark.parametrize("data", [None, [], {"extract_result": None}, {"extract_result": [None, 3, "x"]}])
def test_answers_of_other_types_are_read_without_a_crash(data):
    driver = ExchangeDriver(Response(status=200, body=json.dumps({"code": 0, "data": data}).encode()))
    (status,) = driver.run(cloud().poll([BATCH_RECEIPT]))
    assert status.state is JobState.PENDING


# What is fetched.


def done(**more):
    data = {"extract_result": [DONE | more]}
    (status,), _ = polled(cloud(), data)
    return status


def fetched(status, *answers):
    driver = ExchangeDriver(*answers)
    driver.run(cloud().fetch(status))
    return driver


def test_the_archive_is_streamed_checked_and_kept_with_what_is_known_of_it():
    status = done(extract_progress={"extracted_pages": 3, "total_pages": 3})
    driver = fetched(status, Response(status=200, body=b"PK"))
    (request,) = driver.requests
    assert (request.url, request.saves_as, request.checks) == (ZIP, ARCHIVE_PART, check_result)
    assert (request.is_foreign, dict(request.headers)) == (True, {"Referer": "https://mineru.net/"})
    assert driver.parts[ARCHIVE_PART][1] == b"PK"
    assert read_about(driver.parts[ABOUT_PART][1]) == About(
        dialect=Dialect.CLOUD, file_name="report.pdf", pages_total=3
    )


def test_the_referer_is_for_the_vendors_hosts_only():
    driver = fetched(done(full_zip_url="https://other.example/a.zip"), Response(status=200))
    assert dict(driver.requests[0].headers) == {}


def test_a_job_resumed_later_is_asked_about_first():
    status = JobStatus(receipt=BATCH_RECEIPT, state=JobState.SUCCEEDED, raw_state="done")
    driver = fetched(status, answer({"extract_result": [DONE]}), Response(status=200))
    assert [request.url for request in driver.requests][1] == ZIP


@pytest.mark.parametrize("trouble", [Response(status=403), Response(status=500), UnavailableError("x")])
def test_the_store_behind_the_network_is_tried_too(trouble):
    driver = fetched(done(), trouble, Response(status=200))
    assert driver.requests[1].url == "https://mineru.oss-cn-shanghai.aliyuncs.com/pdf/2026/abc.zip"


def test_an_address_that_has_run_out_is_asked_for_anew():
    fresh = {"extract_result": [DONE | {"full_zip_url": "https://new.example/b.zip"}]}
    status = done(full_zip_url="https://old.example/a.zip")
    driver = fetched(status, Response(status=403), answer(fresh), Response(status=200))
    assert driver.requests[-1].url == "https://new.example/b.zip"


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Response(status=404), ResultExpiredError),
        (Response(status=403), ResultExpiredError),
        (Response(status=500), UnavailableError),
        (UnavailableError("no way"), UnavailableError),
        (InvalidResponseError("no archive"), InvalidResponseError),
    ],
)
def test_a_result_that_cannot_be_had_is_told(trouble, error):
    same = answer({"extract_result": [DONE | {"full_zip_url": "https://old.example/a.zip"}]})
    with pytest.raises(error):
        fetched(done(full_zip_url="https://old.example/a.zip"), trouble, same)


@pytest.mark.parametrize("address", ["", None, "***", "ftp://x.org/a.zip"])
def test_a_finished_task_without_an_address_is_asked_again_later(address):
    again = answer({"extract_result": [DONE | {"full_zip_url": address}]})
    with pytest.raises(RateLimitedError, match="no address"):
        fetched(done(full_zip_url=address), again)


# The rest.


def test_the_cloud_cannot_cancel():
    assert ExchangeDriver().run(cloud().cancel(BATCH_RECEIPT)) is False


@pytest.mark.parametrize(
    ("response", "is_valid"),
    [
        (answer(code=-60012), True),
        (answer(code=-60013), True),
        (answer({"task_id": "x", "state": "done"}), True),
        (gateway("A0202"), False),
        (gateway("A0211"), False),
    ],
)
def test_the_token_is_checked_with_a_question_about_nobodys_task(response, is_valid):
    driver = ExchangeDriver(response)
    assert driver.run(cloud().account()).is_valid is is_valid
    assert driver.requests[0].url.startswith("https://mineru.net/api/v4/extract/task/")


def test_the_protocol_shows_no_secret():
    api = cloud(callback="https://me.example/cb", seed="seed_1234567890")
    assert "1234567890" not in f"{api!r} {api.identity!r}"


def test_each_request_waits_as_long_as_its_option_says():
    patient = cloud(answer_timeout_seconds=7, upload_timeout_seconds=11)
    _, requests = submitted(patient, item())
    assert [request.timeout_seconds for request in requests] == [7, 11]

    driver = ExchangeDriver(answer({"extract_result": [DONE]}))
    (status,) = driver.run(patient.poll([BATCH_RECEIPT]))
    assert driver.requests[0].timeout_seconds == 7

    driver = ExchangeDriver(Response(status=200, body=b"PK"))
    driver.run(patient.fetch(status))
    assert driver.requests[0].timeout_seconds == 11


def test_pictures_and_exports_are_saved_where_save_to_says(tmp_path):
    assert cloud(save_to=tmp_path).save_to == tmp_path
    assert cloud().save_to is None
