"""Calls of the webhook: signed as Standard Webhooks, five minutes old at most."""

import base64
import hashlib
import hmac
import json

import pytest

import docferry_pulse
from docferry.errors import ConfigurationError, ForgedEventError, InvalidResponseError, MissingCredentialError
from docferry.model import Ability, WebhookEvent
from docferry.provider import WebhookSettings
from docferry_pulse.emulator.calling import signed_headers
from docferry_pulse.webhook import read_events, verify_webhook

NOW = 1_764_000_000.0
KEY = b"a secret of thirty-two characters"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = json.dumps({"type": "job.completed", "data": {"job_id": "j1"}}).encode()


def sign(body=BODY, *, event_id="msg_1", stamp=NOW, key=KEY):
    mac = hmac.new(key, f"{event_id}.{int(stamp)}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(stamp)),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def settings(**environment):
    return WebhookSettings(now=NOW, environment=environment or {"PULSE_WEBHOOK_SECRET": SECRET})


def test_a_signed_call_names_its_job():
    assert read_events(sign(), BODY, settings()) == (WebhookEvent(remote_id="j1", event_id="msg_1"),)


def test_the_emulator_signs_alike():
    headers = {
        name.lower(): value
        for name, value in signed_headers(BODY, event_id="msg_1", now=NOW, secret=SECRET).items()
    }
    assert headers.items() >= sign().items()


def test_the_vectors_of_the_specification_hold():
    # github.com/standard-webhooks/standard-webhooks, the example of the specification (read 2026-11-22).
    headers = {
        "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "Webhook-Timestamp": "1614265330",
        "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    verify_webhook(headers, b'{"test": 2432232314}', secret=secret, now=1614265330.0)


@pytest.mark.parametrize("prefix", ["whsec_", ""])
def test_the_secret_may_lack_its_prefix(prefix):
    verify_webhook(sign(), BODY, secret=prefix + SECRET.removeprefix("whsec_"), now=NOW)


def test_one_good_signature_of_several_is_enough():
    headers = sign()
    old = sign(key=b"another")["webhook-signature"]
    headers["webhook-signature"] = f"v1a,zzz {old} {headers['webhook-signature']}"

    assert read_events(headers, BODY, settings())


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        (sign(key=b"another"), BODY),
        (sign(), BODY + b" "),
        ({**sign(), "webhook-id": "msg_2"}, BODY),
        ({**sign(), "webhook-signature": ""}, BODY),
        ({**sign(), "webhook-signature": sign()["webhook-signature"].replace("v1,", "v2,")}, BODY),
        (sign(stamp=NOW - 301), BODY),
        (sign(stamp=NOW + 301), BODY),
    ],
)
def test_forgeries_and_replays_are_refused(headers, body):
    with pytest.raises(ForgedEventError) as caught:
        read_events(headers, body, settings())
    assert caught.value.provider == "pulse"


@pytest.mark.parametrize(
    ("event", "job_id"),
    [
        ({"job_id": "j1"}, "j1"),
        ({"jobId": "j1"}, "j1"),
        ({"data": {"job-id": "j1"}}, "j1"),
        ({"payload": {"batch_job_id": "b1"}}, "b1"),
        ({"data": {"id": "x"}}, None),
        ({"type": "ping"}, None),
    ],
)
def test_the_job_is_found_wherever_the_event_names_it(event, job_id):
    body = json.dumps(event).encode()
    found = read_events(sign(body), body, settings())

    assert [one.remote_id for one in found] == ([job_id] if job_id else [])


def test_a_signed_call_that_is_no_object_is_unreadable():
    with pytest.raises(InvalidResponseError):
        read_events(sign(b"[1]"), b"[1]", settings())


def test_a_missing_secret_is_named_before_anything_else():
    with pytest.raises(MissingCredentialError, match="PULSE_WEBHOOK_SECRET"):
        read_events({}, b"", settings(OTHER="x"))


@pytest.mark.parametrize("secret", ["whsec_", "whsec_%%%", "not base64!"])
def test_a_secret_that_is_none_is_not_repeated(secret):
    with pytest.raises(ConfigurationError) as caught:
        verify_webhook(sign(), BODY, secret=secret, now=NOW)
    assert "%%%" not in str(caught.value)


def test_the_hook_and_the_public_function_are_there():
    assert Ability.WEBHOOK in docferry_pulse.docferry_provider_info().abilities
    found = docferry_pulse.docferry_webhook(headers=sign(), body=BODY, settings=settings())
    assert found == (WebhookEvent(remote_id="j1", event_id="msg_1"),)
    assert docferry_pulse.verify_webhook is verify_webhook
