"""The options of provider echo."""

import difflib
from typing import Annotated

import pydantic

from docferry import errors
from docferry.errors import ProviderError, SourceError
from docferry.provider import ProviderOptions

__all__ = ["ERROR_KINDS", "EchoOptions"]

ERROR_KINDS = {
    name: kind
    for name, kind in ((name, getattr(errors, name)) for name in errors.__all__)
    if issubclass(kind, (SourceError, ProviderError))
}
"""The errors that can be asked for, by the name of their class: all about sources and all about services."""


def _known_error(name: str) -> str:
    if name and name not in ERROR_KINDS:
        close = difflib.get_close_matches(name, ERROR_KINDS, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(ERROR_KINDS))}"
        raise ValueError(f"docferry has no such error about a source or a service; {advice}")
    return name


class EchoOptions(ProviderOptions):
    """What can be set for an echo."""

    boxes: bool = True
    """Whether elements say where on the page they stand. Without it they name their page only."""

    error: Annotated[str, pydantic.AfterValidator(_known_error)] = ""
    """Name of a class of docferry.errors, such as CorruptSourceError: every source then fails with it. A line
    "@error NAME" in a text does the same for that text alone."""

    password: pydantic.SecretStr | None = None
    """Opens texts that have a line "@password WORD". Texts without one ignore it."""

    seconds_per_page: Annotated[float, pydantic.Field(ge=0, json_schema_extra={"semantic": False})] = 0.0
    """How long to wait at each page, in seconds: for seeing progress, cancellation and look-ahead."""
