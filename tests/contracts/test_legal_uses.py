"""Users' code type-checks: every legal use, strictly, and no use that would fail when it runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRONG = """\
from docferry.langchain import DocferryLoader, DocferryTextSplitter
from docferry.llama_index import DocferryReader

loader = DocferryLoader()
loader = DocferryLoader("a.pdf", split="chapter")
loader = DocferryLoader("a.pdf", on_error="ignore")
loader.lazy_load_images(dots="x")
reader = DocferryReader(metadata_profile="deep")
reader.load_images(3)
number: int = reader.load_data("a.pdf")
splitter = DocferryTextSplitter("words")
"""


def errors_of(path):
    command = [
        str(Path(sys.executable).with_name("basedpyright")),
        "--level",
        "error",
        "--outputjson",
        str(path),
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [
        (found["range"]["start"]["line"] + 1, found["message"])
        for found in json.loads(run.stdout)["generalDiagnostics"]
    ]


@pytest.fixture(autouse=True)
def checker():
    pytest.importorskip("basedpyright")


def test_legal_uses_type_check():
    assert errors_of("tests/contracts/legal_uses.py") == []


def test_wrong_uses_do_not(tmp_path):
    path = tmp_path / "wrong_uses.py"
    path.write_text(WRONG)
    assert {line for line, _ in errors_of(path)} == set(range(4, WRONG.count("\n") + 1))
