"""The service's words: what is sent, and the shapes of what comes back, as received.

Reading is tolerant: a field of another type than documented counts as absent or is put right. Unknown fields
are not lost, because the payload keeps every body as received.
Source: docs.somark.cn/api-reference/endpoint/async-submit.md, async-check.md, sync.md and usage-query.md;
what differs between their versions is noted where it is read (read 2026-11-21).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import pydantic

from docferry.reading.values import (
    NOTHING,
    Raw,
    count_of,
    integer_of,
    is_mapping,
    items_of,
    mapping_of,
    number_of,
    page_count_of,
    page_index_of,
    parse_json,
    scalar_text,
    text_of,
)
from docferry_somark.options import SomarkOptions

__all__ = [
    "Block",
    "Envelope",
    "Outputs",
    "TaskAnswer",
    "WirePage",
    "encode_form",
    "encode_key",
    "read_envelope",
    "read_outputs",
    "read_pages",
    "read_task",
]

YES = (True, "true", "True")
WRAPPERS = ("json", "outputs", "result", "data")
MAX_WRAPPINGS = 6
"""How many objects around the list of pages are looked through."""


def encode_key(api_key: pydantic.SecretStr | None) -> tuple[tuple[str, str], ...]:
    """The form field of the key, or none: private deployments may refuse a blank one."""
    return (("api_key", api_key.get_secret_value()),) if api_key is not None else ()


def encode_form(options: SomarkOptions, *, api_key: pydantic.SecretStr | None) -> tuple[tuple[str, str], ...]:
    """The form fields of an upload, besides the file.

    All four element formats and all seven switches are always sent, so that results do not depend on the
    defaults of a server.
    """
    element_formats = {
        "image": options.image_format,
        "formula": options.formula_format,
        "table": options.table_format,
        "cs": options.chemical_structure_format,
    }
    switches = {
        "enable_text_cross_page": options.enable_text_cross_page,
        "enable_table_cross_page": options.enable_table_cross_page,
        "enable_title_level_recognition": options.enable_title_level_recognition,
        "enable_inline_image": options.enable_inline_image,
        "enable_table_image": options.enable_table_image,
        "enable_image_understanding": options.enable_image_understanding,
        "keep_header_footer": options.keep_header_footer,
    }
    return (
        *(("output_formats", output_format.value) for output_format in options.output_formats),
        ("element_formats", json.dumps(element_formats)),
        ("feature_config", json.dumps(switches)),
        *encode_key(api_key),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What every answer is wrapped in.

    Args:
        code: 0 for success; None when the answer has none, as from a gateway.
        message: The service's own words, in `message`, `msg` or a gateway's `detail`.
        data: The object inside; empty when it is null or missing.
        warnings: What the service warns of.
        refused_fields: Names of form fields that a private deployment says are missing or wrong.
    """

    code: int | None
    message: str
    data: Raw = field(default_factory=dict[str, object], repr=False)
    warnings: tuple[str, ...] = ()
    refused_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswer:
    """What an answer says about one task.

    Args:
        task_id: Id of the task; empty when the answer has none.
        status: The service's word, as received; empty when the answer has none.
        reason: Why it failed, from whichever place has it.
        reason_code: A business code given with the reason, or None.
        has_error: Whether the place for errors holds one.
        page_count: Number of pages of the document, or None.
        result: The result object; empty until there is one.
    """

    task_id: str
    status: str
    reason: str = ""
    reason_code: int | None = None
    has_error: bool = False
    page_count: int | None = None
    result: Raw = field(default_factory=dict[str, object], repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a page.

    Args:
        index: The service's id of the block on its page, as text.
        kind: The service's word.
        box: Left, top, right and bottom in pixels of the page; None when missing or unreadable.
        content: Text, HTML, LaTeX, Markdown or a description.
        captions: Texts of captions, or indices of the blocks that hold them.
        image: Address of the picture, or the picture itself as base64; empty when there is none.
        level: Level of a title; None when it was not recognised.
        is_displayed: Whether the service shows the block in its own rendering.
    """

    index: str
    kind: str
    box: tuple[float, float, float, float] | None
    content: str
    captions: tuple[str | int, ...]
    image: str
    level: int | None
    is_displayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WirePage:
    """One page.

    Args:
        number: The service's number of the page, documented as counting from 0; None when it is missing, or
            no page can have it.
        width: Width of the rendered page in pixels, at no fixed resolution; None when unknown.
        height: Height in pixels; None when unknown.
        continues_previous: Whether the service says that the page continues the one before it.
        blocks: The blocks in reading order.
    """

    number: int | None
    width: float | None
    height: float | None
    continues_previous: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """The output of a finished task.

    Args:
        images: Addresses of all pictures, where the service lists them.
        markdown: The text as Markdown; None when it was not returned.
        pages: The pages; None when JSON was not returned.
        archive_url: Address of the zip archive; empty when none was returned.
    """

    images: tuple[str, ...] = ()
    markdown: str | None = None
    pages: tuple[WirePage, ...] | None = None
    archive_url: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no output at all."""
        return self.markdown is None and self.pages is None and not self.archive_url


def read_envelope(body: bytes) -> Envelope | None:
    """Unwrap an answer; None when it is not a JSON object."""
    answer = parse_json(body)
    if not is_mapping(answer):
        return None
    return Envelope(
        code=integer_of(answer.get("code")),
        message=_first_text(answer, "message", "msg", "detail", "error"),
        data=mapping_of(answer.get("data")),
        warnings=tuple(
            dict.fromkeys(
                text for item in items_of(answer.get("warnings")) if (text := text_of(item).strip())
            )
        ),
        refused_fields=frozenset(_fields(answer.get("detail"))),
    )


def read_task(envelope: Envelope) -> TaskAnswer:
    """What the answer to an upload, a question or a synchronous parse says about its task."""
    data = envelope.data
    result = mapping_of(data.get("result")) or (data if "outputs" in data else NOTHING)
    return TaskAnswer(
        task_id=scalar_text(data.get("task_id")).strip(),
        status=scalar_text(data.get("status")).strip(),
        reason=_first_text(data, "error", "message") or envelope.message,
        reason_code=integer_of(data.get("code")) or integer_of(mapping_of(data.get("error")).get("code")),
        has_error=bool(_first_text(data, "error")),
        page_count=page_count_of(mapping_of(data.get("metadata")).get("page_num")),
        result=result,
    )


def read_outputs(result: Raw) -> Outputs:
    """The output inside a result object."""
    outputs = mapping_of(result.get("outputs"))
    markdown = outputs.get("markdown")
    archive = scalar_text(outputs.get("zip")).strip()
    return Outputs(
        images=tuple(text for item in items_of(result.get("imgs")) if (text := scalar_text(item).strip())),
        markdown=None if markdown is None else text_of(markdown),
        pages=read_pages(outputs.get("json")),
        archive_url=archive if archive.lower().startswith(("http://", "https://")) else "",
    )


def read_pages(value: object) -> tuple[WirePage, ...] | None:
    """The pages inside the JSON output, which may come as text, as an object or as the bare list.

    Args:
        value: The output, or the content of a JSON file of the archive.

    Returns:
        The pages in the order received; None when there is no list of pages.
    """
    found = value
    for _ in range(MAX_WRAPPINGS):
        found = parse_json(found) if isinstance(found, str | bytes) else found
        if not is_mapping(found):
            break
        holder = found
        found = next((holder[key] for key in ("pages", *WRAPPERS) if holder.get(key) is not None), None)
    if not isinstance(found, list):
        return None
    pages = [_page(item) for item in cast("list[object]", found) if is_mapping(item)]
    return tuple(pages) if pages or not found else None


def _page(raw: Raw) -> WirePage:
    width, height = _size(raw.get("page_size"))
    return WirePage(
        number=page_index_of(raw.get("page_num")),
        width=width,
        height=height,
        continues_previous=raw.get("merge_content_from_pre_page") in YES,
        blocks=tuple(_block(item) for item in items_of(raw.get("blocks"))),
    )


def _block(item: object) -> Block:
    get = item.get if is_mapping(item) else {"content": item}.get
    content = get("content", get("text"))
    captions = get("captions")
    return Block(
        index=scalar_text(get("idx")),
        kind=scalar_text(get("type")),
        box=_box(get("bbox")),
        content=text_of(content),
        captions=tuple(_captions(captions)) if captions else (),
        image=scalar_text(get("img_url")).strip(),
        level=count_of(get("title_level")),
        is_displayed=get("display") is not False,
    )


def _captions(value: object) -> Iterator[str | int]:
    for item in items_of(value):
        given = item
        if is_mapping(item):
            given = next((item[key] for key in ("content", "text", "idx") if key in item), item)
        if isinstance(given, int) and not isinstance(given, bool):
            yield given
        elif text := text_of(given).strip():
            yield text


def _box(value: object) -> tuple[float, float, float, float] | None:
    edges = [value.get(key) for key in ("x1", "y1", "x2", "y2")] if is_mapping(value) else items_of(value)
    if len(edges) != 4:  # noqa: PLR2004 - a rectangle
        return None
    left, top, right, bottom = map(number_of, edges)
    if left is None or top is None or right is None or bottom is None:
        return None
    return left, top, right, bottom


def _size(value: object) -> tuple[float | None, float | None]:
    if isinstance(value, list):
        pair = [*cast("list[object]", value), None, None]
        width, height = number_of(pair[0]), number_of(pair[1])
    else:
        size = mapping_of(value)
        width = number_of(size.get("w", size.get("width")))
        height = number_of(size.get("h", size.get("height")))
    if width is None or height is None or width <= 0 or height <= 0:
        return None, None
    return width, height


def _first_text(holder: Raw, *names: str) -> str:
    for name in names:
        value = holder.get(name)
        said = (value.get("message") or value.get("msg")) if is_mapping(value) else None
        if text := text_of(said or value).strip():
            return text
    return ""


def _fields(detail: object) -> Iterator[str]:
    for item in items_of(detail):
        for name in items_of(mapping_of(item).get("loc")):
            yield scalar_text(name)
