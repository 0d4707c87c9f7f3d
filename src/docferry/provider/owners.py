"""Names under which processes hold leases, and whether such a process is surely dead.

A lease lapses by itself; knowing that its owner died only saves waiting for that.
"""

import hashlib
import os
import secrets
import socket
from pathlib import Path

__all__ = ["is_gone", "name_process"]

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PROCESS_NAMESPACE = Path("/proc/self/ns/pid")
PLACE_DIGITS = 12


def name_process() -> str:
    """A name for this process that no other process ever has, also not one with the same number."""
    return f"{_place()}-{os.getpid()}-{secrets.token_hex(8)}"


def is_gone(owner: str) -> bool:
    """Whether the process of that name no longer runs; False also where that cannot be told.

    It can be told of processes on this machine, since its start, that share our process numbers: not across
    containers.
    """
    place, _, rest = owner.partition("-")
    number = rest.partition("-")[0]
    # Elsewhere than on POSIX systems, signal 0 is no mere question.
    if os.name != "posix" or place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _place() -> str:
    """The machine, its start and its numbering of processes."""
    try:
        marks = [BOOT_ID.read_text(encoding="ascii"), str(PROCESS_NAMESPACE.stat().st_ino)]
    except OSError:
        marks = [socket.gethostname()]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:PLACE_DIGITS]
