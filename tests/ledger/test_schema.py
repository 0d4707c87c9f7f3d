"""Files of older, newer and other versions."""

import sqlite3
import threading
from contextlib import closing

import pytest

from docferry.errors import ConfigurationError
from docferry.ledger import JobStep, PayloadStore, SqliteLedger
from docferry.ledger.schema import LEDGER_SCHEMA, PAYLOAD_SCHEMA, Schema, migrate

# A ledger as version 1 wrote it, by hand: it must not follow the code.
VERSION_1 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE jobs (
  id TEXT PRIMARY KEY, job_key TEXT NOT NULL, attempt INTEGER NOT NULL, is_current INTEGER NOT NULL,
  payload_key TEXT NOT NULL, provider TEXT NOT NULL, protocol_version TEXT NOT NULL, operation TEXT NOT NULL,
  endpoint TEXT NOT NULL, account_hash TEXT NOT NULL, source_name TEXT NOT NULL, file_name TEXT NOT NULL,
  fingerprint TEXT NOT NULL, size_bytes INTEGER NOT NULL, pages TEXT NOT NULL, expected_pages INTEGER,
  options_json TEXT NOT NULL, step TEXT NOT NULL, state TEXT, raw_state TEXT NOT NULL DEFAULT '',
  remote_id TEXT, item_id TEXT NOT NULL DEFAULT '', submission_id TEXT NOT NULL DEFAULT '',
  cost_pages INTEGER, cost_credits REAL, error_class TEXT NOT NULL DEFAULT '',
  error_message TEXT NOT NULL DEFAULT '', payload_json TEXT, lease_owner TEXT NOT NULL DEFAULT '',
  lease_until REAL NOT NULL DEFAULT 0, created_at REAL NOT NULL, updated_at REAL NOT NULL,
  UNIQUE (job_key, attempt)
);
CREATE UNIQUE INDEX jobs_current ON jobs (job_key) WHERE is_current = 1;
CREATE INDEX jobs_submission ON jobs (submission_id) WHERE submission_id <> '';
CREATE INDEX jobs_created ON jobs (created_at);
CREATE TABLE observations (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, state TEXT NOT NULL, raw_state TEXT NOT NULL,
  pages_done INTEGER NOT NULL, pages_total INTEGER NOT NULL, first_seen_at REAL NOT NULL,
  last_seen_at REAL NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (job_id, state, raw_state, pages_done, pages_total)
);
INSERT INTO meta VALUES ('installation_key', x'0102');
INSERT INTO jobs (
  id, job_key, attempt, is_current, payload_key, provider, protocol_version, operation, endpoint,
  account_hash, source_name, file_name, fingerprint, size_bytes, pages, options_json, step, remote_id,
  created_at, updated_at
) VALUES (
  'abcdef012345', 'jk', 1, 1, 'pk', 'echo', '1', 'parse', 'https://e.example', 'ah', 'a.pdf', 'a.pdf',
  'sha256:1', 10, '', '{}', 'submitted', 'r-77', 5.0, 6.0
);
INSERT INTO observations VALUES ('abcdef012345', 'running', 'doing', -1, -1, 5.0, 6.0, 3);
PRAGMA application_id = 1685021542;
PRAGMA user_version = 1;
"""


def shape(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: "".join(sql.split()) for name, sql in rows}


@pytest.fixture
def old_file(tmp_path):
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
    return path


def test_an_older_ledger_is_upgraded_and_keeps_everything(old_file):
    with SqliteLedger(old_file) as ledger:
        record = ledger.find("abcdef")
        assert (record.step, record.receipt.remote_id) == (JobStep.SUBMITTED, "r-77")
        assert record.submitted_at == 6.0
        assert ledger.observations(record.id)[0].count == 3
        assert ledger.add_event("echo", "r-77", event_id="e", now=7.0)
        before = ledger.account_hash("key")
    with SqliteLedger(old_file) as ledger:
        assert ledger.account_hash("key") == before
        assert ledger.take_events("echo", ["r-77"]) == ("r-77",)


def test_an_upgraded_ledger_has_the_shape_of_a_new_one(old_file, tmp_path):
    for path in (old_file, tmp_path / "new.sqlite3"):
        SqliteLedger(path).close()
    assert shape(old_file) == shape(tmp_path / "new.sqlite3")


def test_many_threads_may_upgrade_one_file_at_once(old_file):
    problems = []

    def open_it():
        try:
            SqliteLedger(old_file).close()
        except ConfigurationError as error:
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_step_that_fails_leaves_the_older_version_untouched(old_file):
    broken = Schema(
        name="ledger",
        application_id=LEDGER_SCHEMA.application_id,
        migrations=(*LEDGER_SCHEMA.migrations, ("CREATE TABLE more (x)", "CREATE TABLE jobs (x)")),
    )
    before = shape(old_file)
    with closing(sqlite3.connect(old_file, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="jobs already exists"):
            migrate(connection, broken)
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert shape(old_file) == before


def test_a_newer_ledger_is_refused_and_not_touched(ledger_file):
    SqliteLedger(ledger_file).close()
    with closing(sqlite3.connect(ledger_file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = ledger_file.read_bytes()
    with pytest.raises(ConfigurationError, match="written by a newer docferry.*DOCFERRY_LEDGER"):
        SqliteLedger(ledger_file)
    assert ledger_file.read_bytes() == before


@pytest.mark.parametrize("schema", [LEDGER_SCHEMA, PAYLOAD_SCHEMA])
def test_the_database_of_another_program_is_refused_and_not_touched(tmp_path, schema):
    path = tmp_path / "index.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    path.chmod(0o644)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=f"is not a docferry {schema.name}"):
        SqliteLedger(path) if schema is LEDGER_SCHEMA else PayloadStore(tmp_path, max_bytes=1)
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_payload_index_is_not_taken_for_a_ledger(tmp_path):
    PayloadStore(tmp_path, max_bytes=1).close()
    with pytest.raises(ConfigurationError, match="is not a docferry ledger"):
        SqliteLedger(tmp_path / "index.sqlite3")
