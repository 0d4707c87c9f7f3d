"""What a service's error means to a user, and how its words are shown."""

import pytest

from docferry.errors import InvalidOptionsError, JobFailedError, RateLimitedError
from docferry.provider import Remedy, scrub


def test_an_error_of_the_service_tells_provider_job_and_request():
    remedy = Remedy(kind=JobFailedError, what="the depot gave up", next_step="try again")
    error = remedy.error(provider="depot", reason="code 7: no", job_id="j1", request_id="r1")
    assert type(error) is JobFailedError
    assert str(error) == "the depot gave up (code 7: no); try again"
    assert (error.provider, error.job_id, error.request_id) == ("depot", "j1", "r1")


def test_an_error_of_the_setup_tells_what_to_do():
    error = Remedy(kind=InvalidOptionsError, what="no such tier").error(provider="depot", job_id="j1")
    assert (type(error), str(error)) == (InvalidOptionsError, "no such tier")


@pytest.mark.parametrize("kind", [RateLimitedError, JobFailedError, InvalidOptionsError])
def test_only_a_busy_service_tells_when_to_come_back(kind):
    error = Remedy(kind=kind, what="not now").error(provider="depot", retry_after_seconds=3.0)
    assert getattr(error, "retry_after_seconds", None) == (3.0 if kind is RateLimitedError else None)


@pytest.mark.parametrize(
    ("words", "secrets", "shown"),
    [
        ("plain", (), "plain"),
        ("two\nlines\t and  more", (), "two lines and more"),
        ("key sk-1 and seed s-2", ("sk-1", "s-2"), "key *** and seed ***"),
        ("nothing to hide", ("",), "nothing to hide"),
        ("see https://x.org/a.pdf?sign=abc#p, please", (), "see https://x.org/a.pdf please"),
        ("x" * 300, (), "x" * 200),
    ],
)
def test_words_are_shown_without_secrets_and_queries(words, secrets, shown):
    assert scrub(words, *secrets) == shown
