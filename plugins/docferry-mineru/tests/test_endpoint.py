"""Which service, at which address, with which key."""

import pytest

from docferry.errors import InvalidOptionsError, MissingCredentialError
from docferry_mineru.addresses import is_hosted, read_base_url, read_server_url
from docferry_mineru.endpoint import Surroundings, resolve_endpoint
from docferry_mineru.options import MineruOptions, Mode

KEY = {"MINERU_API_KEY": "sk-from-environment"}
SERVER = {"MINERU_SERVER_URL": "http://10.0.0.5:8000/"}


def resolve(environment=None, **options):
    return resolve_endpoint(MineruOptions(**options), Surroundings.read(environment or {}))


def test_the_cloud_is_the_default():
    endpoint = resolve(KEY)
    assert (endpoint.mode, endpoint.base_url, endpoint.secret) == (
        Mode.CLOUD,
        "https://mineru.net",
        "sk-from-environment",
    )
    assert endpoint.headers == {"Authorization": "Bearer sk-from-environment"}


@pytest.mark.parametrize(
    ("environment", "options", "secret"),
    [
        ({"MINERU_TOKEN": "t"}, {}, "t"),
        ({"MINERU_API_KEY": "k", "MINERU_TOKEN": "t"}, {}, "k"),
        ({"MINERU_API_KEY": "k"}, {"api_key": "a"}, "a"),
        ({}, {"api_key": "Bearer a "}, "a"),
        ({"MINERU_API_KEY": "Bearer k"}, {}, "k"),
        ({"MINERU_API_KEY": "k"}, {"api_key": "  "}, "k"),
    ],
)
def test_the_argument_wins_and_then_the_first_variable(environment, options, secret):
    assert resolve(environment, **options).secret == secret


def test_the_cloud_needs_a_token_and_says_where_to_get_one():
    with pytest.raises(MissingCredentialError, match="MINERU_API_KEY"):
        resolve()


def test_the_agent_takes_no_token_even_when_there_is_one():
    endpoint = resolve(KEY, mode="agent")
    assert (endpoint.mode, endpoint.secret, endpoint.headers) == (Mode.AGENT, "", {})


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        (SERVER, {}),
        ({}, {"server_url": "http://10.0.0.5:8000"}),
        (SERVER, {"mode": "server"}),
        ({**SERVER, "MINERU_BASE_URL": "https://mineru.net"}, {}),
    ],
)
def test_an_address_of_a_server_implies_a_server(environment, options):
    endpoint = resolve({**environment, **KEY}, **options)
    assert (endpoint.mode, endpoint.base_url) == (Mode.SERVER, "http://10.0.0.5:8000")
    assert endpoint.secret == "", "the cloud's token never goes to a server"


@pytest.mark.parametrize("options", [{"mode": "cloud"}, {"base_url": "http://localhost:1/api/v4"}])
def test_an_argument_for_the_cloud_wins_over_the_variable_of_a_server(options):
    assert resolve({**SERVER, **KEY}, **options).mode is Mode.CLOUD


def test_a_server_has_a_key_of_its_own():
    assert resolve({**SERVER, "MINERU_SERVER_API_KEY": "s"}).secret == "s"
    assert resolve(SERVER, api_key="a").secret == "a"


def test_a_server_without_an_address_is_refused():
    with pytest.raises(InvalidOptionsError, match="MINERU_SERVER_URL"):
        resolve(KEY, mode="server")


@pytest.mark.parametrize(
    "text",
    [
        "https://mineru.net",
        "https://mineru.net/",
        " HTTPS://MinerU.net/api ",
        "https://mineru.net/api/v4",
        "https://mineru.net/api/v4/",
        "https://mineru.net/api/v4/extract/task",
        "https://mineru.net/api/v4/extract-results/batch/123",
        "https://mineru.net/api/v4/file-urls/batch",
        "https://mineru.net/api/v1/agent/parse/file",
    ],
)
def test_pasted_addresses_of_calls_lead_to_the_root(text):
    assert read_base_url(text, name="base_url") == "https://mineru.net"


def test_a_path_in_front_of_the_cloud_is_kept():
    assert read_base_url("http://proxy:1/mineru/api/v4", name="base_url") == "http://proxy:1/mineru"


@pytest.mark.parametrize(
    "path", ["", "/", "/v1", "/v1/tasks", "/file_parse", "/docs", "/health", "/tasks/abc", "/openapi.json"]
)
def test_pasted_addresses_of_a_server_lead_to_its_root(path):
    assert read_server_url(f"http://host:8000/pdf{path}", name="server_url") == "http://host:8000/pdf"


@pytest.mark.parametrize(
    "text", ["", "host:8000", "ftp://host", "http://?", "http://h:0", "http://a b", "http://h#x"]
)
def test_what_is_no_address_is_refused_without_being_repeated(text):
    with pytest.raises(InvalidOptionsError) as caught:
        read_server_url(text, name="server_url")
    assert text == "" or text not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://mineru.net", True),
        ("https://cdn-mineru.openxlab.org.cn/x", True),
        ("https://notmineru.net", False),
    ],
)
def test_the_vendors_own_hosts_are_known(address, expected):
    assert is_hosted(address) is expected


def test_the_key_is_in_no_repr():
    assert "sk-from-environment" not in f"{resolve(KEY)!r} {Surroundings.read(KEY)!r}"
