"""A ledger that cannot be used: one sentence with the next step, and nothing of it is thrown away."""

import os
import sqlite3
import stat
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from forks import in_child

from docferry.errors import ConfigurationError
from docferry.ledger import SqliteLedger
from docferry.ledger.database import Database
from docferry.ledger.schema import LEDGER_SCHEMA
from docferry.ledger.sqlite import ADVICE
from docferry.ledger.trouble import Advice, Trouble, trouble_of

NOBODY = 65534


@pytest.fixture
def path(tmp_path, new_job):
    """A ledger with some jobs, closed."""
    path = tmp_path / "ledger.sqlite3"
    with SqliteLedger(path) as ledger:
        for number in range(50):
            ledger.claim(new_job(f"{number}.pdf"), owner="one", now=1000.0, lease_seconds=60.0)
    return path


def use(path):
    with SqliteLedger(path) as ledger:
        ledger.jobs()
        ledger.account_hash("a")


def refusal(path):
    with pytest.raises(ConfigurationError) as caught:
        use(path)
    return caught.value


def truncate(data):
    return data[: len(data) // 2]


def scribble(data):
    return data[:4096] + b"\xff" * (len(data) - 4096)


def overwrite(data):
    return b"garbage, and no header" * (len(data) // 20)


def forget_a_table(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE jobs")
        connection.commit()


@pytest.mark.parametrize("harm", [truncate, scribble, overwrite])
def test_a_damaged_ledger_is_left_as_it_is_and_its_loss_is_told(path, harm):
    path.write_bytes(harm(path.read_bytes()))
    harmed = path.read_bytes()
    error = refusal(path)
    assert f"the ledger {path} cannot be used: it is damaged" in error.message
    assert "move it and its -wal and -shm files aside and run again" in error.next_step
    assert "jobs under way" in error.next_step
    assert "docferry jobs attach" in error.next_step
    assert str(error).count("\n") == 0
    assert path.read_bytes() == harmed


def test_a_ledger_without_one_of_its_tables_is_damaged(path):
    forget_a_table(path)
    assert "it is damaged" in refusal(path).message


def test_a_ledger_of_a_newer_version_asks_for_an_upgrade(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert refusal(path).next_step == "upgrade docferry, or set DOCFERRY_LEDGER to another path"


def test_another_programs_file_is_not_touched(tmp_path):
    path = tmp_path / "theirs.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (name)")
    error = refusal(path)
    assert "it is not a docferry ledger" in error.message
    assert "set DOCFERRY_LEDGER to another path" in error.next_step


def test_a_locked_ledger_asks_to_try_again(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ConfigurationError) as caught:
            Database(path, schema=LEDGER_SCHEMA, advice=ADVICE, busy_seconds=0.05)
    assert "another process kept it locked for 0.05 seconds" in caught.value.message
    assert caught.value.next_step == "try again, or end the process that has it open"
    with SqliteLedger(path) as ledger:
        assert len(ledger.jobs()) == 50


LITTLE_ROOM = """
import resource
limit = int(sys.argv[2])
with SqliteLedger(sys.argv[1]) as ledger:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        for number in range(1000):
            ledger.add_event("echo", f"r{number}", event_id="e" * 500, now=1.0)
    except Exception as error:
        print(type(error).__name__, error, sep="|")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(ledger.add_event("echo", "after", event_id="e", now=1.0))
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_full_disk_is_named_and_the_ledger_goes_on_once_there_is_room(path, start):
    output, _ = start(LITTLE_ROOM, path, path.stat().st_size + 65536).communicate(timeout=100)
    first, last = output.splitlines()
    assert first.startswith("ConfigurationError|the ledger")
    assert "the disk is full or failing" in first
    assert "make room and run again: jobs that were submitted are in the ledger and go on" in first
    assert last == "True"
    with SqliteLedger(path) as ledger:
        assert len(ledger.jobs()) == 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_ledger_that_may_only_be_read_says_that_it_cannot_be_written():
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(stat.S_IRWXU | stat.S_IROTH | stat.S_IXOTH)
        path = Path(name) / "ledger.sqlite3"
        SqliteLedger(path).close()
        path.chmod(0o444)
        for end in ("", "-wal", "-shm"):
            if Path(f"{path}{end}").exists() and os.geteuid() == 0:
                os.chown(f"{path}{end}", NOBODY, NOBODY)
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)

        def child():
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            error = refusal(path)
            assert "it cannot be written; check the file and its folder" in str(error)

        assert in_child(child)


def test_the_usual_step_is_for_what_has_none_of_its_own():
    advice = Advice(usual="look", damaged="mend")
    steps = [advice.against(trouble) for trouble in Trouble]
    assert steps == ["try again, or end the process that has it open", "mend", "look", "look", "look"]


def test_an_error_that_is_not_of_sqlite_is_no_known_trouble():
    assert trouble_of(None) is Trouble.OTHER
    assert trouble_of(ConfigurationError("no cause")) is Trouble.OTHER
