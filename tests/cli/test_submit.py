"""`docferry submit` and `docferry jobs resume`: hand in now, collect later."""

import json

import pytest

from docferry.model import decode_document

DEPOT = ("--provider", "depot")


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def submitted(run, pages, depot):  # noqa: ARG001 - the service must be there
    """Submits files of those texts and returns the ids of their jobs."""

    def submit(*texts, options=()):
        names = [pages(f"{number}.txt", text) for number, text in enumerate(texts)]
        done = run("submit", *names, *DEPOT, "--json", *options)
        assert (done.code, done.messages) == (0, "")
        return [row["job"] for row in rows(done.output)]

    return submit


class TestSubmit:
    def test_rows_name_source_and_job(self, run, pages, depot):
        depot.may_finish.clear()
        done = run("submit", pages("a.txt", "one"), *DEPOT, "--json")
        (row,) = rows(done.output)
        assert (done.code, done.messages) == (0, "")
        assert len(row.pop("job")) == 12
        assert row == {"source": "a.txt", "step": "submitted", "remote_id": "b0", "error": None}
        assert depot.polls == 0

    @pytest.mark.parametrize(
        ("arguments", "variables"), [(("--ledger", ":memory:"), {}), ((), {"DOCFERRY_LEDGER": ":memory:"})]
    )
    def test_a_ledger_that_forgets_the_job_is_refused_before_it_is_paid_for(
        self, run, pages, depot, arguments, variables
    ):
        for command in (("submit", pages("a.txt", "one"), *DEPOT), ("jobs", "attach", "depot", "b0")):
            done = run(*command, *arguments, **variables)
            assert (done.code, done.output) == (2, "")
            assert "a ledger in memory forgets" in done.messages
        assert depot.submissions == []

    def test_people_get_a_table(self, run, pages, depot):  # noqa: ARG002
        done = run("submit", pages("a.txt", "one"), *DEPOT)
        assert done.code == 0
        assert all(word in done.output for word in ("job", "submitted", "b0", "a.txt"))

    def test_a_failed_source_is_told_and_costs_no_other(self, run, pages, depot):
        depot.refused = {"b.txt"}
        names = pages("a.txt", "one"), pages("b.txt", "two")
        done = run("submit", *names, "absent.txt", *DEPOT)
        assert done.code == 1
        assert "a.txt" in done.output
        assert "b.txt" not in done.output
        assert done.lines[0].startswith("error: b.txt: the depot refuses this file")
        assert done.lines[1].startswith("error: absent.txt: ")

    def test_failed_sources_are_rows_too(self, run, pages, depot):
        depot.refused = {"a.txt"}
        done = run("submit", pages("a.txt", "one"), *DEPOT, "--json")
        (row,) = rows(done.output)
        assert (done.code, done.messages) == (1, "")
        assert row["job"] is None
        assert row["error"]["error"] == "JobFailedError"

    def test_nothing_is_submitted_twice(self, run, pages, depot):
        names = pages("a.txt", "one"), pages("b.txt", "two")
        first = run("submit", *names, *DEPOT, "--json")
        assert run("submit", *names, *DEPOT, "--json").output == first.output
        assert len(depot.submissions) == 2

    def test_refresh_submits_again(self, run_installed, pages, depot):
        name = pages("a.txt", "one")
        run_installed("submit", name, *DEPOT)
        assert run_installed("submit", name, *DEPOT, "--refresh").code == 0
        assert depot.files == ["a.txt", "a.txt"]

    def test_standard_input_is_submitted(self, run, depot):
        done = run("submit", "-", *DEPOT, "--stdin-name", "notes.txt", stdin=b"piped")
        assert done.code == 0
        assert depot.files == ["notes.txt"]

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (("a.txt",), "missing option '--provider'"),
            (("a.txt", "--provider", "paged"), "provider paged has no remote jobs"),
            (("a.txt", *DEPOT, "--option", "langage=de"), "did you mean language?"),
            (("a.txt", *DEPOT, "--header", "s3cret"), "a --header is not name:value"),
            (("a.txt", *DEPOT, "--on-unknown", "ignore"), "see docferry submit --help"),
        ],
    )
    def test_a_wrong_setup_is_told_before_anything_is_sent(self, run, pages, depot, arguments, expected):
        pages("a.txt", "one")
        done = run("submit", *arguments)
        assert (done.code, done.output, len(done.lines)) == (2, "", 1)
        assert expected in done.messages.lower()
        assert "s3cret" not in done.messages
        assert depot.submissions == []

    def test_a_key_is_never_written_down(self, run, pages, depot):
        done = run("submit", pages("a.txt", "one"), *DEPOT, "--option", "api_key=key-2", "--json")
        shown = [run("jobs", "show", rows(done.output)[0]["job"], *more) for more in ((), ("--json",))]
        assert depot.owners == ["key-2"]
        written = b"".join(path.read_bytes() for path in depot.books.rglob("*") if path.is_file())
        assert b"key-2" not in written
        assert "key-2" not in "".join(screen.output for screen in shown)


class TestResume:
    def test_rows_are_those_of_a_parse(self, run, submitted, depot):
        ids = submitted("one", "two\fthree")
        resumed = run("jobs", "resume", *ids)
        assert resumed.code == 0
        assert resumed.messages.startswith("2 sources, 0 failed; 3 pages, ")
        parsed = run("parse", "0.txt", "1.txt", *DEPOT)
        assert rows(parsed.output) == rows(resumed.output)
        assert len(depot.submissions) == 2

    @pytest.mark.parametrize("arguments", [(), ("--all",), ("--all", *DEPOT)])
    def test_without_ids_everything_under_way_comes_oldest_first(self, run, submitted, arguments):
        submitted("one")
        submitted("one", "two")
        done = run("jobs", "resume", *arguments)
        assert [row["source"] for row in rows(done.output)] == ["0.txt", "1.txt"]
        assert run("jobs", "resume", *arguments).output == ""

    def test_no_source_is_needed(self, run, submitted, folder):
        (job,) = submitted("one")
        (folder / "0.txt").unlink()
        assert rows(run("jobs", "resume", job[:8]).output)[0]["text"] == "one [en]"

    def test_options_come_from_the_ledger(self, run, submitted):
        (job,) = submitted("eins", options=("--option", "language=de"))
        assert rows(run("jobs", "resume", job).output)[0]["text"] == "eins [de]"

    def test_the_key_may_be_given(self, run, submitted):
        (job,) = submitted("one")
        wrong = run("jobs", "resume", job, "--option", "api_key=key-9")
        assert wrong.code == 1
        assert "the depot does not know this key" in wrong.messages
        assert f"docferry jobs resume {job}" in wrong.messages
        assert run("jobs", "resume", job, "--option", "api_key=key-1").code == 0

    def test_markdown_and_documents_are_to_be_had(self, run, submitted):
        (job,) = submitted("one")
        assert run("jobs", "resume", job, "--to", "markdown").output == "one [en]\n"
        document = decode_document(run("jobs", "resume", job, "--to", "document").output)
        assert document.elements[0].text == "one [en]"

    def test_one_file_for_each_job_goes_into_a_folder(self, run, submitted, folder):
        submitted("one", "two")
        done = run("jobs", "resume", "--to", "markdown", "--output", "out/")
        assert done.code == 0
        assert sorted(path.name for path in (folder / "out").iterdir()) == ["0.md", "1.md"]

    def test_the_output_is_not_the_source(self, run, submitted, folder):
        (job,) = submitted("one")
        done = run("jobs", "resume", job, "--output", "0.txt")
        assert done.code == 2
        assert "0.txt is the source itself" in done.messages
        assert (folder / "0.txt").read_text() == "one"

    def test_a_failed_job_does_not_lose_the_others(self, run, submitted, depot):
        depot.words = {"0.txt": "bad"}
        ids = submitted("one", "two")
        done = run("jobs", "resume", *ids)
        assert done.code == 1
        assert [row["source"] for row in rows(done.output)] == ["1.txt"]
        assert done.lines[0].startswith("error: 0.txt: the depot gave up")
        assert run("jobs", "resume", *ids, "--on-error", "raise").output == ""

    def test_the_report_is_an_object_for_programs(self, run, submitted):
        ids = submitted("one", "two")
        done = run("jobs", "resume", *ids, "--json")
        report = json.loads(done.messages)
        assert report["succeeded"] == ["0.txt", "1.txt"]
        assert len(rows(done.output)) == report["chunks"] == 2

    def test_the_deadline_ends_the_wait_and_not_the_job(self, run, submitted, depot):
        depot.may_finish.clear()
        (job,) = submitted("one")
        done = run("jobs", "resume", job, "--deadline", "0.1")
        assert done.code == 1
        assert f"run `docferry jobs resume {job}`" in done.messages
        depot.may_finish.set()
        assert run("jobs", "resume", job, "--deadline", "0").code == 0

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (("ffffffffffff",), "the ledger has no job 'ffffffffffff'"),
            (("ffffffffffff", "--all"), "jobs are named by their ids, or by --all and --provider"),
            (("--table", "--to", "markdown"), "--table shows chunks"),
        ],
    )
    def test_a_wrong_command_is_told(self, run, submitted, arguments, expected):
        submitted("one")
        done = run("jobs", "resume", *arguments)
        assert (done.output, len(done.lines)) == ("", 1)
        assert expected in done.messages
        assert done.code in {1, 2}


class TestLedgerAndCache:
    def test_another_ledger_knows_nothing(self, run, submitted, pages, folder):
        (job,) = submitted("one")
        assert run("jobs", "show", job, "--ledger", "other.sqlite3").code == 1
        name = pages("z.txt", "words")
        assert run("submit", name, *DEPOT, "--ledger", "other.sqlite3", "--cache", "other").code == 0
        assert json.loads(run("jobs", "list", "--json", "--ledger", "other.sqlite3").output)
        assert (folder / "other" / "index.sqlite3").exists()

    def test_no_cache_neither_takes_nor_leaves_results(self, run_installed, pages, depot):
        name = pages("a.txt", "one")
        for fetches in (1, 2):
            assert run_installed("parse", name, *DEPOT, "--no-cache").code == 0
            assert depot.fetches == fetches
        assert json.loads(run_installed("cache", "info", "--json").output)["results"] == 0
        assert len(depot.submissions) == 1

    def test_refresh_pays_again(self, run_installed, pages, depot):
        name = pages("a.txt", "one")
        run_installed("parse", name, *DEPOT)
        assert run_installed("parse", name, *DEPOT, "--refresh").code == 0
        assert len(depot.submissions) == 2
