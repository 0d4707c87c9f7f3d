"""Jobs: ours and the peers' against what the service itself needs, over the emulator of MinerU, in one run.

    make bench-jobs

A row is `name | makespan | processor | polls a batch | downloads | connections | requests`. The makespan is a
ratio against the ideal: files times latency through the service's places. Processor time is a ratio against
the vendor's SDK, for each file. Every client and every emulator is a process of its own. Clients that parse
one file after the other get fewer files, and an ideal to go with that. The peers live in the environment of
`make test-vendors`; without it they are left out.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from docferry.emulation import EmulatorProcess, EmulatorSettings

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parent / ".venv-vendors" / "mineru" / "bin" / "python"
OURS, READER, SDK = (
    "docferry, sources to Documents",
    "docferry, MineruReader with chunks",
    "mineru-open-sdk, extract_batch",
)
ONE_BY_ONE = ("langchain-mineru, MinerULoader", "llama-index-readers-mineru, MinerUReader")
MAX_MAKESPAN, MAX_POLLS, MAX_CONNECTIONS, MAX_CPU = 1.05, 30, 16, 0.2


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a client needed.

    Args:
        name: The client.
        n_files: Files it was given.
        ideal: Seconds that the service needs for them.
        seconds: Seconds it took.
        cpu: Its processor seconds.
        documents: Files that arrived.
        requests: Requests by kind.
        connections: Most connections that were open at once.
    """

    name: str
    n_files: int
    ideal: float
    seconds: float
    cpu: float
    documents: int
    requests: dict[str, int]
    connections: int

    @property
    def polls(self) -> float:
        """Polls of a batch."""
        batches = self.requests.get("upload_urls", 0) or 1
        return self.requests.get("poll_batch", 0) / batches

    @property
    def downloads(self) -> int:
        """Archives downloaded."""
        return self.requests.get("asset", 0)


def main() -> int:
    """Run all clients, print the table, and hold docferry to its targets."""
    arguments = read_arguments()
    print(f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} processors")
    print(
        f"{arguments.files} files of {arguments.size_bytes / 1e6:.1f} MB, results of {arguments.pages} "
        f"pages, latency {arguments.latency:g} s, {arguments.places} at once\n"
    )
    with tempfile.TemporaryDirectory() as name:
        folders = {count: Path(name, str(count)) for count in (arguments.files, arguments.few)}
        for count, folder in folders.items():
            make_files(folder, count, arguments)
        rows = [run(client, folders[count], arguments) for client, count in chosen_clients(arguments)]
    print_rows(rows)
    return judge(rows)


def read_arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--few", type=int, default=20, help="files for clients that parse one by one")
    parser.add_argument("--size-bytes", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--places", type=int, default=10)
    parser.add_argument("--peers-python", type=Path, default=PEERS_PYTHON)
    parser.add_argument("--only", action="append", default=[], help="part of a client's name")
    return parser.parse_args()


def chosen_clients(arguments: argparse.Namespace) -> list[tuple[str, int]]:
    """Clients, and how many files each gets."""
    clients = [(name, arguments.files) for name in (OURS, READER)]
    if arguments.peers_python.exists():
        clients += [(SDK, arguments.files), *((name, arguments.few) for name in ONE_BY_ONE)]
    else:
        print(f"no peers: {arguments.peers_python} is missing; make test-vendors makes it\n")
    return [
        client
        for client in clients
        if not arguments.only or any(part in client[0] for part in arguments.only)
    ]


def run(client: str, folder: Path, arguments: argparse.Namespace) -> Row:
    """Run a client in a process of its own, over an emulator in another."""
    n_files = len(list(folder.iterdir()))
    is_ours = client in {OURS, READER}
    python = sys.executable if is_ours else str(arguments.peers_python)
    with make_emulator(arguments) as emulator, tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            **emulator.environment,
            "HOME": home,
            "NO_PROXY": "127.0.0.1",
            "DOCFERRY_LEDGER": f"{home}/ledger.sqlite3",
            "DOCFERRY_CACHE": f"{home}/payloads",
        }
        command = [python, str(HERE / "jobs_clients.py"), client, str(folder)]
        done = subprocess.run(  # noqa: S603 - this interpreter, or the peers'
            command, env=environment, stdout=subprocess.PIPE, check=True
        )
        figures = json.loads(done.stdout)
        counters = emulator.control("mineru").counters()
    return Row(
        name=client,
        n_files=n_files,
        ideal=n_files * arguments.latency / arguments.places,
        requests=counters["requests"],
        connections=counters["most_connections"],
        **figures,
    )


def make_emulator(arguments: argparse.Namespace) -> EmulatorProcess:
    """The service."""
    settings = EmulatorSettings(
        canned_pages=arguments.pages,
        queue_seconds=0,
        work_seconds=arguments.latency,
        seconds_per_page=0,
        requests_per_second=0,
        concurrency=arguments.places,
    )
    return EmulatorProcess(["mineru"], settings=settings)


def make_files(folder: Path, count: int, arguments: argparse.Namespace) -> None:
    """PDFs of the size and the number of pages wanted, all different."""
    folder.mkdir()
    for number in range(count):
        ballast = random.Random(number).randbytes(arguments.size_bytes)  # noqa: S311 - ballast
        (folder / f"report-{number:03}.pdf").write_bytes(make_pdf(arguments.pages, ballast))


def make_pdf(n_pages: int, ballast: bytes) -> bytes:
    """A PDF with empty pages, and a stream that no page uses."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(n_pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {n_pages}/Kids[{kids}]/MediaBox[0 0 595 842]>>".encode(),
        *[b"<</Type/Page/Parent 2 0 R>>"] * n_pages,
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(ballast), ballast),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n" % (size, table, size)
    return body + head + b"startxref\n%d\n%%%%EOF\n" % len(body)


def print_rows(rows: list[Row]) -> None:
    """Print the table."""
    base = next((row for row in rows if row.name == SDK), None)
    print("name | makespan / ideal | processor / SDK | polls a batch | downloads | connections | requests")
    print("--- | --- | --- | --- | --- | --- | ---")
    for row in rows:
        share = f"{row.cpu / row.n_files / (base.cpu / base.n_files):.2f}" if base else ""
        few = "" if row.n_files == rows[0].n_files else f" ({row.n_files} files)"
        print(
            f"{row.name}{few} | {row.seconds / row.ideal:.2f} | {share} ({row.cpu:.2f} s) | "
            f"{row.polls:.0f} | {row.downloads} | {row.connections} | {sum(row.requests.values())}"
        )


def judge(rows: list[Row]) -> int:
    """Hold our first row to the targets; the exit code says whether it meets them all."""
    ours = next((row for row in rows if row.name == OURS), None)
    base = next((row for row in rows if row.name == SDK), None)
    if ours is None:
        return 0
    targets = [
        (f"makespan at most {MAX_MAKESPAN} of the ideal", ours.seconds <= MAX_MAKESPAN * ours.ideal),
        (f"every file once: {ours.n_files} documents", ours.documents == ours.n_files),
        (f"{ours.n_files} downloads", ours.downloads == ours.n_files),
        (f"at most {MAX_POLLS} polls a batch", ours.polls <= MAX_POLLS),
        (f"at most {MAX_CONNECTIONS} connections", ours.connections <= MAX_CONNECTIONS),
    ]
    if base is not None:
        targets.append((f"at most {MAX_CPU} of the SDK's processor time", ours.cpu <= MAX_CPU * base.cpu))
    print()
    for words, is_met in targets:
        print(f"{'met' if is_met else 'MISSED'}: {words}")
    return 0 if all(is_met for _, is_met in targets) else 1


if __name__ == "__main__":
    sys.exit(main())
