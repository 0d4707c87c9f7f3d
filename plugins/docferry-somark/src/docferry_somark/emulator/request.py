"""What clients of the emulated service ask for: the form fields of an upload, checked as the service does.

Written from the vendor's documents alone and not from our own client, so that the two share no mistake.
Source: docs.somark.cn/api-reference/endpoint/async-submit.md and sync.md (read 2026-11-21).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from starlette.datastructures import FormData, UploadFile

__all__ = ["BadParameterError", "ParseRequest", "Switches", "read_request"]

MALFORMED = "2000"
INVALID = "1133"

FORMATS = ("json", "markdown", "zip")
ELEMENT_FORMATS = {
    "image": ("url", "base64", "file", "none"),
    "formula": ("latex", "mathml", "ascii"),
    "table": ("html", "markdown", "image"),
    "cs": ("image",),
}
KNOWN_FIELDS = frozenset({"file", "api_key", "output_formats", "element_formats", "feature_config"})


class BadParameterError(Exception):
    """A parameter is wrong.

    Args:
        code: The service's code.
        message: Which and why.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The seven switches of feature_config, with the defaults of the newest documents."""

    enable_text_cross_page: bool = False
    enable_table_cross_page: bool = False
    enable_title_level_recognition: bool = False
    enable_inline_image: bool = False
    enable_table_image: bool = True
    enable_image_understanding: bool = True
    keep_header_footer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRequest:
    """One upload's parameters.

    Args:
        formats: What to return: json, markdown, zip.
        image: How pictures come back.
        formula: How formulas are written.
        table: How tables are written.
        switches: The switches.
        warnings: What the answer warns of.
    """

    formats: tuple[str, ...] = ("markdown", "json")
    image: str = "url"
    formula: str = "latex"
    table: str = "html"
    switches: Switches = field(default_factory=Switches)
    warnings: tuple[str, ...] = ()


def read_request(form: FormData) -> tuple[UploadFile, ParseRequest]:
    """Read the form of an upload.

    Raises:
        BadParameterError: 2000 for a form without a file, 1133 for a value that is not allowed.
    """
    files = [part for name, part in form.multi_items() if name == "file" and isinstance(part, UploadFile)]
    if len(files) != 1 or not files[0].filename:
        raise BadParameterError(MALFORMED, "file: exactly one file with a name is required")
    formats = _formats(value for value in form.getlist("output_formats") if isinstance(value, str))
    elements = _elements(_object(form, "element_formats"), has_zip="zip" in formats)
    switches = _switches(_object(form, "feature_config"))
    unknown = sorted(set(form) - KNOWN_FIELDS)
    return files[0], ParseRequest(
        formats=formats,
        image=elements["image"],
        formula=elements["formula"],
        table=elements["table"],
        switches=switches,
        warnings=tuple(f"parameter {name} is not known and was ignored" for name in unknown),
    )


def _formats(values: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(values))
    unknown = [value for value in chosen if value not in FORMATS]
    if unknown:
        raise BadParameterError(INVALID, f"output_formats: {unknown[0]!r} is not one of {', '.join(FORMATS)}")
    return chosen or ("markdown", "json")


def _elements(given: Mapping[str, object], *, has_zip: bool) -> dict[str, str]:
    # The archive goes with images as files: that is then the default, and the only value allowed.
    chosen = {"image": "file" if has_zip else "url", "formula": "latex", "table": "html", "cs": "image"}
    for name, value in given.items():
        if name not in ELEMENT_FORMATS:
            raise BadParameterError(INVALID, f"element_formats: there is no {name!r}")
        if not isinstance(value, str) or value not in ELEMENT_FORMATS[name]:
            allowed = ", ".join(ELEMENT_FORMATS[name])
            raise BadParameterError(INVALID, f"element_formats.{name}: {value!r} is not one of {allowed}")
        chosen[name] = value
    if (chosen["image"] == "file") is not has_zip:
        raise BadParameterError(INVALID, "element_formats.image: file and the output format zip go together")
    return chosen


def _switches(given: Mapping[str, object]) -> Switches:
    known = Switches.__dataclass_fields__
    for name, value in given.items():
        if name not in known:
            raise BadParameterError(INVALID, f"feature_config: there is no {name!r}")
        if not isinstance(value, bool):
            raise BadParameterError(INVALID, f"feature_config.{name}: {value!r} is not true or false")
    return Switches(**{name: value is True for name, value in given.items()})


def _object(form: FormData, name: str) -> Mapping[str, object]:
    text = form.get(name)
    if text is None:
        return {}
    try:
        value: object = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadParameterError(INVALID, f"{name}: a JSON object is required")
    return cast("Mapping[str, object]", value)
