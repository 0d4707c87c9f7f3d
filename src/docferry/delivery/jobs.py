"""Settings of remote jobs as a caller gives them, and as they may be written out."""

from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum
from os import PathLike, fspath
from typing import Any, TypeAlias, cast

from docferry.delivery.reading import read_choice
from docferry.errors import InvalidOptionsError
from docferry.provider import JobSettings, NetworkSettings

__all__ = ["JobsInput", "jobs_as_values", "read_jobs"]

JobsInput: TypeAlias = JobSettings | Mapping[str, Any] | None
"""Settings of remote jobs, or what `jobs_as_values` made of them; None for the usual ones."""

SECRET = frozenset({"proxy", "headers"})
"""May hold passwords and keys: never written out."""


def read_jobs(given: JobsInput) -> JobSettings:
    """Settings of remote jobs from what a caller, or a serialised reader, gives.

    Raises:
        InvalidOptionsError: A name or value is wrong.
    """
    if isinstance(given, JobSettings):
        return given
    values = dict(given or {})
    for field in fields(JobSettings):
        if isinstance(field.default, StrEnum) and field.name in values:
            values[field.name] = read_choice(type(field.default), values[field.name], name=field.name)
    try:
        network = values.pop("network", None)
        settings = JobSettings(**values)
        if network is None:
            return settings
        is_made = isinstance(network, NetworkSettings)
        return replace(settings, network=network if is_made else NetworkSettings(**network))
    except TypeError as error:
        raise InvalidOptionsError("jobs has an unknown setting", next_step="use JobSettings") from error


def jobs_as_values(settings: JobSettings) -> dict[str, Any]:
    """Those of the settings that are not the usual ones, as JSON values; proxies and headers are left out."""
    values = _unusual(settings, JobSettings())
    values.pop("network", None)
    network = _unusual(settings.network, NetworkSettings())
    public = {name: value for name, value in network.items() if name not in SECRET}
    return values | {"network": public} if public else values


def _unusual(settings: JobSettings | NetworkSettings, usual: object) -> dict[str, Any]:
    given = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {name: _plain(value) for name, value in given.items() if value != getattr(usual, name)}


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    return fspath(cast("PathLike[str]", value)) if isinstance(value, PathLike) else value
