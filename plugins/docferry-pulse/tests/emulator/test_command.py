"""`docferry emulate pulse`, as a process."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx

COMMAND = str(Path(sys.executable).with_name("docferry"))
PATIENCE_SECONDS = 60


def test_it_prints_two_lines_serves_and_ends_on_a_signal():
    arguments = [COMMAND, "emulate", "pulse", "--port", "0", "--set", "pulse.error_form=text"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        lines = [process.stdout.readline().rstrip("\n") for _ in range(2)]
        found = dict(line.split("=", 1) for line in lines)
        assert list(found) == ["PULSE_BASE_URL", "PULSE_API_KEY"]
        assert not any(sign in value for value in found.values() for sign in " \"'")
        answer = httpx.get(
            f"{found['PULSE_BASE_URL']}/pages", headers={"x-api-key": found["PULSE_API_KEY"]}, timeout=60
        )
        assert answer.json() == {"total_pages_processed": 0}
        assert httpx.get(f"{found['PULSE_BASE_URL']}/pages", timeout=60).json() == {
            "error": "API key is missing"
        }
        process.send_signal(signal.SIGTERM)
        output, messages = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, output, messages) == (143, "", "")
