"""`docferry emulate mineru`, as a process."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

COMMAND = str(Path(sys.executable).with_name("docferry"))
PATIENCE_SECONDS = 60


@pytest.fixture
def start():
    processes = []

    def start(*arguments):
        command = [COMMAND, "emulate", "mineru", "--port", "0", *arguments]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def read_environment(process, *, lines):
    pairs = [process.stdout.readline().rstrip("\n") for _ in range(lines)]
    return dict(pair.split("=", 1) for pair in pairs)


def test_it_prints_two_lines_serves_and_ends_on_a_signal(start):
    process = start("--api-key", "sk-mine")
    found = read_environment(process, lines=2)
    assert list(found) == ["MINERU_BASE_URL", "MINERU_API_KEY"]
    assert found["MINERU_API_KEY"] == "sk-mine"
    headers = {"Authorization": "Bearer sk-mine"}
    answer = httpx.get(f"{found['MINERU_BASE_URL']}/api/v4/extract/task/x", headers=headers, timeout=60)
    assert answer.json()["code"] == -60012
    process.send_signal(signal.SIGINT)
    output, messages = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output, messages) == (0, "", "")


def test_a_server_of_your_own_prints_its_address(start):
    process = start("--set", "mineru.protocol=server-4")
    found = read_environment(process, lines=1)
    assert list(found) == ["MINERU_SERVER_URL"]
    assert httpx.get(f"{found['MINERU_SERVER_URL']}/v1/health", timeout=60).json()["version"] == "4.0.12"
