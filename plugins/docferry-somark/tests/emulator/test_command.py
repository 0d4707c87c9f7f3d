"""`docferry emulate somark`, as a process."""

import os
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
        process = subprocess.Popen(
            [COMMAND, "emulate", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "LANG": "C.UTF-8"},
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def read_environment(process, lines=2):
    pairs = [process.stdout.readline().rstrip("\n") for _ in range(lines)]
    return dict(pair.split("=", 1) for pair in pairs)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_it_prints_two_lines_serves_and_ends_on_a_signal(start, number, code):
    process = start("somark", "--port", "0")
    found = read_environment(process)
    assert list(found) == ["SOMARK_BASE_URL", "SOMARK_API_KEY"]
    assert not any(sign in value for value in found.values() for sign in " \"'")
    answer = httpx.post(
        f"{found['SOMARK_BASE_URL']}/usage", data={"api_key": found["SOMARK_API_KEY"]}, timeout=60
    )
    assert answer.json()["code"] == 0
    process.send_signal(number)
    output, messages = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output, messages) == (code, "", "")


def test_options_reach_the_service(start, tmp_path):
    script = tmp_path / "faults.toml"
    script.write_text('[[rule]]\nkind = "account"\nnth = 2\ndo = "status"\nstatus = 502\n')
    process = start(
        *("somark", "--port", "0", "--api-key", "sk-mine", "--canned-pages", "3", "--faults", str(script)),
        *("--work-seconds", "0", "--queue-seconds", "0", "--set", "somark.paid_pages=7"),
    )
    found = read_environment(process)
    assert found["SOMARK_API_KEY"] == "sk-mine"
    ask = f"{found['SOMARK_BASE_URL']}/usage"
    answers = [httpx.post(ask, data={"api_key": "sk-mine"}, timeout=60) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 502]
    assert answers[0].json()["data"]["remaining_paid_pages"] == 7


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["local"], "error: provider local has no emulator"),
        (["nobody"], "error: there is no provider 'nobody'"),
        (["somark", "--set", "somark.dpi=-1"], "error: quirk 'dpi' of the emulator of somark"),
        (["somark", "--set", "dpi"], "error: a --set is not NAME.QUIRK=VALUE"),
        (["somark", "--faults", "none.toml"], "error: the fault script none.toml cannot be read"),
    ],
)
def test_a_wrong_command_is_one_line(start, arguments, words):
    process = start(*arguments, "--port", "0")
    output, messages = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output) == (2, "")
    assert messages.startswith(words)
    assert messages.count("\n") == 1
