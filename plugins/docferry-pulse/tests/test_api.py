"""The protocol: what is sent, how answers are read, and where the key goes."""

import json
from dataclasses import replace

import pytest
from pulse_shapes import (
    KEY,
    extraction,
    make_item,
    page_marks,
    refusal,
    response,
    status,
    text,
)
from reportlab.pdfgen.canvas import Canvas

from docferry.errors import (
    AuthenticationError,
    InvalidOptionsError,
    InvalidResponseError,
    JobFailedError,
    JobNotFoundError,
    QuotaExceededError,
    RateLimitedError,
    ResultExpiredError,
    SourceError,
    UnavailableError,
)
from docferry.model import JobState, JobStatus, Receipt
from docferry.sources import SourceFile
from docferry.testing import ExchangeDriver
from docferry_pulse.api import make_api
from docferry_pulse.options import PulseOptions

BASE = "https://api.runpulse.com"
RECEIPT = Receipt(remote_id="j1")
PICTURE = b"\x89PNG made up"


def pdf(folder, pages):
    path = folder / "pages.pdf"
    canvas = Canvas(str(path), invariant=True)
    for number in range(pages):
        canvas.drawString(72, 700, f"page {number + 1}")
        canvas.showPage()
    canvas.save()
    return path.read_bytes()


def submit(api, item, *answers):
    driver = ExchangeDriver(*answers)
    receipts = driver.run(api.submit((item,)))
    return driver, receipts


def poll(api, *answers):
    driver = ExchangeDriver(*answers)
    (found,) = driver.run(api.poll((RECEIPT,)))
    return found


def fetch(api, found, *answers):
    driver = ExchangeDriver(*answers)
    driver.run(api.fetch(found))
    return driver


def finished(api, result):
    return poll(api, response(status("completed", result=result)))


class TestSubmit:
    def test_a_file_goes_as_a_form_with_the_key_in_a_header(self, api, item):
        driver, receipts = submit(api, item, response(status("pending", job_id="j7"), status=202))

        (request,) = driver.requests
        assert receipts == (Receipt(remote_id="j7"),)
        assert (request.method, request.url) == ("POST", f"{BASE}/extract")
        assert request.headers == {"x-api-key": KEY}
        assert request.commits
        assert not request.is_foreign
        assert request.form == (("async", "true"),)
        (part,) = request.files
        assert (part.field, part.file_name, part.media_type) == ("file", "report.pdf", "application/pdf")
        assert KEY not in repr(request)

    def test_an_address_goes_as_json(self, item):
        api = make_api(PulseOptions(api_key=KEY, model="default"), environment={})
        file = SourceFile.unseen(
            name="https://x.example/a.pdf",
            file_name="a.pdf",
            fingerprint="url:1",
            address="https://x.example/a.pdf?sig=1",
        )
        driver, _ = submit(api, replace(item, file=file), response(status("pending")))

        (request,) = driver.requests
        assert request.json_body == {
            "file_url": "https://x.example/a.pdf?sig=1",
            "async": True,
            "model": "default",
        }
        assert request.files == ()
        assert "sig=1" not in repr(file) + repr(request)

    @pytest.mark.parametrize("http", [200, 201, 202])
    @pytest.mark.parametrize("word", ["pending", "processing", "something new", ""])
    def test_any_success_with_a_job_id_is_a_receipt(self, api, item, http, word):
        _, receipts = submit(api, item, response(status(word, job_id="j7"), status=http))

        assert receipts == (Receipt(remote_id="j7"),)

    @pytest.mark.parametrize("name", ["job_id", "jobId", "job-id", "batch_job_id"])
    def test_the_job_id_is_read_in_every_spelling(self, api, item, name):
        _, receipts = submit(api, item, response({name: "j7", "status": "pending"}))

        assert receipts == (Receipt(remote_id="j7"),)

    def test_a_result_in_the_place_of_a_receipt_is_kept_at_once(self, api, item):
        driver, receipts = submit(api, item, response(extraction("# Done", job_id="j9", page_count=1)))

        assert receipts == (Receipt(remote_id="j9"),)
        assert json.loads(driver.parts["job.json"][1])["markdown"] == "# Done"

    def test_a_result_without_any_id_goes_by_ours(self, api, item):
        _, receipts = submit(api, item, response(extraction("# Done")))

        assert receipts == (Receipt(remote_id="job-1"),)

    def test_a_large_result_in_the_place_of_a_receipt_is_fetched_later(self, api, item):
        address = f"{BASE}/large_results/j9"
        _, (receipt,) = submit(api, item, response({"is_url": True, "url": address}))
        driver = ExchangeDriver(response(extraction("# Done", page_count=1)))
        (found,) = driver.run(api.poll((receipt,)))
        driver.run(api.fetch(found))

        assert receipt == Receipt(remote_id="j9")
        assert [request.url for request in driver.requests] == [address]
        assert set(driver.parts) == {"job.json", "result.json"}

    def test_a_job_that_failed_at_once_is_its_error(self, api, item):
        with pytest.raises(JobFailedError, match="no luck"):
            submit(api, item, response(status("failed", error="no luck")))

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"status": "pending"}'])
    def test_an_answer_without_a_job_id_is_unreadable(self, api, item, body):
        with pytest.raises(InvalidResponseError):
            submit(api, item, response(body))

    def test_refusals_are_their_errors(self, api, item):
        with pytest.raises(QuotaExceededError):
            submit(api, item, refusal("BILLING_002", status=403))

    def test_a_busy_service_says_when_to_come_back(self, api, item):
        headers = {"date": "Sun, 22 Nov 2026 10:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 10:00:09 GMT"}
        with pytest.raises(RateLimitedError) as caught:
            submit(api, item, refusal("RATE_001", status=429, headers=headers))
        assert caught.value.retry_after_seconds == 9.0

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"retry-after": "7"}, 7.0),
            ({"date": "Thu, 01 Jan 1970 00:00:10 GMT", "x-ratelimit-reset": "25"}, 15.0),
            ({"x-ratelimit-reset": "25"}, None),
            ({"retry-after": "soon"}, None),
        ],
    )
    def test_every_form_of_the_advice_is_read(self, api, item, headers, seconds):
        with pytest.raises(RateLimitedError) as caught:
            submit(api, item, refusal("RATE_001", status=429, headers=headers))
        assert caught.value.retry_after_seconds == seconds

    @pytest.mark.parametrize(
        ("pages", "sent"), [("2", "2"), ("1-2", "1-2"), ("1,3-9", "1,3-5"), ("4-", "4-5"), ("5,1", "1,5")]
    )
    def test_pages_are_cut_to_those_that_there_are(self, api, tmp_path, pages, sent):
        item = make_item(tmp_path, pages=pages, content=pdf(tmp_path, 5))
        driver, _ = submit(api, item, response(status("pending")))

        assert dict(driver.requests[0].form)["pages"] == sent

    def test_pages_behind_the_end_cost_nothing(self, api, tmp_path):
        item = make_item(tmp_path, pages="6-", content=pdf(tmp_path, 5))
        with pytest.raises(SourceError, match="5 pages"):
            submit(api, item)

    def test_an_open_range_needs_pages_that_can_be_counted(self, api, tmp_path):
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        closed = make_item(tmp_path, pages="2-9", media_type=word, file_name="a.docx")
        driver, _ = submit(api, closed, response(status("pending")))
        assert dict(driver.requests[0].form)["pages"] == "2-9"

        with pytest.raises(InvalidOptionsError, match="name the last page"):
            submit(api, make_item(tmp_path, pages="2-", media_type=word, file_name="a.docx"))

    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            ("annual report.pdf", "annual report.pdf"),
            ("a/b\\c.pdf", "c.pdf"),
            ('qu"ote\n.pdf', "qu_ote_.pdf"),
            ("报告.pdf", "报告.pdf"),
            (" . ", "document"),
        ],
    )
    def test_file_names_are_sent_as_headers_can_hold_them(self, api, tmp_path, given, sent):
        driver, _ = submit(api, make_item(tmp_path, file_name="x.pdf"), response(status("pending")))
        item = make_item(tmp_path)
        object.__setattr__(item.file, "file_name", given)
        driver, _ = submit(api, item, response(status("pending")))

        assert driver.requests[0].files[0].file_name == sent


class TestPoll:
    @pytest.mark.parametrize(
        ("word", "state"),
        [
            ("pending", JobState.PENDING),
            ("queued", JobState.PENDING),
            ("processing", JobState.RUNNING),
            ("In Progress", JobState.RUNNING),
            ("completed", JobState.SUCCEEDED),
            ("COMPLETE", JobState.SUCCEEDED),
            ("done", JobState.SUCCEEDED),
            ("succeeded", JobState.SUCCEEDED),
            ("failed", JobState.FAILED),
            ("error", JobState.FAILED),
            ("canceled", JobState.CANCELLED),
            ("cancelled", JobState.CANCELLED),
            ("expired", JobState.EXPIRED),
        ],
    )
    def test_each_word_is_a_state(self, api, word, state):
        found = poll(api, response(status(word, result=extraction("x"))))

        assert (found.state, found.raw_state, found.is_known) == (state, word, True)

    def test_a_word_nobody_knows_is_not_an_end(self, api):
        found = poll(api, response(status("rearranging", result=extraction("x"))))

        assert (found.state, found.is_known, found.detail) == (JobState.RUNNING, False, None)

    @pytest.mark.parametrize(
        ("word", "kind"),
        [("failed", JobFailedError), ("canceled", JobFailedError), ("expired", ResultExpiredError)],
    )
    def test_ends_without_success_have_their_error(self, api, word, kind):
        assert type(poll(api, response(status(word))).error) is kind

    def test_costs_are_those_of_the_job_and_not_of_the_organisation(self, api):
        plan = {"pages_used": 4711, "total_credits_used": 9000}
        found = finished(api, extraction("x", page_count=3, credits_used=30, plan_info=plan))

        assert (found.cost.pages, found.cost.credits) == (3, 30.0)

    def test_the_id_is_one_segment_of_the_path(self, api):
        driver = ExchangeDriver(response(status("pending")))
        driver.run(api.poll((Receipt(remote_id="a/../b?c"),)))

        assert driver.requests[0].url == f"{BASE}/job/a%2F..%2Fb%3Fc"
        assert driver.requests[0].headers == {"x-api-key": KEY}

    def test_a_job_may_be_unknown_for_a_moment(self, api):
        for _ in range(3):
            with pytest.raises(UnavailableError):
                poll(api, refusal("JOB_001", status=404))
        with pytest.raises(JobNotFoundError):
            poll(api, refusal("JOB_001", status=404))

    def test_a_job_that_was_seen_again_is_believed_anew(self, api):
        for _ in range(2):
            for _ in range(3):
                with pytest.raises(UnavailableError):
                    poll(api, refusal("JOB_001", status=404))
            assert poll(api, response(status("processing"))).state is JobState.RUNNING

    def test_a_wrong_key_ends_the_wait(self, api):
        with pytest.raises(AuthenticationError):
            poll(api, refusal("AUTH_002", status=401))


class TestFetch:
    def test_the_answer_is_kept_as_received(self, api):
        body = json.dumps(status("completed", result=extraction("# A", unheard_of=[1]))).encode()
        driver = fetch(api, poll(api, response(body)))

        assert driver.requests == []
        assert driver.parts == {"job.json": ("application/json", body)}

    def test_a_job_without_a_result_is_the_services_fault(self, api):
        with pytest.raises(InvalidResponseError):
            fetch(api, poll(api, response(status("completed"))))

    def test_without_the_answer_the_service_is_asked_again(self, api):
        bare = JobStatus(receipt=RECEIPT, state=JobState.SUCCEEDED, raw_state="completed")
        driver = fetch(api, bare, response(status("completed", result=extraction("# A"))))

        assert [request.url for request in driver.requests] == [f"{BASE}/job/j1"]
        assert set(driver.parts) == {"job.json"}

    @pytest.mark.parametrize(
        ("address", "has_key"),
        [
            (f"{BASE}/large_results/j1", True),
            ("/large_results/j1", True),
            ("https://bucket.s3.amazonaws.com/r.json?sig=1", False),
            ("http://api.runpulse.com/large_results/j1", False),
        ],
    )
    def test_a_large_result_is_streamed_with_the_key_only_to_the_own_origin(self, api, address, has_key):
        found = finished(api, {"is_url": True, "url": address, "page_count": 84})
        driver = fetch(api, found, response(extraction("# Large", page_count=84)))

        (request,) = driver.requests
        assert request.saves_as == "result.json"
        assert request.headers == ({"x-api-key": KEY} if has_key else {})
        assert request.is_foreign is not has_key
        assert set(driver.parts) == {"job.json", "result.json"}

    @pytest.mark.parametrize("http", [404, 410])
    def test_a_large_result_that_is_gone_is_told_truly(self, api, http):
        found = finished(api, {"is_url": True, "url": f"{BASE}/large_results/j1"})
        with pytest.raises(ResultExpiredError, match="once and for an hour") as caught:
            fetch(api, found, refusal("JOB_GONE", status=http))
        assert caught.value.job_id == "j1"
        assert "billed again" in str(caught.value)

    @pytest.mark.parametrize(("http", "kind"), [(401, AuthenticationError), (503, UnavailableError)])
    def test_other_trouble_with_a_large_result_is_its_error(self, api, http, kind):
        found = finished(api, {"is_url": True, "url": f"{BASE}/large_results/j1"})
        with pytest.raises(kind):
            fetch(api, found, refusal("X", status=http))

    def test_a_storage_host_that_forbids_means_that_the_hour_is_over(self, api):
        found = finished(api, {"is_url": True, "url": "https://s3.example/r?sig=1"})
        with pytest.raises(ResultExpiredError):
            fetch(api, found, response(b"<xml/>", status=403))

    def test_an_address_that_cannot_be_used_is_the_services_fault(self, api):
        with pytest.raises(InvalidResponseError, match="field url"):
            fetch(api, finished(api, {"is_url": True, "url": "file:///etc/passwd"}))

    def test_pictures_are_kept_and_the_key_stays_home(self, api):
        images = [
            {"id": "img-1", "image_url": f"{BASE}/results/j1/images/img-1.png"},
            {"id": "img-2", "image_url": "https://other.example/2.jpg"},
            {"id": "img-3", "image_url": "data:image/png;base64,iVBORw0KGgo="},
            {"id": "img-4", "image_url": "http://["},
        ]
        found = finished(api, extraction("x", bounding_boxes={"Images": images}))
        png = response(PICTURE, headers={"content-type": "image/png"})
        driver = fetch(api, found, png, response(b"", status=404))

        assert [bool(request.headers) for request in driver.requests] == [True, False]
        assert set(driver.parts) == {"job.json", "images/0001.png", "images/0003.png"}

    def test_a_picture_that_cannot_be_had_does_not_lose_the_text(self, api):
        images = [{"image_url": f"{BASE}/1.png"}, {"image_url": f"{BASE}/2.png"}]
        found = finished(api, extraction("x", bounding_boxes={"Images": images}))
        driver = fetch(api, found, UnavailableError("no"), response(PICTURE))

        assert set(driver.parts) == {"job.json", "images/0002.png"}

    def test_addresses_in_the_text_are_not_followed(self, api):
        markdown = "![a](https://evil.example/t.png)\n\n![b](data:image/png;base64,iVBORw0KGgo=)"
        driver = fetch(api, finished(api, extraction(markdown)))

        assert driver.requests == []
        assert set(driver.parts) == {"job.json", "images/0001.png"}

    def test_with_pictures_a_large_result_is_kept_before_they_are_fetched(self):
        options = PulseOptions(api_key=KEY, figure_processing={"show_images": True})
        api = make_api(options, environment={})
        found = finished(api, {"is_url": True, "url": f"{BASE}/large_results/j1"})
        large = extraction("x", bounding_boxes={"Images": [{"image_url": f"{BASE}/1.png"}]})
        driver = fetch(api, found, response(large), response(PICTURE))

        assert [request.saves_as for request in driver.requests] == ["", "images/0001.png"]
        assert list(driver.parts) == ["job.json", "result.json", "images/0001.png"]


class TestCancel:
    @pytest.mark.parametrize(
        ("word", "has_stopped"),
        [
            ("canceled", True),
            ("processing", True),
            ("completed", False),
            ("failed", False),
        ],
    )
    def test_a_job_that_ended_all_the_same_is_not_cancelled(self, api, word, has_stopped):
        driver = ExchangeDriver(response({"job_id": "j1", "message": "ok"}), response(status(word)))

        assert driver.run(api.cancel(RECEIPT)) is has_stopped
        assert [(one.method, one.url) for one in driver.requests] == [
            ("DELETE", f"{BASE}/job/j1"),
            ("GET", f"{BASE}/job/j1"),
        ]

    def test_an_unknown_job_is_said_to_be_unknown(self, api):
        with pytest.raises(JobNotFoundError):
            ExchangeDriver(refusal("JOB_001", status=404)).run(api.cancel(RECEIPT))


class TestAccount:
    def test_pages_so_far_are_told(self, api):
        driver = ExchangeDriver(response({"total_pages_processed": 4711, "nested": {}}))
        account = driver.run(api.account())

        assert (driver.requests[0].method, driver.requests[0].url) == ("GET", f"{BASE}/pages")
        assert account.is_valid
        assert account.figures == (("pages processed so far", "4711"),)

    def test_a_wrong_key_is_not_valid(self, api):
        assert not ExchangeDriver(refusal("AUTH_002", status=401)).run(api.account()).is_valid


class TestSetUp:
    def test_identity_limits_and_pace(self, api):
        assert (api.identity.provider, api.identity.operation, api.identity.endpoint) == (
            "pulse",
            "parse",
            BASE,
        )
        assert api.limits.concurrency == 8
        assert api.poll_advice.floor_seconds == 2.0
        assert api.batch_limit == 1
        assert KEY not in repr(api)

    def test_no_path_of_the_protocol_is_the_deprecated_one(self, api, item):
        driver, _ = submit(api, item, response(status("pending")))
        assert all("extract_async" not in request.url for request in driver.requests)


def test_marks_and_entries_of_the_shapes_are_the_documented_ones():
    assert page_marks("a").endswith("<!-- PageBreak [1] -->")
    assert len(text("a")["bounding_box"]) == 8
