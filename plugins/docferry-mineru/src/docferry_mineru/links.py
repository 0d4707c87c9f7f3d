"""Sources that the service downloads itself: the address stands for a file that never comes here."""

import hashlib
import ipaddress
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit, urlunsplit

from docferry.sources import Source, SourceFile, Url

__all__ = ["address_of", "is_private", "link_of", "suffix_of"]


def address_of(source: Source) -> str:
    """The address of a source on the web; empty for other sources."""
    return source.origin.address if isinstance(source.origin, Url) else ""


def link_of(source: Source) -> SourceFile:
    """What stands for a source on the web.

    The fingerprint is that of the address without its query, which may hold a signature that differs each
    time, and without its fragment.
    """
    address = address_of(source)
    parts = urlsplit(address)
    plain = urlunsplit((parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower(), parts.path, "", ""))
    return SourceFile.unseen(
        name=source.name,
        file_name=PurePosixPath(unquote(parts.path)).name or "page.html",
        fingerprint=f"sha256:{hashlib.sha256(plain.encode()).hexdigest()}",
        address=address,
    )


def suffix_of(address: str) -> str:
    """Suffix of what is at an address, lower case with the dot; empty when its path has none."""
    return PurePosixPath(unquote(urlsplit(address).path)).suffix.lower()


def is_private(address: str) -> bool:
    """Whether an address can only be reached from here: this machine, or a network of its own."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost", ".lan"))
