"""The operations on a document that was parsed: split into topics, and values by a schema.

The answers are found by looking for words, not by understanding: what counts here is the protocol.
Source: docs.runpulse.com/api-reference/endpoint/split and the API definition in pulse-python-sdk 1.0.17 (read
2026-11-21).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from docferry.rendering import render_element
from docferry_pulse.emulator.output import Parse
from docferry_pulse.emulator.request import BadRequestError

__all__ = ["SchemaRequest", "SplitRequest", "read_schema", "read_split", "schema_output", "split_output"]

MIN_WORD = 4
CREDITS_OF_SPLIT = 2.0
CREDITS_OF_SCHEMA = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRequest:
    """What a split asks for.

    Args:
        extraction_ids: The parsed document.
        topics: Names and descriptions.
        is_async: Whether a receipt is wanted.
    """

    extraction_ids: tuple[str, ...]
    topics: tuple[tuple[str, str], ...]
    is_async: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaRequest:
    """What a schema operation asks for.

    Args:
        extraction_ids: The parsed documents.
        schema: The JSON schema.
        split_id: The split whose topics have schemas of their own, or empty.
        by_topic: Those schemas.
        is_async: Whether a receipt is wanted.
    """

    extraction_ids: tuple[str, ...] = ()
    schema: Mapping[str, object]
    split_id: str = ""
    by_topic: Mapping[str, Mapping[str, object]]
    is_async: bool = False


def read_split(given: Mapping[str, object]) -> SplitRequest:
    """Check the parameters of a split.

    Raises:
        BadRequestError: Something is missing.
    """
    extraction_id = _required(given, "extraction_id")
    config = _mapping(given.get("split_config"))
    topics = tuple(_topics(config.get("split_input")))
    if not topics and not given.get("split_config_id"):
        raise BadRequestError("REQ_004", "split_config or split_config_id is required")
    return SplitRequest(extraction_ids=(extraction_id,), topics=topics, is_async=given.get("async") is True)


def read_schema(given: Mapping[str, object]) -> SchemaRequest:
    """Check the parameters of a schema operation: for one or several documents, or for the topics of a split.

    Raises:
        BadRequestError: Something is missing.
    """
    is_async, split_id = given.get("async") is True, str(given.get("split_id") or "")
    if split_id:
        configs = _mapping(given.get("split_schema_config"))
        by_topic = {topic: _mapping(_mapping(config).get("schema")) for topic, config in configs.items()}
        return SchemaRequest(schema={}, split_id=split_id, by_topic=by_topic, is_async=is_async)
    listed = given.get("extraction_ids")
    ids = [str(one) for one in cast("list[object]", listed)] if isinstance(listed, list) else []
    config = _mapping(given.get("schema_config"))
    schema = _mapping(config.get("input_schema"))
    if not schema and not config.get("schema_prompt") and not given.get("schema_config_id"):
        raise BadRequestError("SCHEMA_001", "schema_config or schema_config_id is required")
    return SchemaRequest(
        extraction_ids=tuple(ids or [_required(given, "extraction_id")]),
        schema=schema,
        by_topic={},
        is_async=is_async,
    )


def split_output(request: SplitRequest, parse: Parse, *, split_id: str) -> dict[str, object]:
    """The result of a split: for each topic the pages with a word of its name or description."""
    texts = dict(_page_texts(parse))
    splits = {
        name: [page for page, text in texts.items() if _mentions(text, f"{name} {description}")]
        for name, description in request.topics
    }
    return {
        "split_id": split_id,
        "split_output": {"splits": splits},
        "credits_used": CREDITS_OF_SPLIT * len(texts),
    }


def schema_output(
    request: SchemaRequest,
    parses: Sequence[Parse],
    *,
    schema_id: str,
    splits: Mapping[str, Sequence[int]],
) -> dict[str, object]:
    """The result of a schema operation: each property's value is the first line that mentions its name."""
    pages = {page: text for parse in parses for page, text in _page_texts(parse)}
    credits_used = CREDITS_OF_SCHEMA * len(pages)
    if request.split_id:
        results = {
            topic: _values(schema, [pages[page] for page in splits.get(topic, ()) if page in pages])
            for topic, schema in request.by_topic.items()
        }
        return {
            "schema_id": schema_id,
            "split_id": request.split_id,
            "results": results,
            "input_schemas": {topic: dict(schema) for topic, schema in request.by_topic.items()},
            "credits_used": credits_used,
        }
    result: dict[str, object] = {
        "schema_id": schema_id,
        "version": 1,
        "schema_output": _values(request.schema, list(pages.values())),
        "credits_used": credits_used,
    }
    if len(parses) > 1:
        result["extraction_ids"] = list(request.extraction_ids)
    return result


def _values(schema: Mapping[str, object], texts: Sequence[str]) -> dict[str, object]:
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    names = list(_mapping(schema.get("properties")))
    found = {
        name: next((place for place, line in enumerate(lines) if _mentions(line, name)), None)
        for name in names
    }
    return {
        "values": {name: None if place is None else lines[place] for name, place in found.items()},
        "citations": {name: None if place is None else f"txt-{place + 1}" for name, place in found.items()},
    }


def _page_texts(parse: Parse) -> Iterator[tuple[int, str]]:
    for page, elements in parse.by_page.items():
        yield page, "\n".join(render_element(element) for element in elements)


def _mentions(text: str, words: str) -> bool:
    known = [word for word in re.split(r"[\W_]+", words.casefold()) if len(word) >= MIN_WORD]
    return any(word in text.casefold() for word in known)


def _topics(value: object) -> Iterator[tuple[str, str]]:
    for item in cast("list[object]", value) if isinstance(value, list) else []:
        topic = _mapping(item)
        name = str(topic.get("name") or "")
        if not name:
            raise BadRequestError("REQ_004", "every topic needs a name")
        yield name, str(topic.get("description") or "")


def _required(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequestError("REQ_004", f"{name} is required")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
