"""Which host is spoken to, and with which key: the vendor's own hosts need one."""

import pytest

from docferry.errors import InvalidOptionsError, MissingCredentialError
from docferry_somark.endpoint import resolve_endpoint
from docferry_somark.options import SomarkOptions


def endpoint_of(environment=None, **options):
    endpoint = resolve_endpoint(SomarkOptions(**options), environment=environment or {})
    return endpoint.base_url, endpoint.identity.account


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
        resolve_endpoint(SomarkOptions(**options), environment={})


def test_a_private_deployment_needs_none():
    assert endpoint_of(base_url="http://10.0.0.5:8000/api/v1") == ("http://10.0.0.5:8000/api/v1", "")
