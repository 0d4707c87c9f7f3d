"""Names of sources and files: what may be shown, stored and sent."""

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

from docferry.sources.media_types import media_type_of_suffix, suffixes_of

__all__ = ["fitting_file_name", "is_url", "last_part", "public_address", "storable_text", "suffix_of"]

_URL = re.compile(r"https?://", re.IGNORECASE)
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")
_MAX_NAME_BYTES = 200
_MAX_SUFFIX_BYTES = 20


def is_url(text: str) -> bool:
    """Whether the text is an http or https address."""
    return _URL.match(text) is not None


def public_address(address: str) -> str:
    """The address without user, password, query and fragment; any text goes, nothing raises."""
    scheme, mark, rest = re.split(r"[?#]", address, maxsplit=1)[0].partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"


def storable_text(text: str) -> str:
    r"""The text with lone surrogates written as \uNNNN, so that it can be hashed, stored and sent.

    File names on POSIX systems are bytes; Python spells those that are no UTF-8 as lone surrogates, which no
    encoder accepts.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def last_part(name: str) -> str:
    """The file name at the end of a path, URL or other name.

    Returns:
        At most 200 bytes of UTF-8 without separators and control characters; empty when there is none.
    """
    text = unquote(_url_path(name)) if is_url(name) else name
    part = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    cleaned = _CONTROL_CHARACTERS.sub("_", storable_text(part)).strip()
    return "" if cleaned in {"", ".", ".."} else _shortened(cleaned)


def suffix_of(file_name: str) -> str:
    """The suffix, lower case with the dot, or an empty string."""
    return PurePosixPath(file_name).suffix.lower()


def fitting_file_name(name: str, *, media_type: str) -> str:
    """A file name for that content.

    Args:
        name: Name of a source: a path, a URL or anything else.
        media_type: What the file holds.

    Returns:
        The last part of the name. A suffix that fits the content stays; one that belongs to another kind of
        file is replaced; behind anything else the usual suffix is added. Content of no known kind keeps the
        name as it is.
    """
    file_name = last_part(name) or "document"
    fitting = suffixes_of(media_type)
    suffix = suffix_of(file_name)
    if not fitting or suffix in fitting:
        return file_name
    stem = file_name[: -len(suffix)] if media_type_of_suffix(suffix) else file_name
    return f"{stem}{fitting[0]}"


def _url_path(address: str) -> str:
    return public_address(address).partition("://")[2].partition("/")[2]


def _shortened(file_name: str) -> str:
    if len(file_name.encode()) <= _MAX_NAME_BYTES:
        return file_name
    suffix = PurePosixPath(file_name).suffix.encode()[:_MAX_SUFFIX_BYTES]
    stem = PurePosixPath(file_name).stem.encode()[: _MAX_NAME_BYTES - len(suffix)]
    return (stem.decode("utf-8", "ignore") + suffix.decode("utf-8", "ignore")).strip()
