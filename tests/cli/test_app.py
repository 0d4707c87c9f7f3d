"""The frame of every command: version, help, usage errors, what is imported when."""

import subprocess
import sys
from importlib.metadata import version

import pytest

HEAVY = {"httpx", "tiktoken", "liteparse", "pypdfium2", "langchain_core", "llama_index", "pluggy"}


def test_version_is_that_of_the_distribution(run_installed):
    done = run_installed("--version")
    assert (done.code, done.output, done.messages) == (0, f"docferry {version('docferry')}\n", "")


def test_no_command_shows_the_help_and_is_a_usage_error(run):
    done = run()
    assert done.code == 2
    assert "providers" in done.output


@pytest.mark.parametrize("command", ["parse", "providers"])
def test_each_command_has_help(run, command):
    done = run(command, "--help")
    assert done.code == 0
    assert f"docferry {command}" in done.output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["parse"], "missing argument 'SOURCE'; see docferry parse --help"),
        (["pars"], "did you mean 'parse'?; see docferry --help"),
        (["parse", "a.pdf", "--provder", "x"], "no such option: --provder"),
        (["parse", "a.pdf", "--to", "html"], "'markdown', 'document'; see docferry parse --help"),
        (["parse", "a.pdf", "--max-tokens", "many"], "see docferry parse --help"),
        (["providers", "--xml"], "see docferry providers --help"),
    ],
)
def test_a_usage_error_is_one_line_with_a_next_step(run, arguments, expected):
    done = run(*arguments)
    assert done.code == 2
    assert done.output == ""
    assert len(done.lines) == 1
    assert done.messages.startswith("error: ")
    assert expected.lower() in done.messages.lower()


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_version_and_help_import_nothing_heavy(argument):
    program = (
        "import sys\n"
        "from docferry.cli.app import run\n"
        f"run([{argument!r}])\n"
        "print('loaded:', *(name.partition('.')[0] for name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "typer" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_one_sentence_names_it(missing):
    program = f"import sys; sys.modules[{missing!r}] = None\nfrom docferry.cli import main\nmain()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"error: the command line needs {missing}; run: pip install docferry[cli]\n"


def test_the_package_runs_as_a_program(pages, folder, environment):
    name = pages("a.txt", "first page")
    arguments = ["-m", "docferry", "parse", name, "--provider", "paged", "--to", "markdown"]
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=environment,
    )
    assert "first page" in done.stdout


def test_usage_errors_of_the_package_name_the_program(environment):
    done = subprocess.run(
        [sys.executable, "-m", "docferry", "pars"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 2
    assert "see docferry --help" in done.stderr
