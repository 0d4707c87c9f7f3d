"""Addresses as people paste them lead to one base URL."""

import pytest

from docferry.errors import InvalidOptionsError
from docferry_somark.addresses import is_hosted, read_base_url
from docferry_somark.options import SomarkOptions


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://somark.cn/api/v1", "https://somark.cn/api/v1"),
        ("https://somark.tech/api/v1/", "https://somark.tech/api/v1"),
        ("  https://SoMark.cn/api/v1//  ", "https://somark.cn/api/v1"),
        ("https://somark.ai/api/v1/parse/async", "https://somark.ai/api/v1"),
        ("https://somark.ai/api/v1/parse", "https://somark.ai/api/v1"),
        ("https://somark.tech/api/v1/extract/acc_sync/", "https://somark.tech/api/v1"),
        ("https://somark.tech/api/v1/extract", "https://somark.tech/api/v1"),
        ("http://10.0.0.5:8000/v1/parse/async_check", "http://10.0.0.5:8000/v1"),
        ("http://127.0.0.1:8900", "http://127.0.0.1:8900"),
        ("https://somark.ai", "https://somark.ai/api/v1"),
        ("http://host/parser/v1", "http://host/parser/v1"),
    ],
)
def test_base_url_is_trimmed(given, meant):
    assert read_base_url(given, name="base_url") == meant


@pytest.mark.parametrize(
    "given",
    [
        "somark.cn",
        "ftp://somark.cn",
        "http://",
        "http://u:sk-secret@h/v1",
        "http://h/v1?key=sk-secret",
        "http://[x",
    ],
)
def test_what_is_no_plain_address_is_refused_without_being_repeated(given):
    with pytest.raises(InvalidOptionsError) as caught:
        SomarkOptions(base_url=given)
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://somark.cn/api/v1", True),
        ("https://eu.somark.ai/api/v1", True),
        ("https://somark.tech", True),
        ("https://notsomark.cn", False),
        ("http://127.0.0.1:8900/api/v1", False),
    ],
)
def test_the_vendors_own_hosts_are_known(url, answer):
    assert is_hosted(url) is answer
