"""Whether a process that holds leases is dead is only said when it is sure."""

import os
import subprocess
import sys

from docferry.provider.owners import is_gone, name_process

NAME_ANOTHER = "from docferry.provider.owners import name_process; print(name_process())"


def test_names_differ_within_a_process_too():
    assert name_process() != name_process()


def test_this_process_is_not_gone():
    assert not is_gone(name_process())


def test_a_process_that_ended_is_gone():
    done = subprocess.run([sys.executable, "-c", NAME_ANOTHER], capture_output=True, text=True, check=True)
    assert is_gone(done.stdout.strip())


def test_nothing_is_said_of_processes_elsewhere():
    done = subprocess.run([sys.executable, "-c", NAME_ANOTHER], capture_output=True, text=True, check=True)
    _, _, rest = done.stdout.strip().partition("-")
    assert not is_gone(f"{'0' * 12}-{rest}")


def test_nothing_is_said_of_names_of_another_form():
    place = name_process().partition("-")[0]
    for name in ("", "x", f"{place}-x-1", f"{place}--1", f"{os.getpid()}-abcdef", f"{place}-{10**30}-1"):
        assert not is_gone(name)
