"""Addresses: what people paste, what the service gives, and where the key may go."""

import pytest

from docferry.errors import InvalidOptionsError
from docferry_pulse.addresses import is_same_origin, read_base_url, resolve_address

BASE = "https://api.runpulse.com"


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://api.runpulse.com", BASE),
        (" https://API.runpulse.com/ ", BASE),
        ("https://api.runpulse.com/extract", BASE),
        ("https://api.runpulse.com/job/abc", BASE),
        ("https://api.runpulse.com/extract_async", BASE),
        ("http://10.0.0.5:8000/pulse/", "http://10.0.0.5:8000/pulse"),
        ("http://10.0.0.5:8000/pulse/extract", "http://10.0.0.5:8000/pulse"),
    ],
)
def test_pasted_addresses_are_put_right(given, base):
    assert read_base_url(given, name="base_url") == base


@pytest.mark.parametrize(
    "given",
    ["", "api.runpulse.com", "ftp://x", "https://u:p@x", "https://x/?a=1", "http://[::1", "http://x:0"],
)
def test_what_is_no_address_is_refused_without_repeating_it(given):
    with pytest.raises(InvalidOptionsError) as caught:
        read_base_url(given, name="PULSE_BASE_URL")
    assert "PULSE_BASE_URL" in str(caught.value)
    assert not given or given not in str(caught.value).replace(BASE, "")


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("https://other.example/a?sig=1", "https://other.example/a?sig=1"),
        ("/large_results/7", "https://api.runpulse.com/large_results/7"),
        ("large_results/7", "https://api.runpulse.com/large_results/7"),
        ("file:///etc/passwd", ""),
        ("https://x y/", ""),
        ("http://[", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_given_addresses_become_whole_or_nothing(given, whole):
    assert resolve_address(given, base_url=BASE) == whole


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("https://api.runpulse.com/large_results/7", True),
        ("https://API.RUNPULSE.COM:443/x", True),
        ("http://api.runpulse.com/x", False),
        ("https://api.runpulse.com:8443/x", False),
        ("https://api.runpulse.com.evil.example/x", False),
        ("https://bucket.s3.amazonaws.com/x", False),
    ],
)
def test_the_key_goes_to_the_own_origin_only(address, is_own):
    assert is_same_origin(address, base_url=BASE) is is_own
