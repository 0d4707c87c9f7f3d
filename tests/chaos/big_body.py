"""Sends 200 MB through an emulator and watches the memory of the client's process. Run by `make chaos`."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import documents
import kill_and_rerun

import docferry
from docferry.provider import JobSettings

ALLOWED_MIB = 16
MIB = 1024 * 1024


def grow(path, size_bytes):
    """Put an unused object of random bytes into a PDF, so that it is as large as asked."""
    body = path.read_bytes()
    start = body.rindex(b"startxref")
    with path.open("wb") as stream:
        stream.write(body[:start])
        stream.write(b"%")
        left = size_bytes - len(body) - 8
        while left > 0:
            part = os.urandom(min(MIB, left)).replace(b"\n", b"x").replace(b"\r", b"x").replace(b"%", b"x")
            stream.write(part)
            left -= len(part)
        stream.write(b"\n")
        stream.write(body[start:])


def peak_mib():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def now_mib():
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--provider", default="somark")
    parser.add_argument("--megabytes", type=int, default=199)
    settings = parser.parse_args()
    emulator, service = kill_and_rerun.start_emulator(settings.provider)
    os.environ.update(service)
    try:
        with tempfile.TemporaryDirectory() as name:
            measure(settings, Path(name))
    finally:
        emulator.terminate()
        emulator.wait()


def measure(settings, work):
    (work / "small").mkdir()
    (work / "big").mkdir()
    small = documents.text_pdf(work / "small", pages=2)
    big = documents.text_pdf(work / "big", pages=2)
    grow(big, settings.megabytes * 1_000_000)
    jobs = JobSettings(ledger=work / "ledger.sqlite3", cache=work / "cache")
    ingestor = docferry.Ingestor(provider=settings.provider, jobs=jobs, chunking=None)
    assert next(ingestor.run(str(small))).is_success
    idle = now_mib()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew from here
    outcome = next(ingestor.run(str(big)))
    assert outcome.is_success, outcome.error
    grown = peak_mib() - idle
    print(f"{big.stat().st_size / MIB:.0f} MiB sent; idle {idle:.1f} MiB, peak {grown:+.1f} MiB above it")
    assert grown <= ALLOWED_MIB, "memory grows with the file"


if __name__ == "__main__":
    main()
