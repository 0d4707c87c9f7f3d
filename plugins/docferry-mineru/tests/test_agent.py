"""What is sent to the agent, and what every answer means."""

import pytest
from mineru_talk import agent, answer, item, link

from docferry.errors import (
    InvalidOptionsError,
    InvalidResponseError,
    RateLimitedError,
    ResultExpiredError,
    SourceTooLargeError,
    UnavailableError,
    UnsupportedSourceError,
)
from docferry.model import JobState, Receipt
from docferry.provider import Response
from docferry.testing import ExchangeDriver
from docferry_mineru.options import MineruOptions
from docferry_mineru.parts import ABOUT_PART, MARKDOWN_PART, About, Dialect, read_about

TASK = {"task_id": "t1", "file_url": "https://oss.example/up/1?Signature=x"}
RECEIPT = Receipt(remote_id="t1")
MARKDOWN = "https://cdn-mineru.openxlab.org.cn/md/t1/full.md?Expires=1"
DONE = {"task_id": "t1", "state": "done", "markdown_url": MARKDOWN}


def submitted(api, thing, *answers):
    driver = ExchangeDriver(*(answers or (answer(TASK), Response(status=200))))
    return driver.submit(api.submit([thing])), driver.requests


def polled(data):
    return ExchangeDriver(answer(data)).run(agent().poll([RECEIPT]))[0]


def fetched(*answers):
    driver = ExchangeDriver(*answers)
    driver.run(agent().fetch(polled(DONE)))
    return driver


def test_a_file_is_announced_and_uploaded_without_any_token():
    receipts, (post, put) = submitted(agent(), item())
    assert receipts == (RECEIPT,)
    assert (post.method, post.url) == ("POST", "https://mineru.net/api/v1/agent/parse/file")
    assert post.json_body == {
        "file_name": "report.pdf",
        "language": "ch",
        "is_ocr": False,
        "enable_formula": True,
        "enable_table": True,
    }
    assert (put.method, put.url, put.commits, put.receipts) == ("PUT", TASK["file_url"], True, (RECEIPT,))
    assert all(dict(request.headers) == {} for request in (post, put))


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ({"language": "latin"}, "language", "latin"),
        ({"is_ocr": True}, "is_ocr", True),
        ({"enable_formula": False}, "enable_formula", False),
        ({"enable_table": False}, "enable_table", False),
        ({"page_ranges": "3-12"}, "page_range", "3-12"),
        ({"page_ranges": "3"}, "page_range", "3"),
    ],
)
@pytest.mark.parametrize("is_link", [False, True])
def test_every_parameter_has_its_wire_form(options, field, value, is_link):
    made = MineruOptions(**options)
    thing = link(options=made) if is_link else item(options=made)
    replies = (answer({"task_id": "t1"}),) if is_link else ()
    _, requests = submitted(agent(**options), thing, *replies)
    assert requests[0].json_body[field] == value


@pytest.mark.parametrize("pages", ["2,4", "2--2", "2--1", "-1"])
def test_the_agent_takes_one_range_only(pages):
    with pytest.raises(InvalidOptionsError, match="one range"):
        submitted(agent(), item(options=MineruOptions(page_ranges=pages)))


def test_an_address_is_passed_on():
    receipts, (post,) = submitted(agent(), link("https://x.org/a%20b.pdf?k=1"), answer({"task_id": "t1"}))
    assert receipts == (RECEIPT,)
    assert post.url == "https://mineru.net/api/v1/agent/parse/url"
    assert (post.json_body["url"], post.commits) == ("https://x.org/a%20b.pdf?k=1", True)


@pytest.mark.parametrize("name", ["a.html", "a.doc", "a.ppt", "a.csv"])
def test_kinds_that_the_agent_does_not_read_are_refused_here(name):
    (error,), requests = submitted(agent(), item(name))
    assert type(error) is UnsupportedSourceError
    assert requests == []


@pytest.mark.parametrize(
    ("data", "field"),
    [({}, "task_id"), ({"task_id": "t1"}, "file_url"), ({"task_id": "t1", "file_url": "***"}, "file_url")],
)
def test_an_answer_without_what_was_asked_for_names_the_field(data, field):
    with pytest.raises(InvalidResponseError, match=field):
        submitted(agent(), item(), answer(data))


def test_an_address_without_a_task_is_no_answer():
    with pytest.raises(InvalidResponseError, match="task_id"):
        submitted(agent(), link(), answer({}))


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(code=-30001), SourceTooLargeError),
        (answer(code=-30002), UnsupportedSourceError),
        (answer(code=-30003), SourceTooLargeError),
        (answer(code=-30004), InvalidOptionsError),
        (Response(status=429, body=b"slow down"), RateLimitedError),
    ],
)
def test_refusals_have_their_remedy(response, error):
    with pytest.raises(error):
        submitted(agent(), item(), response)


@pytest.mark.parametrize(
    ("word", "state", "has_document"),
    [
        ("waiting-file", JobState.PENDING, False),
        ("uploading", JobState.PENDING, False),
        ("pending", JobState.PENDING, True),
        ("running", JobState.RUNNING, True),
        ("done", JobState.SUCCEEDED, True),
        ("failed", JobState.FAILED, True),
    ],
)
def test_every_state_has_its_meaning(word, state, has_document):
    status = polled({"task_id": "t1", "state": word})
    assert (status.state, status.has_document) == (state, has_document)


def test_a_failed_task_has_the_remedy_of_its_code():
    status = polled({"task_id": "t1", "state": "failed", "err_code": -30003, "err_msg": "pages"})
    assert type(status.error) is SourceTooLargeError


def test_the_markdown_is_kept_with_the_pictures_beside_it():
    text = (
        b"# A\n\n![x](images/a.jpg) <img src='images/b%20c.png'> ![y](https://x.org/z.png) ![z](images/a.jpg)"
    )
    driver = fetched(
        Response(status=200, body=text), Response(status=200, body=b"A"), Response(status=200, body=b"B")
    )
    assert driver.parts[MARKDOWN_PART] == ("text/markdown", text)
    assert [request.url for request in driver.requests[1:]] == [
        "https://cdn-mineru.openxlab.org.cn/md/t1/images/a.jpg",
        "https://cdn-mineru.openxlab.org.cn/md/t1/images/b%20c.png",
    ]
    assert (driver.parts["images/a.jpg"][1], driver.parts["images/b c.png"][1]) == (b"A", b"B")
    assert read_about(driver.parts[ABOUT_PART][1]) == About(dialect=Dialect.AGENT)


@pytest.mark.parametrize(
    "link", ["../../x.jpg", "images/../../x.jpg", "/images/x.jpg", "other/x.jpg", "data:,x"]
)
def test_pictures_elsewhere_are_not_fetched(link):
    driver = fetched(Response(status=200, body=f"![x]({link})".encode()))
    assert len(driver.requests) == 1


@pytest.mark.parametrize("trouble", [Response(status=404), UnavailableError("no way")])
def test_a_picture_that_cannot_be_had_does_not_lose_the_text(trouble):
    driver = fetched(Response(status=200, body=b"![x](images/a.jpg)"), trouble)
    assert set(driver.parts) == {MARKDOWN_PART, ABOUT_PART}


def test_a_finished_task_without_an_address_is_asked_again_later():
    status = polled(DONE | {"markdown_url": None})
    with pytest.raises(RateLimitedError, match="no address"):
        ExchangeDriver(answer(DONE | {"markdown_url": None})).run(agent().fetch(status))


def test_a_result_that_is_gone_has_expired():
    with pytest.raises(ResultExpiredError):
        fetched(Response(status=404), Response(status=404), answer(DONE))


def test_the_agent_has_its_own_limits_and_takes_one_file_at_a_time():
    api = agent()
    assert (api.limits.max_size_bytes, api.batch_limit) == (10 * 1024 * 1024, 1)
    assert agent(max_size_bytes=5, files_per_minute=6).limits.requests_per_second == 0.1
    assert api.batch_key(item(data_id="d7")) == "d7"


def test_there_is_nothing_to_cancel_and_no_account():
    assert ExchangeDriver().run(agent().cancel(RECEIPT)) is False
    assert ExchangeDriver().run(agent().account()).is_valid
