"""A payload cache or a ledger in a bad state, as a person at the command line meets it."""

import json
import sqlite3
from contextlib import closing

import pytest

DEPOT = ("--provider", "depot")


@pytest.fixture
def harmed(depot):
    """Where the ledger and the cache are, each way of naming them a new one: nothing is kept in memory."""
    number = iter(range(100))

    def place():
        way = depot.books / f"way-{next(number)}"
        way.symlink_to(depot.books)
        return {"DOCFERRY_LEDGER": str(way / "ledger.sqlite3"), "DOCFERRY_CACHE": str(way / "cache")}

    return place


@pytest.fixture
def parsed(run, pages, depot):  # noqa: ARG001 - the service must be there
    """One file, parsed and paid for."""
    name = pages("a.txt", "words")
    assert run("parse", name, *DEPOT).code == 0
    return name


class TestCache:
    @pytest.fixture
    def index(self, depot):
        return depot.books / "cache" / "index.sqlite3"

    def test_a_parse_goes_on_with_one_warning_and_pays_nothing(self, run, parsed, depot, index, harmed):
        index.write_bytes(b"no database at all" * 500)
        place = harmed()
        done = run("parse", parsed, *DEPOT, **place)
        assert done.code == 0
        assert "words [en]" in done.output
        (line,) = done.lines
        assert line.startswith("warning: the index of the payload cache")
        assert "was damaged; it is now index.damaged-" in line
        assert (len(depot.submissions), depot.fetches) == (1, 1)
        assert run("parse", parsed, *DEPOT, **place).messages == ""

    def test_programs_find_the_warning_in_the_report(self, run, parsed, index, harmed):
        index.write_bytes(b"no database at all" * 500)
        report = json.loads(run("parse", parsed, *DEPOT, "--json", **harmed()).messages)
        (warning,) = report["warnings"]
        assert (warning["source"], warning["code"], warning["pages"]) == ("", "setup", [])
        assert "was damaged" in warning["message"]

    @pytest.mark.parametrize(("command", "expected"), [("info", "1 result"), ("clear", "removed 1 result")])
    @pytest.mark.usefixtures("parsed")
    def test_its_own_commands_go_on_too(self, run, index, harmed, command, expected):
        index.write_bytes(b"no database at all" * 500)
        done = run("cache", command, **harmed())
        assert (done.code, expected in done.output) == (0, True)

    def test_a_folder_that_cannot_be_made_stops_no_parse(self, run, pages, depot, folder):
        (folder / "file").write_text("")
        place = {"DOCFERRY_CACHE": str(folder / "file" / "cache")}
        done = run("parse", pages("a.txt", "words"), *DEPOT, **place)
        assert (done.code, "words [en]" in done.output) == (0, True)
        (line,) = done.lines
        assert line == (
            f"warning: the payload cache {folder}/file/cache/index.sqlite3 cannot be used: there is a file "
            f"in the place of the folder {folder}/file/cache; this run's results are not kept there: check "
            "the folder, or set DOCFERRY_CACHE to another one"
        )
        assert len(depot.submissions) == 1

    def test_a_folder_that_cannot_be_written_is_still_read(self, run, parsed, depot, index, harmed):
        index.unlink()
        index.mkdir()
        done = run("parse", parsed, *DEPOT, **harmed())
        assert (done.code, len(done.lines)) == (0, 1)
        assert (len(depot.submissions), depot.fetches) == (1, 1)

    def test_of_a_newer_docferry_it_is_read_and_left_alone(self, run, parsed, depot, index, harmed):
        with closing(sqlite3.connect(index)) as connection:
            connection.execute("PRAGMA user_version = 99")
        done = run("parse", parsed, *DEPOT, **harmed())
        assert (done.code, depot.fetches) == (0, 1)
        assert "written by a newer docferry; this run's results are not kept there: upgrade" in done.messages
        assert list(index.parent.glob("index.damaged-*")) == []

    @pytest.mark.parametrize("command", ["info", "clear"])
    def test_its_own_commands_say_when_it_cannot_be_used(self, run, depot, folder, command):  # noqa: ARG002
        (folder / "file").write_text("")
        done = run("cache", command, "--cache", folder / "file" / "cache")
        assert (done.code, done.output) == (2, "")
        assert done.lines[-1].startswith("error: the payload cache")
        assert "check the folder, or set DOCFERRY_CACHE to another one" in done.lines[-1]
        assert len(done.lines) == 1


class TestLedger:
    @pytest.mark.parametrize(
        "command",
        [
            ("parse", "a.txt", *DEPOT),
            ("submit", "a.txt", *DEPOT),
            ("jobs", "list"),
            ("jobs", "resume"),
            ("account", "depot"),
        ],
    )
    @pytest.mark.usefixtures("parsed")
    def test_a_damaged_one_is_an_error_of_the_setup_in_one_line(self, run, depot, harmed, command):
        path = depot.books / "ledger.sqlite3"
        path.write_bytes(b"no database at all" * 500)
        done = run(*command, **harmed())
        assert (done.code, done.output) == (2, "")
        (line,) = done.lines
        assert "ledger.sqlite3 cannot be used: it is damaged or not a database" in line
        assert "move it and its -wal and -shm files aside and run again" in line
        assert path.read_bytes().startswith(b"no database")

    def test_programs_find_the_error_in_the_report(self, run, parsed, depot, harmed):
        (depot.books / "ledger.sqlite3").write_bytes(b"no database at all" * 500)
        report = json.loads(run("parse", parsed, *DEPOT, "--json", **harmed()).messages)
        assert (report["exit_code"], report["is_complete"]) == (2, False)
        assert report["error"]["error"] == "ConfigurationError"
        assert "it is damaged" in report["error"]["message"]

    def test_moved_aside_the_results_in_the_cache_are_found(self, run, parsed, depot, harmed):
        (depot.books / "ledger.sqlite3").write_bytes(b"no database at all" * 500)
        (depot.books / "ledger.sqlite3").rename(depot.books / "aside")
        for end in ("-wal", "-shm"):
            (depot.books / f"ledger.sqlite3{end}").unlink(missing_ok=True)
        done = run("parse", parsed, *DEPOT, **harmed())
        assert (done.code, done.messages) == (0, "")
        assert (len(depot.submissions), depot.fetches) == (1, 1)
