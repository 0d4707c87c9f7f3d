"""Calls when runs have ended: signed, repeated until they are received, and perhaps once more."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from docferry.provider import WebhookSettings
from docferry_extend import docferry_webhook

EVENTS = ["parse_run.processed", "parse_run.failed", "parser_run.processed", "parser_run.failed"]
PATIENCE_SECONDS = 60


@pytest.fixture
def listener():
    """Listens for calls; the first ones are answered with the statuses in `answers`, then with 200."""
    found = Listener()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


class Listener:
    def __init__(self):
        calls, answers, arrived = [], [], threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with arrived:
                    calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
                    status = answers.pop(0) if answers else 200
                    arrived.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/extend"
        self.calls, self.answers, self._arrived = calls, answers, arrived

    def wait(self, count):
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.calls) >= count, PATIENCE_SECONDS)
        return self.calls


def subscribe(client, url, **more):
    body = {"url": url, "name": "tests", "status": "enabled", "enabledEvents": EVENTS, **more}
    answer = client.ask("POST", "/webhook_endpoints", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_call_is_signed_and_names_the_run(canned, listener, clock):
    secret = subscribe(canned, listener.url)["signingSecret"]
    run = canned.run(body={"metadata": {"n": 1}})
    ((headers, body),) = listener.wait(1)
    settings = WebhookSettings(now=clock.now(), environment={"EXTEND_WEBHOOK_SECRET": secret})
    (event,) = docferry_webhook(headers=headers, body=body, settings=settings)

    assert event.remote_id == run["id"]
    assert json.loads(body)["eventType"] == "parse_run.processed"
    assert json.loads(body)["payload"]["metadata"] == {"n": 1}


def test_failures_are_told_with_their_reason(serve, listener):
    client = serve(
        settings={"canned_pages": 1}, faults=[{"do": "fail_job", "kind": "submit", "code": "OCR_ERROR"}]
    )
    subscribe(client, listener.url, apiVersion="2025-04-21")
    client.run()
    event = json.loads(listener.wait(1)[0][1])

    assert event["eventType"] == "parser_run.failed"
    assert event["payload"]["failureReason"] == "OCR_ERROR"


def test_large_payloads_stand_at_an_address(canned, listener):
    subscribe(canned, listener.url, advancedOptions={"payload": {"format": "url"}})
    run = canned.run()
    payload = json.loads(listener.wait(1)[0][1])["payload"]

    assert (payload["object"], payload["id"]) == ("signed_data_url", run["id"])
    assert canned.http.get(payload["data"]).json()["status"] == "PROCESSED"


def test_a_call_that_is_not_received_is_repeated_and_received_ones_may_come_twice(serve, listener):
    client = serve(settings={"canned_pages": 1}, webhook_repeats=2, webhook_retry_seconds=0)
    listener.answers.extend([500, 503])
    subscribe(client, listener.url)
    client.run()
    bodies = [json.loads(body)["eventId"] for _, body in listener.wait(4)]

    assert len(set(bodies)) == 1


def test_nobody_outside_this_machine_is_called(canned):
    subscribe(canned, "http://example.com/extend")
    canned.run()
    for _ in range(5):
        canned.ask("GET", "/files")

    assert canned.counters.requests["call"] <= 4


def test_endpoints_are_checked_and_deleted(canned, listener):
    made = subscribe(canned, listener.url)
    assert made["signingSecret"].startswith("wss_")
    assert canned.ask("DELETE", f"/webhook_endpoints/{made['id']}").status_code == 200
    assert canned.ask("DELETE", f"/webhook_endpoints/{made['id']}").status_code == 404
    for body in ({}, {"url": "http://h", "name": "n", "enabledEvents": ["odd"]}):
        assert canned.ask("POST", "/webhook_endpoints", json=body).status_code == 400
    canned.run()
    assert listener.calls == []
