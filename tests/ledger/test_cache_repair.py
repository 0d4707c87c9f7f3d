"""A payload cache whose index or folder is in a bad state: what is there is found, and nothing is lost."""

import logging
import os
import sqlite3
import threading
from contextlib import closing

import pytest

from docferry.errors import ConfigurationError
from docferry.ledger import PayloadCorruptError, PayloadStore, open_store

LIMIT = 1_000_000


@pytest.fixture
def cache(tmp_path, put):
    """A cache folder with some payloads, of one part and of two."""
    with PayloadStore(tmp_path / "cache", max_bytes=LIMIT) as store:
        for number in range(40):
            put(store, {"a": b"one %d" % number, "b": b"shared"}, key=f"k{number}")
    return tmp_path / "cache"


@pytest.fixture
def index(cache):
    return cache / "index.sqlite3"


def opened(folder):
    return PayloadStore(folder, max_bytes=LIMIT)


def warnings_in(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def put_aside(folder):
    return sorted(path.name for path in folder.glob("index.damaged-*.sqlite3"))


def drop_a_table(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE parts")
        connection.commit()


HARMS = {
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut within a page": lambda path: os.truncate(path, path.stat().st_size - 100),
    "cut within the header": lambda path: os.truncate(path, 50),
    "other bytes": lambda path: path.write_bytes(b"no database at all" * 500),
    "bytes behind the header": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 16384),
    "a table less": drop_a_table,
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_index_is_put_aside_and_made_anew(cache, index, harm, caplog, read):
    HARMS[harm](index)
    harmed = index.read_bytes()
    with opened(cache) as store:
        payloads = [store.find(f"k{number}") for number in range(40)]
        assert store.info().payload_count == 40
        assert read(store, payloads[7].part("a")) == b"one 7"
    (warning,) = warnings_in(caplog)
    (name,) = put_aside(cache)
    assert f"the index of the payload cache {cache} was damaged; it is now {name}" in warning
    assert (cache / name).read_bytes()[:50] == harmed[:50]
    with opened(cache) as store:
        assert store.info().payload_count == 40
    assert len(put_aside(cache)) == 1


def test_an_empty_index_is_filled_from_the_folder(cache, index, caplog):
    index.write_bytes(b"")
    with opened(cache) as store:
        assert store.info().payload_count == 40
    assert (put_aside(cache), warnings_in(caplog)) == ([], [])


def test_damage_that_shows_while_the_cache_is_in_use_is_repaired(cache, index, put, caplog, read):
    with opened(cache) as store:
        with closing(sqlite3.connect(index)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        data = index.read_bytes()
        with index.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (len(data) - 4096))
        with closing(sqlite3.connect(index)) as connection:  # makes the others read the file again
            connection.execute("PRAGMA application_id = 1685021552")
        payload = put(store, {"a": b"new"}, key="new")
        assert store.find("new") == payload
        assert read(store, store.find("k3").part("a")) == b"one 3"
        assert store.info().payload_count == 41
    assert len(warnings_in(caplog)) == len(put_aside(cache)) == 1


def test_what_was_removed_does_not_come_back(cache, index):
    with opened(cache) as store:
        assert store.clear() == 40
    index.write_bytes(b"no database")
    with opened(cache) as store:
        assert store.info().payload_count == 0
    assert [path for path in (cache / "payloads").glob("*/*") if path.is_file()] == []


def test_what_was_evicted_does_not_come_back(tmp_path, put, clock):
    folder = tmp_path / "small"
    with PayloadStore(folder, max_bytes=30, clock=clock) as store:
        for name in "abcd":
            put(store, {"x": name.encode() * 10}, key=name)
            clock.now += 100
    (folder / "index.sqlite3").write_bytes(b"no database")
    with PayloadStore(folder, max_bytes=30, clock=clock) as store:
        assert [store.find(name) is not None for name in "abcd"] == [False, True, True, True]


def test_a_payload_whose_bytes_are_gone_is_left_out(cache, index, put):
    with opened(cache) as store:
        payload = put(store, {"x": b"soon gone"}, key="gone")
    digest = payload.part("x").digest
    (cache / "blobs" / digest[:2] / digest).unlink()
    index.unlink()
    with opened(cache) as store:
        assert store.find("gone") is None
        assert store.info().payload_count == 40


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"payload_key": "k1"}', '{"payload_key": "k", "parts": "[{}]"}']
)
def test_a_manifest_that_cannot_be_read_counts_as_none(cache, index, text):
    path = next((cache / "payloads").glob("*/*.json"))
    path.write_text(text)
    index.unlink()
    with opened(cache) as store:
        assert store.info().payload_count == 39
    assert not path.exists()


def test_a_payload_saved_into_an_index_that_was_put_aside_is_taken_up(cache, index, put):
    late = opened(cache)
    with late.hold("late"):  # its index is open
        late_payload = put(late, {"x": b"late"}, key="late")
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM payloads WHERE payload_key = 'late'")
        connection.commit()
    assert late.find("late") is None
    late.sweep()
    assert late.find("late") == late_payload
    late.close()


FIND_DAMAGE = """
print("ready", flush=True)
sys.stdin.readline()
with PayloadStore(sys.argv[1], max_bytes=10**6) as store:
    with store.writer("x", "text/plain") as writer:
        writer.write(sys.argv[2].encode())
    store.save(sys.argv[2], Payload(parts=(writer.part,)))
    print(all(store.find(f"k{number}") for number in range(40)), store.find(sys.argv[2]) is not None)
"""


def test_processes_that_find_the_damage_at_once_all_go_on(cache, index, start):
    index.write_bytes(b"no database at all" * 500)
    processes = [start(FIND_DAMAGE, cache, name) for name in ("p1", "p2", "p3")]
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=100)[0].split() for process in processes] == [["True", "True"]] * 3
    assert len(put_aside(cache)) == 1
    with opened(cache) as store:
        assert store.info().payload_count == 43


def test_threads_that_find_the_damage_at_once_all_go_on(cache, index, put):
    index.write_bytes(b"no database at all" * 500)
    stores = [opened(cache) for _ in range(2)]
    found = []

    def work(store, number):
        put(store, {"x": b"%d" % number}, key=f"t{number}")
        found.append(store.find("k1") is not None)

    threads = [threading.Thread(target=work, args=(stores[n % 2], n)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 6
    for store in stores:
        store.close()


def test_a_process_that_has_the_old_index_open_moves_to_the_new_one(cache, index, put):
    with opened(cache) as first, opened(cache) as second:
        first.close()
        second.close()
        index.write_bytes(b"no database at all" * 500)
        put(first, {"x": b"1"}, key="first")
        assert second.find("first") is not None
        index.rename(cache / "aside")  # as another process does that found damage
        put(second, {"x": b"2"}, key="second")
        assert first.find("second") is not None
        assert first.info().payload_count == second.info().payload_count == 42


def test_a_newer_index_is_not_touched(cache, index):
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = index.read_bytes()
    with pytest.raises(ConfigurationError, match="newer docferry; upgrade docferry, or set DOCFERRY_CACHE"):
        opened(cache)
    assert (index.read_bytes(), put_aside(cache)) == (before, [])


def test_another_programs_file_is_not_touched(tmp_path):
    with closing(sqlite3.connect(tmp_path / "index.sqlite3")) as connection:
        connection.execute("CREATE TABLE theirs (name)")
    with pytest.raises(ConfigurationError, match="not a docferry payload cache; check the folder"):
        opened(tmp_path)
    assert put_aside(tmp_path) == []


def test_a_folder_whose_files_cannot_be_made_is_refused_at_once(tmp_path):
    opened(tmp_path / "cache").close()
    (tmp_path / "cache" / "temp").rmdir()
    (tmp_path / "cache" / "temp").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be used.*check the folder"):
        opened(tmp_path / "cache")


class TestBeneath:
    """A folder that cannot be written, below one that can."""

    @pytest.fixture
    def above(self, cache, index):
        index.unlink()
        index.mkdir()  # so that nobody can open the index, root neither
        with open_store(cache) as store:
            yield store

    def test_its_payloads_are_found_and_new_ones_go_elsewhere(self, above, cache, put, read):
        files = sorted(path for path in cache.rglob("*"))
        assert read(above, above.find("k5").part("a")) == b"one 5"
        put(above, {"x": b"new"}, key="new")
        assert read(above, above.find("new").part("x")) == b"new"
        assert above.find("unknown") is None
        assert sorted(path for path in cache.rglob("*")) == files

    def test_a_damaged_part_is_told_once_and_its_payload_not_found_again(self, above, cache):
        part = above.find("k5").part("a")
        blob = cache / "blobs" / part.digest[:2] / part.digest
        blob.write_bytes(b"eno 5")
        with pytest.raises(PayloadCorruptError):
            above.open(part)
        assert above.find("k5") is None
        assert blob.exists()

    def test_a_part_that_is_gone_is_told(self, above, cache):
        part = above.find("k5").part("a")
        (cache / "blobs" / part.digest[:2] / part.digest).unlink()
        with pytest.raises(PayloadCorruptError):
            above.open(part)
        assert above.find("k5") is None

    def test_a_folder_that_is_not_there_has_nothing(self, tmp_path):
        (tmp_path / "file").write_text("")
        with open_store(tmp_path / "file" / "cache") as store:
            assert store.find("k") is None

    def test_one_warning_tells_of_it_once_a_payload_is_asked_for(self, above, caplog):
        assert warnings_in(caplog) == []
        with above.hold("k1") as payload:
            assert payload == above.find("k1")
        above.find("k2")
        (warning,) = warnings_in(caplog)
        assert "cannot be used: unable to open database file; this run's results are not kept" in warning

    def test_what_is_about_the_folder_itself_raises(self, above):
        for work in (above.info, above.clear):
            with pytest.raises(ConfigurationError, match="cannot be used.*check the folder"):
                work()

    def test_a_locked_folder_is_not_gone_without(self, cache):
        """The results in it might be paid for again."""
        with closing(sqlite3.connect(cache / "index.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(ConfigurationError, match=r"locked for 0\.05 seconds; try again"):
                open_store(cache, busy_seconds=0.05)
        with open_store(cache) as store:
            assert store.info().payload_count == 40


LITTLE_ROOM = """
import os, resource
with PayloadStore(sys.argv[1], max_bytes=10**9) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    try:
        with store.writer("x", "text/plain") as writer:
            for _ in range(10):
                writer.write(b"x" * 100_000)
    except Exception as error:
        print(type(error).__name__, error, sep="|")
    print(len(list(store.folder.glob("temp/*"))))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with store.writer("x", "text/plain") as writer:
        writer.write(b"x" * 300_000)
    print(writer.part.size_bytes)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_full_disk_is_named_and_leaves_nothing_behind(tmp_path, start):
    output, _ = start(LITTLE_ROOM, tmp_path / "cache").communicate(timeout=100)
    told, left, size = output.splitlines()
    assert told.startswith("ConfigurationError|the payload cache")
    assert "make room, or set DOCFERRY_CACHE to a folder on another disk" in told
    assert (left, size) == ("0", "300000")
