"""An address is plain, or refused without being repeated."""

import pytest

from docferry.errors import InvalidOptionsError
from docferry.provider.addresses import is_host_of, is_sendable, read_address

EXAMPLE = "https://api.example"


def read(text):
    return read_address(text, name="base_url", provider="depot", example=EXAMPLE)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://api.example", "https://api.example"),
        ("  https://api.example/ \n", "https://api.example"),
        ("HTTP://API.Example:8080/V1//", "http://api.example:8080/V1"),
        ("http://[::1]:8000/a/", "http://[::1]:8000/a"),
        ("http://127.0.0.1:1/~me@here", "http://127.0.0.1:1/~me@here"),
    ],
)
def test_scheme_and_host_are_lower_case_and_no_slash_is_last(given, meant):
    assert read(given) == meant


@pytest.mark.parametrize(
    "given",
    [
        *("", "api.example", "ftp://api.example", "https://", "https:///path", "sk-secret"),
        *("https://me:secret@api.example", "https://api.example?key=secret", "https://api.example/#secret"),
        *("https://api.example?", "https://api.exa mple", "https://api.example/a b", "https://api\n.example"),
        *("https://api.example:0", "https://api.example:99999", "https://api.example:secret", "https://[::1"),
    ],
)
def test_anything_else_is_refused_and_not_repeated(given):
    with pytest.raises(InvalidOptionsError, match="base_url of provider depot is not a plain") as caught:
        read(given)
    assert EXAMPLE in str(caught.value)
    assert "secret" not in f"{caught.value}{caught.value!r}"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://api.example/a", True),
        ("https://eu.api.example", True),
        ("https://API.EXAMPLE", True),
        ("https://notapi.example", False),
        ("https://api.example.elsewhere", False),
        ("", False),
    ],
)
def test_a_host_and_all_below_it_are_known(address, expected):
    assert is_host_of(address, ["other.example", "api.example"]) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://files.example/a.png?sign=1", True),
        ("HTTP://files.example:8080", True),
        *(
            (address, False)
            for address in ("", "/a.png", "ftp://files.example/a", "https:///a", "https://[::1")
        ),
        *(
            (address, False)
            for address in ("https://h:0/", "https://h:port/", "https://h/a b", "https://h/a\n")
        ),
    ],
)
def test_what_a_service_gives_is_sent_to_when_it_is_a_whole_address(address, expected):
    assert is_sendable(address) is expected
