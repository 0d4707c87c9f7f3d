"""One SQLite file under threads, forks, damage and missing rights."""

import gc
import os
import sqlite3
import stat
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from forks import forked, has_ended_well, in_child

from docferry.errors import ConfigurationError
from docferry.ledger import SqliteLedger
from docferry.ledger.database import MEMORY, Database
from docferry.ledger.schema import Schema
from docferry.ledger.trouble import Advice

SCHEMA = Schema(
    name="test file", application_id=7, migrations=(("CREATE TABLE things (name TEXT PRIMARY KEY)",),)
)
ADVICE = Advice(usual="try another path")
NOBODY = 65534


def make_database(path):
    return Database(path, schema=SCHEMA, advice=ADVICE)


@pytest.fixture
def database(tmp_path):
    database = make_database(tmp_path / "things.sqlite3")
    yield database
    database.close()


def add(database, name, **more):
    with database.transaction(**more) as connection:
        connection.execute("INSERT INTO things VALUES (?)", (name,))


def names(database):
    with database.reading() as connection:
        return [row["name"] for row in connection.execute("SELECT name FROM things ORDER BY name")]


def test_files_and_folder_are_for_their_owner_only(tmp_path):
    database = make_database(tmp_path / "new" / "things.sqlite3")
    add(database, "a")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    files = list((tmp_path / "new").iterdir())
    assert len(files) == 3  # the file, its log and its shared memory
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    database.close()


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    make_database(tmp_path / "things.sqlite3").close()
    (tmp_path / "things.sqlite3").chmod(0o664)
    make_database(tmp_path / "things.sqlite3").close()
    assert stat.S_IMODE((tmp_path / "things.sqlite3").stat().st_mode) == 0o600


def test_it_writes_ahead_and_waits_for_the_disk_where_that_is_promised(database):
    with database.transaction() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    for _ in range(2):
        with database.transaction(is_durable=False) as connection:
            assert connection.execute("PRAGMA synchronous").fetchone()[0] == 1
        database.close()


def test_an_error_in_a_transaction_undoes_it(database):
    def fail():
        with database.transaction() as connection:
            connection.execute("INSERT INTO things VALUES ('a')")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert names(database) == []
    add(database, "b")


def test_threads_share_it(database):
    def work(number):
        for turn in range(20):
            add(database, f"{number:02}-{turn:02}", is_durable=False)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(database)) == 160


def test_after_closing_it_opens_again(database):
    add(database, "a")
    database.close()
    database.close()
    assert names(database) == ["a"]


def test_in_memory_it_ends_when_it_is_closed():
    database = make_database(MEMORY)
    add(database, "a")
    assert names(database) == ["a"]
    database.close()
    assert names(database) == []
    database.close()


def test_an_object_that_is_left_behind_closes_its_file(tmp_path):
    database = make_database(tmp_path / "things.sqlite3")
    add(database, "a")
    del database
    gc.collect()
    assert not (tmp_path / "things.sqlite3-wal").exists()  # the last connection tidied up


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
class TestForks:
    def test_parent_and_child_both_go_on(self, database):
        add(database, "before")
        assert in_child(lambda: add(database, "child"))
        add(database, "parent")
        assert names(database) == ["before", "child", "parent"]

    def test_what_a_child_writes_survives_a_parent_that_closes_the_file_meanwhile(self, database):
        add(database, "before")
        reading, writing = os.pipe()

        def child():
            add(database, "first")
            os.read(reading, 1)
            add(database, "second")

        process = forked(child)
        while "first" not in names(database):
            pass
        database.close()  # as the last user it would delete the log, but it is not the last
        os.write(writing, b"x")
        assert has_ended_well(process)
        assert names(database) == ["before", "first", "second"]

    def test_a_fork_while_threads_write_leaves_no_lock_behind(self, database):
        is_over = threading.Event()

        def work(number):
            turn = 0
            while not is_over.is_set():
                turn += 1
                add(database, f"{number}-{turn}", is_durable=False)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        try:
            for turn in range(10):
                assert in_child(lambda turn=turn: add(database, f"child-{turn}"))
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        assert sum(name.startswith("child") for name in names(database)) == 10

    def test_a_ledger_in_memory_is_copied(self):
        database = make_database(MEMORY)
        add(database, "parent")

        def child():
            add(database, "child")
            assert names(database) == ["child", "parent"]

        assert in_child(child)
        assert names(database) == ["parent"]
        database.close()


def test_a_damaged_file_is_named_with_a_next_step(tmp_path):
    path = tmp_path / "things.sqlite3"
    path.write_bytes(b"this is not a database, however long it may be" * 200)
    with pytest.raises(ConfigurationError, match="things.sqlite3.*damaged.*try another path"):
        make_database(path)
    assert path.read_bytes().startswith(b"this is not")


def test_damage_that_shows_later_is_named_too(tmp_path):
    path = tmp_path / "things.sqlite3"
    database = make_database(path)
    for number in range(500):
        add(database, f"{number:0200}", is_durable=False)
    database.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(ConfigurationError, match="damaged"):
        names(make_database(path))


def test_a_file_locked_by_another_program_is_named(tmp_path):
    path = tmp_path / "things.sqlite3"
    first = make_database(path)
    second = Database(path, schema=SCHEMA, advice=ADVICE, busy_seconds=0.05)
    with first.transaction(), pytest.raises(ConfigurationError, match=r"locked for 0\.05 seconds; try again"):
        add(second, "a")
    add(second, "a")
    first.close()
    second.close()


OPEN_FILES = Path("/proc/self/fd")


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="no list of open files here")
def test_a_file_that_is_not_used_is_closed(tmp_path):
    path = tmp_path / "theirs.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (name)")
    with pytest.raises(ConfigurationError) as caught:
        make_database(path)
    assert str(path) not in {os.path.realpath(link) for link in OPEN_FILES.iterdir()}
    assert "it is not a docferry test file" in str(caught.value)  # and so is what it holds


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used.*DOCFERRY_LEDGER"):
        SqliteLedger(tmp_path / "file" / "ledger.sqlite3")


def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be used"):
        SqliteLedger(tmp_path)


@pytest.fixture
def reachable_folder():
    """A temporary folder that also a user without rights can reach, unlike pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.parametrize("mode", [0o500, 0o700])
def test_without_the_right_to_write_nothing_but_a_configuration_error_is_raised(
    reachable_folder, new_job, mode
):
    folder = reachable_folder / "books"
    SqliteLedger(folder / "ledger.sqlite3").close()
    (folder / "ledger.sqlite3").chmod(0o400)
    folder.chmod(mode)
    if os.geteuid() == 0:
        for path in (folder, folder / "ledger.sqlite3"):
            os.chown(path, NOBODY, NOBODY)

    def child():
        if os.geteuid() == 0:
            os.setuid(NOBODY)
        with pytest.raises(ConfigurationError, match="cannot be used"):
            SqliteLedger(folder / "ledger.sqlite3").claim(new_job(), owner="o", now=0.0, lease_seconds=1.0)

    assert in_child(child)
