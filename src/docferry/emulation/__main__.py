"""The process of `EmulatorProcess`.

One order comes in as a line of JSON, one answer goes out, and when standard input ends, so does the process.
"""

import json
import sys

from docferry.emulation.finding import load_emulator
from docferry.emulation.server import EmulatorServer
from docferry.emulation.settings import EmulatorSettings
from docferry.errors import DocferryError

__all__ = ["main"]


def main() -> int:
    """Serve until standard input ends; returns the exit code."""
    order = json.loads(sys.stdin.readline())
    try:
        settings = EmulatorSettings.model_validate(order["settings"])
        services = [load_emulator(name, settings) for name in order["names"]]
        server = EmulatorServer(*services, port=order["port"])
        server.start()
    except DocferryError as error:
        _answer({"error": str(error)})
        return 1
    origins = {service.name: service.state.origins[0] for service in services}
    _answer({"environment": server.environment, "origins": origins})
    sys.stdin.read()
    server.stop()
    return 0


def _answer(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
