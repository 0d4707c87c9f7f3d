"""Imports a module in a process of its own and tells what that brought along.

`probe_import` is the caller's side, `python -m docferry.testing.import_probe` the other one.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module

from docferry.testing.environment import EnvironmentRecorder

__all__ = ["ImportTrace", "main", "probe_import"]

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTrace:
    """What the import of a module did.

    Args:
        modules: Names of all modules that are loaded afterwards.
        environment: Names of the environment's variables that the module's package read.
    """

    modules: frozenset[str]
    environment: frozenset[str]


def probe_import(module: str) -> ImportTrace:
    """Import a module in a fresh interpreter that looks for modules where this one does.

    Raises:
        RuntimeError: The import failed there; the message is the interpreter's.
    """
    done = subprocess.run(
        [sys.executable, "-m", "docferry.testing.import_probe"],
        input=json.dumps({"path": sys.path, "module": module}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} cannot be imported in a fresh interpreter:\n{done.stderr}")
    found = json.loads(done.stdout.splitlines()[-1])
    return ImportTrace(modules=frozenset(found["modules"]), environment=frozenset(found["environment"]))


def main() -> None:
    """Read the order from standard input, import, and write the findings to standard output."""
    order = json.loads(sys.stdin.read())
    sys.path[:] = order["path"]
    module: str = order["module"]
    recorder = EnvironmentRecorder(os.environ, package=module.partition(".")[0])  # noqa: TID251 - to watch it
    setattr(os, "environ", recorder)  # noqa: B010 - its type is the standard library's own
    import_module(module)
    found = {"modules": sorted(sys.modules), "environment": sorted(recorder.names)}
    sys.stdout.write(f"\n{json.dumps(found)}\n")


if __name__ == "__main__":
    main()
