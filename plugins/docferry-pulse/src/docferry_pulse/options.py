"""The options of provider pulse: every parameter of the service, and how to reach it.

What is not set is not sent, so that the service's own default holds. Names and values are the service's own.
Source: docs.runpulse.com/api-reference/endpoint/extract, and the API definition in pulse-python-sdk 1.0.17
(read 2026-11-21 and 2026-11-22).
"""

import warnings
from enum import StrEnum
from typing import Annotated, Any, Self

import pydantic

from docferry.errors import InvalidOptionsError
from docferry.provider import ProviderOptions
from docferry_pulse.addresses import read_base_url
from docferry_pulse.groups import (
    Extensions,
    FigureProcessing,
    JsonObject,
    RefineOptions,
    Spreadsheet,
    Storage,
    StructuredOutput,
    prune,
)

__all__ = ["DEPRECATED", "PARAMETERS", "Model", "PulseOptions"]

NOT_SEMANTIC: dict[str, pydantic.JsonValue] = {"semantic": False}

ULTRA_CONCURRENCY = 2
"""Documents at once that the service takes of model pulse-ultra-2; found by its users, published nowhere."""

DEFAULT_CONCURRENCY = 8

DEPRECATED = {
    "structured_output": "docferry_pulse.extract_schema",
    "schema_definition": "docferry_pulse.extract_schema",
    "schema_prompt": "docferry_pulse.extract_schema",
    "custom_prompt": "figure_processing or extensions",
    "chunking": "extensions.chunking.chunk_types",
    "chunk_size": "extensions.chunking.chunk_size",
    "extract_figure": "figure_processing",
    "figure_description": "figure_processing.description",
    "show_images": "figure_processing.show_images",
    "return_html": "extensions.alt_outputs.return_html",
    "thinking": "",
}
"""Parameters that the service deprecates, and what takes their place; empty for nothing."""


class Model(StrEnum):
    """Which model reads the document."""

    DEFAULT = "default"
    ULTRA = "pulse-ultra-2"  # ten times the price, slower, few at once


def _concurrency(given: dict[str, Any]) -> int:
    return ULTRA_CONCURRENCY if given.get("model") is Model.ULTRA else DEFAULT_CONCURRENCY


class PulseOptions(ProviderOptions):
    """Everything that can be set for a Pulse parse.

    Pages are chosen with docferry's page selection; `async` is always on.

    Raises:
        InvalidOptionsError: The base URL is no address.
    """

    model_config = pydantic.ConfigDict(validate_by_name=True, validate_by_alias=True)

    api_key: Annotated[pydantic.SecretStr | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Key of the service; PULSE_API_KEY when not given."""

    base_url: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Address of another host, such as that of a deployment of your own; PULSE_BASE_URL when not given."""

    model: Model | None = None
    """Which model: default or pulse-ultra-2."""

    extraction_config_id: str | None = None
    """Id of a saved preset; what is set here wins over it."""

    figure_processing: FigureProcessing | None = None
    """Figures: `description`, `show_images`."""

    extensions: Extensions | None = None
    """Further passes: `chunking`, `alt_outputs`, `footnote_references`."""

    spreadsheet: Spreadsheet | None = None
    """Workbooks: hidden rows, columns and sheets, raw values, empty ends."""

    storage: Storage | None = None
    """Whether the service keeps a record: `enabled`, `folder_name`, `folder_id`."""

    refine: bool | None = None
    """A second pass, with pulse-ultra-2 only. Not in the service's documents."""

    refine_options: RefineOptions | None = None
    """What that pass looks at: `tables`, `text`, `formatting`. Not in the service's documents."""

    additional_prompt: str | None = None
    """Further instructions. Not in the service's documents."""

    custom_image_prompt: str | None = None
    """How to describe figures. Not in the service's documents."""

    custom_refine_prompt: str | None = None
    """How to refine. Not in the service's documents."""

    force_url: Annotated[bool | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Have every result handed out as a large one. Not in the service's documents."""

    structured_output: StructuredOutput | None = None
    """Deprecated: `schema`, `schema_prompt`, `effort`. `extract_schema` takes its place."""

    schema_definition: Annotated[JsonObject | None, pydantic.Field(alias="schema")] = None
    """Deprecated: a JSON schema; the service calls it `schema`. `extract_schema` takes its place."""

    schema_prompt: str | None = None
    """Deprecated: words beside the schema. `extract_schema` takes its place."""

    custom_prompt: str | None = None
    """Deprecated: further instructions. `figure_processing` and `extensions` take its place."""

    chunking: str | None = None
    """Deprecated: kinds of chunks with commas. `extensions` takes its place."""

    chunk_size: Annotated[int | None, pydantic.Field(ge=100, le=10_000)] = None
    """Deprecated: characters of a chunk, 100 to 10,000. `extensions` takes its place."""

    extract_figure: bool | None = None
    """Deprecated: look for figures. `figure_processing` takes its place."""

    figure_description: bool | None = None
    """Deprecated: describe figures. `figure_processing` takes its place."""

    show_images: bool | None = None
    """Deprecated: pictures inside the result. `figure_processing` takes its place."""

    return_html: bool | None = None
    """Deprecated: HTML beside the Markdown. `extensions` takes its place."""

    thinking: bool | None = None
    """Deprecated: a rationale for debugging. Nothing takes its place."""

    send_url: Annotated[bool, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = False
    """Let the service download sources that are web addresses, instead of downloading them here and uploading
    them. The service must be able to reach them."""

    trust_url: Annotated[bool, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = False
    """With `send_url`: take the result of an earlier run for the same address. The document behind an address
    may change, and without its bytes nobody can tell; so every run pays anew unless this is set."""

    concurrency: Annotated[
        int, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC, default_factory=_concurrency)
    ]
    """Documents under way at once on one key: 8 unless set, 2 with pulse-ultra-2. The service publishes no
    limit."""

    requests_per_second: Annotated[float | None, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = None
    """Requests sent on one key in a second; no limit unless set. The service publishes none."""

    answer_timeout_seconds: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 120.0
    """How long to wait for the answer to an upload or a question, in seconds."""

    @property
    def semantic(self) -> dict[str, Any]:
        """The options that change what the service returns; without those not set, and the folder."""
        kept = super().semantic
        if self.storage is not None:
            kept["storage"] = {"enabled": self.storage.enabled}
        return prune(kept)

    @pydantic.field_validator("base_url")
    @classmethod
    def _tidy(cls, value: str | None) -> str | None:
        return None if value is None or not value.strip() else read_base_url(value, name="base_url")

    @pydantic.model_validator(mode="after")
    def _trust_goes_with_sending(self) -> Self:
        if self.trust_url and not self.send_url:
            raise InvalidOptionsError(
                "trust_url of provider pulse is about addresses that the service downloads",
                next_step="set send_url too, or leave trust_url out",
            )
        return self

    @pydantic.model_validator(mode="after")
    def _warn_of_deprecated(self) -> Self:
        for name, successor in DEPRECATED.items():
            if getattr(self, name) is not None:
                advice = f"use {successor}" if successor else "leave it out"
                # For people, so not a DeprecationWarning, which Python hides from them.
                message = f"the service deprecates option '{name}' of provider pulse; {advice}"
                warnings.warn(message, FutureWarning, stacklevel=2)
        return self


PARAMETERS = {
    name: ("schema" if name == "schema_definition" else name)
    for name in PulseOptions.model_fields
    if name
    not in {
        *("api_key", "base_url", "send_url", "trust_url"),
        *("concurrency", "requests_per_second", "answer_timeout_seconds"),
    }
}
"""The options that are parameters of the service, and its names for them."""
