"""Runs command lines beside test plugins: in this process, in one of their own, and on a terminal."""

import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import textwrap
import time
from pathlib import Path

import pytest
from depot_service import running_depot

import docferry.cli.app

COMMAND = str(Path(sys.executable).with_name("docferry"))
LIMIT_SECONDS = 60
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

SPECIMENS = Path(__file__).with_name("specimens")
DEPOT_PLUGIN = Path(__file__).resolve().parents[1] / "support" / "depot_plugin.py"


@pytest.fixture
def plugins(tmp_path_factory):
    """Installs plugins into a folder for the command's path; `paged` is there from the start."""
    folder = tmp_path_factory.mktemp("site")

    def install(name, text, *, version="1.2.3"):
        (folder / f"specimen_{name}.py").write_text(textwrap.dedent(text))
        about = folder / f"docferry_{name}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: docferry-{name}\nVersion: {version}\n")
        (about / "entry_points.txt").write_text(f"[docferry]\n{name} = specimen_{name}\n")

    install("paged", (SPECIMENS / "paged.py").read_text(encoding="utf-8"))
    install.folder = folder
    return install


@pytest.fixture
def environment(plugins):
    """What the command's process gets: the plugins of the test, and no settings of whoever runs the tests."""
    inherited = ("PATH", "HOME", "TMPDIR", "TIKTOKEN_CACHE_DIR")
    kept = {name: os.environ[name] for name in inherited if name in os.environ}
    return {**kept, "PYTHONPATH": str(plugins.folder), "LANG": "C.UTF-8", "TERM": "xterm-256color"}


@pytest.fixture
def depot(plugins, environment, monkeypatch, tmp_path_factory):
    """A remote service on loopback with its provider `depot`; ledger and cache are the test's own."""
    plugins("depot", DEPOT_PLUGIN.read_text(encoding="utf-8"))
    books = tmp_path_factory.mktemp("books")
    with running_depot() as service:
        variables = {
            "DEPOT_BASE_URL": service.base_url,
            "DEPOT_API_KEY": "key-1",
            "DOCFERRY_LEDGER": str(books / "ledger.sqlite3"),
            "DOCFERRY_CACHE": str(books / "cache"),
        }
        environment.update(variables)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        service.books = books
        yield service


@pytest.fixture
def folder(tmp_path):
    """The folder in which the command runs."""
    return tmp_path


@pytest.fixture
def pages(folder):
    """Writes a file for the provider `paged` from the texts of its pages, and returns its name."""

    def write(name, *texts):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\f".join(texts), encoding="utf-8")
        return name

    return write


@pytest.fixture
def run(folder, plugins, monkeypatch, capsysbinary):
    """Runs a command line to its end in this process, which is quicker; texts come back as str."""
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(plugins.folder))

    def run(*arguments, stdin=b"", **variables):
        capsysbinary.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            for name, value in variables.items():
                patch.setenv(name, value)
            code = docferry.cli.app.run([str(argument) for argument in arguments])
        output, messages = capsysbinary.readouterr()
        return Finished(code, output.decode(), messages.decode())

    yield run
    for name in [name for name in sys.modules if name.startswith("specimen_")]:
        del sys.modules[name]


@pytest.fixture
def run_installed(folder, environment):
    """Runs the installed command to its end in a process of its own, without a terminal."""

    def run(*arguments, stdin=b"", **variables):
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=folder,
            env={**environment, **variables},
            timeout=LIMIT_SECONDS,
            check=False,
        )
        return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def start(folder, environment):
    """Starts the command without a terminal and hands out the process, which ends with the test."""
    processes = []

    def start(*arguments):
        process = subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def terminal(folder, environment):
    """Starts the command on a terminal of 100 columns."""
    screens = []

    def start(*arguments, columns=100):
        screens.append(Screen(arguments, cwd=folder, env=environment, columns=columns))
        return screens[-1]

    yield start
    for screen in screens:
        screen.close()


class Finished:
    """How a command ended."""

    def __init__(self, code, output, messages):
        self.code = code
        self.output = output
        self.messages = messages

    @property
    def lines(self):
        return self.messages.splitlines()


class Screen:
    """A process on a pseudo terminal, and everything it wrote there."""

    def __init__(self, arguments, *, cwd, env, columns):
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        self._raw = b""

    @property
    def raw(self):
        return self._raw.decode(errors="replace")

    @property
    def text(self):
        """All that was written, without colours and movements; what was wiped out again is in it too."""
        return ESCAPES.sub("", self.raw).replace("\r", "\n")

    def wait_for(self, words):
        """Read until the words were written."""
        self._read(until=lambda: words in self.text)
        assert words in self.text, self.text

    def finish(self):
        """Read until the command ends, and return its exit code."""
        self._read(until=lambda: False)
        return self.process.wait(timeout=LIMIT_SECONDS)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def _read(self, *, until):
        deadline = time.monotonic() + LIMIT_SECONDS
        while not until() and time.monotonic() < deadline:
            ready, _, _ = select.select([self._master], [], [], 1)
            if not ready:
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return
            if not data:
                return
            self._raw += data
