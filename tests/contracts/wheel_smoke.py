"""Builds the wheels, installs them into clean environments, and uses what ships. Part of `make check`."""

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS = ("langchain-core", "llama-index-core")
CORE_ALONE = """
import importlib.util, docferry
assert docferry.Document and docferry.Ingestor
assert importlib.util.find_spec("langchain_core") is None
assert importlib.util.find_spec("llama_index") is None
for module, extra in (("docferry.langchain", "langchain"), ("docferry.llama_index", "llama-index")):
    try:
        __import__(module)
    except docferry.errors.MissingExtraError as error:
        assert extra in str(error), error
    else:
        raise AssertionError(module)
"""


def run(*command, **kwargs):
    return subprocess.run([str(part) for part in command], check=True, text=True, **kwargs)


def build(target):
    for folder in (ROOT, *sorted((ROOT / "plugins").glob("docferry-*"))):
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, folder,
            stdout=subprocess.DEVNULL)  # fmt: skip
    return sorted(Path(target).glob("*.whl"))


def environment(folder, *requirements):
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", *requirements,
        stderr=subprocess.DEVNULL)  # fmt: skip
    return python


def check_core_alone(folder, wheels):
    core = next(wheel for wheel in wheels if wheel.name.startswith("docferry-"))
    python = environment(folder, core)
    run(python, "-c", CORE_ALONE, cwd=folder)
    missing_extra = subprocess.run([folder / "bin" / "docferry"], capture_output=True, text=True, check=False)
    assert missing_extra.returncode == 2, missing_extra
    assert "docferry[cli]" in missing_extra.stderr, missing_extra


def check_main_job(folder, wheels):
    python = environment(folder, *(f"{wheel}" for wheel in wheels), "rich", "typer")
    installed = run(python, "-m", "pip", "freeze", capture_output=True).stdout
    assert not any(framework in installed for framework in FRAMEWORKS), installed
    vocabulary = run(
        sys.executable, "-c", "import llama_index.core as c; print(c.__path__[0])", capture_output=True
    ).stdout.strip()
    # The vocabulary is a download in this environment, so it is borrowed from the one that has it.
    rows = run(
        folder / "bin" / "docferry", "parse", ROOT / "examples" / "demo.pdf", capture_output=True, cwd=folder,
        env={"TIKTOKEN_CACHE_DIR": f"{vocabulary}/_static/tiktoken_cache", "PATH": "/usr/bin:/bin"},
    ).stdout  # fmt: skip
    assert rows.count("\n") > 10, rows


def main():
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        wheels = build(work / "wheels")
        check_core_alone(work / "core", wheels)
        check_main_job(work / "full", wheels)
        shutil.rmtree(ROOT / "build", ignore_errors=True)
    sys.stdout.write(f"{len(wheels)} wheels build, install and work\n")


if __name__ == "__main__":
    main()
