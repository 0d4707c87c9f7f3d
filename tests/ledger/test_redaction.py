"""The last guard against secrets in the ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry.errors import JobFailedError
from docferry.ledger.redaction import describe_error, redact, redact_source_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://h.example/a?X-Amz-Signature=S3CRET now", "see https://h.example/a now"),
        ("GET 'https://me:S3CRET@h.example/a#S3CRET' failed", "GET 'https://h.example/a' failed"),
        ("Authorization: Bearer S3CRETS3CRET", "Authorization: Bearer ***"),
        ("bad api_key=S3CRET, sorry", "bad api_key=***, sorry"),
        ('{"token": "S3CRET"}', '{"token": "***"}'),
        ("page 3 of 7 is broken", "page 3 of 7 is broken"),
        ("is this a question? yes", "is this a question? yes"),
        ("第三页损坏", "第三页损坏"),
    ],
)
def test_secrets_go_and_the_rest_stays(text, expected):
    assert redact(text) == expected


@given(st.text())
def test_any_text_becomes_storable_and_stays_so(text):
    once = redact(text)
    once.encode("utf-8")
    assert redact(once) == once


def test_a_source_name_loses_its_query_only_if_it_is_an_address():
    assert redact_source_name("https://h.example/a.pdf?sig=S3CRET") == "https://h.example/a.pdf"
    assert redact_source_name("why? because #1.pdf") == "why? because #1.pdf"


def test_a_file_name_in_another_encoding_is_written_with_escapes():
    assert redact_source_name("caf\udce9.pdf") == "caf\\udce9.pdf"


def test_an_error_of_ours_keeps_its_message_and_next_step_without_the_source():
    error = JobFailedError("page 3 is damaged", next_step="repair it", source="/home/me/a.pdf")
    assert describe_error(error) == ("JobFailedError", "page 3 is damaged; repair it")


def test_an_error_of_somebody_else_keeps_its_class_only():
    assert describe_error(RuntimeError("S3CRET")) == ("RuntimeError", "")


def test_a_message_is_cut_to_a_thousand_characters():
    assert len(describe_error(JobFailedError("x" * 5000))[1]) == 1000
