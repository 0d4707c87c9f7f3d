"""What clients of the emulated service ask for: the body that begins a run, checked as the service does.

Written from the vendor's clients and documents alone and not from our own client, so that the two share no
mistake.
Source: extend-ai 1.20.0 and 0.2.0 on PyPI, types/parse_config*.py, file_from_*.py (read 2026-11-22).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from docferry_extend.emulator.voice import LEGACY

__all__ = ["BadRequestError", "FileArgument", "ParseRequest", "Raw", "read_request"]

Raw: TypeAlias = Mapping[str, object]

MAX_PAGE = 750
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "target": ("markdown", "spatial"),
    "engine": ("parse_performance", "parse_light", "parse_auto"),
    "chunkingStrategy.type": ("page", "document", "section"),
    "blockOptions.tables.targetFormat": ("markdown", "html"),
    "advancedOptions.excelParsingMode": ("basic", "advanced"),
    "advancedOptions.enrichmentFormat": ("xml", "bracket"),
    "advancedOptions.imageConversionQuality": ("high", "medium", "low"),
}
FLAGS = (
    "blockOptions.figures.enabled",
    "blockOptions.figures.figureImageClippingEnabled",
    "blockOptions.tables.tableHeaderContinuationEnabled",
    "blockOptions.tables.cellBlocksEnabled",
    "blockOptions.tables.agentic.enabled",
    "blockOptions.text.signatureDetectionEnabled",
    "blockOptions.text.agentic.enabled",
    "blockOptions.formulas.enabled",
    "advancedOptions.pageRotationEnabled",
    "advancedOptions.alwaysConvertToPdf",
    "advancedOptions.returnOcr.words",
    "advancedOptions.returnOcr.lines",
)
DEFAULT_VERSIONS = {"parse_performance": "2.1.0", "parse_light": "1.0.0", "parse_auto": "1.0.0"}


class BadRequestError(Exception):
    """A request is wrong.

    Args:
        message: Which parameter and why.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class FileArgument:
    """Which file to parse: exactly one of the first three is given.

    Args:
        file_id: One that was uploaded.
        url: One to download.
        text: One that is its own content; in batches only.
        name: What to call it, or empty.
        password: What it needs to be opened, or empty.
    """

    file_id: str = ""
    url: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    name: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRequest:
    """One run's parameters.

    Args:
        version: Version of the API it was begun with.
        file: The file.
        config: The configuration as given.
        pages: Pairs of first and last page; empty for all.
        metadata: What the client wants to hear back, or None.
        file_id: The service's id of the file, once it has one.
    """

    version: str
    file: FileArgument
    config: Raw = field(default_factory=dict[str, object])
    pages: tuple[tuple[int, int], ...] = ()
    metadata: Raw | None = None
    file_id: str = ""

    def setting(self, place: str, default: object = None) -> object:
        """A setting of the configuration, by its path with dots."""
        found = _look_up(self.config, place)
        return default if found is None else found

    @property
    def engine(self) -> str:
        """The engine that parses."""
        return str(self.setting("engine", "parse_performance"))

    @property
    def resolved(self) -> dict[str, object]:
        """The configuration with the defaults that were applied, as answers repeat it."""
        defaults: dict[str, object] = {
            "target": "markdown",
            "chunkingStrategy": {"type": "page"},
            "engine": "parse_performance",
            "blockOptions": {"figures": {"enabled": True}, "tables": {"targetFormat": "html"}},
            "advancedOptions": {"pageRotationEnabled": True},
        }
        resolved = _merged(defaults, self.config)
        version = str(resolved.get("engineVersion") or "latest")
        if self.version != LEGACY:
            latest = DEFAULT_VERSIONS[self.engine]
            resolved["engineVersion"] = latest if version == "latest" else version
        return resolved

    def selects(self, page: int) -> bool:
        """Whether a page is wanted."""
        return not self.pages or any(first <= page <= last for first, last in self.pages)


def read_request(body: object, *, version: str, takes_text: bool = False) -> ParseRequest:
    """Read the body that begins a run.

    Args:
        body: JSON value as received.
        version: Version of the API.
        takes_text: Whether the file may be text.

    Raises:
        BadRequestError: Something in it is not allowed.
    """
    raw = _object(body, "")
    config = _object(raw.get("config", {}), "config")
    _check_config(config, version)
    metadata = raw.get("metadata")
    retention = _object(raw.get("dataRetention", {}), "dataRetention").get("mode", "workspace_default")
    if retention not in ("workspace_default", "zero"):
        raise _wrong("is not a retention mode", "dataRetention.mode")
    return ParseRequest(
        version=version,
        file=_read_file(raw.get("file"), version=version, takes_text=takes_text),
        config=config,
        pages=tuple(_ranges(_look_up(config, "advancedOptions.pageRanges"))),
        metadata=None if metadata is None else _object(metadata, "metadata"),
    )


def _read_file(value: object, *, version: str, takes_text: bool) -> FileArgument:
    raw = _object(value, "file")
    names = ("fileId", "fileUrl", "", "fileName") if version == LEGACY else ("id", "url", "text", "name")
    file_id, url, text, name = (_text(raw, each) if each else "" for each in names)
    settings = _object(raw.get("settings", {}), "file.settings")
    given = [bool(file_id), bool(url), bool(text and takes_text)]
    if sum(given) != 1:
        raise _wrong(f"exactly one of {names[0]} and {names[1]} is required", "file")
    if url and not url.startswith(("http://", "https://")):
        raise _wrong("is not a URL", f"file.{names[1]}")
    return FileArgument(file_id=file_id, url=url, text=text, name=name, password=_text(settings, "password"))


def _check_config(config: Raw, version: str) -> None:
    for place, allowed in ALLOWED.items():
        value = _look_up(config, place)
        if value is not None and value not in allowed:
            raise _wrong(f"must be one of {', '.join(allowed)}", f"config.{place}")
    for place in FLAGS:
        if not isinstance(_look_up(config, place), bool | None):
            raise _wrong("must be a boolean", f"config.{place}")
    if version == LEGACY and config.get("engine") == "parse_auto":
        raise _wrong("must be one of parse_performance, parse_light", "config.engine")
    chunking = _look_up(config, "chunkingStrategy.type")
    if config.get("target") == "spatial" and chunking not in (None, "page"):
        raise _wrong("only page chunking is supported for the spatial target", "config.chunkingStrategy.type")
    threshold = _look_up(config, "advancedOptions.verticalGroupingThreshold")
    if threshold is not None and not (isinstance(threshold, int | float) and 0.1 <= threshold <= 5):  # noqa: PLR2004 - as documented
        raise _wrong("must be between 0.1 and 5", "config.advancedOptions.verticalGroupingThreshold")


def _ranges(value: object) -> Iterator[tuple[int, int]]:
    if value is None:
        return
    if not isinstance(value, list):
        raise _wrong("must be an array", "config.advancedOptions.pageRanges")
    for number, item in enumerate(cast("list[object]", value)):
        place = f"config.advancedOptions.pageRanges[{number}]"
        raw = _object(item, place)
        first, last = raw.get("start", 1), raw.get("end")
        if not isinstance(first, int) or not isinstance(last, int):
            raise _wrong("start and end must be integers", place)
        if not 1 <= first <= last <= MAX_PAGE:
            raise _wrong(f"must ascend within 1 and {MAX_PAGE}", place)
        yield first, last


def _look_up(config: Raw, place: str) -> object:
    *folders, last = place.split(".")
    for name in folders:
        inner = _if_object(config.get(name))
        if inner is None:
            return None
        config = inner
    return config.get(last)


def _merged(defaults: Raw, given: Raw) -> dict[str, object]:
    merged = dict(defaults)
    for name, value in given.items():
        known, added = _if_object(merged.get(name)), _if_object(value)
        merged[name] = value if known is None or added is None else _merged(known, added)
    return merged


def _if_object(value: object) -> Raw | None:
    return cast("Raw", value) if isinstance(value, dict) else None


def _object(value: object, place: str) -> Raw:
    if not isinstance(value, dict):
        raise _wrong("must be an object", place or "body")
    return cast("Raw", value)


def _text(raw: Raw, name: str) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str):
        raise _wrong("must be a string", name)
    return value


def _wrong(what: str, place: str) -> BadRequestError:
    return BadRequestError(f"{what}; Path: {place}")
