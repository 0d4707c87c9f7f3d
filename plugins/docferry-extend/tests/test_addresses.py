"""Addresses as people paste them."""

import pytest

from docferry.errors import InvalidOptionsError
from docferry_extend.addresses import read_base_url
from docferry_extend.options import ExtendOptions


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://api.extend.ai", "https://api.extend.ai"),
        (" HTTPS://API.Extend.AI/ ", "https://api.extend.ai"),
        ("https://api.extend.ai/parse_runs", "https://api.extend.ai"),
        ("https://api.extend.ai/parse/async", "https://api.extend.ai"),
        ("https://api.extend.ai/parser_runs/parser_run_x", "https://api.extend.ai"),
        ("https://api.extend.ai/files/upload/", "https://api.extend.ai"),
        ("http://127.0.0.1:8900/proxy/Extend", "http://127.0.0.1:8900/proxy/Extend"),
        ("http://h/p/parse_runs/pr_1/cancel", "http://h/p"),
    ],
)
def test_the_base_url_is_taken_out_of_what_people_paste(given, base):
    assert read_base_url(given, name="base_url") == base


@pytest.mark.parametrize(
    "given", ["extend.ai", "ftp://extend.ai", "http://", "http://u:sk_secret@h", "http://h?key=sk_secret", "http://[x"]
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_without_being_repeated(given):
    with pytest.raises(InvalidOptionsError) as caught:
        ExtendOptions(base_url=given)
    assert "sk_secret" not in str(caught.value)
