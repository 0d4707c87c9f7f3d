"""`docferry webhook` wakes the runs of other processes."""

import json
import signal
import threading
import time

import httpx
import pytest
from depot_plugin import sign_call

from docferry.ledger import SqliteLedger

SECRET = "made-up-secret"


@pytest.fixture
def receiving(depot, environment, start):  # noqa: ARG001 - the depot's plugin
    """Starts the receiver, and gives the address for the depot's calls."""
    environment["DEPOT_WEBHOOK_SECRET"] = SECRET

    def begin(*arguments):
        process = start("webhook", *arguments, "--port", "0")
        name, _, url = process.stdout.readline().decode().strip().partition("=")
        assert name == "DEPOT_WEBHOOK_URL"
        return process, url

    return begin


def call(url, *jobs, event="e1", secret=SECRET):
    headers, body = sign_call({"event": event, "jobs": jobs}, secret=secret, at=time.time())
    return httpx.post(url, headers=headers, content=body, timeout=60).status_code


def test_an_event_ends_the_wait_of_another_process(depot, environment, folder, start, receiving):
    process, url = receiving()
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/depot")
    (folder / "a.txt").write_text("one page")
    depot.may_finish.clear()
    environment["DOCFERRY_WEBHOOKS"] = "depot"
    run = start("parse", "a.txt", "--provider", "depot", "--to", "markdown")
    assert depot.heard.wait(60)
    while not depot.polls:  # the one at the floor
        threading.Event().wait(0.01)
    threading.Event().wait(0.5)
    polls = depot.polls
    assert polls == 1
    depot.may_finish.set()
    assert call(url, "b0", secret="another") == 401
    assert call(url, "b0") == 200
    output, _ = run.communicate(timeout=60)  # and not five minutes
    assert b"one page" in output
    assert depot.polls == polls + 1
    assert call(url, "b0") == 200
    assert httpx.get(url.replace("/depot", "/status"), timeout=60).json()["depot"]["duplicate"] == 1
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "depot: 1 accepted, 1 duplicate, 0 ignored, 1 forged, 0 unreadable, 0 failed" in messages.decode()


def test_a_provider_without_its_secret_ends_the_command(depot, run):  # noqa: ARG001 - the depot's plugin
    done = run("webhook", "depot", "--port", "0")
    assert done.code == 2
    assert "set DEPOT_WEBHOOK_SECRET" in done.messages


def test_a_provider_that_does_not_call_back_ends_the_command(run):
    done = run("webhook", "paged", "--port", "0")
    assert done.code == 2
    assert "provider paged has no webhook" in done.messages


def test_a_ledger_in_memory_is_refused(depot, run):  # noqa: ARG001 - the depot's plugin
    done = run("webhook", "depot", "--ledger", ":memory:", DEPOT_WEBHOOK_SECRET=SECRET)
    assert done.code == 2
    assert "reach nobody" in done.messages


def test_a_port_that_is_taken_is_told(depot, run, receiving):  # noqa: ARG001 - the depot's plugin
    _, url = receiving()
    port = url.rpartition(":")[2].partition("/")[0]
    done = run("webhook", "depot", "--port", port, DEPOT_WEBHOOK_SECRET=SECRET)
    assert done.code == 2
    assert f"port {port} cannot be used" in done.messages


def test_events_of_the_receiver_are_in_the_ledger_that_it_was_given(receiving, tmp_path):
    _, url = receiving("depot", "--ledger", tmp_path / "other.sqlite3")
    assert call(url, "b7") == 200
    with SqliteLedger(tmp_path / "other.sqlite3") as ledger:
        assert ledger.take_events("depot", ["b7"]) == ("b7",)
    assert json.loads(httpx.get(url.replace("/depot", "/status"), timeout=60).text)["depot"]["accepted"] == 1
