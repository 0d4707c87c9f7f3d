"""A provider's knobs as a typed class."""

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

import pydantic

from docferry.errors import InvalidOptionsError

__all__ = ["ProviderOptions", "read_options"]


class ProviderOptions(pydantic.BaseModel):
    """Base of every provider's options. Subclass it with one documented field per knob.

    A field that does not change what the service returns (a time-out, a batch size) is marked with
    `json_schema_extra={"semantic": False}`: such fields do not take part in the payload's key. Secrets are
    `pydantic.SecretStr`.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @property
    def shown(self) -> dict[str, Any]:
        """All options but secrets, as JSON values: what a ledger row may hold."""
        return {
            name: value for name, value in self.model_dump(mode="json").items() if not self._is_secret(name)
        }

    @property
    def semantic(self) -> dict[str, Any]:
        """The options that change what the service returns, as JSON values: what a payload's key holds."""
        return {name: value for name, value in self.shown.items() if self._is_semantic(name)}

    @property
    def document_password(self) -> str | None:
        """The password of locked documents: of the option `password`, where a provider has one."""
        password = getattr(self, "password", None)
        return password.get_secret_value() if isinstance(password, pydantic.SecretStr) else None

    def _is_secret(self, name: str) -> bool:
        return isinstance(getattr(self, name), (pydantic.SecretStr, pydantic.SecretBytes))

    def _is_semantic(self, name: str) -> bool:
        extra = type(self).model_fields[name].json_schema_extra
        return extra != {"semantic": False}


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
