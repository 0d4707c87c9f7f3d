"""What clients of the emulated cloud ask for: JSON bodies, checked as the service does.

Written from the vendor's documents alone and not from our own client, so that the two share no mistake.
Source: mineru.net/apiManage/docs (read 2026-11-21), mineru-open-sdk 0.2.5.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import urlsplit

from starlette.requests import Request

from docferry_mineru.emulator.page_ranges import PageChoice, read_page_range, read_page_ranges
from docferry_mineru.emulator.words import BadParameterError

__all__ = [
    "AGENT_SUFFIXES",
    "HTML_SUFFIXES",
    "SUFFIXES",
    "Callback",
    "FileRequest",
    "read_agent_request",
    "read_body",
    "read_extract_request",
    "read_files_request",
]

SUFFIXES = frozenset(
    {
        *(".pdf", ".doc", ".docx", ".ppt", ".pptx", ".xls", ".xlsx", ".html", ".htm"),
        *(".png", ".jpg", ".jpeg", ".jp2", ".webp", ".gif", ".bmp"),
    }
)
HTML_SUFFIXES = frozenset({".html", ".htm"})
AGENT_SUFFIXES = SUFFIXES - HTML_SUFFIXES - {".doc", ".ppt", ".xls"}
MODELS = ("pipeline", "vlm", "MinerU-HTML")
EXTRA_FORMATS = ("docx", "html", "latex")
DATA_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
SEED = re.compile(r"[A-Za-z0-9_]{1,64}")
CACHE_TOLERANCE_SECONDS = 900
LOST = "-500"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Where to push results.

    Args:
        url: The address.
        seed: Part of what the push is signed with.
    """

    url: str
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """One file to parse.

    Args:
        name: Its name; for an address the last part of the path.
        url: Its address; empty when the client uploads it.
        model: The model, in the service's words; empty for the agent's.
        data_id: The client's own id, or empty.
        page_ranges: Pages wanted, or empty.
        is_ocr: Whether to read pictures of text.
        enable_formula: Whether formulas are recognised.
        enable_table: Whether tables are recognised.
        language: Language of the document.
        extra_formats: Further formats wanted.
        callback: Where to push the result, or None.
        cache_seconds: How old a copy of the address may be; 0 for none.
        is_agent: Whether it came to the agent API.
    """

    name: str
    url: str = ""
    model: str = "pipeline"
    data_id: str = ""
    page_ranges: str = ""
    is_ocr: bool = False
    enable_formula: bool = True
    enable_table: bool = True
    language: str = "ch"
    extra_formats: tuple[str, ...] = ()
    callback: Callback | None = None
    cache_seconds: float = 0.0
    is_agent: bool = False

    @property
    def suffix(self) -> str:
        """Suffix of the name, lower case with the dot, or empty."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def keeps_numbers(self) -> bool:
        """Whether pages keep their numbers when only some are wanted."""
        return False

    @property
    def is_web_page(self) -> bool:
        """Whether the file is a web page."""
        return self.model == "MinerU-HTML"

    @property
    def choice(self) -> PageChoice | None:
        """The pages wanted; None for all."""
        if not self.page_ranges:
            return None
        return (read_page_range if self.is_agent else read_page_ranges)(self.page_ranges)

    @property
    def is_readable(self) -> bool:
        """Whether the service reads files of this type with this model."""
        if self.is_agent:
            return self.suffix in AGENT_SUFFIXES
        if self.model == "MinerU-HTML":
            # The address of a web page needs no suffix.
            return self.suffix in HTML_SUFFIXES or (bool(self.url) and self.suffix not in SUFFIXES)
        return self.suffix in SUFFIXES - HTML_SUFFIXES


Fields = Mapping[str, object]


async def read_body(request: Request) -> Fields:
    """The JSON object that a request carries.

    Raises:
        BadParameterError: It carries something else.
    """
    body = await request.body()
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise BadParameterError("Content-Type: application/json is required", code=LOST)
    try:
        value: object = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadParameterError("a JSON object is required", code=LOST)
    return cast("Fields", value)


def read_extract_request(fields: Fields) -> FileRequest:
    """Read the body of /extract/task.

    Raises:
        BadParameterError: A value is missing or not allowed.
    """
    return _file_request(fields, fields, has_url=True)


def read_files_request(fields: Fields, *, has_urls: bool, most: int) -> tuple[FileRequest, ...]:
    """Read the body of /extract/task/batch or /file-urls/batch.

    Args:
        fields: The body.
        has_urls: Whether the files are addresses.
        most: Most files of one request.

    Raises:
        BadParameterError: A value is missing or not allowed.
    """
    files = fields.get("files")
    if not isinstance(files, list) or not files:
        raise BadParameterError("files: a list with at least one file is required")
    listed = cast("Sequence[object]", files)
    if len(listed) > most:
        raise BadParameterError(f"files: {len(listed)} are more than the {most} allowed")
    if not all(isinstance(file, dict) for file in listed):
        raise BadParameterError("files: every file is an object")
    return tuple(_file_request(cast("Fields", file), fields, has_url=has_urls) for file in listed)


def read_agent_request(fields: Fields, *, has_url: bool) -> FileRequest:
    """Read the body of /parse/url or /parse/file of the agent API.

    Raises:
        BadParameterError: A value is missing or not allowed.
    """
    try:
        url = _url(fields) if has_url else ""
        request = FileRequest(
            name=_text(fields, "file_name", default=_name_in(url)),
            url=url,
            model="",
            page_ranges=_text(fields, "page_range"),
            is_ocr=_flag(fields, "is_ocr", default=False),
            enable_formula=_flag(fields, "enable_formula", default=True),
            enable_table=_flag(fields, "enable_table", default=True),
            language=_text(fields, "language", default="ch"),
            is_agent=True,
        )
        _ = request.choice
    except BadParameterError as error:
        raise BadParameterError(error.message, code="-30004") from error
    if not request.name:
        raise BadParameterError("file_name: a name is required", code="-30004")
    return request


def _file_request(file: Fields, batch: Fields, *, has_url: bool) -> FileRequest:
    """Read one file of a request; what holds for all files stands in `batch`."""
    url = _url(file) if has_url else ""
    name = _name_in(url) if has_url else _text(file, "name")
    if not name and not has_url:
        raise BadParameterError("name: a file name is required")
    request = FileRequest(
        name=name,
        url=url,
        model=_one_of(batch, "model_version", MODELS),
        data_id=_matching(file, "data_id", DATA_ID),
        page_ranges=_text(file, "page_ranges"),
        is_ocr=_flag(file, "is_ocr", default=False),
        enable_formula=_flag(batch, "enable_formula", default=True),
        enable_table=_flag(batch, "enable_table", default=True),
        language=_text(batch, "language", default="ch"),
        extra_formats=_extra_formats(batch),
        callback=_callback(batch),
        cache_seconds=_cache_seconds(batch),
    )
    _ = request.choice
    return request


def _callback(fields: Fields) -> Callback | None:
    url, seed = _text(fields, "callback"), _matching(fields, "seed", SEED)
    if not url:
        return None
    if urlsplit(url).scheme not in {"http", "https"}:
        raise BadParameterError("callback: an http or https address is required")
    if not seed:
        raise BadParameterError("seed: is required with callback")
    return Callback(url=url, seed=seed)


def _cache_seconds(fields: Fields) -> float:
    tolerance = fields.get("cache_tolerance", CACHE_TOLERANCE_SECONDS)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int) or tolerance < 0:
        raise BadParameterError(f"cache_tolerance: {tolerance!r} is not a number of seconds")
    return 0.0 if _flag(fields, "no_cache", default=False) else float(tolerance)


def _extra_formats(fields: Fields) -> tuple[str, ...]:
    given: object = fields.get("extra_formats") or []
    listed = cast("Sequence[object]", given) if isinstance(given, list) else (None,)
    if any(value not in EXTRA_FORMATS for value in listed):
        raise BadParameterError(f"extra_formats: a list of {', '.join(EXTRA_FORMATS)} is required")
    return tuple(dict.fromkeys(map(str, listed)))


def _url(fields: Fields) -> str:
    url = _text(fields, "url")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise BadParameterError("url: an http or https address is required")
    return url


def _name_in(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name


def _one_of(fields: Fields, name: str, allowed: tuple[str, ...]) -> str:
    value = _text(fields, name, default=allowed[0])
    if value not in allowed:
        raise BadParameterError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
    return value


def _matching(fields: Fields, name: str, pattern: re.Pattern[str]) -> str:
    value = _text(fields, name)
    if value and not pattern.fullmatch(value):
        raise BadParameterError(f"{name}: {value!r} does not match {pattern.pattern}")
    return value


def _text(fields: Fields, name: str, *, default: str = "") -> str:
    value = fields.get(name)
    if value is None or value == "":
        return default
    if not isinstance(value, str):
        raise BadParameterError(f"{name}: a text is required")
    return value


def _flag(fields: Fields, name: str, *, default: bool) -> bool:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise BadParameterError(f"{name}: true or false is required")
    return value
