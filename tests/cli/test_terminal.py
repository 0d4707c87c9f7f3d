"""What a person sees on a terminal of 100 columns."""

import json
import signal

PAGED = ("--provider", "paged")


def test_chunks_are_a_table(terminal, pages):
    screen = terminal(
        "parse", pages("a.txt", "First words of the page.\nA second line."), *PAGED, "--option", "title=Intro"
    )
    assert screen.finish() == 0
    lines = [line.rstrip() for line in screen.text.splitlines()]
    assert any(line.startswith("a.txt  1 page, 1 chunk") for line in lines)
    (row,) = [line for line in lines if "First words" in line]
    assert "Intro" in row
    assert max(len(line) for line in lines) <= 100
    assert "1 source, 0 failed; 1 page, 1 chunk" in lines


def test_wide_characters_count_twice(terminal, pages):
    screen = terminal("parse", pages("年报.txt", "资产负债表显示公司运营稳健。" * 20), *PAGED)
    assert screen.finish() == 0
    (row,) = [line for line in screen.text.splitlines() if "资产" in line]
    cells = sum(2 if ord(character) > 0x2E7F else 1 for character in row.rstrip().replace("…", "."))
    assert 90 <= cells <= 100


def test_json_gives_rows_on_a_terminal_too(terminal, pages):
    screen = terminal("parse", pages("a.txt", "words"), *PAGED, "--json")
    assert screen.finish() == 0
    row, report = [json.loads(line) for line in screen.text.splitlines() if line]
    assert row["source"] == "a.txt"
    assert report["exit_code"] == 0


def test_control_characters_of_a_document_do_not_reach_the_terminal(terminal, pages):
    screen = terminal("parse", pages("a.txt", "before \x1b[31m\x1b]0;title\x07 after"), *PAGED)
    assert screen.finish() == 0
    assert "\x1b]0" not in screen.raw
    assert "before" in screen.text


def test_the_bar_shows_files_and_pages(terminal, pages):
    pages("docs/a.txt", "fine", "two", "three")
    pages("docs/b.txt", "WAIT", "two")
    screen = terminal("parse", "docs", *PAGED)
    screen.wait_for("1/2 pages")
    screen.wait_for("1/2 files, 3 pages")
    screen.process.send_signal(signal.SIGINT)
    assert screen.finish() == 130
    assert screen.text.rstrip().endswith("interrupted")
    assert "Traceback" not in screen.text
    assert screen.raw.count("\x1b[?25h") >= screen.raw.count("\x1b[?25l")  # the cursor is back


def test_the_bar_says_what_a_remote_run_waits_for(terminal, pages, depot, environment):  # noqa: ARG001
    environment["DEPOT_BASE_URL"] = "http://127.0.0.1:1"
    screen = terminal("parse", pages("a.txt", "one"), "--provider", "depot", columns=160)
    screen.wait_for("depot gets nothing: the service cannot be reached (nothing listens at its address)")
    screen.wait_for("next try in 1 s")
    screen.process.send_signal(signal.SIGINT)
    assert screen.finish() == 130
    assert screen.text.rstrip().endswith("interrupted")


def test_standard_input_from_a_terminal_is_refused(terminal):
    screen = terminal("parse", "-", *PAGED)
    assert screen.finish() == 2
    assert "error: standard input is a terminal" in screen.text


def test_errors_and_warnings_stand_on_lines_of_their_own(terminal, pages):
    pages("docs/a.txt", "ODD")
    pages("docs/b.txt", "BROKEN")
    pages("docs/c.txt", "fine")
    screen = terminal("parse", "docs", *PAGED, "--on-error", "skip")
    assert screen.finish() == 1
    lines = [line.rstrip() for line in screen.text.splitlines()]
    assert "warning: docs/a.txt: page 1 is odd" in lines
    assert "error: docs/b.txt: it is broken; mend it" in lines
    assert "3 sources, 1 failed; 2 pages, 2 chunks" in lines
