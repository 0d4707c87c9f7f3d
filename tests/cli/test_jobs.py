"""`docferry jobs`: what the ledger knows, for people and programs."""

import json
import re
import sqlite3
from contextlib import closing

import pytest

from docferry.ledger import PayloadStore

DEPOT = ("--provider", "depot")
JOB_KEYS = [
    "id", "provider", "source", "step", "state", "raw_state", "remote_id", "item_id", "pages",
    "expected_pages", "cost", "error", "created_at", "updated_at", "attempt", "is_current", "operation",
    "endpoint", "file_name", "size_bytes", "fingerprint", "options",
]  # fmt: skip


@pytest.fixture
def jobs(run, pages, depot):  # noqa: ARG001 - the service must be there
    """Submits files of those texts and returns the ids of their jobs."""

    def submit(*texts):
        names = [pages(f"{number}.txt", text) for number, text in enumerate(texts)]
        done = run("submit", *names, *DEPOT, "--json")
        return [json.loads(line)["job"] for line in done.output.splitlines()]

    return submit


def test_the_group_alone_is_a_usage_error(run):
    done = run("jobs")
    assert done.code == 2
    assert "docferry jobs" in done.messages


@pytest.mark.parametrize(
    "command",
    [
        *(("jobs", name) for name in ("list", "show", "resume", "cancel", "resolve", "forget", "attach")),
        ("cache", "info"),
        ("cache", "clear"),
        ("account",),
        ("submit",),
    ],
)
def test_each_command_has_help(run, command):
    done = run(*command, "--help")
    assert done.code == 0
    assert f"docferry {' '.join(command)}" in done.output


class TestList:
    def test_people_get_a_table_newest_first(self, run, jobs):
        first, second = jobs("one", "two")
        run("jobs", "resume", second)
        done = run("jobs", "list")
        lines = [line for line in done.output.splitlines() if ".txt" in line]
        assert (done.code, done.messages) == (0, "")
        assert {first, second} == {line.split()[0] for line in lines}
        assert any("fetched" in line and "done" in line for line in lines)

    def test_programs_get_a_list_of_objects(self, run, jobs, depot):
        (job,) = jobs("one")
        (row,) = json.loads(run("jobs", "list", "--json").output)
        assert list(row) == JOB_KEYS
        assert (row["id"], row["step"], row["remote_id"]) == (job, "submitted", "b0")
        assert row["endpoint"] == depot.base_url
        assert row["options"] == {
            "language": "en",
            "batch": 1,
            "concurrency": None,
            "max_size_bytes": 16 * 1024 * 1024,
        }
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", row["created_at"])

    def test_no_jobs_are_said_so(self, run, depot):  # noqa: ARG002
        assert run("jobs", "list").output == "no jobs\n"
        assert run("jobs", "list", "--json").output == "[]\n"

    def test_it_filters_by_provider_step_and_what_is_open(self, run, jobs):
        first, second = jobs("one", "two")
        run("jobs", "resume", first)

        def ids(*arguments):
            return [row["id"] for row in json.loads(run("jobs", "list", "--json", *arguments).output)]

        assert ids("--open") == ids("--step", "submitted") == [second]
        assert ids("--step", "fetched") == [first]
        assert sorted(ids("--step", "fetched", "--step", "submitted")) == sorted([first, second])
        assert ids("--provider", "other") == []
        assert len(ids("--limit", "1")) == 1

    def test_a_table_that_is_cut_says_so(self, run, jobs):
        jobs("one", "two")
        done = run("jobs", "list", "--limit", "1")
        assert done.messages == "these are the newest 1; there are more, see --limit\n"

    def test_an_unknown_step_names_the_known_ones(self, run, depot):  # noqa: ARG002
        done = run("jobs", "list", "--step", "done")
        assert done.code == 2
        assert "use one of: open, intent, submitted" in done.messages


class TestShow:
    def test_people_get_the_facts_and_what_the_service_said(self, run, jobs, depot):
        (job,) = jobs("one")
        run("jobs", "resume", job)
        done = run("jobs", "show", job)
        facts = ("attempt 1", "0.txt", depot.base_url, "fetched", "b0", "2 pages", "done", "succeeded")
        assert done.code == 0
        assert all(fact in done.output for fact in facts)

    def test_programs_get_an_object(self, run, jobs):
        (job,) = jobs("one")
        run("jobs", "resume", job)
        row = json.loads(run("jobs", "show", job, "--json").output)
        assert list(row) == [*JOB_KEYS, "observations", "payload"]
        assert row["cost"] == {"pages": 2, "credits": None}
        assert row["observations"][0]["raw_state"] == "done"
        assert [part["name"] for part in row["payload"]] == ["result"]

    def test_a_failure_is_shown_with_its_reason(self, run, jobs, depot):
        depot.words = {"0.txt": "bad"}
        (job,) = jobs("one")
        run("jobs", "resume", job)
        assert "JobFailedError: the depot gave up" in run("jobs", "show", job).output
        assert json.loads(run("jobs", "show", job, "--json").output)["error"] == {
            "error": "JobFailedError",
            "message": "the depot gave up",
        }

    def test_an_id_that_is_none_is_told(self, run, depot):  # noqa: ARG002
        done = run("jobs", "show", "zzz")
        assert done.code == 1
        assert done.messages.startswith("error: the ledger has no job 'zzz'; see `docferry jobs list`")

    def test_an_empty_id_is_told(self, run, depot):  # noqa: ARG002
        assert run("jobs", "show", " ").messages.startswith(
            "error: the id of the job is empty; see `docferry"
        )

    def test_the_first_digits_do_while_they_are_one_jobs(self, run, jobs):
        ids = jobs(*(f"text {number}" for number in range(20)))
        assert json.loads(run("jobs", "show", ids[0][:10].upper(), "--json").output)["id"] == ids[0]
        shared = next(digit for digit in "0123456789abcdef" if sum(job[0] == digit for job in ids) > 1)
        done = run("jobs", "show", shared)
        assert done.code == 1
        assert f"the ids of several jobs begin with '{shared}'; give more digits: " in done.messages


class TestCancel:
    def test_the_service_stops_it(self, run, jobs, depot):
        depot.may_finish.clear()
        (job,) = jobs("one")
        done = run("jobs", "cancel", job)
        assert (done.code, done.output, done.messages) == (0, f"job {job} is cancelled\n", "")
        assert depot.stopped == {"b0"}

    def test_a_service_that_cannot_is_told(self, run, jobs, depot):
        depot.knows_cancelling = False
        depot.may_finish.clear()
        (job,) = jobs("one")
        done = run("jobs", "cancel", job)
        assert done.code == 1
        assert done.messages == f"error: provider depot did not cancel job {job}; it goes on there\n"

    def test_there_may_be_nothing_to_cancel(self, run, jobs):
        (job,) = jobs("one")
        run("jobs", "resume", job)
        done = run("jobs", "cancel", job)
        assert done.code == 1
        assert done.messages == f"error: there is nothing to cancel: job {job} is fetched\n"

    def test_another_key_may_be_given(self, run, jobs, depot):
        depot.may_finish.clear()
        (job,) = jobs("one")
        assert run("jobs", "cancel", job, "--option", "api_key=key-9").code == 1
        assert run("jobs", "cancel", job, "--option", "api_key=key-1", DEPOT_API_KEY="").code == 0


class TestResolve:
    @pytest.fixture
    def unknown(self, start, pages, depot, run):
        """The id of a job of unknown outcome, which the service has as b0."""
        depot.may_answer.clear()
        process = start("parse", pages("a.txt", "one"), *DEPOT)
        depot.heard.wait(60)
        process.kill()
        process.communicate()
        depot.may_answer.set()
        assert run("parse", "a.txt", *DEPOT).code == 1
        return json.loads(run("jobs", "list", "--step", "unknown", "--json").output)[0]["id"]

    def test_an_id_that_the_service_does_not_know_is_refused_in_one_sentence(self, run, unknown, depot):
        done = run("jobs", "resolve", unknown, "--submitted", "wrong")
        assert (done.code, done.output) == (1, "")
        assert done.messages == (
            f"error: a.txt: provider depot does not know the job 'wrong', so job {unknown} stays of unknown "
            "outcome; look for it at the service, then run "
            f"`docferry jobs resolve {unknown} --submitted JOB` or `--resubmit`\n"
        )
        assert run("jobs", "resolve", unknown, "--submitted", "b0").code == 0
        assert "one [en]" in run("jobs", "resume", unknown).output
        assert len(depot.submissions) == 1

    def test_a_key_may_be_given(self, run, unknown, depot):  # noqa: ARG002
        done = run("jobs", "resolve", unknown, "--submitted", "b0", DEPOT_API_KEY="")
        assert done.code == 2
        assert "set DEPOT_API_KEY" in done.messages
        given = ("--option", "api_key=key-1")
        assert run("jobs", "resolve", unknown, "--submitted", "b0", *given, DEPOT_API_KEY="").code == 0


class TestForget:
    def test_named_jobs_are_gone(self, run, jobs):
        first, second = jobs("one", "two")
        run("jobs", "resume", first)
        done = run("jobs", "forget", first)
        assert (done.code, done.output) == (0, "forgot 1 job\n")
        assert [row["id"] for row in json.loads(run("jobs", "list", "--json").output)] == [second]

    def test_a_job_to_be_collected_needs_force(self, run, jobs):
        (job,) = jobs("one")
        done = run("jobs", "forget", job)
        assert (done.code, done.output) == (2, "")
        assert done.messages == (
            f"error: job {job} is under way: forgetting loses results that may be paid for, and none was "
            f"forgotten; collect with `docferry jobs resume {job}`, or forget all the same with `--force` "
            "(in Python: even_under_way=True)\n"
        )
        assert run("jobs", "forget", job, "--force").output == "forgot 1 job\n"

    def test_old_jobs_are_gone_but_for_those_to_be_collected(self, run, jobs):
        first, second = jobs("one", "two")
        run("jobs", "resume", first)
        assert run("jobs", "forget", "--older-than", "30").output == "forgot 0 jobs\n"
        assert run("jobs", "forget", "--older-than", "0").output == "forgot 1 job\n"
        assert [row["id"] for row in json.loads(run("jobs", "list", "--json").output)] == [second]

    def test_without_a_word_nothing_is_forgotten(self, run, jobs):
        jobs("one")
        done = run("jobs", "forget")
        assert done.code == 2
        assert "give ids, or --older-than DAYS" in done.messages


class TestResume:
    def test_with_nothing_to_collect_it_says_so(self, run, depot):  # noqa: ARG002
        done = run("jobs", "resume")
        assert (done.code, done.output, done.messages) == (0, "", "there is nothing to collect\n")

    def test_a_wrong_option_is_told_once_and_no_job_is_asked_about(self, run, jobs, depot):
        jobs("one", "two")
        done = run("jobs", "resume", "--option", "nope=1")
        assert (done.code, done.output, len(done.lines)) == (2, "", 1)
        assert "provider depot has no option 'nope'" in done.messages
        assert depot.polls == 0

    @pytest.mark.parametrize(
        ("command", "code"), [("resume", 1), ("cancel", 2), ("show", 0), ("forget", 2), ("forget --force", 0)]
    )
    def test_jobs_of_a_provider_that_is_gone_name_it(self, run, jobs, depot, command, code):
        (job,) = jobs("one")
        with closing(sqlite3.connect(depot.books / "ledger.sqlite3")) as ledger:
            ledger.execute("UPDATE jobs SET provider = 'gone'")
            ledger.commit()
        verb, *flags = command.split()
        done = run("jobs", verb, job, *flags)
        assert done.code == code
        if verb in ("resume", "cancel"):
            told = f"job {job} is of provider 'gone', which is not installed; install its plugin"
            assert told in done.messages


class TestAttach:
    def test_a_job_from_elsewhere_is_collected(self, run, depot):
        depot.submit("key-1", [("their.txt", b"theirs")])
        done = run("jobs", "attach", "depot", "b0", "--option", "language=de")
        job = done.output.split()[1]
        assert (done.code, done.output) == (
            0,
            f"job {job} is submitted; collect it with: docferry jobs resume {job}\n",
        )
        (row,) = [json.loads(line) for line in run("jobs", "resume", job).output.splitlines()]
        assert (row["source"], row["text"]) == ("depot:b0", "theirs [de]")

    def test_with_its_source_a_parse_takes_the_result(self, run, pages, depot):
        depot.submit("key-1", [("their.txt", b"mine")])
        name = pages("a.txt", "mine")
        row = json.loads(run("jobs", "attach", "depot", "b0", "--source", name, "--json").output)
        assert (row["source"], row["step"]) == ("a.txt", "submitted")
        assert "mine [en]" in run("parse", name, *DEPOT).output
        assert len(depot.submissions) == 1

    def test_a_file_of_a_batch_has_an_item(self, run, depot):
        depot.submit("key-1", [("a.txt", b"first"), ("b.txt", b"second")])
        row = json.loads(run("jobs", "attach", "depot", "b0", "--item", "1", "--json").output)
        assert "second [en]" in run("jobs", "resume", row["id"]).output

    def test_a_job_of_the_same_source_that_is_to_be_collected_is_not_lost(self, run, jobs, depot):
        (job,) = jobs("one")
        depot.submit("key-1", [("0.txt", b"one")])
        done = run("jobs", "attach", "depot", "b1", "--source", "0.txt")
        assert (done.code, done.output) == (2, "")
        assert f"job {job} parses the same and its result was not collected" in done.messages
        assert f"run `docferry jobs resume {job}`, or `docferry jobs forget {job} --force`" in done.messages
        assert [row["id"] for row in json.loads(run("jobs", "list", "--json").output)] == [job]

    def test_the_list_shows_its_whole_name_and_the_command_names_the_ledger(self, run, depot, folder):
        depot.submit("key-1", [("a.txt", b"first"), ("b.txt", b"second")])
        done = run("jobs", "attach", "depot", "b0", "--item", "1", "--ledger", folder / "my ledger")
        assert done.output.endswith(f" --ledger '{folder}/my ledger'\n")
        assert "depot:b0/1" in run("jobs", "list", "--ledger", folder / "my ledger").output

    def test_an_unknown_provider_or_source_is_told(self, run, depot):  # noqa: ARG002
        assert run("jobs", "attach", "depo", "b0").code == 2
        assert run("jobs", "attach", "depot", "b0", "--source", "absent.txt").code == 1

    def test_a_job_that_the_service_does_not_know_is_refused(self, run, depot):  # noqa: ARG002
        done = run("jobs", "attach", "depot", "b9")
        assert (done.code, done.output) == (1, "")
        assert done.messages == (
            "error: provider depot does not know the job 'b9'; check the id, the key and the address\n"
        )
        assert run("jobs", "list").output == "no jobs\n"


class TestCache:
    def test_people_learn_where_it_is_and_how_full(self, run, jobs, depot):
        run("jobs", "resume", *jobs("one", "two"))
        done = run("cache", "info")
        assert done.code == 0
        assert "2 results" in done.output
        assert str(depot.books / "cache") in done.output.replace("\n", "")

    def test_programs_get_figures(self, run, jobs, depot):
        run("jobs", "resume", *jobs("one", "two"))
        row = json.loads(run("cache", "info", "--json").output)
        assert row == {
            "folder": str(depot.books / "cache"),
            "results": 2,
            "size_bytes": 6,
            "max_bytes": 2 * 1024**3,
        }

    def test_clearing_tells_what_stays_because_it_is_in_use(self, run, jobs, depot):
        run("jobs", "resume", *jobs("one", "two"))
        with closing(sqlite3.connect(depot.books / "ledger.sqlite3")) as ledger:
            (key,) = ledger.execute("SELECT payload_key FROM jobs LIMIT 1").fetchone()
        with PayloadStore(depot.books / "cache").hold(key):
            assert run("cache", "clear").output == (
                "removed 1 result; 1 result in use stays (what a killed run used, for six hours)\n"
            )
            assert run("cache", "clear", "--json").output == '{"removed": 0, "in_use": 1}\n'

    def test_it_is_cleared_and_results_are_fetched_again(self, run, jobs, depot):
        ids = jobs("one", "two")
        run("jobs", "resume", *ids)
        assert run("cache", "clear").output == "removed 2 results\n"
        assert run("cache", "clear", "--json").output == '{"removed": 0, "in_use": 0}\n'
        assert run("jobs", "resume", *ids).code == 0
        assert (len(depot.submissions), depot.fetches) == (2, 4)


class TestAccount:
    def test_people_get_the_figures(self, run, depot):  # noqa: ARG002
        done = run("account", "depot")
        assert (done.code, done.messages) == (0, "")
        assert "the key is valid" in done.output
        assert "480" in done.output

    def test_programs_get_an_object(self, run, depot):  # noqa: ARG002
        assert json.loads(run("account", "depot", "--json").output) == {
            "provider": "depot",
            "is_valid": True,
            "figures": {"pages left": "480"},
        }

    @pytest.mark.parametrize(
        ("arguments", "variables", "code", "expected"),
        [
            (("depot", "--option", "api_key=key-9"), {}, 1, "the depot does not know this key"),
            (("depot",), {"DEPOT_API_KEY": ""}, 2, "provider depot needs a key; set DEPOT_API_KEY"),
            (("paged",), {}, 2, "provider paged has no remote jobs"),
            (("nobody",), {}, 2, "there is no provider 'nobody'"),
        ],
    )
    @pytest.mark.usefixtures("depot")
    def test_a_key_that_is_wrong_or_missing_is_told(self, run, arguments, variables, code, expected):
        done = run("account", *arguments, **variables)
        assert (done.code, done.output, len(done.lines)) == (code, "", 1)
        assert expected in done.messages
        assert "key-9" not in done.messages


class TestNetwork:
    def test_headers_go_to_the_service(self, run, depot):
        # Extra headers stand behind the provider's own, so this key is not the one that counts.
        assert run("account", "depot", "--header", "X-Trace: 7").code == 0
        assert depot.last_headers["X-Trace"] == "7"

    @pytest.mark.parametrize(
        ("flags", "expected"),
        [
            (("--proxy", "not a proxy s3cret"), "the address of the proxy cannot be used"),
            (("--ca-file", "absent.pem"), "the file of certificates cannot be read"),
            (("--header", "no colon s3cret"), "a --header is not NAME:VALUE"),
            (("--header", ": s3cret"), "a --header is not NAME:VALUE"),
            (("--header", "a b: s3cret"), "a --header is not NAME:VALUE"),
        ],
    )
    def test_wrong_settings_are_told_without_their_values(self, run, depot, flags, expected):  # noqa: ARG002
        done = run("account", "depot", *flags)
        assert (done.code, len(done.lines)) == (2, 1)
        assert expected in done.messages
        assert "s3cret" not in done.messages

    def test_a_proxy_is_used(self, run, depot):
        proxy = f"http://user:s3cret@127.0.0.1:{depot.base_url.rpartition(':')[2]}"
        done = run("account", "depot", "--proxy", proxy, DEPOT_BASE_URL="http://depot.invalid")
        assert done.code == 0
        assert depot.last_headers["Host"] == "depot.invalid"
