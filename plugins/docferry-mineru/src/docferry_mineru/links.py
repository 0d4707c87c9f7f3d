"""Sources that the service downloads itself: the address stands for a file that never comes here."""

import hashlib
import ipaddress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit, urlunsplit

from docferry.sources import Source, SourceFile, Url

__all__ = ["LinkedFile", "address_of", "is_private", "link_of", "suffix_of"]

LINK_MEDIA_TYPE = "text/uri-list"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFile(SourceFile):
    """A file at an address that only the service opens; its bytes are empty here.

    Args:
        address: The whole address; its query may hold a signature.
    """

    address: str = field(repr=False)


def address_of(source: Source) -> str:
    """The address of a source on the web; empty for other sources."""
    return source.origin.address if isinstance(source.origin, Url) else ""


def link_of(source: Source) -> LinkedFile:
    """What stands for a source on the web.

    The fingerprint is that of the address without its query, which may hold a signature that differs each
    time, and without its fragment.
    """
    address = address_of(source)
    parts = urlsplit(address)
    plain = urlunsplit((parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower(), parts.path, "", ""))
    return LinkedFile(
        name=source.name,
        file_name=PurePosixPath(unquote(parts.path)).name or "page.html",
        media_type=LINK_MEDIA_TYPE,
        size_bytes=0,
        fingerprint=f"sha256:{hashlib.sha256(plain.encode()).hexdigest()}",
        content=b"",
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
