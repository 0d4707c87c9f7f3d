"""The service's words: what is sent, and the shapes of what comes back, as received.

Requests are written in snake case, as in the service's documents. Answers are read in snake, camel and hyphen
case, because all three were seen: `plan_info`, `altOutputs`, `plan-info`. A field of another type than
documented counts as absent. Unknown fields are not lost: the payload keeps every body as received.
Source: docs.runpulse.com/api-reference/endpoint/extract and /poll, and the API definition in
pulse-python-sdk 1.0.17 (read 2026-11-21 and 2026-11-22).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeGuard

import pydantic

from docferry.reading.values import (
    NOTHING,
    Raw,
    integer_of,
    is_mapping,
    items_of,
    mapping_of,
    number_of,
    page_count_of,
    page_number_of,
    parse_json,
    scalar_text,
    text_of,
)
from docferry_pulse.options import PARAMETERS, PulseOptions

__all__ = [
    "Answer",
    "Extraction",
    "encode_form",
    "encode_parameters",
    "get",
    "is_list",
    "page_of",
    "read_answer",
    "read_extraction",
]

RESULT_MARKS = (
    *("markdown", "content", "html", "bounding_boxes", "is_url"),
    *("split_output", "split_id", "schema_output", "schema_id", "results"),
)
"""Any of these fields makes an object a result, as opposed to a receipt or a status."""

MAX_WRAPPINGS = 3
"""How many objects with nothing but `result` are looked through."""


def encode_parameters(options: PulseOptions, *, pages: str) -> dict[str, pydantic.JsonValue]:
    """The parameters of a parse as JSON values, besides the document; what is not set is left out.

    Args:
        options: The options.
        pages: The pages wanted in the service's form, such as "1-2,5"; empty for all.
    """
    written: dict[str, pydantic.JsonValue] = {"async": True}
    if pages:
        written["pages"] = pages
    for name, parameter in PARAMETERS.items():
        value: object = getattr(options, name)
        if isinstance(value, pydantic.BaseModel):
            value = value.model_dump(mode="json", by_alias=True, exclude_none=True) or None
        if value is not None:
            written[parameter] = value if isinstance(value, (bool, int, dict)) else str(value)
    return written


def encode_form(parameters: Mapping[str, pydantic.JsonValue]) -> tuple[tuple[str, str], ...]:
    """Parameters as fields of a multipart form: objects as JSON text, switches as true and false."""
    return tuple((name, _form_text(value)) for name, value in parameters.items())


def _form_text(value: pydantic.JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def get(raw: Raw, name: str) -> object:
    """The value of a field in whichever case the service spells it.

    Args:
        raw: The object.
        name: The name in snake case.
    """
    for spelling in _spellings(name):
        if spelling in raw:
            return raw[spelling]
    return None


@cache
def _spellings(name: str) -> tuple[str, ...]:
    first, *others = name.split("_")
    camel = first + "".join(word.capitalize() for word in others)
    return tuple(dict.fromkeys((name, camel, name.replace("_", "-"))))


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether it is a list."""
    return isinstance(value, list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of the service, read once and kept as received.

    Args:
        body: The bytes.
        job_id: Id of the job, or empty.
        status: The service's word, as received; empty when there is none.
        result: The result object; empty until there is one.
        address: Where a large result is handed out; empty for one that is in the answer.
        error_code: The service's code of an error, such as "FILE_001", or empty.
        error: Its words, with the cause when the details hold one; empty without an error.
        is_error: Whether the place for errors holds one.
        cost: Credits used; None when the answer does not say.
        page_count: Number of pages processed, or None.
        retry_after_seconds: After how long to ask again, when the body says so.
    """

    body: bytes = field(repr=False)
    job_id: str = ""
    status: str = ""
    result: Raw = field(default_factory=dict[str, object], repr=False)
    address: str = field(default="", repr=False)
    error_code: str = ""
    error: str = field(default="", repr=False)
    is_error: bool = False
    cost: float | None = None
    page_count: int | None = None
    retry_after_seconds: float | None = None


def read_answer(body: bytes) -> Answer | None:
    """Read an answer of any endpoint; None when it is not a JSON object."""
    raw = parse_json(body)
    if not is_mapping(raw):
        return None
    result = _result(raw)
    error = next((raw[name] for name in ("error", "error_message", "detail") if raw.get(name)), None)
    cost = number_of(get(result, "credits_used"))
    return Answer(
        body=body,
        job_id=_first_scalar(raw, "job_id", "batch_job_id", "tables_id"),
        status=scalar_text(raw.get("status")).strip(),
        result=result,
        address=scalar_text(result.get("url")).strip() if _is_large(result) else "",
        error_code=_error_code(error),
        error=_error_words(error, raw),
        is_error=error is not None,
        cost=number_of(get(raw, "credits_used")) if cost is None else cost,
        page_count=page_count_of(get(result, "page_count")),
        retry_after_seconds=_retry_after(raw, error),
    )


def _result(raw: Raw) -> Raw:
    """The result inside an answer: in `result`, perhaps wrapped once more, or the answer itself."""
    found = raw
    for _ in range(MAX_WRAPPINGS):
        inner = found.get("result")
        inner = parse_json(inner) if isinstance(inner, str) else inner
        if not is_mapping(inner):
            break
        found = inner
    if found is raw and not any(get(raw, mark) is not None for mark in RESULT_MARKS):
        return NOTHING
    return found


def _is_large(result: Raw) -> bool:
    return get(result, "is_url") in (True, "true", "True") and bool(scalar_text(result.get("url")).strip())


def _first_scalar(raw: Raw, *names: str) -> str:
    return next((text for name in names if (text := scalar_text(get(raw, name)).strip())), "")


def _error_code(error: object) -> str:
    code = scalar_text(mapping_of(error).get("code")).strip().upper()
    return re.sub(r"[\s-]+", "_", code)


def _error_words(error: object, raw: Raw) -> str:
    """What the service says is wrong. The cause often stands in the details alone."""
    if not is_mapping(error):
        return text_of(error).strip() or scalar_text(raw.get("message")).strip()
    said = _first_scalar(error, "message", "error", "msg")
    cause = scalar_text(mapping_of(error.get("details")).get("error")).strip()
    if cause and cause.casefold() not in said.casefold():
        return f"{said}: {cause}" if said else cause
    return said


def _retry_after(raw: Raw, error: object) -> float | None:
    places = (raw, mapping_of(error), mapping_of(mapping_of(error).get("details")))
    found = (number_of(get(place, "retry_after")) for place in places)
    return next((seconds for seconds in found if seconds is not None and seconds >= 0), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """The result of a parse.

    Args:
        id: Extraction id, which `split` and `extract_schema` need; empty when the service kept no record.
        markdown: The text; empty when there is none.
        page_count: Number of pages processed, or None.
        boxes: What stands where: by class, or a plain list.
        page_texts: The texts of the pages, when chunks by page were asked for; else empty.
        footnote_ids: Ids of texts that are footnotes.
        warnings: What the service warns of.
        is_empty: Whether there is nothing in it.
    """

    id: str = ""
    markdown: str = field(default="", repr=False)
    page_count: int | None = None
    boxes: object = field(default=None, repr=False)
    page_texts: tuple[str, ...] = field(default=(), repr=False)
    footnote_ids: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it holds neither text nor boxes."""
        return not self.markdown.strip() and not self.boxes


def read_extraction(result: Raw) -> Extraction:
    """Read the result of a parse, of any age of the service."""
    extensions = mapping_of(result.get("extensions"))
    boxes = get(result, "bounding_boxes")
    return Extraction(
        id=_first_scalar(result, "extraction_id"),
        markdown=_markdown(result, extensions),
        page_count=page_count_of(get(result, "page_count")),
        boxes=boxes if is_mapping(boxes) or is_list(boxes) else None,
        page_texts=tuple(_page_texts(result, extensions)),
        footnote_ids=frozenset(
            text
            for reference in items_of(get(extensions, "footnote_references"))
            if is_mapping(reference) and (text := _first_scalar(reference, "footnote_text_id"))
        ),
        warnings=tuple(
            dict.fromkeys(
                text for item in items_of(result.get("warnings")) if (text := text_of(item).strip())
            )
        ),
    )


def _markdown(result: Raw, extensions: Raw) -> str:
    """The text: Markdown, under its old name too, and HTML only when there is none."""
    for value in (
        result.get("markdown"),
        result.get("content"),
        mapping_of(get(extensions, "alt_outputs")).get("html"),
        result.get("html"),
    ):
        if isinstance(value, str) and value.strip():
            return text_of(value)
    return ""


def _page_texts(result: Raw, extensions: Raw) -> list[str]:
    for holder in (extensions.get("chunking"), result.get("chunks")):
        chunks = items_of(mapping_of(holder).get("page"))
        if chunks:
            return [_chunk_text(chunk) for chunk in chunks]
    return []


def _chunk_text(chunk: object) -> str:
    if not is_mapping(chunk):
        return scalar_text(chunk)
    return scalar_text(chunk.get("content", chunk.get("text")))


def page_of(raw: Raw) -> int | None:
    """The page that an entry names, 1-based; None when it names none."""
    for name in ("page_number", "page"):
        value = get(raw, name)
        if integer_of(value) is not None:
            return page_number_of(value)
    location = mapping_of(raw.get("location"))
    return page_of(location) if location else None
