"""`docferry emulate extend`, as a process."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

COMMAND = str(Path(sys.executable).with_name("docferry"))


@pytest.fixture
def start():
    processes = []

    def start(*arguments):
        process = subprocess.Popen(
            [COMMAND, "emulate", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_it_prints_two_lines_and_serves_both_versions(start):
    process = start("extend", "--port", "0", "--set", "extend.is_gone=2025-04-21")
    found = dict(process.stdout.readline().rstrip("\n").split("=", 1) for _ in range(2))
    assert list(found) == ["EXTEND_BASE_URL", "EXTEND_API_KEY"]
    statuses = [
        httpx.get(
            f"{found['EXTEND_BASE_URL']}/files",
            headers={"Authorization": f"Bearer {found['EXTEND_API_KEY']}", "x-extend-api-version": version},
            timeout=60,
        ).status_code
        for version in ("2026-02-09", "2025-04-21")
    ]
    assert statuses == [200, 410]
