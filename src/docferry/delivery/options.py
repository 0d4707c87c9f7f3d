"""A provider's options as a caller gives them, and as they may be written out."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias, cast

import pydantic
import pydantic_core

from docferry.errors import InvalidOptionsError
from docferry.model import ProviderInfo
from docferry.provider import ProviderOptions, read_options

__all__ = ["OptionsInput", "given_options", "options_type_of", "without_secrets"]

OptionsInput: TypeAlias = Mapping[str, object] | ProviderOptions | None
"""An instance of the provider's options class, or names with values."""

_SECRETS = (pydantic.SecretStr, pydantic.SecretBytes)


def options_type_of(info: ProviderInfo) -> type[ProviderOptions]:
    """The class of a provider's options; the plugin room checked that it is one."""
    return info.options_type


def given_options(
    options: OptionsInput, values: Mapping[str, object], *, info: ProviderInfo
) -> dict[str, object]:
    """The options that a caller gave, by name and unchecked; values may be secrets.

    Args:
        options: An instance or a mapping.
        values: More of them by name; None counts as not given.
        info: Card of the provider.

    Raises:
        InvalidOptionsError: The instance belongs to another provider, or an option is given twice.
    """
    if isinstance(options, ProviderOptions):
        own = read_options(options_type_of(info), options, provider=info.name)
        given = {name: cast("object", getattr(own, name)) for name in own.model_fields_set}
    else:
        given = dict(options or {})
    named = {name: value for name, value in values.items() if value is not None}
    twice = sorted(given.keys() & named.keys())
    if twice:
        raise InvalidOptionsError(f"option '{twice[0]}' is given twice", next_step="give it once")
    return given | named


def without_secrets(value: object) -> object:
    """The value as JSON values, with every secret left out, however deep it sits."""
    if isinstance(value, pydantic.BaseModel):
        return without_secrets({name: getattr(value, name) for name in value.model_fields_set})
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {name: without_secrets(held) for name, held in items if not isinstance(held, _SECRETS)}
    if isinstance(value, list | tuple | set | frozenset):
        members = cast("Iterable[object]", value)
        return [without_secrets(member) for member in members if not isinstance(member, _SECRETS)]
    return cast("object", pydantic_core.to_jsonable_python(value))
