"""The groups of parameters that the service nests: each an object of its own, all of it optional.

A value that is not set is not sent, and the service's own default holds. Each group may be given as text that
holds a JSON object, as on a command line. Names and values are the service's own words.
Source: docs.runpulse.com/api-reference/endpoint/extract, and the API definition in pulse-python-sdk 1.0.17
(read 2026-11-21 and 2026-11-22).
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, cast

import pydantic

__all__ = [
    "AltOutputs",
    "ChunkType",
    "Chunking",
    "Extensions",
    "FigureProcessing",
    "JsonObject",
    "RefineOptions",
    "Spreadsheet",
    "Storage",
    "StructuredOutput",
    "prune",
    "read_json_text",
]


def read_json_text(value: object) -> object:
    """What a text says as JSON when it begins like an object; anything else as it is."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


JsonObject = Annotated[dict[str, pydantic.JsonValue], pydantic.BeforeValidator(read_json_text)]
"""A JSON object, or text that holds one."""


class _Group(pydantic.BaseModel):
    """Parameters that belong together."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, validate_by_name=True
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return read_json_text(value)


class FigureProcessing(_Group):
    """What becomes of figures and charts."""

    description: bool | None = None
    """Describe them in words; the description becomes the text of the figure. Off unless set."""

    show_images: bool | None = None
    """Return their pictures, which are downloaded and kept with the result. Off unless set."""


class ChunkType(StrEnum):
    """How the service cuts its own chunks."""

    SEMANTIC = "semantic"
    HEADER = "header"
    PAGE = "page"
    RECURSIVE = "recursive"


class Chunking(_Group):
    """The service's own chunks. docferry cuts chunks itself, with pages and boxes, and reads only `page`."""

    chunk_types: tuple[ChunkType, ...] | None = None
    """Which kinds of chunks."""

    chunk_size: Annotated[int | None, pydantic.Field(ge=100, le=10_000)] = None
    """Most characters of a chunk, 100 to 10,000."""


class AltOutputs(_Group):
    """Other forms of the result, kept with it and not mapped."""

    wlbb: bool | None = None
    """Boxes of single words; PDF only, and large."""

    return_html: bool | None = None
    """The document as HTML; read when the result has no Markdown."""

    return_xml: bool | None = None
    """The document as XML; the service calls it unfinished."""


class Extensions(_Group):
    """Further passes over the document."""

    chunking: Chunking | None = None
    """The service's own chunks."""

    alt_outputs: AltOutputs | None = None
    """Other forms of the result."""

    footnote_references: bool | None = None
    """Link footnotes to where they are referred to; docferry then knows them as footnotes."""


class Spreadsheet(_Group):
    """Workbooks: xlsx, xlsm and xls."""

    include_hidden_rows: bool | None = None
    """Read hidden rows."""

    include_hidden_cols: bool | None = None
    """Read hidden columns."""

    include_hidden_sheets: bool | None = None
    """Read hidden sheets."""

    use_raw_values: bool | None = None
    """Numbers as stored instead of as displayed; not for xls."""

    only_data_rows: bool | None = None
    """Leave out empty rows at the end."""

    only_data_cols: bool | None = None
    """Leave out empty columns at the end."""


class Storage(_Group):
    """Whether the service keeps what it parsed."""

    enabled: bool | None = None
    """Keep a record, on unless set. Without it there is no extraction id, and neither `split` nor
    `extract_schema`."""

    folder_name: str | None = None
    """Folder of the record; made when it is not there."""

    folder_id: str | None = None
    """Folder of the record by its id; wins over `folder_name`."""


class RefineOptions(_Group):
    """What the second pass of model pulse-ultra-2 looks at."""

    tables: bool | None = None
    """Tables."""

    text: bool | None = None
    """Text."""

    formatting: bool | None = None
    """Formatting."""


class StructuredOutput(_Group):
    """Deprecated by the service: values by a schema, beside the text.

    `extract_schema` finds them in an operation of its own.
    """

    # A field may not be called `schema`: pydantic has a method of that name.
    schema_definition: Annotated[JsonObject | None, pydantic.Field(alias="schema")] = None
    """The JSON schema; the service calls it `schema`."""

    schema_prompt: str | None = None
    """What to look for, in words."""

    effort: bool | None = None
    """Use a better and slower model."""


def prune(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields without those that are not set: null, and groups with nothing in them."""
    pruned = {
        name: prune(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else value
        for name, value in fields.items()
    }
    return {name: value for name, value in pruned.items() if value is not None and value != {}}
