"""Callbacks: only those that the service signed are believed."""

import hashlib
import json

import pytest

from docferry.errors import ForgedEventError, InvalidResponseError, MissingCredentialError
from docferry.model import WebhookEvent
from docferry.provider import WebhookSettings
from docferry_mineru import docferry_webhook, verify_callback

UID, SEED = "10000001", "abc_123"
CONTENT = json.dumps({"task_id": "t1", "state": "done", "full_zip_url": "https://x.org/a.zip?sign=1"})
SETTINGS = WebhookSettings(now=0.0, environment={"MINERU_UID": UID, "MINERU_SEED": SEED})


def sign(content, *, uid=UID, seed=SEED):
    return hashlib.sha256(f"{uid}{seed}{content}".encode()).hexdigest()


def body(content=CONTENT, checksum=None, **more):
    checksum = sign(content) if checksum is None else checksum
    return json.dumps({"checksum": checksum, "content": content, **more}).encode()


def events(raw, settings=SETTINGS):
    return docferry_webhook(headers={}, body=raw, settings=settings)


@pytest.mark.parametrize("change", [str, str.upper, lambda text: f" {text} "])
def test_a_genuine_checksum_is_believed_in_either_case(change):
    assert verify_callback(CONTENT, checksum=change(sign(CONTENT)), uid=UID, seed=SEED)


@pytest.mark.parametrize(
    "checksum",
    ["", "0" * 64, sign(CONTENT)[:-1], sign(CONTENT, seed="other"), sign(CONTENT, uid="2"), "é" * 64],
)
def test_any_other_checksum_is_not(checksum):
    assert not verify_callback(CONTENT, checksum=checksum, uid=UID, seed=SEED)


def test_the_checksum_is_over_the_string_as_received():
    spaced = CONTENT.replace(", ", ",")
    assert json.loads(spaced) == json.loads(CONTENT)
    assert not verify_callback(spaced, checksum=sign(CONTENT), uid=UID, seed=SEED)
    assert verify_callback("年报 \u2028", checksum=sign("年报 \u2028"), uid=UID, seed=SEED)


def test_a_genuine_callback_is_about_its_task():
    assert events(body()) == (WebhookEvent(remote_id="t1", event_id=sign(CONTENT)),)
    assert events(body(checksum=sign(CONTENT).upper())) == events(body())


@pytest.mark.parametrize(
    ("content", "remote_id"),
    [
        ({"batch_id": "b1", "extract_result": [{"state": "done"}]}, "b1"),
        ({"batch_id": "b1", "task_id": "t1"}, "b1"),
        ({"data": {"batch_id": "b1"}}, "b1"),
        ({"extract_result": [{"batch_id": "b1"}]}, "b1"),
        ({"extract_result": {"task_id": "t2"}}, "t2"),
        ({"task_id": 7}, "7"),
    ],
)
def test_the_batch_or_task_is_found_wherever_it_stands(content, remote_id):
    (event,) = events(body(json.dumps(content)))
    assert event.remote_id == remote_id


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps({"content": json.loads(CONTENT), "checksum": sign(CONTENT)}).encode(),
        json.dumps({"content": CONTENT}).encode(),
        json.dumps({"content": CONTENT, "checksum": None}).encode(),
        body(checksum=sign(CONTENT, seed="guessed")),
        body('"\\ud800"', checksum="0" * 64),
        b'{"content": "\\ud800", "checksum": "0"}',
    ],
)
def test_forgeries_are_refused(raw):
    with pytest.raises(ForgedEventError):
        events(raw)


@pytest.mark.parametrize("content", ["", "[]", "not json", "{}", '{"task_id": ""}', '{"state": "done"}'])
def test_genuine_callbacks_about_no_task_are_unreadable(content):
    with pytest.raises(InvalidResponseError):
        events(body(content))


@pytest.mark.parametrize("missing", ["MINERU_UID", "MINERU_SEED"])
def test_a_missing_secret_is_named_before_the_body_is_read(missing):
    environment = {"MINERU_UID": UID, "MINERU_SEED": SEED}
    del environment[missing]
    with pytest.raises(MissingCredentialError, match=missing):
        events(b"", WebhookSettings(now=0.0, environment=environment))
