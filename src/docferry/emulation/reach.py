"""How far an emulator reaches: it downloads from this machine and calls back to it, and goes nowhere else."""

from ipaddress import ip_address
from urllib.parse import urlsplit

__all__ = ["is_of_this_machine"]


def is_of_this_machine(url: str) -> bool:
    """Whether an address leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
