"""Kills a run at random moments and runs it again: every file arrives, and each is submitted once.

Run by `make chaos`. The service is the provider's emulator in a process of its own, which counts what it is
asked. A file whose run was killed between sending and hearing back is reported as unknown and not repeated.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import documents

DOCFERRY = str(Path(sys.executable).with_name("docferry"))
FAST = {"somark": ("concurrency=8", "requests_per_second=50")}
"""Options that keep the run short; the emulator is told the same."""


def start_emulator(provider):
    command = [
        DOCFERRY, "emulate", provider, "--port", "0", "--canned-pages", "2", "--work-seconds", "1.5",
        "--answer-seconds", "0.3", "--requests-per-second", "0", "--concurrency", "0",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    wanted = {f"{provider.upper()}_BASE_URL", f"{provider.upper()}_API_KEY"}
    environment = {}
    while not wanted <= set(environment):
        name, _, value = process.stdout.readline().strip().partition("=")
        environment[name] = value
    return process, environment


def counters(environment, provider):
    base = "/".join(environment[f"{provider.upper()}_BASE_URL"].split("/")[:3])
    with urllib.request.urlopen(f"{base}/_emulator/counters") as answer:  # noqa: S310 - loopback
        return json.load(answer)


def command_of(provider, folder, output):
    options = [part for option in FAST.get(provider, ()) for part in ("--option", option)]
    return [DOCFERRY, "parse", str(folder), "--provider", provider, *options, "--on-error", "collect",
            "--output", str(output), "--json"]  # fmt: skip


def kill_runs(command, environment, *, kills, draw):
    """Start the command and kill it after a random while, again and again; counts those still at work."""
    interrupted = 0
    for _ in range(kills):
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(draw.uniform(0.3, 2.5))
        interrupted += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    return interrupted


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--provider", default="somark")
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    settings = parser.parse_args()
    draw = random.Random(settings.seed)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = work / "files"
        for number in range(settings.files):
            (folder / f"{number:02}").mkdir(parents=True)
            documents.text_pdf(
                folder / f"{number:02}", pages=2, texts=[f"file {number}, one", f"file {number}, two"]
            )
        emulator, service = start_emulator(settings.provider)
        try:
            report, seen = chaos(settings, draw, work, folder, service)
        finally:
            emulator.terminate()
            emulator.wait()
    judge(settings, report, seen)


def chaos(settings, draw, work, folder, service):
    environment = os.environ | service | {
        "DOCFERRY_LEDGER": str(work / "ledger.sqlite3"),
        "DOCFERRY_CACHE": str(work / "cache"),
    }  # fmt: skip
    command = command_of(settings.provider, folder, work / "chunks.jsonl")
    print(f"seed {settings.seed}; {settings.files} files")
    interrupted = kill_runs(command, environment, kills=settings.kills, draw=draw)
    print(f"killed {settings.kills} times, {interrupted} of them at work")
    last = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    report = json.loads(last.stderr.strip().splitlines()[-1])
    return report, counters(service, settings.provider)


def judge(settings, report, seen):
    per_file = seen["submissions"]
    unknown = [failure for failure in report["failed"] if failure["error"] == "SubmissionUnknownError"]
    others = [failure for failure in report["failed"] if failure not in unknown]
    print(f"delivered {len(report['succeeded'])}, unknown {len(unknown)}, otherwise failed {len(others)}")
    print(
        f"submissions: {sum(per_file.values())} of {len(per_file)} files, "
        f"at most {max(per_file.values())} each"
    )
    assert not others, others
    assert len(report["succeeded"]) + len(unknown) == settings.files
    assert max(per_file.values()) == 1, "a file was submitted twice"
    print("every file was delivered or reported; none was submitted twice")


if __name__ == "__main__":
    main()
