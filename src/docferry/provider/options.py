"""A provider's knobs as a typed class."""

import difflib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast, get_args

import pydantic

from docferry.errors import InvalidOptionsError

__all__ = ["ProviderOptions", "read_options"]


class ProviderOptions(pydantic.BaseModel):
    """Base of every provider's options. Subclass it with one documented field per knob.

    A field that does not change what the service returns (a time-out, a batch size) is marked with
    `json_schema_extra={"semantic": False}`: such fields do not take part in the payload's key. Secrets are
    `pydantic.SecretStr`.

    All other fields do, defaults included: a changed default asks for something else. A field that a later
    version adds is marked with `json_schema_extra={"implied": VALUE}`, the JSON value with which the service
    does what it did before the field was there. With that value, default or not, it stays out of the key, so
    that what was paid before is still found. The mark stays as it is when the default changes.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @property
    def shown(self) -> dict[str, Any]:
        """All options but secrets, as JSON values: what a ledger row may hold."""
        return {
            name: value
            for name, value in self.model_dump(mode="json").items()
            if not _is_secret(type(self), name)
        }

    @property
    def semantic(self) -> dict[str, Any]:
        """The options that change what the service returns, as JSON values: what a payload's key holds."""
        names = self.semantic_names
        return {
            name: value
            for name, value in self.shown.items()
            if name in names and not self._is_implied(name, value)
        }

    @property
    def semantic_names(self) -> frozenset[str]:
        """Names of the options that change what the service returns, whatever their values."""
        return _semantic_names(type(self))

    @property
    def document_password(self) -> str | None:
        """The password of locked documents: of the option `password`, where a provider has one."""
        password = getattr(self, "password", None)
        return password.get_secret_value() if isinstance(password, pydantic.SecretStr) else None

    @property
    def selects_pages(self) -> bool:
        """Whether an option has the service parse some pages only, so that nobody here knows how many."""
        return False

    def _is_implied(self, name: str, value: object) -> bool:
        marks = _marks(type(self), name)
        # As text, because 0 and False are equal in Python and not in JSON.
        return "implied" in marks and json.dumps(marks["implied"]) == json.dumps(value)


def _marks(kind: type[ProviderOptions], name: str) -> dict[str, Any]:
    extra = kind.model_fields[name].json_schema_extra
    return cast("dict[str, Any]", extra) if isinstance(extra, dict) else {}


@lru_cache(maxsize=64)
def _semantic_names(kind: type[ProviderOptions]) -> frozenset[str]:
    return frozenset(
        name
        for name in kind.model_fields
        if _marks(kind, name).get("semantic") is not False and not _is_secret(kind, name)
    )


@lru_cache(maxsize=1024)
def _is_secret(kind: type[ProviderOptions], name: str) -> bool:
    """Whether an option is for a secret, given or not."""
    wanted = [kind.model_fields[name].annotation]
    for annotation in wanted:
        wanted.extend(get_args(annotation))
    return pydantic.SecretStr in wanted or pydantic.SecretBytes in wanted


OptionsT = TypeVar("OptionsT", bound=ProviderOptions)


def read_options(
    options_type: type[OptionsT], given: Mapping[str, Any] | ProviderOptions | None, *, provider: str
) -> OptionsT:
    """Make a provider's options from what the caller gave.

    Args:
        options_type: The provider's options class.
        given: An instance of it, a mapping of names to values (strings are converted), or None for defaults.
        provider: Name of the provider, for messages.

    Raises:
        InvalidOptionsError: An unknown name, with the closest known one, or a value out of range. The message
            never holds a value, because values may be secrets.
    """
    if isinstance(given, options_type):
        return given
    if isinstance(given, ProviderOptions):
        raise InvalidOptionsError(
            f"provider {provider} takes {options_type.__name__}, not {type(given).__name__}",
            next_step=f"pass {options_type.__name__} or a mapping",
        )
    try:
        return options_type.model_validate(dict(given or {}))
    except pydantic.ValidationError as error:
        raise _explain(error, options_type, provider) from None


def _explain(
    error: pydantic.ValidationError, options_type: type[ProviderOptions], provider: str
) -> InvalidOptionsError:
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    known = sorted(options_type.model_fields)
    if first["type"] == "extra_forbidden":
        close = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known options: {', '.join(known) or 'none'}"
        return InvalidOptionsError(f"provider {provider} has no option '{name}'", next_step=advice)
    return InvalidOptionsError(
        f"option '{name}' of provider {provider}: {first['msg']}", next_step="correct the value"
    )
