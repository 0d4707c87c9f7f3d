"""How an emulator is set up; the same for every service but for its quirks."""

from collections.abc import Mapping
from typing import Annotated, TypeVar

import pydantic

from docferry.emulation.faults import FaultRule
from docferry.errors import InvalidOptionsError
from docferry.model import Limits
from docferry.provider.clock import Clock, SystemClock

__all__ = ["EmulatorSettings", "limits_of", "read_quirks"]

DAY_SECONDS = 86_400.0


class EmulatorSettings(pydantic.BaseModel):
    """Settings of one emulated service. All but the clock survive `model_dump_json`.

    For the limits, None is what the service publishes, and 0 is no limit.
    """

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True
    )

    api_keys: tuple[str, ...] = ()
    """Keys that are accepted, each an account of its own; empty for one made from the service's name."""

    queue_seconds: Annotated[float, pydantic.Field(ge=0)] = 0.2
    """How long a job waits before the service begins with it."""

    work_seconds: Annotated[float, pydantic.Field(ge=0)] = 0.5
    """How long the service works on a job at least. A real parse may take longer."""

    seconds_per_page: Annotated[float, pydantic.Field(ge=0)] = 0.01
    """How much longer for each page."""

    answer_seconds: Annotated[float, pydantic.Field(ge=0)] = 0.0
    """How long every answer takes."""

    requests_per_second: Annotated[float | None, pydantic.Field(ge=0)] = None
    """Requests of one account in a second."""

    concurrency: Annotated[int | None, pydantic.Field(ge=0)] = None
    """Jobs of one account under way at once."""

    max_size_bytes: Annotated[int | None, pydantic.Field(ge=0)] = None
    """Largest file."""

    max_pages: Annotated[int | None, pydantic.Field(ge=0)] = None
    """Most pages of one file."""

    retention_seconds: Annotated[float, pydantic.Field(ge=0)] = DAY_SECONDS
    """How long results are kept after a job has ended."""

    link_seconds: Annotated[float, pydantic.Field(ge=0)] = 900.0
    """How long a signed address is valid."""

    canned_pages: Annotated[int | None, pydantic.Field(ge=1)] = None
    """For load tests: every file gets a made-up result of so many pages, without being looked at."""

    faults: tuple[FaultRule, ...] = ()
    """The fault script."""

    quirks: Mapping[str, str] = pydantic.Field(default_factory=dict[str, str])
    """How the service behaves where nobody knows for certain; each emulator documents its own."""

    clock: Annotated[Clock, pydantic.SkipValidation, pydantic.Field(exclude=True, repr=False)] = (
        pydantic.Field(default_factory=SystemClock)
    )
    """Time of the service."""

    def keys_for(self, service: str) -> tuple[str, ...]:
        """The keys that are accepted; at least one."""
        return self.api_keys or (f"sk-{service}-emulator",)


def limits_of(settings: EmulatorSettings, *, published: Limits) -> Limits:
    """The limits in force: what the settings say, else what the service publishes."""
    return Limits(
        max_size_bytes=_chosen(settings.max_size_bytes, published.max_size_bytes),
        max_pages=_chosen(settings.max_pages, published.max_pages),
        concurrency=_chosen(settings.concurrency, published.concurrency),
        requests_per_second=_chosen(settings.requests_per_second, published.requests_per_second),
    )


NumberT = TypeVar("NumberT", int, float)


def _chosen(given: NumberT | None, published: NumberT | None) -> NumberT | None:
    return published if given is None else (given or None)


QuirksT = TypeVar("QuirksT", bound=pydantic.BaseModel)


def read_quirks(quirks_type: type[QuirksT], settings: EmulatorSettings, *, service: str) -> QuirksT:
    """Make a service's quirks from the settings.

    Raises:
        InvalidOptionsError: An unknown name, or a value out of range.
    """
    try:
        return quirks_type.model_validate(dict(settings.quirks))
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise InvalidOptionsError(
            f"quirk '{name}' of the emulator of {service}: {first['msg']}",
            next_step=f"known are {', '.join(sorted(quirks_type.model_fields))}",
        ) from None
