"""The payload cache: bytes under their hash, whole payloads or none, and a cap."""

import os
import pickle
import stat
import threading

import pytest

from docferry.errors import ConfigurationError
from docferry.ledger import PayloadCorruptError, PayloadStore
from docferry.model import Payload, PayloadPart

KB = 1000


def blob_files(store):
    return sorted(path.name for path in store.folder.glob("blobs/*/*"))


def path_of(store, part):
    return store.folder / "blobs" / part.digest[:2] / part.digest


def keys_in(store, *keys):
    return [key for key in keys if store.find(key)]


@pytest.fixture
def reopen(store, clock):
    """The same folder as another process sees it."""
    made = []

    def make(max_bytes=store.max_bytes):
        made.append(PayloadStore(store.folder, max_bytes=max_bytes, clock=clock))
        return made[-1]

    yield make
    for other in made:
        other.close()


class TestKeeping:
    def test_a_payload_comes_back_in_order_with_its_bytes(self, store, put, read):
        payload = put(store, {"b.json": b"{}", "images/1.png": b"\x00" * 5000, "a.md": b""}, key="k")
        assert [part.name for part in payload.parts] == ["b.json", "images/1.png", "a.md"]
        assert [part.size_bytes for part in payload.parts] == [2, 5000, 0]
        assert store.find("k") == payload
        assert [read(store, part) for part in payload.parts] == [b"{}", b"\x00" * 5000, b""]

    def test_another_process_finds_it(self, store, put, reopen, read):
        payload = put(store, {"a": b"one"}, key="k")
        other = reopen()
        assert other.find("k") == payload
        assert read(other, payload.parts[0]) == b"one"

    def test_a_payload_without_parts_is_a_payload(self, store):
        store.save("k", Payload(parts=()))
        assert store.find("k") == Payload(parts=())

    def test_what_was_never_saved_is_not_found(self, store, put):
        put(store, {"a": b"one"})
        assert store.find("k") is None

    def test_equal_bytes_are_kept_once(self, store, put):
        one = put(store, {"a": b"same", "b": b"same"}, key="one")
        two = put(store, {"c": b"same"}, key="two")
        assert len({part.digest for part in (*one.parts, *two.parts)}) == 1
        assert store.info().size_bytes == 4
        assert len(blob_files(store)) == 1

    def test_saving_again_replaces_and_drops_what_nobody_has(self, store, put, read):
        put(store, {"a": b"old", "b": b"kept"}, key="k")
        new = put(store, {"a": b"new", "b": b"kept"}, key="k")
        assert store.find("k") == new
        assert read(store, new.parts[0]) == b"new"
        assert store.info().size_bytes == 7

    def test_bytes_written_in_pieces_are_one_part(self, store, read):
        with store.writer("a", "text/plain") as writer:
            for _ in range(1000):
                writer.write(b"0123456789")
            assert writer.size_bytes == 10_000
        assert read(store, writer.part) == b"0123456789" * 1000

    def test_the_media_type_may_become_known_late(self, store):
        with store.writer("a", "") as writer:
            writer.media_type = "application/zip"
        assert writer.part.media_type == "application/zip"

    def test_files_are_for_their_owner_only(self, store, put):
        put(store, {"a": b"one"}, key="k")
        unfinished = store.writer("b", "x/y")
        modes = {
            path.name: (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in store.folder.rglob("*")
        }
        assert {mode for is_folder, mode in modes.values() if is_folder} == {0o700}
        assert {mode for is_folder, mode in modes.values() if not is_folder} == {0o600}
        unfinished.discard()

    def test_many_threads_may_write_and_read(self, store, put, read):
        problems = []

        def work(number):
            for turn in range(10):
                key = f"{turn % 4}"
                data = key.encode() * 100
                payload = store.find(key) or put(store, {"a": data}, key=key)
                if read(store, payload.parts[0]) != data:
                    problems.append((number, turn))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert store.info().payload_count == 4


class TestWriting:
    def test_an_error_leaves_nothing_behind(self, store):
        def fail():
            with store.writer("a", "x/y") as writer:
                writer.write(b"half")
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert not [path for path in store.folder.rglob("*") if path.is_file() and path.suffix == ".part"]
        assert blob_files(store) == []

    def test_a_discarded_part_is_no_part(self, store):
        with store.writer("a", "x/y") as writer:
            writer.write(b"an error page")
            writer.discard()
        with pytest.raises(RuntimeError, match="'a' is not sealed"):
            _ = writer.part
        with pytest.raises(RuntimeError, match="'a' was discarded"):
            writer.finish()
        assert store.info().size_bytes == 0

    def test_finishing_twice_gives_the_same_part_and_discarding_then_does_nothing(self, store, read):
        writer = store.writer("a", "x/y")
        writer.write(b"one")
        part = writer.finish()
        writer.discard()
        assert writer.finish() == part
        assert read(store, part) == b"one"

    def test_a_sealed_part_is_finished_along_with_its_payload(self, store, put, read):
        first = put(store, {"a": b"one"}).parts[0]
        with store.writer("b", "x/y") as writer:
            writer.write(b"two")
            part = writer.seal()
            assert (part, store.info().size_bytes) == (writer.part, 3)
            store.save("k", Payload(parts=(first, part)), sealed=[writer])
        assert [read(store, part) for part in store.find("k").parts] == [b"one", b"two"]
        assert list((store.folder / "temp").iterdir()) == []

    def test_a_sealed_part_of_a_payload_that_is_not_saved_is_gone(self, store):
        missing = PayloadPart(name="a", media_type="x/y", size_bytes=1, digest="0" * 64)
        writer = store.writer("b", "x/y")
        part = writer.seal()
        with pytest.raises(PayloadCorruptError):
            store.save("k", Payload(parts=(missing, part)), sealed=[writer])
        assert store.find("k") is None
        unsealed = store.writer("c", "x/y")
        unsealed.seal()
        unsealed.discard()
        with pytest.raises(RuntimeError, match="'c' is not sealed"):
            _ = unsealed.part
        assert list((store.folder / "temp").iterdir()) == []

    def test_a_payload_that_cannot_be_written_down_leaves_nothing_behind(self, store, put):
        payload = put(store, {"a": b"one"})
        (store.folder / "payloads").write_text("a file where a folder should be")
        with pytest.raises(ConfigurationError, match="payload cache.*cannot be used"):
            store.save("k", payload)
        assert store.find("k") is None
        assert list((store.folder / "temp").iterdir()) == []

    def test_a_payload_with_a_part_that_is_not_there_is_not_saved(self, store, put):
        payload = put(store, {"a": b"one", "b": b"two"})
        path_of(store, payload.parts[1]).unlink()
        with pytest.raises(PayloadCorruptError, match="'b' is missing"):
            store.save("k", payload)
        assert store.find("k") is None

    def test_an_index_that_is_gone_is_made_anew(self, store, put, read):
        payload = put(store, {"a": b"one"}, key="k")
        store.close()
        for path in store.folder.glob("index.sqlite3*"):
            path.unlink()
        assert store.find("k") == payload
        store.save("k", payload)
        assert read(store, store.find("k").part("a")) == b"one"

    def test_a_digest_that_is_none_is_refused_before_it_becomes_a_path(self, store):
        evil = PayloadPart(name="a", media_type="", size_bytes=1, digest="../../../etc/passwd")
        with pytest.raises(ValueError, match="not a SHA-256"):
            store.open(evil)


class TestDamage:
    @pytest.fixture
    def payload(self, store, put):
        put(store, {"a": b"shared", "z": b"other"}, key="second")
        put(store, {"y": b"healthy"}, key="healthy")
        return put(store, {"a": b"shared", "b": b"own"}, key="first")

    @pytest.mark.parametrize("damage", ["flip", "cut", "grow", "empty", "remove"])
    def test_a_bad_part_is_dropped_with_every_payload_that_has_it(self, store, payload, reopen, damage):
        path = path_of(store, payload.parts[0])
        data = path.read_bytes()
        if damage == "remove":
            path.unlink()
        else:
            path.write_bytes(
                {"flip": b"S" + data[1:], "cut": data[:-1], "grow": data + b"x", "empty": b""}[damage]
            )
        other = reopen()
        with pytest.raises(PayloadCorruptError, match="'a' is missing or damaged"):
            other.open(payload.parts[0])
        assert keys_in(other, "first", "second", "healthy") == ["healthy"]
        assert len(blob_files(other)) == 1
        assert other.info().size_bytes == len(b"healthy")

    def test_damage_is_seen_even_by_the_process_that_wrote_the_part(self, store, payload):
        path = path_of(store, payload.parts[0])
        path.write_bytes(b"SHARED")
        os.utime(path, (1.0, 1.0))
        with pytest.raises(PayloadCorruptError):
            store.open(payload.parts[0])

    @pytest.mark.parametrize("damage", [b"cut", None])
    def test_a_payload_with_a_part_missing_or_of_another_size_is_not_found(self, store, payload, damage):
        path = path_of(store, payload.parts[1])
        path.unlink()
        if damage:
            path.write_bytes(damage * 2)
        assert store.find("first") is None
        assert keys_in(store, "second", "healthy") == ["second", "healthy"]

    def test_it_can_be_written_again(self, store, payload, reopen, put, read):
        path_of(store, payload.parts[1]).write_bytes(b"OWN")
        other = reopen()
        with pytest.raises(PayloadCorruptError):
            other.open(payload.parts[1])
        again = put(other, {"a": b"shared", "b": b"own"}, key="first")
        assert again == payload
        assert read(other, again.parts[1]) == b"own"

    def test_a_part_that_was_replaced_by_a_good_one_meanwhile_is_kept(
        self, store, payload, reopen, put, read
    ):
        path_of(store, payload.parts[1]).write_bytes(b"OWN")
        other = reopen()
        bad_mark = other._blobs.mark(payload.parts[1].digest)
        put(store, {"a": b"shared", "b": b"own"}, key="first")
        other._drop_blob(payload.parts[1].digest, mark=bad_mark)  # what `open` does on finding damage
        assert other.find("first") == payload
        assert read(other, payload.parts[1]) == b"own"

    def test_a_part_is_hashed_once_per_process(self, payload, reopen, read):
        other = reopen()
        assert read(other, payload.parts[0]) == b"shared"
        before = len(other._verified)
        assert read(other, payload.parts[0]) == b"shared"
        assert len(other._verified) == before == 1

    def test_the_error_travels_between_processes(self):
        assert pickle.loads(pickle.dumps(PayloadCorruptError("a"))).name == "a"


class TestMemory:
    def test_checking_a_large_part_does_not_load_it(self, start, tmp_path):
        program = """
        import resource
        store = PayloadStore(sys.argv[1], max_bytes=10**9)
        with store.writer("big", "x/y") as writer:
            for number in range(200):
                writer.write(number.to_bytes(4, "big") * 250_000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with PayloadStore(sys.argv[1], max_bytes=10**9).open(writer.part) as stream:
            assert stream.read(4) == bytes(4)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, writer.part.size_bytes)
        """
        output, _ = start(program, tmp_path / "cache").communicate(timeout=100)
        grown, size_bytes = map(int, output.split())
        assert size_bytes == 200 * 1000 * KB
        assert grown < 16_000  # kilobytes


class TestCap:
    @pytest.fixture
    def small(self, tmp_path, clock):
        with PayloadStore(tmp_path / "small", max_bytes=10 * KB, clock=clock) as store:
            yield store

    @pytest.fixture
    def fill(self, small, clock, put):
        """Saves payloads of four kilobytes each, a hundred seconds apart."""

        def save(*keys):
            for key in keys:
                clock.now += 100
                put(small, {"a": key.encode().ljust(4 * KB)}, key=key)

        return save

    def test_what_was_not_used_for_longest_goes_first(self, small, fill, clock):
        fill("one", "two")
        clock.now += 100
        assert small.find("one")
        fill("three")
        assert keys_in(small, "one", "two", "three") == ["one", "three"]
        assert small.info().size_bytes == 8 * KB
        assert len(blob_files(small)) == 2

    def test_no_more_goes_than_must(self, small, fill, put, clock):
        fill("one", "two")
        clock.now += 100
        put(small, {"a": b"x" * 2 * KB}, key="three")
        assert keys_in(small, "one", "two", "three") == ["one", "two", "three"]

    def test_a_shared_part_survives_while_one_payload_has_it(self, small, put, clock, read):
        shared = b"s" * 4 * KB
        for key in ("one", "two", "three"):
            clock.now += 100
            payload = put(small, {"shared": shared, "own": key.encode().ljust(2 * KB)}, key=key)
        clock.now += 100
        put(small, {"big": b"b" * 3 * KB}, key="four")
        assert keys_in(small, "one", "two", "three", "four") == ["three", "four"]
        assert read(small, payload.parts[0]) == shared

    def test_a_payload_on_hold_stays_until_its_reader_is_done(self, small, fill, reopen_small):
        fill("one")
        with reopen_small().hold("one"):
            fill("two", "three", "four")
            assert keys_in(small, "one", "two", "three", "four") == ["one", "four"]
        fill("five")
        assert not small.find("one")

    @pytest.fixture
    def reopen_small(self, small, clock):
        made = []

        def make():
            made.append(PayloadStore(small.folder, max_bytes=small.max_bytes, clock=clock))
            return made[-1]

        yield make
        for other in made:
            other.close()

    def test_a_hold_of_a_dead_process_ends_by_itself(self, small, fill, clock):
        fill("one")
        held = small.hold("one")
        held.__enter__()  # and never left
        clock.now += 7 * 3600
        fill("two", "three")
        assert keys_in(small, "one", "two", "three") == ["two", "three"]

    def test_a_payload_used_just_now_stays(self, small, put, clock):
        for number in range(4):
            clock.now += 10
            put(small, {"a": bytes([number]) * 4 * KB}, key=f"{number}")
        assert keys_in(small, "0", "1", "2", "3") == ["0", "1", "2", "3"]
        clock.now += 61
        put(small, {"a": b"x"}, key="last")
        assert small.info().size_bytes <= 10 * KB

    def test_a_stream_that_is_open_can_be_read_to_its_end(self, small, fill):
        fill("one")
        with small.open(small.find("one").parts[0]) as stream:
            fill("two", "three", "four")
            assert not small.find("one")
            assert stream.read() == b"one".ljust(4 * KB)

    def test_parts_being_fetched_are_not_evicted(self, small, fill, put, reopen_small):
        payload = put(small, {"a": b"f" * 4 * KB})
        other = reopen_small()
        for key in ("one", "two", "three"):
            fill(key)
        other.sweep()
        small.save("fetched", payload)
        assert small.find("fetched") == payload

    def test_two_processes_that_fetch_the_same_bytes_do_not_lose_them(self, small, put, reopen_small):
        other = reopen_small()
        ours, theirs = put(small, {"a": b"same"}), put(other, {"a": b"same"})
        small.save("k", ours)
        assert small.clear() == 1
        other.save("k", theirs)
        assert other.find("k") == theirs

    def test_a_payload_larger_than_the_cap_is_kept_until_the_next_one(self, small, put, clock):
        put(small, {"a": b"x" * 50 * KB}, key="huge")
        assert small.find("huge")
        clock.now += 100
        put(small, {"a": b"y"}, key="next")
        assert keys_in(small, "huge", "next") == ["next"]


class TestHolds:
    def test_a_payload_that_is_not_wanted_is_left_as_it_is(self, store, put):
        payload = put(store, {"a": b"one", "b": b"two"}, key="k")
        missing = path_of(store, payload.part("a"))
        away = missing.rename(store.folder / "away")
        with store.hold("k", is_wanted=False) as found:
            assert found is None
        away.rename(missing)
        assert store.find("k") == payload

    def test_a_payload_without_a_part_is_dropped_where_it_is_wanted(self, store, put):
        path_of(store, put(store, {"a": b"one", "b": b"two"}, key="k").part("a")).unlink()
        with store.hold("k") as found:
            assert found is None
        assert blob_files(store) == []


class TestTidying:
    def test_clear_removes_all_but_what_is_in_use(self, store, put, reopen):
        for key in ("one", "two", "three"):
            put(store, {"a": key.encode()}, key=key)
        fetching = put(store, {"a": b"being fetched"})
        other = reopen()
        with store.hold("two") as payload, store.hold("four") as missing:
            assert (payload, missing) == (store.find("two"), None)
            assert other.clear() == 2
            assert keys_in(store, "one", "two", "three") == ["two"]
        store.save("fetched", fetching)
        assert store.clear() == 2
        assert store.info().payload_count == store.info().size_bytes == 0
        assert blob_files(store) == []

    def test_info(self, store, put):
        assert (store.info().payload_count, store.info().size_bytes) == (0, 0)
        put(store, {"a": b"one", "b": b"four"}, key="k")
        info = store.info()
        assert (info.payload_count, info.size_bytes, info.max_bytes) == (1, 7, 1_000_000)
        assert info.folder == store.folder

    def test_what_dead_processes_left_goes_after_a_day(self, store, put, clock):
        payload = put(store, {"a": b"one"}, key="k")
        dead = store.folder / "temp" / "left.part"
        dead.write_bytes(b"half")
        stray = store.folder / "blobs" / "ab" / ("ab" * 32)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"renamed, never entered")
        foreign = store.folder / "notes.txt"
        foreign.write_text("mine")
        for path in (dead, stray, foreign, path_of(store, payload.parts[0])):
            os.utime(path, (clock.now, clock.now))
        clock.now += 23 * 3600
        assert store.sweep() == 0
        clock.now += 2 * 3600
        assert store.sweep() == 2
        assert foreign.exists()
        assert store.find("k") == payload

    def test_parts_whose_payload_was_never_saved_go_when_their_hold_ends(self, store, put, clock):
        put(store, {"a": b"one"})
        assert store.sweep() == 0
        clock.now += 6 * 3600 + 1
        assert store.sweep() == 1
        assert blob_files(store) == []

    def test_the_first_save_of_a_process_tidies_up(self, store, put, reopen):
        put(store, {"a": b"one"}, key="k")
        left = store.folder / "temp" / "left.part"
        left.write_bytes(b"half")
        os.utime(left, (1.0, 1.0))
        put(store, {"a": b"two"}, key="k2")
        assert left.exists()
        put(reopen(), {"a": b"three"}, key="k3")
        assert not left.exists()


class TestPlace:
    def test_by_default_it_is_where_the_settings_say(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DOCFERRY_CACHE", str(tmp_path / "by-environment"))
        monkeypatch.setenv("DOCFERRY_CACHE_MAX_BYTES", "12345")
        with PayloadStore() as store:
            assert (store.folder, store.max_bytes) == (tmp_path / "by-environment", 12345)

    def test_a_store_in_memory_is_a_folder_that_ends_with_it(self, put):
        store = PayloadStore(":memory:", max_bytes=100)
        put(store, {"a": b"one"}, key="k")
        assert store.find("k")
        folder = store.folder
        assert folder.exists()
        store.close()
        assert not folder.exists()

    def test_a_store_in_memory_that_is_left_behind_ends_too(self):
        store = PayloadStore(":memory:", max_bytes=100)
        folder = store.folder
        del store
        assert not folder.exists()

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
    def test_a_forked_child_does_not_remove_its_parents_folder(self, start):
        program = """
        import os
        store = PayloadStore(":memory:", max_bytes=100)
        child = os.fork()
        if child == 0:
            sys.exit(0)  # runs what is due at the end of a process
        os.waitpid(child, 0)
        print(store.folder.exists(), store.info().payload_count)
        """
        output, _ = start(program).communicate(timeout=100)
        assert output.split() == ["True", "0"]

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigurationError, match="payload cache.*cannot be used.*DOCFERRY_CACHE"):
            PayloadStore(tmp_path / "file" / "cache", max_bytes=1)

    def test_a_disk_that_fails_while_writing_is_named(self, store):
        (store.folder / "temp").rmdir()
        (store.folder / "temp").write_text("a file where a folder should be")
        with pytest.raises(ConfigurationError, match="payload cache.*cannot be used.*DOCFERRY_CACHE"):
            store.writer("a", "x/y")
