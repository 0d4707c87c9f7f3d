"""Keeps secrets out of what is stored: the last guard, should a caller or a service hand one over."""

import re

from docferry.errors import DocferryError

__all__ = ["describe_error", "redact", "redact_source_name"]

MAX_MESSAGE_CHARACTERS = 1000

_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?:[^\s/?#@\"'<>]*@)?(?P<place>[^\s?#\"'<>]*)(?:[?#][^\s\"'<>]*)?",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<name>bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_NAMED = re.compile(
    r"(?P<name>api[_-]?key|access[_-]?key|token|secret|signature|password|authorization)"
    r"(?P<sign>[\"']?\s*[=:]\s*[\"']?)(?!bearer\b|basic\b)[^\s\"',;&]+",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """The text without credentials and queries of addresses, and without what looks like a named secret.

    Characters that have no UTF-8 form, as in file names of another encoding, are written as escapes.
    """
    text = _ADDRESS.sub(r"\g<scheme>\g<place>", text)
    text = _BEARER.sub(r"\g<name> ***", text)
    text = _NAMED.sub(r"\g<name>\g<sign>***", text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def redact_source_name(name: str) -> str:
    """A source's name as it is stored: an address without credentials and query, any other name as it is."""
    is_address = name.lower().startswith(("http://", "https://"))
    name = _ADDRESS.sub(r"\g<scheme>\g<place>", name) if is_address else name
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def describe_error(error: Exception) -> tuple[str, str]:
    """Name of an error's class, and its message with the next step but without the source's name.

    The message of an error that is not docferry's own is left out: nobody promised that it holds no secret.
    """
    if not isinstance(error, DocferryError):
        return type(error).__name__, ""
    message = f"{error.message}; {error.next_step}" if error.next_step else error.message
    return type(error).__name__, redact(message)[:MAX_MESSAGE_CHARACTERS]
