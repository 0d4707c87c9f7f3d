"""Only calls that the service signed lately wake anybody."""

import hashlib
import hmac
import json

import pytest

import docferry_extend
from docferry.errors import ForgedEventError, InvalidResponseError, MissingCredentialError
from docferry.model import WebhookEvent
from docferry.provider import WebhookSettings
from docferry_extend import verify_webhook
from docferry_extend.emulator.webhooks import sign

SECRET = "wss_made-up"
NOW = 1_790_000_000.0
EVENT = {
    "eventId": "evt_1",
    "eventType": "parse_run.processed",
    "payload": {"object": "parse_run_status", "id": "pr_1", "status": "PROCESSED"},
}


def signed(body, *, at=NOW, secret=SECRET):
    stamp = f"{at:.0f}"
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-extend-request-timestamp": stamp, "x-extend-request-signature": mac}


def received(event, *, headers=None, environment=None):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    settings = WebhookSettings(
        now=NOW, environment={"EXTEND_WEBHOOK_SECRET": SECRET} if environment is None else environment
    )
    given = signed(body) if headers is None else headers
    return docferry_extend.docferry_webhook(headers=given, body=body, settings=settings)


def test_a_signed_call_names_its_run():
    assert received(EVENT) == (WebhookEvent(remote_id="pr_1", event_id="evt_1"),)


@pytest.mark.parametrize(
    "kind", ["parse_run.processed", "parse_run.failed", "parser_run.processed", "parser_run.failed"]
)
def test_both_generations_of_events_are_heard(kind):
    assert len(received({**EVENT, "eventType": kind})) == 1


@pytest.mark.parametrize(
    "kind", ["batch_parse_run.processed", "extract_run.processed", "workflow_run.completed", "", None]
)
def test_events_about_something_else_are_ignored(kind):
    assert received({**EVENT, "eventType": kind}) == ()


def test_the_run_of_a_large_payload_stands_beside_its_address():
    payload = {"object": "signed_data_url", "data": "https://h/p.json?sig=1", "id": "pr_1", "metadata": {}}

    assert received({**EVENT, "payload": payload})[0].remote_id == "pr_1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-extend-request-timestamp": "1790000000"},
        signed(b"other"),
        signed(json.dumps(EVENT).encode(), secret="wss_other"),
        {**signed(json.dumps(EVENT).encode()), "x-extend-request-signature": "é"},
        {**signed(json.dumps(EVENT).encode()), "x-extend-request-timestamp": "soon"},
    ],
)
def test_forgeries_are_refused(headers):
    with pytest.raises(ForgedEventError) as caught:
        received(EVENT, headers=headers)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("age", "passes"), [(0, True), (300, True), (301, False), (-60, True), (-61, False)])
def test_calls_are_good_for_five_minutes(age, passes):
    body = json.dumps(EVENT).encode()
    headers = signed(body, at=NOW - age)
    if passes:
        verify_webhook(headers, body, secret=SECRET, now=NOW)
    else:
        with pytest.raises(ForgedEventError):
            verify_webhook(headers, body, secret=SECRET, now=NOW)


def test_header_names_may_be_in_any_case():
    body = json.dumps(EVENT).encode()
    named = {name.title(): value for name, value in signed(body).items()}

    verify_webhook(named, body, secret=SECRET, now=NOW)


@pytest.mark.parametrize("event", [b"[]", b"nonsense", {"eventType": "parse_run.failed", "payload": None},
                                   {**EVENT, "eventId": ""}])  # fmt: skip
def test_signed_nonsense_is_an_invalid_response(event):
    with pytest.raises(InvalidResponseError):
        received(event)


def test_without_a_secret_nothing_can_be_verified():
    with pytest.raises(MissingCredentialError, match="EXTEND_WEBHOOK_SECRET"):
        received(b"", headers={}, environment={})


def test_the_emulator_signs_as_the_service_does():
    body = b"{}"

    assert sign(body, secret=SECRET, now=NOW) == signed(body)
