"""Events of webhooks."""


def test_an_event_is_taken_once(ledger):
    assert ledger.add_event("echo", "r1", event_id="e1", now=1.0)
    assert ledger.take_events("echo", ["r2", "r1"]) == ("r1",)
    assert ledger.take_events("echo", ["r1"]) == ()


def test_a_repeated_event_is_recognised_even_after_it_was_taken(ledger):
    assert ledger.add_event("echo", "r1", event_id="e1", now=1.0)
    assert not ledger.add_event("echo", "r1", event_id="e1", now=2.0)
    ledger.take_events("echo", ["r1"])
    assert not ledger.add_event("echo", "r1", event_id="e1", now=3.0)
    assert ledger.take_events("echo", ["r1"]) == ()


def test_several_events_of_a_job_are_one_reason_to_look(ledger):
    for number in range(3):
        ledger.add_event("echo", "r1", event_id=f"e{number}", now=1.0)
    assert ledger.take_events("echo", ["r1", "r1"]) == ("r1",)
    assert ledger.take_events("echo", ["r1"]) == ()


def test_events_wait_for_whoever_asks_for_their_job(ledger):
    ledger.add_event("echo", "r1", event_id="e1", now=1.0)
    ledger.add_event("other", "r2", event_id="e1", now=1.0)
    assert ledger.take_events("echo", []) == ()
    assert ledger.take_events("echo", ["r2"]) == ()
    assert ledger.take_events("other", ["r1", "r2"]) == ("r2",)
    assert ledger.take_events("echo", ["r1"]) == ("r1",)


def test_any_number_of_jobs_may_be_asked_about(ledger):
    ledger.add_event("echo", "r49999", event_id="e1", now=1.0)
    assert ledger.take_events("echo", (f"r{number}" for number in range(50_000))) == ("r49999",)


def test_events_are_forgotten_after_a_month(ledger):
    month = 30 * 24 * 3600.0
    ledger.add_event("echo", "r1", event_id="e1", now=0.0)
    assert not ledger.add_event("echo", "r1", event_id="e1", now=month)
    assert ledger.add_event("echo", "r2", event_id="e2", now=month + 1)
    assert ledger.take_events("echo", ["r1", "r2"]) == ("r2",)
