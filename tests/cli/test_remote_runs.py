"""Remote runs that are interrupted, killed or doubled: no job is lost, and none is submitted twice."""

import json
import signal
import threading

import pytest

DEPOT = ("--provider", "depot")
LIMIT_SECONDS = 60


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def many(pages):
    """Writes so many files into the folder `docs`."""

    def write(count):
        for number in range(count):
            pages(f"docs/{number:02}.txt", f"text {number}")
        return "docs"

    return write


def wait_until(condition):
    """Look until it is so: the condition belongs to another process."""
    pause = threading.Event()
    for _ in range(LIMIT_SECONDS * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen")


class TestCtrlC:
    def test_jobs_are_parked_and_the_command_that_resumes_them_is_told(
        self, start, run, run_installed, pages, depot
    ):
        depot.may_finish.clear()
        names = pages("a.txt", "one"), pages("b.txt", "two")
        process = start("parse", *names, *DEPOT)
        wait_until(lambda: depot.polls >= 2 and len(depot.submissions) == 2)
        process.send_signal(signal.SIGINT)
        output, messages = process.communicate(timeout=LIMIT_SECONDS)
        ids = {row["id"] for row in json.loads(run("jobs", "list", "--json").output)}
        words = messages.decode().split()
        assert (process.returncode, output) == (130, b"")
        assert messages.decode().startswith("interrupted; 2 jobs parked: docferry jobs resume ")
        assert len(messages.splitlines()) == 1
        assert set(words[-2:]) == ids
        depot.may_finish.set()
        resumed = run_installed(*words[words.index("docferry") + 1 :])
        assert sorted(row["source"] for row in rows(resumed.output)) == ["a.txt", "b.txt"]
        assert len(depot.submissions) == 2

    def test_the_same_command_goes_on_with_them(self, start, run_installed, pages, depot):
        depot.may_finish.clear()
        name = pages("a.txt", "one")
        process = start("parse", name, *DEPOT)
        wait_until(lambda: depot.polls)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT_SECONDS)
        depot.may_finish.set()
        assert rows(run_installed("parse", name, *DEPOT).output)[0]["text"] == "one [en]"
        assert len(depot.submissions) == 1

    def test_jobs_are_cancelled_when_told_to(self, start, run, pages, depot):
        depot.may_finish.clear()
        process = start("parse", pages("a.txt", "one"), *DEPOT, "--on-interrupt", "cancel")
        wait_until(lambda: depot.polls)
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=LIMIT_SECONDS)
        assert (process.returncode, messages) == (130, b"interrupted; 1 job cancelled\n")
        assert depot.stopped == {"b0"}
        assert json.loads(run("jobs", "list", "--json").output)[0]["step"] == "cancelled"

    def test_a_service_that_cannot_cancel_is_told_of(self, start, run, pages, depot):
        depot.knows_cancelling = False
        depot.may_finish.clear()
        process = start("parse", pages("a.txt", "one"), *DEPOT, "--on-interrupt", "cancel")
        wait_until(lambda: depot.polls)
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=LIMIT_SECONDS)
        (row,) = json.loads(run("jobs", "list", "--json").output)
        assert process.returncode == 130
        assert messages.decode() == (
            "interrupted; 1 job could not be cancelled at depot, so parked: "
            f"docferry jobs resume {row['id']}\n"
        )

    def test_many_jobs_are_resumed_by_one_word(self, start, many, depot, folder):
        depot.may_finish.clear()
        ledger = str(folder / "the ledger.sqlite3")
        process = start("submit", many(8), *DEPOT, "--ledger", ledger)
        process.communicate(timeout=LIMIT_SECONDS)
        process = start("jobs", "resume", "--ledger", ledger, "--json")
        wait_until(lambda: depot.polls >= 8)
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=LIMIT_SECONDS)
        report = json.loads(messages)
        assert process.returncode == report["exit_code"] == 130
        assert len(report["parked"]) == 8

    def test_an_interrupted_submission_tells_of_what_went_out(self, start, many, depot):
        depot.may_answer.clear()
        process = start("submit", many(7), *DEPOT)
        wait_until(lambda: len(depot.submissions) == 7)
        process.send_signal(signal.SIGINT)
        depot.may_answer.set()
        _, messages = process.communicate(timeout=LIMIT_SECONDS)
        assert process.returncode == 130
        assert messages == b"interrupted; 7 jobs parked: docferry jobs resume --all --provider depot\n"

    def test_jobs_that_a_failed_source_leaves_behind_are_told_of(self, run_installed, pages, depot):
        depot.words = {"b.txt": "wait"}
        depot.refused = {"a.txt"}
        names = pages("a.txt", "one"), pages("b.txt", "two")
        done = run_installed("parse", *names, *DEPOT)
        assert done.code == 1
        assert done.lines[0].startswith("error: a.txt: the depot refuses this file")
        assert len(done.lines) == 1 or "1 job parked: docferry jobs resume" in done.lines[1]


class TestKill:
    def test_a_run_that_was_killed_is_taken_up_by_the_same_command(self, start, run_installed, many, depot):
        depot.may_finish.clear()
        folder = many(12)
        process = start("parse", folder, *DEPOT)
        wait_until(lambda: len(depot.submissions) == 5 and depot.polls >= 5)
        process.kill()
        process.communicate()
        depot.may_finish.set()
        done = run_installed("parse", folder, *DEPOT)
        assert (done.code, done.messages) == (0, "")
        assert [row["source"] for row in rows(done.output)] == [f"docs/{n:02}.txt" for n in range(12)]
        assert sorted(depot.files) == [f"{n:02}.txt" for n in range(12)]

    def test_killed_before_the_answer_it_is_unknown_and_not_repeated(
        self, start, run, run_installed, many, depot
    ):
        depot.may_answer.clear()
        folder = many(3)
        process = start("parse", folder, *DEPOT)
        wait_until(lambda: len(depot.submissions) == 3)
        process.kill()
        process.communicate()
        depot.may_answer.set()
        done = run_installed("parse", folder, *DEPOT, "--on-error", "collect")
        assert done.code == 1
        assert len(depot.submissions) == 3
        unknown = json.loads(run("jobs", "list", "--step", "unknown", "--json").output)
        assert len(unknown) == 3
        batches = {names[0]: f"b{number}" for number, names in enumerate(depot.submissions)}
        for row in unknown:
            assert f"docferry jobs resolve {row['id']} --submitted JOB" in done.messages
            resolved = run("jobs", "resolve", row["id"], "--submitted", batches[row["file_name"]])
            assert resolved.output.startswith(f"job {row['id']} is submitted; ")
        done = run_installed("parse", folder, *DEPOT)
        assert [row["text"] for row in rows(done.output)] == [f"text {n} [en]" for n in range(3)]
        assert len(depot.submissions) == 3

    def test_what_is_unknown_is_submitted_again_only_when_told_to(
        self, start, run, run_installed, pages, depot
    ):
        depot.may_answer.clear()
        name = pages("a.txt", "one")
        process = start("parse", name, *DEPOT)
        wait_until(lambda: depot.submissions)
        process.kill()
        process.communicate()
        depot.may_answer.set()
        assert run_installed("parse", name, *DEPOT).code == 1
        assert run_installed("parse", name, *DEPOT, "--on-unknown", "resubmit").code == 0
        assert len(depot.submissions) == 2
        again = run(
            "jobs", "resolve", json.loads(run("jobs", "list", "--json").output)[0]["id"], "--resubmit"
        )
        assert (again.code, again.output) == (2, "")

    def test_a_refresh_that_was_killed_is_taken_up_by_the_same_command(
        self, start, run_installed, many, depot
    ):
        folder = many(3)
        assert run_installed("parse", folder, *DEPOT).code == 0
        depot.may_finish.clear()
        process = start("parse", folder, *DEPOT, "--refresh")
        asked = depot.polls
        wait_until(lambda: len(depot.submissions) == 6 and depot.polls >= asked + 3)
        process.kill()
        process.communicate()
        depot.may_finish.set()
        assert run_installed("parse", folder, *DEPOT, "--refresh").code == 0
        assert len(depot.submissions) == 6
        assert run_installed("parse", folder, *DEPOT, "--refresh").code == 0
        assert len(depot.submissions) == 9

    def test_a_killed_submission_goes_on(self, start, run_installed, many, depot):
        depot.may_finish.clear()
        folder = many(40)
        process = start("submit", folder, *DEPOT)
        wait_until(lambda: len(depot.submissions) >= 10)
        process.kill()
        process.communicate()
        done = run_installed("submit", folder, *DEPOT, "--json")
        states = [row["step"] or row["error"]["error"] for row in rows(done.output)]
        assert set(states) <= {"submitted", "SubmissionUnknownError"}
        # What was killed on its way may never have arrived: then it is unknown, and still not repeated.
        missing = {f"{n:02}.txt" for n in range(40)} - set(depot.files)
        assert len(missing) <= states.count("SubmissionUnknownError")
        assert len(depot.files) == len(set(depot.files))


def test_two_processes_on_one_folder_submit_each_file_once(start, many, depot):
    folder = many(20)
    processes = [start("parse", folder, *DEPOT) for _ in range(2)]
    outputs = [process.communicate(timeout=LIMIT_SECONDS) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert outputs[0] == outputs[1]
    assert len(rows(outputs[0][0].decode())) == 20
    assert sorted(depot.files) == [f"{n:02}.txt" for n in range(20)]
