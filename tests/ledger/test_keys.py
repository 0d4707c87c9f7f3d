"""Keys: equal things get equal keys, different things different ones."""

import json
import subprocess
import sys
from enum import Enum, StrEnum
from urllib.parse import urlencode

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry.ledger.keys import (
    canonical_json,
    fingerprint_url,
    hash_account,
    make_job_id,
    make_job_key,
    make_payload_key,
    strip_endpoint,
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OPTIONS = st.dictionaries(st.text(), JSON_VALUES, max_size=5)
TEXT_FIELDS = ("fingerprint", "pages", "provider", "protocol_version", "operation")


def payload_key(**changes):
    given = dict.fromkeys(TEXT_FIELDS, "x") | {"suffix": ".pdf", "options": {}}
    return make_payload_key(**(given | changes))


def reordered(value):
    if isinstance(value, dict):
        return {name: reordered(item) for name, item in reversed(value.items())}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@given(OPTIONS)
def test_order_of_options_does_not_matter(options):
    assert payload_key(options=options) == payload_key(options=reordered(options))


@given(OPTIONS, OPTIONS)
def test_options_that_differ_as_json_give_other_keys(one, two):
    differ = json.dumps(one, sort_keys=True) != json.dumps(two, sort_keys=True)
    assert (payload_key(options=one) != payload_key(options=two)) == differ


@given(st.tuples(*[st.text()] * 5), st.tuples(*[st.text()] * 5))
def test_text_never_moves_from_one_field_to_another_unnoticed(one, two):
    keys = [payload_key(**dict(zip(TEXT_FIELDS, values, strict=True))) for values in (one, two)]
    assert (keys[0] == keys[1]) == (one == two)


@given(OPTIONS)
def test_canonical_json_reads_back_as_what_went_in(options):
    assert json.loads(canonical_json(options)) == options


def test_suffix_counts_but_not_its_case():
    assert payload_key(suffix=".PDF") == payload_key(suffix=".pdf") != payload_key(suffix=".docx")


def test_a_key_is_the_same_in_another_process():
    program = (
        "from docferry.ledger import make_payload_key\n"
        "print(make_payload_key(fingerprint='f', suffix='.pdf', pages='1-3', provider='p', "
        "protocol_version='1', operation='parse', options={'langs': {'en', 'zh', 'fr'}, 'ocr': True}))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == make_payload_key(
        fingerprint="f",
        suffix=".pdf",
        pages="1-3",
        provider="p",
        protocol_version="1",
        operation="parse",
        options={"ocr": True, "langs": frozenset({"zh", "fr", "en"})},
    )


def test_a_published_key_never_changes():
    # A changed key makes every user pay again. Whoever changes this constant must know that.
    assert payload_key() == "5b1cfe1956745914da420ce36092ddf50c7e7a6b7bb1b2289dd93e5504774d0c"


def test_enums_count_as_their_values_and_tuples_as_lists():
    class Colour(Enum):
        RED = "red"

    class Mode(StrEnum):
        FAST = "fast"

    one = canonical_json({"colours": (Colour.RED,), "mode": Mode.FAST})
    assert one == canonical_json({"colours": ["red"], "mode": "fast"})


@pytest.mark.parametrize(
    "value", [b"bytes", object(), pydantic.SecretStr("sk-1"), {1: "one"}, {"deep": [{"er": {None: 1}}]}]
)
def test_what_is_not_json_is_refused_rather_than_guessed(value):
    with pytest.raises(TypeError):
        canonical_json({"option": value})


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


@given(st.text(), st.text(), st.text(), st.text())
def test_job_keys_differ_by_account_and_payload(payload, account, other_payload, other_account):
    keys = [
        make_job_key(payload_key=one, endpoint="https://a.example", account_hash=two)
        for one, two in ((payload, account), (other_payload, other_account))
    ]
    assert (keys[0] == keys[1]) == ((payload, account) == (other_payload, other_account))


def test_job_keys_ignore_how_an_endpoint_is_written():
    keys = {
        make_job_key(payload_key="p", endpoint=endpoint, account_hash="a")
        for endpoint in (
            "https://api.example/v1",
            "https://api.example/v1/",
            "HTTPS://API.example:443/v1",
            "https://user:secret@api.example/v1?key=1",
        )
    }
    assert len(keys) == 1
    assert make_job_key(payload_key="p", endpoint="https://api.example/v2", account_hash="a") not in keys


def test_stripped_endpoints_hold_no_credentials():
    assert strip_endpoint("http://me:pw@Host:8900/api/v1/?k=secret#x") == "http://host:8900/api/v1"
    assert strip_endpoint("http://[::1]:80/v1") == "http://[::1]/v1"


@given(st.text(max_size=20), st.integers(1, 1000))
def test_job_ids_are_twelve_hexadecimal_digits_and_tell_attempts_apart(job_key, attempt):
    job_id = make_job_id(job_key, attempt)
    assert len(job_id) == 12
    assert set(job_id) <= set("0123456789abcdef")
    assert job_id != make_job_id(job_key, attempt + 1)


def test_account_hashes_depend_on_the_installation():
    one = hash_account("sk-secret", installation_key=b"1" * 32)
    assert one != hash_account("sk-secret", installation_key=b"2" * 32)
    assert one == hash_account("sk-secret", installation_key=b"1" * 32)
    assert "sk-secret" not in one


@pytest.mark.parametrize(
    "signed",
    [
        "https://h.example/a.pdf?X-Amz-Signature=abc&X-Amz-Date=1&X-Amz-Credential=k",
        "https://h.example/a.pdf?Expires=1&OSSAccessKeyId=k&Signature=abc&security-token=t",
        "https://h.example/a.pdf?X-Goog-Signature=abc&X-Goog-Expires=60",
        "https://h.example/a.pdf?sv=2024&se=1&sp=r&sr=b&sig=abc",
        "https://h.example/a.pdf?q-sign-algorithm=sha1&q-ak=k&q-signature=abc&q-key-time=1",
        "https://H.example:443/a.pdf#page=2",
        "https://me:secret@h.example/a.pdf",
    ],
)
def test_a_signature_does_not_change_the_fingerprint_of_a_url(signed):
    assert fingerprint_url(signed) == fingerprint_url("https://h.example/a.pdf")


@pytest.mark.parametrize(
    "other",
    [
        "https://h.example/b.pdf",
        "https://other.example/a.pdf",
        "https://h.example:8443/a.pdf",
        "https://h.example/a.pdf?id=1",
        "https://h.example/a.pdf?sp=1",  # a signature's companion means nothing without a signature
        "https://h.example/a.pdf?expires=2026",
    ],
)
def test_anything_that_may_choose_the_document_changes_the_fingerprint(other):
    assert fingerprint_url(other) != fingerprint_url("https://h.example/a.pdf")


@given(st.dictionaries(st.text("abcxyz%/&=+é", min_size=1), st.text("abc%&=+é"), max_size=4))
def test_order_of_url_parameters_does_not_matter(parameters):
    one = "https://h.example/d?" + urlencode(list(parameters.items()))
    two = "https://h.example/d?" + urlencode(list(reversed(parameters.items())))
    assert fingerprint_url(one) == fingerprint_url(two)


def test_bytes_that_are_not_utf8_still_tell_urls_apart():
    assert fingerprint_url("https://h.example/d?n=%FF") != fingerprint_url("https://h.example/d?n=%FE")


def test_fingerprints_of_urls_cannot_be_taken_for_fingerprints_of_files():
    assert fingerprint_url("https://h.example/a.pdf").startswith("url:")
