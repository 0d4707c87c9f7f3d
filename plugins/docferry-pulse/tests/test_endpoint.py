"""Which host is spoken to, and with which key."""

import pytest

from docferry.errors import InvalidOptionsError, MissingCredentialError
from docferry_pulse.endpoint import resolve_endpoint
from docferry_pulse.options import PulseOptions


def test_arguments_win_over_the_environment():
    environment = {"PULSE_API_KEY": "pk-2", "PULSE_BASE_URL": "http://127.0.0.1:9/extract"}
    given = PulseOptions(api_key="pk-1", base_url="https://pulse.example")

    assert resolve_endpoint(given, environment=environment).secret == "pk-1"
    assert resolve_endpoint(given, environment=environment).base_url == "https://pulse.example"
    assert resolve_endpoint(PulseOptions(), environment=environment).secret == "pk-2"
    assert resolve_endpoint(PulseOptions(), environment=environment).base_url == "http://127.0.0.1:9"


def test_a_missing_key_names_the_variable():
    with pytest.raises(MissingCredentialError, match="PULSE_API_KEY"):
        resolve_endpoint(PulseOptions(api_key=" "), environment={})


def test_a_bad_address_in_the_environment_names_the_variable():
    with pytest.raises(InvalidOptionsError, match="PULSE_BASE_URL"):
        resolve_endpoint(PulseOptions(api_key="k"), environment={"PULSE_BASE_URL": "nowhere"})
