"""The nouns of the operations on a parsed document: what to ask for, and what comes back. Pure.

Source: docs.runpulse.com/api-reference/endpoint/split, and the API definition in pulse-python-sdk 1.0.17
(read 2026-11-21 and 2026-11-22).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

import pydantic

from docferry.errors import InvalidOptionsError, InvalidResponseError
from docferry.provider import ProviderOptions
from docferry.reading.values import (
    Raw,
    integer_of,
    is_mapping,
    items_of,
    mapping_of,
    number_of,
    page_number_of,
    scalar_text,
)
from docferry_pulse.failures import PROVIDER
from docferry_pulse.wire import get

__all__ = [
    "OperationOptions",
    "SchemaConfig",
    "SchemaResult",
    "SplitResult",
    "Topic",
    "TopicResults",
    "encode_config",
    "encode_topics",
    "read_schema_result",
    "read_split_result",
    "read_topic_results",
]

JsonMap = Mapping[str, pydantic.JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic to find the pages of.

    Args:
        name: Names it in the result.
        description: What belongs to it, in words; empty for nothing but the name.
    """

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaConfig:
    """What values to find: by a schema, by words, by both, or by a configuration saved at the service.

    Args:
        schema: A JSON schema.
        prompt: Further instructions.
        has_effort: Whether to use a better and slower model, which costs more.
        config_id: Id of a saved configuration; the others are then not looked at.
    """

    schema: JsonMap = field(default_factory=dict[str, pydantic.JsonValue])
    prompt: str = ""
    has_effort: bool = False
    config_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitResult:
    """The pages of each topic.

    Args:
        job: The split's own job in the ledger.
        split_id: The service's id of the split.
        pages: By topic its pages, 1-based and as the service counts them; a page may be of several topics or
            of none.
        credits_used: What it cost; None when the service does not say.
    """

    job: str
    split_id: str
    pages: Mapping[str, tuple[int, ...]]
    credits_used: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaResult:
    """Values found in a document.

    Args:
        job: The operation's own job in the ledger.
        schema_id: The service's id of the result.
        values: The values, in the shape of the schema.
        citations: For the values the ids of texts and cells that they were found in, in the same shape; an
            element has such an id in `provider_id`.
        version: The service's number of the result for this document, or None.
        extraction_ids: The extractions that were looked at together; empty when it was one.
        credits_used: What it cost; None when the service does not say.
    """

    job: str
    schema_id: str
    values: JsonMap
    citations: JsonMap
    version: int | None = None
    extraction_ids: tuple[str, ...] = ()
    credits_used: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicResults:
    """Values found in the pages of topics.

    Args:
        job: The operation's own job in the ledger.
        schema_id: The service's id of the result.
        results: By topic what was found; its `job` and `schema_id` are those of the whole.
        errors: By topic why nothing was found, in the service's words.
        credits_used: What it cost; None when the service does not say.
    """

    job: str
    schema_id: str
    results: Mapping[str, SchemaResult]
    errors: Mapping[str, str]
    credits_used: float | None = None


class OperationOptions(ProviderOptions):
    """What decides the result of an operation: it is in the payload's key, so that none is paid twice."""

    of: tuple[str, ...]
    """Payload keys of the parses, or of the split, that the operation works on."""

    body: dict[str, pydantic.JsonValue]
    """What is asked for, as sent, but for the ids of the service."""


def encode_topics(topics: Iterable[Topic], *, config_id: str) -> dict[str, pydantic.JsonValue]:
    """What a split sends besides the document.

    Raises:
        InvalidOptionsError: There is neither a topic nor a saved configuration, or a name occurs twice.
    """
    if config_id:
        return {"split_config_id": config_id}
    listed = tuple(topics)
    names = [topic.name for topic in listed]
    if not listed or not all(names) or len(set(names)) < len(names):
        raise InvalidOptionsError(
            "a split needs topics, each with a name of its own", next_step="give topics or config_id"
        )
    topics_sent: list[pydantic.JsonValue] = [
        {"name": topic.name, "description": topic.description} if topic.description else {"name": topic.name}
        for topic in listed
    ]
    return {"split_config": {"split_input": topics_sent}}


def encode_config(config: SchemaConfig, *, schema_name: str) -> dict[str, pydantic.JsonValue]:
    """The fields of a configuration; the name of the one with the schema differs between places.

    Raises:
        InvalidOptionsError: It has neither a schema nor words.
    """
    fields: dict[str, pydantic.JsonValue] = {}
    if config.schema:
        fields[schema_name] = dict(config.schema)
    if config.prompt:
        fields["schema_prompt"] = config.prompt
    if config.has_effort:
        fields["effort"] = True
    if not config.schema and not config.prompt:
        raise InvalidOptionsError(
            "nothing says which values to find", next_step="give a schema, a prompt or the id of a saved one"
        )
    return fields


def read_split_result(result: Raw, *, job: str) -> SplitResult:
    """Read the result of a split.

    Raises:
        InvalidResponseError: It has no pages of topics.
    """
    splits = mapping_of(get(result, "split_output")).get("splits")
    if not is_mapping(splits):
        raise _lacks("split_output.splits", job)
    return SplitResult(
        job=job,
        split_id=scalar_text(get(result, "split_id")).strip(),
        pages={
            topic: tuple(page for item in items_of(pages) if (page := page_number_of(item)) is not None)
            for topic, pages in splits.items()
        },
        credits_used=number_of(get(result, "credits_used")),
    )


def read_schema_result(result: Raw, *, job: str) -> SchemaResult:
    """Read the result of an operation by one schema.

    Raises:
        InvalidResponseError: It has no values.
    """
    output = get(result, "schema_output")
    if not is_mapping(output):
        raise _lacks("schema_output", job)
    ids = (scalar_text(item).strip() for item in items_of(get(result, "extraction_ids")))
    return SchemaResult(
        job=job,
        schema_id=scalar_text(get(result, "schema_id")).strip(),
        values=_json_map(output.get("values")),
        citations=_json_map(output.get("citations")),
        version=integer_of(result.get("version")),
        extraction_ids=tuple(one for one in ids if one),
        credits_used=number_of(get(result, "credits_used")),
    )


def read_topic_results(result: Raw, *, job: str) -> TopicResults:
    """Read the result of an operation by schemas of topics.

    Raises:
        InvalidResponseError: It has no results of topics.
    """
    results = result.get("results")
    if not is_mapping(results):
        raise _lacks("results", job)
    schema_id = scalar_text(get(result, "schema_id")).strip()
    errors = mapping_of(result.get("errors"))
    return TopicResults(
        job=job,
        schema_id=schema_id,
        results={
            topic: SchemaResult(
                job=job,
                schema_id=schema_id,
                values=_json_map(output.get("values")),
                citations=_json_map(output.get("citations")),
            )
            for topic, output in results.items()
            if is_mapping(output)
        },
        errors={topic: scalar_text(words) for topic, words in errors.items()},
        credits_used=number_of(get(result, "credits_used")),
    )


def _json_map(value: object) -> JsonMap:
    return cast("JsonMap", value) if is_mapping(value) else {}


def _lacks(name: str, job: str) -> InvalidResponseError:
    return InvalidResponseError(
        f"the result of the operation lacks {name}",
        next_step="report the job to the service",
        provider=PROVIDER,
        job_id=job,
    )
