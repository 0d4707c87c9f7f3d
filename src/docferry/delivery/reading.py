"""Settings from what a caller, or a reader written out as JSON, gives."""

from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from docferry.chunking import ChunkSettings, Split
from docferry.errors import InvalidOptionsError
from docferry.model import PageSelection

__all__ = ["choose_provider", "chunking_as_values", "read_choice", "read_chunking", "read_pages"]

DEFAULT_PROVIDER = "local"

Choice = TypeVar("Choice", bound=StrEnum)


def choose_provider(given: str | None, *, fixed: str) -> str:
    """The provider of a loader or reader.

    Args:
        given: What the caller asked for, or None.
        fixed: What the class fixes, or an empty string.

    Raises:
        InvalidOptionsError: The class is made for another provider than the one asked for.
    """
    if fixed and given not in (None, fixed):
        raise InvalidOptionsError(
            f"this class is made for provider {fixed}, not {given}",
            next_step="use DocferryLoader or DocferryReader to name any provider",
        )
    return fixed or given or DEFAULT_PROVIDER


def read_chunking(
    given: ChunkSettings | Mapping[str, Any] | None, *, split: Split | str | None = None
) -> ChunkSettings:
    """Chunk settings from what a caller, or a serialised reader, gives.

    Raises:
        InvalidOptionsError: A name or value is wrong.
    """
    settings = given if isinstance(given, ChunkSettings) else _chunking_from_values(given or {})
    return settings if split is None else replace(settings, split=read_choice(Split, split, name="split"))


def chunking_as_values(settings: ChunkSettings) -> dict[str, str | int | bool]:
    """Chunk settings as JSON values; a tokenizer of the caller's own is given by its name."""
    values: dict[str, Any] = {field.name: getattr(settings, field.name) for field in fields(settings)}
    encoding = settings.encoding
    values["encoding"] = encoding if isinstance(encoding, str) else encoding.name
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in values.items()}


def read_choice(choices: type[Choice], given: str, *, name: str) -> Choice:
    """One of a few words.

    Raises:
        InvalidOptionsError: It is another word; the message lists the right ones.
    """
    try:
        return choices(given)
    except ValueError:
        words = ", ".join(choice.value for choice in choices)
        raise InvalidOptionsError(f"{name} is '{given}'", next_step=f"use one of: {words}") from None


def read_pages(given: PageSelection | str | None) -> PageSelection | None:
    """A page selection, also from text such as "1-3,7,10-".

    Raises:
        InvalidOptionsError: The text is no page selection.
    """
    if not isinstance(given, str):
        return given
    try:
        return PageSelection.parse(given)
    except ValueError as error:
        raise InvalidOptionsError(str(error), next_step="correct the pages") from error


def _chunking_from_values(values: Mapping[str, Any]) -> ChunkSettings:
    read: dict[str, Any] = dict(values)
    for field in fields(ChunkSettings):
        if isinstance(field.default, StrEnum) and field.name in read:
            read[field.name] = read_choice(type(field.default), read[field.name], name=field.name)
    try:
        return ChunkSettings(**read)
    except TypeError as error:
        raise InvalidOptionsError("chunking has an unknown setting", next_step="use ChunkSettings") from error
