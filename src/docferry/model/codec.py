"""Documents as JSON and back, with a version inside.

Fields at their default are left out. A reader takes any minor version of its own major version and ignores
fields it does not know, so that a newer writer's documents stay readable.
"""

import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from docferry.model.document import SCHEMA_VERSION, Document

__all__ = ["decode_document", "encode_document"]


def encode_document(document: Document) -> str:
    """Write a document as one line of JSON, the same for equal documents.

    Returns:
        JSON text; `decode_document` gives an equal document back.
    """
    encoded = {"schema_version": document.schema_version, **_encode(document)}
    return json.dumps(encoded, ensure_ascii=False, separators=(",", ":"))


def decode_document(text: str) -> Document:
    """Read what `encode_document` wrote.

    Raises:
        ValueError: The text is no document, or one of another major version.
    """
    try:
        raw = json.loads(text)
        version = str(raw["schema_version"])
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError("not an encoded docferry document") from error
    if version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise ValueError(f"document has schema {version}, this docferry reads {SCHEMA_VERSION}")
    try:
        return _decode(Document, raw)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not an encoded docferry document") from error


def _encode(value: Any) -> Any:  # noqa: ANN401 - any field of the model
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _encode(held)
            for field in fields(value)
            if (held := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [_encode(item) for item in typing.cast("tuple[Any, ...]", value)]
    return value.value if isinstance(value, Enum) else value


def _decode(kind: Any, raw: Any) -> Any:  # noqa: ANN401 - any field of the model
    if is_dataclass(kind):
        hints = _hints(typing.cast("type", kind))
        return typing.cast("type", kind)(
            **{
                name: _decode(hint, raw[name])
                for name, (hint, is_required) in hints.items()
                if is_required or name in raw
            }
        )
    origin = typing.get_origin(kind)
    if origin is tuple:
        item_kind = typing.get_args(kind)[0]
        return tuple(_decode(item_kind, item) for item in raw)
    if origin is types.UnionType:
        return None if raw is None else _decode(typing.get_args(kind)[0], raw)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(raw)
    return raw


@cache
def _hints(kind: type) -> dict[str, tuple[Any, bool]]:
    annotations = typing.get_type_hints(kind)
    return {
        field.name: (annotations[field.name], field.default is MISSING and field.default_factory is MISSING)
        for field in fields(kind)
    }
