"""What goes wrong with real files: one sentence with a next step, and nothing lost of the other sources."""

import json
from pathlib import Path

import pytest

PASSWORD = "s3same"
WAYS = ("skip", "collect")

FAILURES = {
    "absent.pdf": "there is no such file or folder",
    "empty.pdf": "has no bytes",
    "empty": "holds no document",
    "encrypted.pdf": "is encrypted; give the option password",
    "truncated.pdf": "damaged, cut short",
    "picture.pdf": "holds image/png",
    "charts.zip": "convert the file, or choose a provider that reads it",
    "scan.pdf": "has no text layer",
}
"""The sources that fail, with what is said of each."""


@pytest.fixture
def bad_files(documents, folder):
    documents.empty_file(folder)
    documents.empty_folder(folder)
    documents.encrypted_pdf(folder, PASSWORD)
    documents.truncated_pdf(folder)
    documents.png_named_pdf(folder)
    documents.unsupported_file(folder)
    documents.scan_pdf(folder)


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def delivered(done):
    return list(dict.fromkeys(row["source"] for row in rows(done.output)))


@pytest.mark.usefixtures("bad_files")
@pytest.mark.parametrize(("name", "expected"), FAILURES.items())
def test_a_bad_source_is_one_sentence_with_a_next_step(run, name, expected):
    done = run("parse", name)
    assert (done.code, done.output) == (1, "")
    assert len(done.lines) == 1
    assert done.messages.startswith(f"error: {name}: ")
    assert expected in done.messages
    what, _, next_step = done.messages.partition("; ")
    assert what
    assert next_step.strip()
    assert "Traceback" not in done.messages


@pytest.mark.usefixtures("bad_files")
@pytest.mark.parametrize("way", WAYS)
def test_the_other_sources_are_delivered(run_installed, documents, folder, way):
    documents.text_pdf(folder, name="first.pdf")
    documents.text_pdf(folder, name="last.pdf")
    odd = documents.oddly_named_pdf(folder).name
    middle = list(FAILURES)
    names = ["first.pdf", *middle[:4], odd, *middle[4:], "last.pdf"]
    done = run_installed("parse", *names, "--on-error", way)
    assert done.code == 1
    assert delivered(done) == ["first.pdf", odd, "last.pdf"]
    errors = [line for line in done.lines if line.startswith("error: ")]
    assert [line.split(": ")[1] for line in errors] == middle
    assert done.lines[-1].startswith(f"{len(names)} sources, {len(middle)} failed")
    assert len(done.lines) == len(errors) + 1


@pytest.mark.usefixtures("bad_files")
def test_a_whole_folder_is_tried_and_told(run, documents, folder):
    documents.text_pdf(folder, name="good.pdf")
    done = run("parse", folder, "--on-error", "collect", "--json")
    report = json.loads(done.messages)
    assert done.code == 1
    assert delivered(done) == [str(folder / "good.pdf")]
    failed = {Path(failure["source"]).name: failure["error"] for failure in report["failed"]}
    assert failed == {
        "empty.pdf": "EmptySourceError",
        "encrypted.pdf": "EncryptedSourceError",
        "picture.pdf": "UnsupportedSourceError",
        "scan.pdf": "NeedsOcrError",
        "truncated.pdf": "CorruptSourceError",
    }


def test_an_encrypted_pdf_opens_with_its_password(run, documents, folder):
    documents.encrypted_pdf(folder, PASSWORD)
    done = run("parse", "encrypted.pdf", "--option", f"password={PASSWORD}")
    assert (done.code, done.messages) == (0, "")
    assert delivered(done) == ["encrypted.pdf"]


def test_a_wrong_password_is_told_and_not_repeated(run, documents, folder):
    documents.encrypted_pdf(folder, PASSWORD)
    done = run("parse", "encrypted.pdf", "--option", "password=guess1234")
    assert (done.code, done.output) == (1, "")
    assert "password" in done.messages
    assert "guess1234" not in done.messages


def test_one_scanned_page_among_ten_is_named_and_the_others_are_delivered(run, documents, folder):
    documents.mixed_pdf(folder, pages=10, scanned=(4,))
    done = run("parse", "mixed.pdf")
    assert done.code == 0
    assert len(done.lines) == 1
    assert done.messages.startswith("warning: mixed.pdf: ")
    assert " 4 " in done.messages
    assert {page for row in rows(done.output) for page in row["pages"]} == {1, 2, 3, 5, 6, 7, 8, 9, 10}


def test_a_pdf_of_1001_pages_is_read_to_its_last_page(run, documents, folder):
    documents.many_pages_pdf(folder)
    done = run("parse", "many.pdf")
    assert (done.code, done.messages) == (0, "")
    assert {page for row in rows(done.output) for page in row["pages"]} == set(range(1, 1002))


def test_a_name_with_spaces_and_chinese_characters_stays_as_it_is(run, documents, folder):
    name = documents.oddly_named_pdf(folder).name
    done = run("parse", name, "--output", "out.jsonl")
    assert done.code == 0
    assert {row["source"] for row in rows((folder / "out.jsonl").read_text(encoding="utf-8"))} == {name}


def test_the_same_pdf_gives_the_same_bytes(run_installed, demo_pdf):
    first, second = run_installed("parse", demo_pdf), run_installed("parse", demo_pdf)
    assert first.code == 0
    assert first.output
    assert first.output == second.output


def test_a_document_sent_through_a_pipe_is_known_by_its_content(run, documents, folder):
    content = documents.text_pdf(folder).read_bytes()
    done = run("parse", "-", stdin=content)
    assert (done.code, done.messages) == (0, "")
    assert delivered(done) == ["stdin"]
