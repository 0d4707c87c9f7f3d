"""Arguments of the command line as the values that the library takes."""

import sys
from collections.abc import Mapping, Sequence

from docferry.chunking import ChunkSettings, load_tokenizer
from docferry.errors import ConfigurationError, InvalidOptionsError
from docferry.model import PageSelection
from docferry.sources import Source, SourceInput

__all__ = [
    "STANDARD_INPUT",
    "read_chunking",
    "read_headers",
    "read_inputs",
    "read_options",
    "read_pages",
]

STANDARD_INPUT = "-"


def read_options(pairs: Sequence[str]) -> Mapping[str, str]:
    """A provider's options from "KEY=VALUE".

    Raises:
        InvalidOptionsError: One has no sign, or is there twice.
    """
    options: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (sign and name.strip()):
            # The pair is not repeated here: it may be a secret whose name was forgotten.
            raise InvalidOptionsError("an --option is not KEY=VALUE", next_step="give --option KEY=VALUE")
        if name.strip() in options:
            raise InvalidOptionsError(f"--option {name.strip()} is given twice", next_step="give it once")
        options[name.strip()] = value
    return options


def read_headers(pairs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Request headers from "NAME:VALUE".

    Raises:
        InvalidOptionsError: One is none; the message does not repeat it.
    """
    headers: list[tuple[str, str]] = []
    for pair in pairs:
        name, sign, value = pair.partition(":")
        is_header = sign and name.strip().isascii() and not set(name.strip()) & set(" \t\r\n")
        if not (is_header and name.strip() and value.strip().isprintable()):
            raise InvalidOptionsError("a --header is not NAME:VALUE", next_step="give --header NAME:VALUE")
        headers.append((name.strip(), value.strip()))
    return tuple(headers)


def read_pages(text: str) -> PageSelection | None:
    """A page selection; None for an empty text.

    Raises:
        InvalidOptionsError: It is none.
    """
    if not text:
        return None
    try:
        return PageSelection.parse(text)
    except ValueError as error:
        raise InvalidOptionsError(
            f"--pages: {error}", next_step="give pages from 1 on and ranges, with commas"
        ) from error


def read_chunking(*, max_tokens: int | None, encoding: str) -> ChunkSettings:
    """How documents are cut.

    Args:
        max_tokens: Budget of a chunk; None for the usual one.
        encoding: Name of the encoding that counts tokens; empty for the usual one.

    Raises:
        InvalidOptionsError: The budget is too small, or there is no such encoding.
        TokenizerUnavailableError: The encoding's vocabulary is not to be had.
    """
    usual = ChunkSettings()
    settings = ChunkSettings(
        max_tokens=usual.max_tokens if max_tokens is None else max_tokens,
        encoding=encoding or usual.encoding,
    )
    load_tokenizer(settings.encoding)  # a wrong name shall end the run before the first document is paid for
    return settings


def read_inputs(sources: Sequence[str], *, stdin_name: str) -> list[SourceInput]:
    """The sources that arguments name, "-" being standard input, which is read here.

    Raises:
        InvalidOptionsError: Standard input is there twice.
        ConfigurationError: Standard input is a terminal.
    """
    if sources.count(STANDARD_INPUT) > 1:
        raise InvalidOptionsError("standard input can be read only once", next_step="give one -")
    return [
        Source(name=stdin_name, origin=_read_standard_input()) if source == STANDARD_INPUT else source
        for source in sources
    ]


def _read_standard_input() -> bytes:
    if sys.stdin.isatty():
        raise ConfigurationError(
            "standard input is a terminal",
            next_step="send it a document, as in: docferry parse - < report.pdf",
        )
    return sys.stdin.buffer.read()
