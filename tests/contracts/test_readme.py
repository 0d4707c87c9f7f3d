"""The README is true: its blocks run, and its sample and its tables are what the code says.

`PYTHONPATH=tests/support python tests/contracts/test_readme.py` writes the generated parts anew.
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from framework_contracts import CONTRACTS

from docferry.ingest import Ingestor
from docferry.metadata import METADATA_KEYS
from docferry.plugin import PluginManager

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCFERRY = str(Path(sys.executable).with_name("docferry"))
TEXT = README.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def commands():
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("docferry ")]


def part(name):
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", TEXT, re.DOTALL).group(1)


def sample():
    """A row of the demo as the command line writes it, laid out for reading."""
    run = subprocess.run(
        [DOCFERRY, "parse", "examples/demo.pdf", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    row = json.loads(run.stdout.splitlines()[3])
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items()]
    return "```json\n{\n" + ",\n".join(lines) + "\n}\n```\n"


def metadata_table():
    rows = [f"| `{key.name}` | {key.flat_type} | {key.rich_type} | {key.meaning} |" for key in METADATA_KEYS]
    return "\n".join(["| key | flat (default) | rich | meaning |", "|---|---|---|---|", *rows]) + "\n"


def examples_output():
    return "\n".join(example_output(name) for name in ("langchain", "llama_index"))


def example_output(name):
    """What an example prints up to its first answer."""
    command = [f"examples/{name}_rag.py", "examples", "Which was the busiest day, that of the regatta?"]
    run = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True)
    first = run.stdout.partition("\n\n2. ")[0]
    lines = "\n".join(line.rstrip() for line in first.splitlines())
    return f"```text\n$ python {shlex.join(command)}\n{lines}\n```\n"


def contracts_table():
    rows = [f"| {row.framework} | {row.promise} | {link_to_test(row)} | {row.status} |" for row in CONTRACTS]
    return "\n".join(["| framework | contract | test | status |", "|---|---|---|---|", *rows]) + "\n"


def link_to_test(row):
    return f"[{row.test.rpartition('.')[2]}](tests/{row.path})"


GENERATED = {
    "chunk": sample,
    "metadata": metadata_table,
    "examples": examples_output,
    "contracts": contracts_table,
}


def test_every_contract_has_its_test():
    assert {row.test: row.status for row in CONTRACTS if not row.status.startswith("kept")} == {}


def test_two_commands_open_it():
    first_block = blocks("sh")[0]
    assert [line.split("#")[0].strip() for line in first_block.splitlines()] == ["make demo", "make test"]


@pytest.mark.parametrize("code", blocks("python"))
def test_python_block_runs(code):
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip()


@pytest.mark.parametrize("command", commands())
def test_command_runs(command, tmp_path):
    command = command.replace("chunks.jsonl", str(tmp_path / "chunks.jsonl"))
    run = subprocess.run(
        [DOCFERRY, *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", GENERATED)
def test_generated_part_is_current(name):
    assert part(name) == GENERATED[name]()


def test_every_built_in_provider_stands_in_the_table():
    for name in PluginManager().names:
        assert f"| `{name}`" in TEXT


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_collect_block_tells_of_both_sources():
    outcomes = list(Ingestor(on_error="collect").run([str(ROOT / "examples/demo.pdf"), "missing.pdf"]))
    assert [outcome.is_success for outcome in outcomes] == [True, False]


if __name__ == "__main__":  # with tests/support on PYTHONPATH
    for name, make in GENERATED.items():
        TEXT = TEXT.replace(
            f"<!-- {name} -->\n{part(name)}<!-- end -->", f"<!-- {name} -->\n{make()}<!-- end -->"
        )
    README.write_text(TEXT, encoding="utf-8")
