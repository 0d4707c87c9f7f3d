"""Settings of remote jobs as given and as written out."""

import json
import pickle
from pathlib import Path

import pytest

from docferry.delivery import Delivery, jobs_as_values, read_jobs
from docferry.errors import InvalidOptionsError
from docferry.provider import JobSettings, NetworkSettings, OnInterrupt, OnUnknown

SECRET = "s3cret-value"
FULL = JobSettings(
    ledger=Path("books/ledger.sqlite3"),
    cache="books/cache",
    uses_cache=False,
    refreshes=True,
    deadline_seconds=None,
    on_unknown=OnUnknown.RESUBMIT,
    on_interrupt=OnInterrupt.CANCEL,
    network=NetworkSettings(
        proxy=f"http://user:{SECRET}@proxy", ca_file="ca.pem", headers=(("X-Key", SECRET),)
    ),
)


def test_the_usual_settings_are_written_as_nothing():
    assert jobs_as_values(JobSettings()) == {}
    assert read_jobs({}) == read_jobs(None) == JobSettings()


def test_what_was_written_is_read_again_but_for_secrets():
    values = json.loads(json.dumps(jobs_as_values(FULL)))
    assert SECRET not in str(values)
    again = read_jobs(values)
    assert again.network == NetworkSettings(ca_file="ca.pem")
    assert again.ledger == "books/ledger.sqlite3"
    assert jobs_as_values(again) == values
    assert (again.on_unknown, again.on_interrupt) == (OnUnknown.RESUBMIT, OnInterrupt.CANCEL)


def test_words_are_read_as_the_settings_they_mean():
    assert read_jobs({"on_unknown": "resubmit"}) == JobSettings(on_unknown=OnUnknown.RESUBMIT)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"ledgr": "x"}, "jobs has an unknown setting"),
        ({"network": {"prox": "x"}}, "jobs has an unknown setting"),
        ({"on_unknown": "ignore"}, "on_unknown is 'ignore'; use one of: error, resubmit"),
    ],
)
def test_wrong_settings_are_told(given, expected):
    with pytest.raises(InvalidOptionsError, match=expected):
        read_jobs(given)


def test_a_delivery_shows_no_secret_and_carries_all_to_worker_processes(tmp_path):
    jobs = JobSettings(ledger=tmp_path / "ledger.sqlite3", network=FULL.network)
    delivery = Delivery(jobs=jobs)
    assert SECRET not in repr(delivery) + repr(jobs)
    assert pickle.loads(pickle.dumps(delivery)).jobs == jobs


def test_changes_replace_the_settings_of_one_load():
    delivery = Delivery(jobs=FULL)
    assert delivery.changed({"split": "page"}).jobs == FULL
    assert delivery.changed({"jobs": None}).jobs == JobSettings()


def test_headers_given_as_a_list_still_make_a_key():
    assert hash(NetworkSettings(headers=[["a", "b"]])) == hash(NetworkSettings(headers=(("a", "b"),)))
