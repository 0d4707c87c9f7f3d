"""The options of provider somark: every parameter of the service, and how to reach it.

The values of the enumerations and the names of the seven switches are the service's own words.
Source: docs.somark.cn/api-reference/endpoint/async-submit.md and sync.md (read 2026-11-21).
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

import pydantic

from docferry.errors import InvalidOptionsError
from docferry.provider import ProviderOptions
from docferry_somark.addresses import read_base_url

__all__ = [
    "MAX_PAGES",
    "MAX_SIZE_BYTES",
    "ChemicalStructureFormat",
    "FormulaFormat",
    "ImageFormat",
    "OutputFormat",
    "ParseMode",
    "ServiceRegion",
    "SomarkOptions",
    "TableFormat",
]

MAX_SIZE_BYTES = 200 * 1024 * 1024
"""Largest file the service takes. Source: docs.somark.ai/en/api-reference (read 2026-11-21)."""

MAX_PAGES = 300
"""Most pages of one request. Source: docs.somark.ai/en/api-reference (read 2026-11-21)."""

NOT_SEMANTIC: dict[str, pydantic.JsonValue] = {"semantic": False}


class ServiceRegion(StrEnum):
    """Which of the vendor's hosts. A key belongs to the host it was made on."""

    CN = "cn"  # somark.cn, mainland China
    GLOBAL = "global"  # somark.ai, everywhere else


class ParseMode(StrEnum):
    """How a document is handed in."""

    ASYNC = "async"  # upload, ask until it is done, fetch: survives a killed client
    SYNC = "sync"  # upload and wait for the result in the same answer: for small files


class OutputFormat(StrEnum):
    """What the service returns."""

    MARKDOWN = "markdown"  # running text without pages
    JSON = "json"  # blocks with pages, boxes and kinds
    ZIP = "zip"  # an archive with the images as files


class ImageFormat(StrEnum):
    """How pictures come back."""

    URL = "url"  # addresses, downloaded and kept with the result
    BASE64 = "base64"  # inside the result
    FILE = "file"  # inside the zip archive, and only there
    NONE = "none"  # not at all


class FormulaFormat(StrEnum):
    """How formulas are written."""

    LATEX = "latex"
    MATHML = "mathml"
    ASCII = "ascii"


class TableFormat(StrEnum):
    """How tables are written."""

    HTML = "html"  # the only one that can say that a cell spans rows or columns
    MARKDOWN = "markdown"
    IMAGE = "image"  # as pictures, without text


class ChemicalStructureFormat(StrEnum):
    """How structures of molecules come back."""

    IMAGE = "image"


def _image_format(given: dict[str, Any]) -> ImageFormat:
    """The default: the service takes a zip archive only together with images as files."""
    return ImageFormat.FILE if OutputFormat.ZIP in given.get("output_formats", ()) else ImageFormat.URL


class SomarkOptions(ProviderOptions):
    """Everything that can be set for a SoMark parse.

    The defaults suit retrieval: JSON for pages and boxes beside Markdown, heading levels recognised, pictures
    described in words, text not joined across pages (a joined passage stands on the page it begins on).

    Raises:
        InvalidOptionsError: The zip archive is wanted without images as files or the other way round, no
            output is wanted, or the base URL is not one.
    """

    api_key: Annotated[pydantic.SecretStr | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Key of the service ("sk-..."); SOMARK_API_KEY when not given. Private deployments need none."""

    region: Annotated[ServiceRegion | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Which of the vendor's hosts: cn or global. When neither this nor `base_url` is given, SOMARK_BASE_URL,
    and then cn."""

    base_url: Annotated[str | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """Address of another host, such as "http://10.0.0.5:8000/api/v1" of a private deployment or the older
    "https://somark.tech/api/v1". It wins over `region`."""

    mode: Annotated[ParseMode, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = ParseMode.ASYNC
    """How documents are handed in. With sync, a connection that breaks during the parse loses a result that
    was paid for; use it for a few pages only."""

    output_formats: tuple[OutputFormat, ...] = (OutputFormat.MARKDOWN, OutputFormat.JSON)
    """What the service returns; one or several, with commas when given as text. Without json, nothing says
    where on which page a passage stands."""

    image_format: ImageFormat = pydantic.Field(default_factory=_image_format)
    """How pictures come back. The default is url, and file when `output_formats` has zip, which the service
    takes only together."""

    formula_format: FormulaFormat = FormulaFormat.LATEX
    """How formulas are written."""

    table_format: TableFormat = TableFormat.HTML
    """How tables are written. Only html keeps cells that span rows or columns."""

    chemical_structure_format: ChemicalStructureFormat = ChemicalStructureFormat.IMAGE
    """How structures of molecules come back."""

    enable_text_cross_page: bool = False
    """Join paragraphs that a page break splits."""

    enable_table_cross_page: bool = False
    """Join tables that a page break splits."""

    enable_title_level_recognition: bool = True
    """Recognise the levels of headings. The service's own default is off."""

    enable_inline_image: bool = False
    """Return pictures that stand inside text. The service's documents disagree about its own default."""

    enable_table_image: bool = True
    """Return pictures that stand inside table cells."""

    enable_image_understanding: bool = True
    """Describe pictures in words; the description becomes the text of the figure."""

    keep_header_footer: bool = False
    """Return running heads and feet. They are marked as furniture and left out of chunks all the same."""

    concurrency: Annotated[int, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = 1
    """Documents under way at once on one key. The service allows one unless agreed otherwise."""

    requests_per_second: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 1.0
    """Requests sent on one key in a second."""

    max_size_bytes: Annotated[int, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = MAX_SIZE_BYTES
    """Largest file that is sent, in bytes."""

    max_pages: Annotated[int, pydantic.Field(ge=1, json_schema_extra=NOT_SEMANTIC)] = MAX_PAGES
    """Most pages of a file that is sent."""

    answer_timeout_seconds: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 120.0
    """How long to wait for the answer to an upload or a question, in seconds."""

    sync_timeout_seconds: Annotated[float, pydantic.Field(gt=0, json_schema_extra=NOT_SEMANTIC)] = 600.0
    """How long to wait for the result when `mode` is sync, in seconds."""

    save_to: Annotated[Path | None, pydantic.Field(json_schema_extra=NOT_SEMANTIC)] = None
    """A folder to write pictures and zip archives to, each document's in a folder of its own."""

    @pydantic.field_validator("output_formats", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names = [name.strip().lower() for name in value.split(",") if name.strip()]
        return ["markdown" if name == "md" else name for name in names]

    @pydantic.field_validator("output_formats")
    @classmethod
    def _in_one_order(cls, value: tuple[OutputFormat, ...]) -> tuple[OutputFormat, ...]:
        # The order has no meaning for the service: equal wishes must give equal options.
        if not value:
            raise InvalidOptionsError(
                "option 'output_formats' of provider somark is empty",
                next_step="name at least one of markdown, json and zip",
            )
        return tuple(output_format for output_format in OutputFormat if output_format in value)

    @pydantic.field_validator("base_url")
    @classmethod
    def _tidy(cls, value: str | None) -> str | None:
        return None if value is None or not value.strip() else read_base_url(value, name="base_url")

    @pydantic.model_validator(mode="after")
    def _zip_goes_with_files(self) -> Self:
        wants_zip = OutputFormat.ZIP in self.output_formats
        if wants_zip and self.image_format is not ImageFormat.FILE:
            raise InvalidOptionsError(
                f"the service returns a zip archive only with images as files, not as {self.image_format}",
                next_step="leave out image_format, or zip from output_formats",
            )
        if self.image_format is ImageFormat.FILE and not wants_zip:
            raise InvalidOptionsError(
                "images as files come inside the zip archive, which is not among the output formats",
                next_step="add zip to output_formats, or use another image_format",
            )
        return self
