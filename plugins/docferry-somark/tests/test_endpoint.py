"""Addresses as people paste them lead to one base URL, and the vendor's own hosts need a key."""

import pytest

from docferry.errors import InvalidOptionsError, MissingCredentialError
from docferry_somark.api import make_api
from docferry_somark.endpoint import is_hosted, read_base_url
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


def endpoint_of(environment=None, **options):
    api = make_api(SomarkOptions(**options), environment=environment or {})
    return api.base_url, api.identity.account


def test_arguments_win_over_the_environment():
    environment = {"SOMARK_API_KEY": "sk-env", "SOMARK_BASE_URL": "http://127.0.0.1:1/api/v1/"}

    assert endpoint_of(environment) == ("http://127.0.0.1:1/api/v1", "sk-env")
    assert endpoint_of(environment, api_key="sk-arg") == ("http://127.0.0.1:1/api/v1", "sk-arg")
    assert endpoint_of(environment, region="global") == ("https://somark.ai/api/v1", "sk-env")
    assert endpoint_of(environment, base_url="http://h/v1", region="global") == ("http://h/v1", "sk-env")


def test_without_any_address_the_host_is_cn():
    assert endpoint_of(api_key="sk-arg")[0] == "https://somark.cn/api/v1"


def test_a_bad_address_in_the_environment_names_the_variable():
    with pytest.raises(InvalidOptionsError, match="SOMARK_BASE_URL"):
        endpoint_of({"SOMARK_BASE_URL": "nonsense"}, api_key="sk-arg")


@pytest.mark.parametrize("options", [{}, {"api_key": "  "}, {"base_url": "https://somark.tech/api/v1"}])
def test_the_vendors_hosts_need_a_key(options):
    with pytest.raises(MissingCredentialError, match="SOMARK_API_KEY"):
        make_api(SomarkOptions(**options), environment={})


def test_a_private_deployment_needs_none():
    assert endpoint_of(base_url="http://10.0.0.5:8000/api/v1") == ("http://10.0.0.5:8000/api/v1", "")
