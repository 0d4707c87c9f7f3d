"""An emulator in a process of its own, and what a test asks it there."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self, cast

from docferry.emulation.control import CONTROL_PATH
from docferry.emulation.faults import FaultRule
from docferry.emulation.settings import EmulatorSettings
from docferry.errors import ConfigurationError

__all__ = ["EmulatorControl", "EmulatorProcess"]

PATIENCE_SECONDS = 30.0


class EmulatorControl:
    """Asks a running emulator besides the vendor's protocol. Every call blocks.

    Args:
        origin: Scheme, host and port of the first app of the service, such as "http://127.0.0.1:8900".
    """

    def __init__(self, origin: str) -> None:
        self._address = origin.rstrip("/") + CONTROL_PATH
        # Proxies of the environment must not get between two processes of one machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def counters(self) -> dict[str, Any]:
        """The counts so far, as `Counters.as_json` writes them."""
        return cast("dict[str, Any]", self._ask("counters"))

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs in the order made: id, group, file_name, sha256, pages, state, is_lost and times."""
        return cast("list[dict[str, Any]]", self._ask("jobs"))

    def use_faults(self, rules: Iterable[FaultRule]) -> None:
        """Put another fault script in the place of the present one.

        Raises:
            HTTPError: A rule is about a kind of request that the service does not have.
        """
        body = json.dumps([rule.model_dump(mode="json", exclude_defaults=True) for rule in rules])
        self._ask("faults", body=body)

    def _ask(self, path: str, *, body: str | None = None) -> object:
        request = urllib.request.Request(  # noqa: S310 - the address is a loopback origin
            f"{self._address}/{path}",
            data=None if body is None else body.encode(),
            method="GET" if body is None else "PUT",
        )
        with self._opener.open(request, timeout=PATIENCE_SECONDS) as response:
            return json.load(response)


class EmulatorProcess:
    """Emulators in a process of their own, from `start` to `stop` or for the length of a `with` block.

    The process ends by itself when its owner ends, however that happens: it watches its standard input.

    Args:
        names: Provider names.
        settings: How to set all of them up; its clock stays behind.
        port: As for `EmulatorServer`.
    """

    def __init__(
        self, names: Sequence[str], *, settings: EmulatorSettings | None = None, port: int = 0
    ) -> None:
        self._order = {
            "names": list(names),
            "port": port,
            "settings": (settings or EmulatorSettings()).model_dump(mode="json"),
        }
        self._process: subprocess.Popen[str] | None = None
        self._controls: dict[str, EmulatorControl] = {}
        self.environment: dict[str, str] = {}

    @property
    def pid(self) -> int:
        """Process id while it runs, else 0."""
        return self._process.pid if self._process else 0

    def control(self, name: str) -> EmulatorControl:
        """What to ask the emulator of that provider."""
        return self._controls[name]

    def start(self) -> None:
        """Start the process, and wait until it listens.

        Raises:
            ConfigurationError: It does not; the message is its own.
        """
        process = subprocess.Popen(
            [sys.executable, "-m", "docferry.emulation"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._process = process
        if process.stdin is None or process.stdout is None:
            raise AssertionError("pipes were asked for")
        process.stdin.write(json.dumps(self._order) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        answer: dict[str, object] = json.loads(line) if line else {"error": "the emulator's process ended"}
        if "error" in answer:
            self.stop()
            raise ConfigurationError(str(answer["error"]))
        self.environment = cast("dict[str, str]", answer["environment"])
        origins = cast("dict[str, str]", answer["origins"])
        self._controls = {name: EmulatorControl(origin) for name, origin in origins.items()}

    def stop(self) -> None:
        """End the process, and wait for its end. Stopping again does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.communicate()  # closes its standard input, which is the sign to end

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
