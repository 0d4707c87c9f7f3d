"""`--output`: whole files or none, and never the source itself."""

import json
import signal
import stat

import pytest

PAGED = ("--provider", "paged")


def sources_in(path):
    return [json.loads(line)["source"] for line in path.read_text().splitlines()]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_chunks_go_to_one_file_and_the_closing_line_names_it(run, pages, folder):
    done = run("parse", pages("a.txt", "one"), pages("b.txt", "two"), *PAGED, "--output", "out.jsonl")
    assert (done.code, done.output) == (0, "")
    assert done.messages == "2 sources, 0 failed; 2 pages, 2 chunks, written to out.jsonl\n"
    assert sources_in(folder / "out.jsonl") == ["a.txt", "b.txt"]
    assert names_in(folder) == ["a.txt", "b.txt", "out.jsonl"]


def test_the_file_holds_the_bytes_that_standard_output_gets(run, pages, folder):
    name = pages("a.txt", "甲乙丙 \u2028 words")
    run("parse", name, *PAGED, "--output", "out.jsonl")
    assert (folder / "out.jsonl").read_text() == run("parse", name, *PAGED).output


def test_table_shows_chunks_beside_the_file(run, pages, folder):
    done = run("parse", pages("a.txt", "one"), *PAGED, "--table", "--output", "out.jsonl")
    assert "tokens" in done.output
    assert sources_in(folder / "out.jsonl") == ["a.txt"]


class TestAFailedRun:
    @pytest.fixture
    def earlier(self, folder):
        path = folder / "out.jsonl"
        path.write_text("good\n")
        return path

    def test_raise_leaves_an_earlier_file_as_it_was(self, run, pages, folder, earlier):
        done = run("parse", pages("a.txt", "one"), pages("b.txt", "BROKEN"), *PAGED, "--output", "out.jsonl")
        assert done.code == 1
        assert done.messages == "error: b.txt: it is broken; mend it\nout.jsonl was not written\n"
        assert earlier.read_text() == "good\n"
        assert names_in(folder) == ["a.txt", "b.txt", "out.jsonl"]

    @pytest.mark.parametrize("way", ["skip", "collect"])
    def test_skip_and_collect_keep_what_was_delivered(self, run, pages, earlier, way):
        names = pages("a.txt", "one"), pages("b.txt", "BROKEN"), pages("c.txt", "two")
        done = run("parse", *names, *PAGED, "--on-error", way, "--output", "out.jsonl")
        assert done.code == 1
        assert sources_in(earlier) == ["a.txt", "c.txt"]

    def test_a_run_without_any_success_leaves_it_too(self, run, pages, earlier):
        done = run("parse", pages("b.txt", "BROKEN"), *PAGED, "--on-error", "skip", "--output", "out.jsonl")
        assert done.code == 1
        assert "out.jsonl was not written" in done.lines
        assert earlier.read_text() == "good\n"

    def test_ctrl_c_leaves_it_too(self, start, pages, folder, earlier):
        names = pages("a.txt", "one"), pages("b.txt", "WAIT")
        process = start("parse", *names, *PAGED, "--table", "--output", "out.jsonl")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=60)
        assert process.returncode == 130
        assert messages == b"interrupted\nout.jsonl was not written\n"
        assert earlier.read_text() == "good\n"
        assert names_in(folder) == ["a.txt", "b.txt", "out.jsonl"]


class TestAFolder:
    def test_each_source_gets_a_file_of_its_name(self, run, pages, folder):
        pages("docs/a.txt", "one")
        pages("docs/deep/b.txt", "two")
        done = run("parse", "docs", *PAGED, "--to", "markdown", "--output", "new/notes/")
        assert done.code == 0
        assert names_in(folder / "new/notes") == ["a.md", "b.md"]
        assert (folder / "new/notes/a.md").read_text() == "one\n"

    def test_sources_of_one_name_are_numbered(self, run, pages, folder):
        pages("docs/1/a.txt", "one")
        pages("docs/2/a.txt", "two")
        run("parse", "docs", *PAGED, "--to", "markdown", "--output", "out/")
        assert (folder / "out/a.md").read_text() == "one\n"
        assert (folder / "out/a-2.md").read_text() == "two\n"

    @pytest.mark.parametrize(("form", "suffix"), [("chunks", ".jsonl"), ("document", ".json")])
    def test_every_form_can_go_there(self, run, pages, folder, form, suffix):
        (folder / "out").mkdir()
        run("parse", pages("a.txt", "one"), *PAGED, "--to", form, "--output", "out")
        assert names_in(folder / "out") == [f"a{suffix}"]
        assert json.loads((folder / "out" / f"a{suffix}").read_text())

    def test_what_was_delivered_before_a_failure_stays(self, run, pages, folder):
        done = run("parse", pages("a.txt", "one"), pages("b.txt", "BROKEN"), *PAGED, "--output", "out/")
        assert done.code == 1
        assert "error: b.txt: it is broken; mend it" in done.lines
        assert names_in(folder / "out") == ["a.jsonl"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("absent/out.jsonl", "make the folder"),
        ("a.txt", "a.txt is the source itself; choose another --output"),
        ("a.txt/", "cannot make the folder a.txt/"),
    ],
)
def test_an_impossible_place_is_a_usage_error(run, pages, folder, output, expected):
    done = run("parse", pages("a.txt", "one"), *PAGED, "--output", output)
    assert done.code == 2
    assert done.lines[0].startswith("error: ")
    assert expected in done.messages
    assert (folder / "a.txt").read_text() == "one"


def test_a_source_found_in_a_folder_is_not_overwritten_either(run, pages, folder):
    pages("docs/a.txt", "one")
    done = run("parse", "docs", *PAGED, "--output", "docs/a.txt")
    assert done.code == 2
    assert (folder / "docs/a.txt").read_text() == "one"


def test_a_device_is_written_to_and_not_replaced(run, pages, folder):
    (folder / "void").symlink_to("/dev/null")
    done = run("parse", pages("a.txt", "one"), *PAGED, "--output", "void")
    assert done.code == 0
    assert stat.S_ISCHR((folder / "void").stat().st_mode)


def test_a_replaced_file_keeps_its_permissions(run, pages, folder):
    path = folder / "out.jsonl"
    path.write_text("")
    path.chmod(0o640)
    run("parse", pages("a.txt", "one"), *PAGED, "--output", "out.jsonl")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sources_in(path) == ["a.txt"]


def test_a_link_stays_a_link(run, pages, folder):
    (folder / "real.jsonl").write_text("")
    (folder / "out.jsonl").symlink_to("real.jsonl")
    run("parse", pages("a.txt", "one"), *PAGED, "--output", "out.jsonl")
    assert (folder / "out.jsonl").is_symlink()
    assert sources_in(folder / "real.jsonl") == ["a.txt"]
