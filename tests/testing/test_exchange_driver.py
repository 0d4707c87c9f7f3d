"""A driver answers what an exchange asks, and keeps what it saves."""

import pytest

from docferry.errors import SourceTooLargeError
from docferry.model import Receipt
from docferry.provider import Keep, Leg, Request, Response
from docferry.testing import ExchangeDriver, reader_of

ASK = Request(method="GET", url="http://127.0.0.1/a")
SAVE = Request(method="GET", url="http://127.0.0.1/b", saves_as="b.txt")


def asking(*requests):
    answers = []
    for request in requests:
        answers.append((yield request))  # noqa: PERF401 - a comprehension cannot yield
    return answers


def test_answers_come_in_order_and_requests_are_noted():
    driver = ExchangeDriver(Response(status=200), Response(status=404))
    assert [answer.status for answer in driver.run(asking(ASK, SAVE))] == [200, 404]
    assert driver.requests == [ASK, SAVE]
    assert driver.parts == {}


def test_a_function_answers_every_request():
    driver = ExchangeDriver(lambda request: Response(status=200 if request is ASK else 500))
    assert [answer.status for answer in driver.run(asking(ASK, SAVE, ASK))] == [200, 500, 200]


def test_an_exception_is_raised_where_the_answer_would_come():
    def careful():
        with pytest.raises(SourceTooLargeError):
            yield ASK
        return "went on"

    assert ExchangeDriver(SourceTooLargeError("too large")).run(careful()) == "went on"


@pytest.mark.parametrize("count", [0, 2])
def test_a_request_without_an_answer_is_named(count):
    requests = [*[ASK] * count, SAVE]
    with pytest.raises(AssertionError, match=f"request {count + 1}: GET http://127.0.0.1/b"):
        ExchangeDriver(*[Response(status=200)] * count).run(asking(*requests))


def test_what_is_saved_and_kept_is_the_payload_and_not_in_the_answer():
    def fetching():
        saved = yield SAVE
        kept = yield Keep(name="c.txt", media_type="text/plain", data=b"kept")
        return saved, kept

    driver = ExchangeDriver(Response(status=200, headers={"content-type": "text/html"}, body=b"saved"))
    saved, kept = driver.run(fetching())
    assert (saved.body, saved.saved_bytes, kept.saved_bytes) == (b"", 5, 4)
    assert driver.parts == {"b.txt": ("text/html", b"saved"), "c.txt": ("text/plain", b"kept")}
    assert driver.payload.read("b.txt") == b"saved"


def test_a_submission_comes_to_a_receipt_or_an_error_for_each_file():
    receipt, error = Receipt(remote_id="j1"), SourceTooLargeError("too large")

    def leg():
        yield ASK
        return receipt

    def submitting():
        yield ASK
        return (Leg(exchange=leg), error)

    driver = ExchangeDriver(Response(status=200), Response(status=200))
    assert driver.submit(submitting()) == (receipt, error)


def test_a_reader_opens_parts_in_memory():
    assert reader_of({"a": ("text/plain", b"x")}).read("a") == b"x"
