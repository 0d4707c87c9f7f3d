"""`docferry parse` as a filter: rows on standard output, words on standard error, a code at the end."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from docferry.chunking import ChunkSettings
from docferry.cli.output.forms import Form
from docferry.ingest import OnError
from docferry.model import decode_document

COMMAND = Path(sys.executable).with_name("docferry")
PAGED = ("--provider", "paged")
ROW_KEYS = [
    "id", "text", "text_to_embed", "token_count", "source", "page", "page_end", "pages", "headings", "kinds",
    "regions",
]  # fmt: skip


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def test_chunks_are_rows_when_the_output_is_no_terminal(run_installed, pages):
    done = run_installed(
        "parse", pages("two.txt", "first page", "second page"), *PAGED, "--option", "title=Report"
    )
    assert (done.code, done.messages) == (0, "")
    found = rows(done.output)
    places = [place for row in found for place in row["regions"]]
    assert all(list(row) == ROW_KEYS for row in found)
    assert {row["source"] for row in found} == {"two.txt"}
    assert (found[0]["page"], found[-1]["page_end"]) == (1, 2)
    assert all(row["page"] == row["pages"][0] and row["page_end"] == row["pages"][-1] for row in found)
    assert all(row["headings"] == ["Report"] for row in found)
    assert all("paragraph" in row["kinds"] for row in found)
    assert "second page" in found[-1]["text"]
    assert {"page": 2, "box": [0.1, 0.1, 0.9, 0.25], "element_id": "e2"} in places


def test_a_region_without_a_box_has_null(run, pages):
    done = run("parse", pages("a.txt", "words"), *PAGED, "--option", "title=Report")
    places = [place for row in rows(done.output) for place in row["regions"]]
    assert {"page": 1, "box": None, "element_id": "title"} in places


def test_the_same_input_gives_the_same_bytes(run_installed, pages):
    arguments = ("parse", pages("docs/b.txt", "one", "two"), pages("docs/a.txt", "甲乙丙"), "docs", *PAGED)
    first, second = run_installed(*arguments), run_installed(*arguments)
    assert first.output
    assert first.output == second.output


def test_sources_come_in_the_order_given_and_folders_sorted(run, pages):
    for name in ("docs/b.txt", "docs/a.txt", "docs/deep/c.txt", "z.txt"):
        pages(name, f"text of {name}")
    done = run("parse", "z.txt", "docs", *PAGED)
    assert [row["source"] for row in rows(done.output)] == [
        "z.txt",
        "docs/a.txt",
        "docs/b.txt",
        "docs/deep/c.txt",
    ]


def test_a_pattern_is_expanded_when_the_shell_did_not(run, pages):
    pages("a.txt", "one")
    pages("b.txt", "two")
    done = run("parse", "*.txt", *PAGED)
    assert [row["source"] for row in rows(done.output)] == ["a.txt", "b.txt"]


def test_a_budget_cuts_into_more_chunks(run, pages):
    name = pages("long.txt", "A sentence of several words stands here. " * 30)
    done = run("parse", name, *PAGED, "--max-tokens", "40")
    assert len(rows(done.output)) > 3
    assert all(row["token_count"] <= 40 for row in rows(done.output))


def test_another_encoding_counts_otherwise(run, pages):
    name = pages("cjk.txt", "文档解析服务把每一页变成可以引用的段落。" * 3)
    (wide,) = rows(run("parse", name, *PAGED).output)
    (narrow,) = rows(run("parse", name, *PAGED, "--encoding", "cl100k_base").output)
    assert wide["token_count"] < narrow["token_count"]


def test_only_the_pages_asked_for_are_parsed(run, pages):
    name = pages("four.txt", "one", "two", "three", "four")
    done = run("parse", name, *PAGED, "--pages", "2,4-", "--to", "document")
    assert [page.number for page in decode_document(done.output).pages] == [2, 4]


def test_standard_input_is_a_source_named_stdin(run_installed):
    done = run_installed("parse", "-", *PAGED, stdin=b"from a pipe")
    assert [(row["source"], row["text"]) for row in rows(done.output)] == [("stdin", "from a pipe")]


def test_standard_input_can_be_given_a_name(run):
    done = run("parse", "-", *PAGED, "--stdin-name", "notes.txt", stdin=b"from a pipe")
    assert rows(done.output)[0]["source"] == "notes.txt"


def test_empty_standard_input_is_a_failed_source(run):
    done = run("parse", "-", *PAGED)
    assert done.code == 1
    assert done.messages.startswith("error: stdin: ")
    assert len(done.lines) == 1


def test_one_document_is_plain_markdown(run, pages):
    done = run("parse", pages("a.txt", "words"), *PAGED, "--to", "markdown", "--option", "title=Report")
    assert done.output == "# Report\n\nwords\n"


def test_several_documents_are_told_apart_by_comments(run, pages):
    pages("docs/a.txt", "one")
    pages("docs/b.txt", "two")
    done = run("parse", "docs", *PAGED, "--to", "markdown")
    assert done.output == "<!-- source: docs/a.txt -->\n\none\n\n<!-- source: docs/b.txt -->\n\ntwo\n\n"


def test_documents_are_one_line_each(run, pages):
    done = run("parse", pages("a.txt", "one"), pages("b.txt", "two"), *PAGED, "--to", "document")
    documents = [decode_document(line) for line in done.output.splitlines()]
    assert [document.elements[0].text for document in documents] == ["one", "two"]


class TestOnError:
    @pytest.fixture
    def three(self, pages):
        return pages("a.txt", "good one"), pages("b.txt", "BROKEN"), pages("c.txt", "good two")

    def test_raise_ends_the_run_behind_what_was_delivered(self, run, three):
        done = run("parse", *three, *PAGED)
        assert done.code == 1
        assert [row["source"] for row in rows(done.output)] == ["a.txt"]
        assert done.messages == "error: b.txt: it is broken; mend it\n"

    @pytest.mark.parametrize("way", ["skip", "collect"])
    def test_skip_and_collect_deliver_the_rest_and_say_so(self, run_installed, three, way):
        done = run_installed("parse", *three, *PAGED, "--on-error", way)
        assert done.code == 1
        assert [row["source"] for row in rows(done.output)] == ["a.txt", "c.txt"]
        assert done.lines[0] == "error: b.txt: it is broken; mend it"
        assert done.lines[1].startswith("3 sources, 1 failed")
        assert len(done.lines) == 2

    @pytest.mark.parametrize(("way", "place"), [("skip", 0), ("collect", 1)])
    def test_skip_tells_at_once_and_collect_at_the_end(self, run, pages, way, place):
        done = run("parse", pages("a.txt", "BROKEN"), pages("b.txt", "ODD"), *PAGED, "--on-error", way)
        assert [line.startswith("error: a.txt") for line in done.lines].index(True) == place

    def test_a_missing_source_among_good_ones_is_a_failure_like_others(self, run, three):
        done = run("parse", three[0], "absent.txt", three[2], *PAGED, "--on-error", "skip")
        assert done.code == 1
        assert [row["source"] for row in rows(done.output)] == ["a.txt", "c.txt"]
        assert done.lines[0].startswith("error: absent.txt: ")

    def test_the_closing_line_also_tells_that_nothing_failed(self, run, pages):
        done = run("parse", pages("a.txt", "one"), *PAGED, "--on-error", "skip")
        assert (done.code, done.messages) == (0, "1 source, 0 failed; 1 page, 1 chunk\n")


def test_a_warning_of_the_document_is_told_once(run, pages):
    done = run("parse", pages("odd.txt", "ODD words"), *PAGED)
    assert (done.code, done.messages) == (0, "warning: odd.txt: page 1 is odd\n")


class TestJsonReport:
    def test_messages_are_one_object(self, run, pages):
        names = pages("a.txt", "ODD"), pages("b.txt", "BROKEN"), pages("c.txt", "fine")
        done = run("parse", *names, *PAGED, "--on-error", "collect", "--json")
        assert done.code == 1
        assert len(done.lines) == 1
        assert json.loads(done.messages) == {
            "exit_code": 1,
            "is_complete": True,
            "error": None,
            "sources": 3,
            "succeeded": ["a.txt", "c.txt"],
            "failed": [
                {
                    "source": "b.txt",
                    "error": "CorruptSourceError",
                    "message": "it is broken",
                    "next_step": "mend it",
                }
            ],
            "warnings": [{"source": "a.txt", "code": "specimen", "message": "page 1 is odd", "pages": [1]}],
            "pages": 2,
            "chunks": 2,
            "output": None,
        }

    def test_an_error_that_ends_the_run_is_in_it(self, run, pages):
        done = run("parse", pages("a.txt", "BROKEN"), pages("b.txt", "fine"), *PAGED, "--json")
        report = json.loads(done.messages)
        assert done.code == report["exit_code"] == 1
        assert report["error"]["error"] == "CorruptSourceError"
        assert not report["is_complete"]

    def test_a_wrong_setup_is_in_it(self, run, pages):
        done = run("parse", pages("a.txt", "fine"), "--provider", "pagde", "--json")
        report = json.loads(done.messages)
        assert done.code == report["exit_code"] == 2
        assert report["error"]["error"] == "UnknownProviderError"


class TestWrongSetup:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["--provider", "pagde"], "error: there is no provider 'pagde'; did you mean paged?\n"),
            (["--option", "titel=x"], "error: provider paged has no option 'titel'; did you mean title?\n"),
            (["--option", "title"], "error: an --option is not KEY=VALUE; give --option KEY=VALUE\n"),
            (["--option", "title=a", "--option", "title=b"], "error: --option title is given twice; give it"),
            (["--max-tokens", "3"], "error: a budget of 3 tokens is too small; use at least 16 tokens\n"),
            (["--pages", "3-1"], "error: --pages: '3-1' is not a page selection such as 1-3,7,10-"),
            (["--pages", "0"], "error: --pages: "),
            (["--encoding", "o200k"], "error: there is no encoding 'o200k'; did you mean o200k_base?\n"),
            (["--table", "--to", "markdown"], "error: --table shows chunks, not markdown; "),
            (["-", "-"], "error: standard input can be read only once; give one -\n"),
        ],
    )  # fmt: skip
    def test_it_is_told_before_anything_is_parsed(self, run, pages, arguments, expected):
        # An option that comes later wins, so the provider may be given twice.
        done = run("parse", pages("a.txt", "fine"), *PAGED, "--on-error", "collect", *arguments)
        assert done.code == 2
        assert done.output == ""
        assert len(done.lines) == 1
        assert done.messages.startswith(expected)

    def test_a_table_and_rows_cannot_both_have_standard_output(self, run, pages):
        done = run("parse", pages("a.txt", "fine"), *PAGED, "--table", "--json")
        report = json.loads(done.messages)
        assert (done.code, done.output) == (2, "")
        assert report["error"]["message"] == "--table and --json both want standard output"

    def test_a_value_without_its_name_is_not_repeated(self, run, pages):
        done = run("parse", pages("a.txt", "fine"), *PAGED, "--option", "s3cret")
        assert "s3cret" not in done.messages


class TestEndings:
    def test_a_reader_that_goes_away_ends_the_run_quietly(self, start, pages):
        names = [pages(f"{n}.txt", "word " * 40_000) for n in range(4)]
        process = start("parse", *names, *PAGED)
        assert process.stdout.readline().startswith(b'{"id"')
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""

    @pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
    def test_an_output_that_takes_nothing_is_one_sentence(self, folder, pages, environment, redirection):
        line = f"{COMMAND} parse {pages('a.txt', 'words')} --provider paged {redirection}"
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert done.stderr.startswith("error: cannot write the output: ")
        assert len(done.stderr.splitlines()) == 1

    def test_ctrl_c_ends_the_run_with_one_word(self, start, pages):
        process = start("parse", pages("a.txt", "fine"), pages("b.txt", "WAIT"), *PAGED)
        assert json.loads(process.stdout.readline())["source"] == "a.txt"
        process.send_signal(signal.SIGINT)
        output, messages = process.communicate(timeout=60)
        assert (process.returncode, output, messages) == (130, b"", b"interrupted\n")

    def test_a_request_to_end_is_obeyed_without_a_trace(self, start, pages, folder):
        process = start(
            "parse", pages("a.txt", "fine"), pages("b.txt", "WAIT"), *PAGED, "--table", "--output", "c"
        )
        assert b"a.txt" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, messages = process.communicate(timeout=60)
        assert (process.returncode, messages) == (143, b"")
        assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "b.txt"]


def test_the_choices_and_defaults_in_the_help_are_those_of_the_library(run):
    text = " ".join(run("parse", "--help", COLUMNS="200").output.split())
    assert f"<{'|'.join(OnError)}>" in text
    assert f"<{'|'.join(Form)}>" in text
    assert f"[default: {ChunkSettings().max_tokens}]" in text
    assert f"[default: {ChunkSettings().encoding}]" in text
