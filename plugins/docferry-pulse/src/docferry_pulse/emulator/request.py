"""What clients of the emulated service ask for: parameters of a submission, checked as the service does.

Written from the vendor's documents and API definition alone and not from our own client, so that the two
share no mistake. Names are taken in snake, camel and hyphen case; objects as JSON, as JSON text, or as form
fields with brackets; switches as JSON or as text.
Source: docs.runpulse.com/api-reference/endpoint/extract and pulse-python-sdk 1.0.17 (read 2026-11-21).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

__all__ = ["BadRequestError", "ExtractRequest", "read_parameters", "read_request", "snake"]

MODELS = ("default", "pulse-ultra-2")
CHUNK_TYPES = ("semantic", "header", "page", "recursive")
MIN_CHUNK, MAX_CHUNK = 100, 10_000
PAGES = re.compile(r"\s*\d+\s*(?:-\s*\d+\s*)?(?:,\s*\d+\s*(?:-\s*\d+\s*)?)*")
BRACKETS = re.compile(r"([\w-]+)\[([\w-]+)\]")

DEPRECATED = {
    "structured_output": "Use the /schema endpoint after extraction instead.",
    "schema": "Use the /schema endpoint after extraction instead.",
    "schema_prompt": "Use the /schema endpoint after extraction instead.",
    "custom_prompt": "Use figureProcessing or extensions instead.",
    "chunking": "Use extensions.chunking.chunkTypes instead.",
    "chunk_size": "Use extensions.chunking.chunkSize instead.",
    "extract_figure": "Use figureProcessing instead.",
    "figure_description": "Use figureProcessing.description instead.",
    "show_images": "Use figureProcessing.showImages instead.",
    "return_html": "Use extensions.altOutputs.returnHtml instead.",
    "thinking": "It has no effect.",
}


class BadRequestError(Exception):
    """A request is refused.

    Args:
        code: The service's code.
        message: Why.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractRequest:
    """The parameters of one parse.

    Args:
        is_async: Whether a receipt is wanted.
        model: The model.
        pages: The pages wanted, ascending; empty for all.
        describes_figures: Whether figures are described.
        shows_images: Whether figures have pictures.
        chunk_types: The kinds of chunks wanted.
        has_html: Whether HTML is wanted.
        has_word_boxes: Whether boxes of words are wanted.
        links_footnotes: Whether footnotes are linked.
        is_stored: Whether a record is kept.
        forces_url: Whether the result is to be a large one.
        has_legacy_chunks: Whether chunks are wanted in their old place too.
        warnings: What the result warns of.
    """

    is_async: bool = False
    model: str = "default"
    pages: tuple[int, ...] = ()
    describes_figures: bool = False
    shows_images: bool = False
    chunk_types: tuple[str, ...] = ()
    has_html: bool = False
    has_word_boxes: bool = False
    links_footnotes: bool = False
    is_stored: bool = True
    forces_url: bool = False
    has_legacy_chunks: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def credits_per_page(self) -> int:
        """What a page costs. Source: docs.runpulse.com/api-reference/introduction (read 2026-11-21)."""
        return 10 if self.model == "pulse-ultra-2" else 1


def read_parameters(fields: Iterable[tuple[str, object]]) -> dict[str, object]:
    """The parameters of a form or a JSON body under their names in snake case.

    Args:
        fields: Names and values; text that holds a JSON object is read.
    """
    found: dict[str, object] = {}
    for name, value in fields:
        inner = BRACKETS.fullmatch(name)
        if inner is None:
            found[snake(name)] = _plain(value)
            continue
        group = found.setdefault(snake(inner.group(1)), {})
        if isinstance(group, dict):
            cast("dict[str, object]", group)[snake(inner.group(2))] = _plain(value)
    return found


def read_request(given: Mapping[str, object], *, is_async: bool = False) -> ExtractRequest:
    """Check the parameters of a parse.

    Args:
        given: From `read_parameters`, without the document.
        is_async: Whether the path alone asks for a receipt.

    Raises:
        BadRequestError: A value is not allowed.
    """
    figures, storage = _group(given, "figure_processing"), _group(given, "storage")
    extensions = _group(given, "extensions")
    outputs = _inner(extensions, "alt_outputs")
    model = str(given.get("model") or "default")
    if model not in MODELS:
        raise BadRequestError("REQ_003", f"Invalid value for model: {model}")
    return ExtractRequest(
        is_async=is_async or _flag(given.get("async")),
        model=model,
        pages=tuple(_pages(given.get("pages"))),
        describes_figures=_flag(figures.get("description")) or _flag(given.get("figure_description")),
        shows_images=_flag(figures.get("show_images")) or _flag(given.get("show_images")),
        chunk_types=tuple(_chunk_types(given, extensions)),
        has_html=_flag(outputs.get("return_html")) or _flag(given.get("return_html")),
        has_word_boxes=_flag(outputs.get("wlbb")),
        links_footnotes=_flag(extensions.get("footnote_references")),
        is_stored="enabled" not in storage or _flag(storage["enabled"]),
        forces_url=_flag(given.get("force_url")),
        has_legacy_chunks=bool(given.get("chunking")),
        warnings=tuple(
            f"{name} is deprecated. {advice}"
            for name, advice in DEPRECATED.items()
            if given.get(name) is not None
        ),
    )


def snake(name: str) -> str:
    """A name in snake case."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).replace("-", "_").lower()


def _plain(value: object) -> object:
    """A value with names in snake case, out of JSON text where it is such."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, dict):
        return {snake(name): _plain(item) for name, item in cast("dict[str, object]", value).items()}
    return value


def _group(given: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = given.get(name)
    if value is not None and not isinstance(value, dict):
        raise BadRequestError("REQ_002", f"{name} must be an object")
    return cast("Mapping[str, object]", value or {})


def _inner(group: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = group.get(name)
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _flag(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in {"true", "1", "yes"}
    return value is True


def _pages(value: object) -> Iterator[int]:
    text = str(value or "").strip()
    if not text:
        return
    if not PAGES.fullmatch(text):
        raise BadRequestError("REQ_006", f"Invalid page range: {text}")
    wanted: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        wanted.update(range(int(first), int(last or first) + 1))
    if 0 in wanted or not wanted:
        raise BadRequestError("REQ_006", f"Invalid page range: {text}; pages count from 1")
    yield from sorted(wanted)


def _chunk_types(given: Mapping[str, object], extensions: Mapping[str, object]) -> Iterator[str]:
    chunking = _inner(extensions, "chunking")
    for size in (chunking.get("chunk_size"), given.get("chunk_size")):
        if size is not None and not MIN_CHUNK <= _integer(size) <= MAX_CHUNK:
            raise BadRequestError("REQ_005", f"chunk_size must be between {MIN_CHUNK} and {MAX_CHUNK}")
    listed = chunking.get("chunk_types")
    old = [part.strip() for part in str(given.get("chunking") or "").split(",") if part.strip()]
    for kind in (*cast("list[str]", listed if isinstance(listed, list) else []), *old):
        if kind not in CHUNK_TYPES:
            raise BadRequestError("REQ_003", f"Invalid chunk type: {kind}")
        yield kind


def _integer(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
