"""What vendors' webhook signatures have in common: nothing is taken for signed that is not."""

import base64
import hashlib
import hmac

import pytest

from docferry.errors import ForgedEventError, MissingCredentialError
from docferry.provider import SignatureForm, WebhookSettings, verify_age, verify_digest, verify_hmac

MESSAGE, SECRET = b"v0:1700000000:{}", b"wss_made_up"
MAC = hmac.new(SECRET, MESSAGE, hashlib.sha256)
HEX, BASE64 = MAC.hexdigest(), base64.b64encode(MAC.digest()).decode()


def check(*given, form=SignatureForm.HEX, message=MESSAGE, secret=SECRET):
    verify_hmac(message, secret=secret, given=given, form=form, provider="depot")


@pytest.mark.parametrize("given", [(HEX,), (HEX.upper(),), ("old", HEX), (f" {HEX} ",)])
def test_right_signature_passes(given):
    check(*given)


def test_base64_is_told_apart_by_case():
    check(BASE64, form=SignatureForm.BASE64)
    with pytest.raises(ForgedEventError):
        check(BASE64.swapcase(), form=SignatureForm.BASE64)


@pytest.mark.parametrize("given", [(HEX[:-1] + "x",), (HEX[:-1],), ("Ünïcödé \udce9",), ("", "wrong")])
def test_wrong_signature_is_a_forgery(given):
    with pytest.raises(ForgedEventError, match="its signature is wrong") as caught:
        check(*given)
    assert caught.value.provider == "depot"


@pytest.mark.parametrize("given", [(), ("",)])
def test_missing_signature_is_a_forgery(given):
    with pytest.raises(ForgedEventError, match="it has no signature"):
        check(*given)


@pytest.mark.parametrize("change", [{"message": MESSAGE + b" "}, {"secret": SECRET + b"x"}])
def test_signature_of_another_message_or_secret_is_a_forgery(change):
    with pytest.raises(ForgedEventError):
        check(HEX, **change)


def test_no_more_signatures_than_any_service_sends_are_compared():
    with pytest.raises(ForgedEventError):
        check(*["wrong"] * 16, HEX)


def test_digest_is_compared_in_either_case():
    checksum = hashlib.sha256(b"uid" + b"seed" + b"content").hexdigest()
    verify_digest(b"uidseedcontent", given=checksum.upper(), provider="depot")
    with pytest.raises(ForgedEventError, match="wrong"):
        verify_digest(b"uidseedcontent!", given=checksum, provider="depot")
    with pytest.raises(ForgedEventError, match="no signature"):
        verify_digest(b"uidseedcontent", given="", provider="depot")


@pytest.mark.parametrize("stamp", ["1000", "700", "1060", "999.5"])
def test_call_signed_lately_passes(stamp):
    verify_age(stamp, now=1000.0, provider="depot")


@pytest.mark.parametrize("stamp", ["699", "1061", "", "yesterday", "nan", "inf", "-inf", "1e999"])
def test_call_signed_at_another_time_is_a_forgery(stamp):
    with pytest.raises(ForgedEventError, match="time stamp"):
        verify_age(stamp, now=1000.0, provider="depot")


def test_secret_is_the_first_variable_that_is_set():
    settings = WebhookSettings(now=0.0, environment={"B": "two", "C": "three"})
    assert settings.secret("A", "B", "C", provider="depot") == "two"
    assert "two" not in repr(settings)


def test_missing_secret_names_its_variable():
    with pytest.raises(MissingCredentialError, match="DEPOT_SECRET is not set; set DEPOT_SECRET"):
        WebhookSettings(now=0.0, environment={}).secret("DEPOT_SECRET", provider="depot")
