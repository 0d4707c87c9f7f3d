"""Which host is spoken to, and with which key."""

import pytest
from extend_shapes import KEY

from docferry.errors import InvalidOptionsError, MissingCredentialError
from docferry_extend.endpoint import resolve_endpoint
from docferry_extend.options import ExtendOptions


def reached(environment=None, **options):
    endpoint = resolve_endpoint(ExtendOptions(**options), environment=environment or {})
    return endpoint.base_url, endpoint.identity.account


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us", "https://api.extend.ai"),
        ("us2", "https://api.us2.extend.app"),
        ("eu", "https://api.eu1.extend.ai"),
    ],
)
def test_regions_have_hosts_of_their_own(region, host):
    assert reached(region=region, api_key=KEY)[0] == host


def test_arguments_win_over_the_environment():
    environment = {"EXTEND_API_KEY": "sk_env", "EXTEND_BASE_URL": "http://127.0.0.1:1/"}

    assert reached(environment) == ("http://127.0.0.1:1", "sk_env")
    assert reached(environment, api_key="sk_arg") == ("http://127.0.0.1:1", "sk_arg")
    assert reached(environment, region="eu")[0] == "https://api.eu1.extend.ai"
    assert reached(environment, base_url="http://h/v", region="eu")[0] == "http://h/v"


def test_without_any_address_the_host_is_us():
    assert reached(api_key=KEY)[0] == "https://api.extend.ai"


def test_a_workspace_is_an_account_of_its_own():
    assert reached(api_key=KEY, workspace_id="ws_1")[1] != reached(api_key=KEY)[1]


def test_a_bad_address_in_the_environment_names_the_variable():
    with pytest.raises(InvalidOptionsError, match="EXTEND_BASE_URL"):
        reached({"EXTEND_BASE_URL": "nonsense"}, api_key=KEY)


@pytest.mark.parametrize("options", [{}, {"api_key": "  "}, {"base_url": "http://127.0.0.1:1"}])
def test_every_host_needs_a_key(options):
    with pytest.raises(MissingCredentialError, match="EXTEND_API_KEY"):
        reached(**options)


@pytest.mark.parametrize("options", [{"api_key": "sk_é"}, {"api_key": "sk 1"}, {"workspace_id": "ws_\n1"}])
def test_a_key_that_no_header_can_hold_is_refused_without_being_repeated(options):
    with pytest.raises(InvalidOptionsError) as caught:
        reached(**{"api_key": KEY, **options})
    assert "sk" not in str(caught.value)
