"""Only what a service signed wakes anybody, and only once."""

import json
import socket
from importlib.metadata import EntryPoint

import httpx
import pytest
from depot_plugin import sign_call

import docferry.webhook
from docferry.errors import ConfigurationError, InvalidOptionsError, MissingCredentialError, ProviderBugError
from docferry.ledger import SqliteLedger
from docferry.model import WebhookEvent
from docferry.plugin import PluginManager
from docferry.serving import ServerThread, listen, make_server
from docferry.webhook import MAX_BODY_BYTES, Verdict, WebhookReceiver, find_verifiers

SECRET, NOW = "made-up-secret", 1_800_000_000.0
ENVIRONMENT = {"DEPOT_WEBHOOK_SECRET": SECRET}
CALL = {"event": "e1", "jobs": ["b0"], "result": "https://store/x?sig=topsecret", "text": "of the document"}
NOTHING = dict.fromkeys([verdict.value for verdict in Verdict], 0)


@pytest.fixture
def manager():
    return PluginManager(points=[EntryPoint(name="depot", value="depot_plugin", group="docferry")])


@pytest.fixture
def ledger(tmp_path):
    with SqliteLedger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


@pytest.fixture
def receiver(manager, ledger):
    verifiers = find_verifiers(("depot",), manager=manager, environment=ENVIRONMENT)
    return WebhookReceiver(verifiers=verifiers, ledger=ledger, environment=ENVIRONMENT, clock=lambda: NOW)


def call(receiver, content=CALL, *, secret=SECRET, at=NOW, body=None, **headers):
    signed, sent = sign_call(content, secret=secret, at=at)
    return receiver.receive("depot", signed | headers, sent if body is None else body)


def test_a_signed_call_is_entered(receiver, ledger):
    assert call(receiver) is Verdict.ACCEPTED
    assert ledger.take_events("depot", ["b0"]) == ("b0",)
    assert receiver.counts == {"depot": NOTHING | {"accepted": 1}}


def test_a_repeated_call_wakes_nobody_and_is_counted(receiver, ledger):
    assert [call(receiver), call(receiver), call(receiver, at=NOW - 60)] == [
        Verdict.ACCEPTED,
        Verdict.DUPLICATE,
        Verdict.DUPLICATE,
    ]
    ledger.take_events("depot", ["b0"])
    assert call(receiver) is Verdict.DUPLICATE
    assert ledger.take_events("depot", ["b0"]) == ()
    assert receiver.counts["depot"] == NOTHING | {"accepted": 1, "duplicate": 3}


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "another"},
        {"body": b'{"event": "e1", "jobs": ["b1"]}'},
        {"at": NOW - 301},
        {"at": NOW + 61},
        {"x-depot-signature": ""},
        {"x-depot-signature": "Ünïcödé"},
        {"x-depot-time": "soon"},
    ],
)
def test_a_forgery_is_refused_and_counted(receiver, ledger, forged):
    assert call(receiver, **forged) is Verdict.FORGED
    assert ledger.take_events("depot", ["b0", "b1"]) == ()
    assert receiver.counts["depot"] == NOTHING | {"forged": 1}


def test_one_call_may_be_about_several_jobs(receiver, ledger):
    assert call(receiver, {"event": "e1", "jobs": ["b0", "b1"]}) is Verdict.ACCEPTED
    assert call(receiver, {"event": "e1", "jobs": ["b1", "b2"]}) is Verdict.ACCEPTED
    assert ledger.take_events("depot", ["b0", "b1", "b2"]) == ("b0", "b1", "b2")


def test_a_signed_call_about_nothing_is_ignored(receiver):
    assert call(receiver, {"event": "e1", "jobs": []}) is Verdict.IGNORED


def test_a_signed_call_that_cannot_be_read_is_told(receiver, caplog):
    assert call(receiver, b"not JSON") is Verdict.UNREADABLE
    assert "not JSON" in caplog.text


def test_a_plugin_that_breaks_down_over_a_call_does_not_end_the_receiver(receiver):
    assert call(receiver, {"event": "e1"}) is Verdict.FAILED
    assert call(receiver) is Verdict.ACCEPTED


def test_a_ledger_that_cannot_be_written_asks_for_the_call_again(manager):
    class Full:
        def add_event(self, *_, **__):
            raise ConfigurationError("the disk is full")

    verifiers = find_verifiers(("depot",), manager=manager, environment=ENVIRONMENT)
    receiver = WebhookReceiver(verifiers=verifiers, ledger=Full(), environment=ENVIRONMENT, clock=lambda: NOW)
    assert call(receiver) is Verdict.FAILED
    assert Verdict.FAILED.status == 503


def test_nothing_of_a_call_but_the_ids_is_kept(receiver, ledger):
    call(receiver)
    ledger.close()
    kept = b"".join(path.read_bytes() for path in ledger.path.parent.iterdir())
    assert b"b0" in kept
    for secret in (b"topsecret", b"https://store", b"of the document", SECRET.encode()):
        assert secret not in kept


@pytest.fixture
def origin(receiver):
    listener = listen("127.0.0.1", 0)
    server = ServerThread([(make_server(receiver.app()), listener)], name="webhook")
    server.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.stop()


def post(origin, path="/depot", content=CALL, **more):
    headers, body = sign_call(content, secret=more.pop("secret", SECRET), at=NOW)
    return httpx.post(origin + path, headers=headers, content=body, timeout=60, **more).status_code


def test_services_get_the_status_that_fits(origin):
    assert post(origin) == 200
    assert post(origin) == 200
    assert post(origin, secret="another") == 401
    assert post(origin, content=b"not JSON") == 400
    assert post(origin, path="/other") == 404
    assert post(origin, path="/depot/more") == 404
    assert httpx.get(f"{origin}/depot", timeout=60).status_code == 405
    assert httpx.get(f"{origin}/status", timeout=60).json() == {
        "depot": NOTHING | {"accepted": 1, "duplicate": 1, "forged": 1, "unreadable": 1}
    }


def test_a_body_above_the_cap_is_refused(origin):
    assert post(origin, content=b"x" * (MAX_BODY_BYTES + 1)) == 413
    assert post(origin, content=b"x" * MAX_BODY_BYTES) == 400


def test_a_body_that_does_not_come_is_given_up(origin, monkeypatch):
    monkeypatch.setattr(docferry.webhook, "BODY_SECONDS", 0.05)
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(b"POST /depot HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx")
        assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_a_caller_that_hangs_up_harms_nobody(origin):
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(b"POST /depot HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx")
    assert post(origin) == 200


def test_only_providers_with_their_secret_are_taken_when_none_is_named(manager):
    assert list(find_verifiers(manager=manager, environment=ENVIRONMENT)) == ["depot"]
    with pytest.raises(MissingCredentialError, match="DEPOT_WEBHOOK_SECRET"):
        find_verifiers(manager=manager, environment={})


def test_a_named_provider_without_its_secret_is_an_error_at_once(manager):
    with pytest.raises(MissingCredentialError, match="set DEPOT_WEBHOOK_SECRET"):
        find_verifiers(("depot",), manager=manager, environment={})


def test_a_provider_whose_service_does_not_call_back_is_refused():
    echo = PluginManager(points=[EntryPoint(name="echo", value="docferry_echo", group="docferry")])
    with pytest.raises(InvalidOptionsError, match="provider echo has no webhook"):
        find_verifiers(("echo",), manager=echo)
    with pytest.raises(InvalidOptionsError, match="no installed provider"):
        find_verifiers(manager=echo)


def test_a_plugin_that_breaks_down_over_an_empty_call_is_told_at_once(manager, monkeypatch):
    def broken(_self, headers, *_):
        raise ProviderBugError(f"{len(headers)} headers")

    monkeypatch.setattr("docferry.plugin.manager.Provider.webhook_events", broken)
    with pytest.raises(ProviderBugError):
        find_verifiers(("depot",), manager=manager, environment=ENVIRONMENT)


def test_an_event_is_a_value():
    event = WebhookEvent(remote_id="r", event_id="e")
    assert event == WebhookEvent(remote_id="r", event_id="e")
    assert json.dumps([event.remote_id, event.event_id]) == '["r", "e"]'
